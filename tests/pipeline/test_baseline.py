"""A scan beside an earlier state of the same phone, and two cases beside each other."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from fixtures.building.changing import Later, setting, versioned
from scanner import pipeline
from scanner.case import verify
from scanner.errors import CaseError, UsageError
from scanner.model.changes import ChangeLine, Diff, State
from scanner.pipeline import Options, Scanned
from scanner.simulate import AdbServer, Phone, SimulatedPhone, find_phone
from tests.pipeline.conftest import CURRENT, OLD, Recorded

PROXY = "proxy.example.net:8080"
APP = "com.example.firma"


@pytest.fixture(scope="module")
def both(
    adb_server: AdbServer, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Scanned, Scanned]:
    """One phone, scanned; and again when its proxy was set and an app was updated."""
    folder = tmp_path_factory.mktemp("baseline")
    where = pipeline.AdbServer(host=adb_server.host, port=adb_server.port)
    edits = (setting("global", "http_proxy", PROXY), versioned(APP, 63811, "6.38.11"))
    changed = Later(find_phone(CURRENT), folder / "later", edits).folder

    def scanned(phone: Path, name: str, baseline: State | None) -> Scanned:
        with SimulatedPhone(Phone.load(phone)) as attached:
            adb_server.connect(attached.address)
            options = Options(output=folder / name, adb=where)
            done = pipeline.scan(f"android:{attached.address}", options=options, baseline=baseline)
            adb_server.disconnect(attached.address)
            return done

    first = scanned(find_phone(CURRENT), "first", None)
    return first, scanned(changed, "second", first.state)


@pytest.fixture(scope="module")
def difference(both: tuple[Scanned, Scanned]) -> Diff:
    return pipeline.diff(both[0].folder, both[1].folder)


def grave(changes: tuple[ChangeLine, ...]) -> list[tuple[str, str | None, object]]:
    return [
        (each.entity, each.field, each.new) for each in changes if each.level != "informational"
    ]


def test_a_scan_without_a_baseline_says_nothing_of_changes(both: tuple[Scanned, Scanned]):
    report = both[0].report
    rules = {rule.id for rule in report.rules.rules if rule.title.startswith("A proxy was set")}

    assert report.baseline is None
    assert {each.baseline_state for each in report.findings} == {None}
    (check,) = (each for each in report.checks if each.rule in rules)
    assert (check.status, check.detail and check.detail.id) == (
        "not_applicable",
        "check.no_baseline",
    )


def test_what_changed_stands_in_the_report_with_the_rule_that_says_what_it_means(
    both: tuple[Scanned, Scanned],
):
    report = both[1].report

    assert report.baseline is not None
    assert grave(report.baseline.changes) == [("setting", "value", PROXY)]
    line = report.baseline.changes[0]
    found = {each.id: each for each in report.findings}
    assert [found[id].subject.entity for id in line.findings] == ["change"]
    assert line.level == found[line.findings[0]].level
    assert line.old_evidence
    assert line.new_evidence


def test_an_update_of_an_app_is_ordinary(both: tuple[Scanned, Scanned]):
    baseline = both[1].report.baseline
    assert baseline is not None
    of_app = [each for each in baseline.changes if each.entity == "app"]

    assert {each.identity["package"] for each in of_app} == {APP}
    assert {each.level for each in of_app} == {"informational"}
    assert {each.explained and each.explained.id for each in of_app} == {"changes.app_updated"}


def test_findings_are_new_or_unchanged(both: tuple[Scanned, Scanned]):
    first = {each.id for each in both[0].report.findings}
    second = both[1].report.findings

    assert {each.id for each in second if each.baseline_state == "unchanged"} == first
    assert {each.id for each in second if each.baseline_state == "new"} == {
        each.id for each in second
    } - first
    assert {each.id for each in second} > first


def test_a_finding_that_is_gone_is_told(both: tuple[Scanned, Scanned]):
    back = pipeline.diff(both[1].folder, both[0].folder)

    gone = {each.id for each in both[1].report.findings if each.subject.entity != "change"}
    gone -= {each.id for each in both[0].report.findings}
    assert {each.id for each in back.comparison.absent} == gone
    assert gone
    assert {each.baseline_state for each in back.comparison.absent} == {"absent"}
    assert [each.id for each in back.comparison.notes] == ["changes.older_than_baseline"]


def test_a_diff_of_both_cases_says_what_the_scan_said(
    both: tuple[Scanned, Scanned], difference: Diff
):
    compared = both[1].report.baseline
    assert compared is not None

    assert difference.comparison.changes == compared.changes
    assert {each.id: each.baseline_state for each in difference.findings} == {
        each.id: each.baseline_state for each in both[1].report.findings
    }
    assert difference.comparison.new.digest == both[1].digest


def test_the_same_two_cases_give_the_same_diff(both: tuple[Scanned, Scanned], difference: Diff):
    again = pipeline.diff(both[0].folder, both[1].folder)

    assert msgspec.json.encode(difference) == msgspec.json.encode(again)


def test_a_case_beside_itself_has_not_changed(both: tuple[Scanned, Scanned]):
    made = pipeline.diff(both[0].folder, both[0].folder)

    assert (made.comparison.changes, made.comparison.unsettled) == ((), ())
    assert {each.baseline_state for each in made.findings} == {"unchanged"}


def test_a_state_survives_its_encoding(both: tuple[Scanned, Scanned]):
    state = both[0].state

    assert state == msgspec.json.decode(msgspec.json.encode(state), type=State)


def test_an_examination_takes_a_case_as_its_baseline(both: tuple[Scanned, Scanned]):
    examined = pipeline.examine(both[1].folder, baseline=both[0].folder)

    assert examined.report.baseline is not None
    assert grave(examined.report.baseline.changes) == [("setting", "value", PROXY)]


def test_changes_are_entities_of_the_report(both: tuple[Scanned, Scanned]):
    examined = pipeline.examine(both[1].folder, baseline=both[0].folder)
    assert examined.report.baseline is not None

    lines = [msgspec.json.decode(line) for line in examined.entities]
    changes = [line for line in lines if line["type"] == "change"]

    assert len(examined.report.baseline.changes) == len(changes)
    assert PROXY not in str(changes)  # class N: a pseudonym in a list


def test_what_no_rule_speaks_of_is_hidden_as_everywhere(both: tuple[Scanned, Scanned]):
    public = pipeline.diff(both[0].folder, both[1].folder, privacy="public")

    assert APP not in str(public.comparison)
    assert public.comparison.changes[0].level != "informational"
    assert public.comparison.changes[0].findings


def test_cases_of_different_phones_are_refused(
    both: tuple[Scanned, Scanned], scanned: Callable[[str], Scanned]
):
    with pytest.raises(UsageError) as refused:
        pipeline.diff(scanned(OLD).folder, both[0].folder)

    assert refused.value.remedy


def test_a_case_that_was_changed_is_refused(both: tuple[Scanned, Scanned], tmp_path: Path):
    copy = tmp_path / "copy"
    for path in sorted(both[0].folder.rglob("*")):
        target = copy / path.relative_to(both[0].folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            target.write_bytes(path.read_bytes())
    evidence = next(copy.glob("data/evidence/*.bin"))
    evidence.write_bytes(evidence.read_bytes() + b"\n")

    for pair in ((copy, both[1].folder), (both[0].folder, copy)):
        with pytest.raises(CaseError):
            pipeline.diff(*pair)


def test_a_stored_state_of_another_phone_is_refused(
    both: tuple[Scanned, Scanned],
):
    other = structs.replace(both[0].state, line=structs.replace(both[0].state.line, device="0000"))

    with pytest.raises(UsageError):
        pipeline.examine(both[1].folder, baseline=other)


def test_a_recording_is_compared_with_a_scan_and_says_that_it_is_another_kind_of_source(
    recorded: Callable[[str, str], Recorded], both: tuple[Scanned, Scanned]
):
    old = recorded(CURRENT, "bugreport.zip").path

    made = pipeline.diff(old, both[1].folder)

    assert (made.comparison.old.recorded, made.comparison.new.recorded) == (True, False)
    assert "changes.other_source" in {each.id for each in made.comparison.notes}
    assert ("setting", "value", PROXY) in grave(made.comparison.changes)


def test_a_case_whose_recording_is_not_at_hand_was_not_read(
    recorded: Callable[[str, str], Recorded], tmp_path: Path
):
    recording = recorded(CURRENT, "bugreport.zip").path
    case = pipeline.scan(str(recording), options=Options(output=tmp_path / "case")).folder

    without = pipeline.diff(recording, case)

    assert (without.comparison.changes, without.comparison.absent) == ((), ())
    assert {each.side for each in without.comparison.unsettled} == {"new"}
    assert [each.id for each in without.comparison.notes] == ["changes.incomplete"]
    assert pipeline.diff(recording, case, source=recording).comparison.unsettled == ()


def test_a_recording_that_names_no_phone_is_not_said_to_be_of_another(
    recorded: Callable[[str, str], Recorded], both: tuple[Scanned, Scanned], tmp_path: Path
):
    cut = tmp_path / "cut.zip"
    with (
        zipfile.ZipFile(recorded(CURRENT, "bugreport.zip").path) as whole,
        zipfile.ZipFile(cut, "w") as written,
    ):
        for name in whole.namelist():
            # The properties, and with them the serial number, stand further down.
            written.writestr(name, whole.read(name)[:2000])

    with pytest.raises(UsageError, match="nothing in the later state says which phone"):
        pipeline.diff(both[0].folder, cut)


def test_a_scan_beside_another_phones_baseline_is_kept_and_the_baseline_refused(
    both: tuple[Scanned, Scanned], adb_server: AdbServer, tmp_path: Path
):
    where = pipeline.AdbServer(host=adb_server.host, port=adb_server.port)
    with SimulatedPhone(Phone.load(find_phone(OLD))) as attached:
        adb_server.connect(attached.address)
        options = Options(output=tmp_path / "case", adb=where)
        with pytest.raises(UsageError, match="another phone") as refused:
            pipeline.scan(f"android:{attached.address}", options=options, baseline=both[0].state)
        adb_server.disconnect(attached.address)

    assert str(tmp_path / "case") in str(refused.value)
    assert (verify(tmp_path / "case").complete, verify(tmp_path / "case").problems) == (True, ())


@pytest.mark.parametrize("name", ["bagit.txt", "data/acquisition.json", "manifest-sha256.txt"])
def test_a_case_from_which_something_was_taken_is_refused(
    name: str, both: tuple[Scanned, Scanned], tmp_path: Path
):
    copy = shutil.copytree(both[0].folder, tmp_path / "copy")
    (copy / name).unlink()

    with pytest.raises(CaseError):
        pipeline.diff(copy, both[1].folder)
