"""Profile files of iOS as what is examined: no phone is judged, and the file is left as it is."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.case import Case, verify
from scanner.errors import CaseError, UsageError
from scanner.model.events import Event, Finished, Started
from scanner.model.report import Report
from scanner.pipeline import Options, acquire, examine, examine_recording, read_report, scan
from tests.phones.recording import FIXTURES
from tests.pipeline.recordings import state
from tests.pipeline.test_scan import lasting

MakeOptions = Callable[..., Options]
CLEAN = "nothing_found_in_what_was_examined"
VERDICTS = {
    "company-wifi.mobileconfig": CLEAN,
    "device-control.mobileconfig": "suspicious",
    "enterprise.mobileprovision": "suspicious",
    "name-server.mobileconfig": CLEAN,
}
OF_A_PROFILE = {"certificate", "payload", "profile", "provisioning_profile"}


@pytest.fixture
def given(tmp_path: Path) -> Callable[[str], Path]:
    """Copy a shipped profile file, or the folder of all of them by the name `profiles`."""

    def copy(name: str) -> Path:
        source = FIXTURES / "profiles" / name if name != "profiles" else FIXTURES / "profiles"
        target = tmp_path / "given" / name
        target.parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
        return target

    return copy


def findings(report: Report) -> set[tuple[str, str]]:
    return {(finding.rule, str(finding.subject.key)) for finding in report.findings}


@pytest.mark.parametrize(("name", "verdict"), VERDICTS.items())
def test_a_file_is_judged_by_what_it_would_do(
    name: str, verdict: str, given: Callable[[str], Path], options: MakeOptions
):
    path = given(name)
    before = state(path)

    done = scan(str(path), options=options())

    report = done.report
    assert verdict == report.verdict
    assert (None, ()) == (report.device, report.exposure)
    assert ["footprint.file"] == [message.id for message in report.footprint]
    assert {"cannot_see.file_only", "cannot_see.file_history"} == {
        message.id for message in report.coverage.cannot_see
    }
    assert set(report.coverage.entities) <= OF_A_PROFILE
    assert 100 == report.coverage.percent
    assert before == state(path)
    (line,) = report.evidence
    assert hashlib.sha256(path.read_bytes()).hexdigest() == line.sha256
    assert Case.open(done.folder).acquisition.transport == path.suffix.removeprefix(".")
    assert (True, ()) == (verify(done.folder).complete, verify(done.folder).problems)
    assert report == read_report(done.folder)


@pytest.mark.parametrize("name", VERDICTS)
def test_checks_of_phones_do_not_apply_and_none_lacks_evidence(
    name: str, given: Callable[[str], Path]
):
    report = examine_recording(given(name)).report

    statuses = {check.status for check in report.checks}
    assert {"not_applicable", "pass", "finding"} <= statuses
    assert "not_examined" not in statuses
    of_phones = [check for check in report.checks if check.detail is not None]
    assert "check.subject_kind" in {check.detail.id for check in of_phones}


@pytest.mark.parametrize("name", ["device-control.mobileconfig", "enterprise.mobileprovision"])
def test_a_case_of_a_file_is_examined_again_from_the_file(
    name: str, given: Callable[[str], Path], options: MakeOptions
):
    path = given(name)
    done = scan(str(path), options=options())

    again = examine(done.folder, source=path).report
    without = examine(done.folder).report

    assert lasting(done.report) == lasting(again)
    assert findings(done.report)
    assert set() == findings(without)
    assert "inconclusive" == without.verdict
    assert {"source_absent"} == {gap.reason for gap in without.gaps}


def test_another_file_is_not_taken_for_the_one_of_the_case(
    given: Callable[[str], Path], options: MakeOptions
):
    done = scan(str(given("device-control.mobileconfig")), options=options())

    with pytest.raises(CaseError, match="is not the recording"):
        examine(done.folder, source=given("name-server.mobileconfig"))


def test_a_file_is_acquired_and_examined_later(given: Callable[[str], Path], options: MakeOptions):
    path = given("device-control.mobileconfig")
    direct = examine_recording(path).report

    acquired = acquire(str(path), options=options())

    later = examine(acquired.folder, source=path).report
    assert 0 == acquired.round_trips
    assert ("suspicious", findings(direct)) == (later.verdict, findings(later))
    assert path.read_bytes() not in {
        each.read_bytes() for each in acquired.folder.rglob("*") if each.is_file()
    }


def test_a_folder_of_profiles_is_examined_together(
    given: Callable[[str], Path], options: MakeOptions
):
    folder = given("profiles")
    single = [examine_recording(folder / name).report for name in VERDICTS]

    done = scan(str(folder), options=options())

    assert "suspicious" == done.report.verdict
    assert len(VERDICTS) == len(done.report.evidence)
    assert set().union(*map(findings, single)) == findings(done.report)
    assert {"profile": 3, "provisioning_profile": 1}.items() <= (
        done.report.coverage.entities.items()
    )


def test_a_pairing_or_what_is_on_request_is_nothing_of_a_file(
    given: Callable[[str], Path], options: MakeOptions
):
    done = scan(str(given("company-wifi.mobileconfig")), options=options())

    acquisition = Case.open(done.folder).acquisition
    assert (None, None, None) == (acquisition.paired_at, acquisition.clock, acquisition.host_keys)
    assert (None, ()) == (acquisition.users, acquisition.included)


def test_events_come_in_their_order(given: Callable[[str], Path], options: MakeOptions):
    events: list[Event] = []

    done = scan(str(given("name-server.mobileconfig")), options=options(on_event=events.append))

    assert isinstance(events[0], Started)
    count = len(done.report.findings)
    assert Finished(complete=True, verdict=CLEAN, findings=count) == events[-1]


@pytest.mark.parametrize(
    "content", [b"", b"<plist><dict></dict></plist>", b"bplist00", b"0\x82\x01\x00" + bytes(256)]
)
def test_what_is_called_a_profile_and_is_none_is_never_found_free(
    content: bytes, tmp_path: Path, options: MakeOptions
):
    path = tmp_path / "x.mobileconfig"
    path.write_bytes(content)

    with pytest.raises((UsageError, CaseError)) as error:
        scan(str(path), options=options())

    assert error.value.remedy
