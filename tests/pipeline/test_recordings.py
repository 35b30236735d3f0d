"""Scans of recordings: the same reports that the phones themselves give, and nothing copied."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from scanner.case import Case, verify
from scanner.model.events import EvidenceAdded, Finished, Progress, Started
from scanner.model.report import Report
from scanner.pipeline import AdbServer as Where
from scanner.pipeline import (
    Options,
    Scanned,
    acquire,
    examine_recording,
    read_report,
    scan,
    unread,
)
from scanner.simulate import AdbServer, Phone, SimulatedPhone, find_phone
from tests.case.cases import bagit_accepts, sha256sum_accepts
from tests.pipeline.conftest import CURRENT, OLD, PHONES, TAMPERED, Recorded
from tests.pipeline.recordings import FORMS, KINDS, state
from tests.pipeline.test_scan import lasting

BUGREPORT, ANDROIDQF, DUMPS = "bugreport.zip", "androidqf.zip", "dumps"
COUNTED_AS_LIVE = (
    "accessibility_service", "adb_key", "app", "app_operation", "build", "debugging",
    "device_admin", "device_identity", "mount", "network", "notification_listener",
    "package_trace", "policy_owner", "property", "role_holder", "schedule", "user", "vpn",
)  # fmt: skip

Get = Callable[[str, str], Recorded]


@pytest.fixture(scope="session")
def live(
    adb_server: AdbServer, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Scanned]:
    """The deepest scan of a demo phone itself: of a recording all is read, too."""
    known: dict[str, Scanned] = {}
    where = Where(host=adb_server.host, port=adb_server.port)

    def get(name: str) -> Scanned:
        if name not in known:
            with SimulatedPhone(Phone.load(find_phone(name))) as phone:
                adb_server.connect(phone.address)
                known[name] = scan(
                    f"android:{phone.address}",
                    options=Options(
                        output=tmp_path_factory.mktemp("live") / "case", profile="deep", adb=where
                    ),
                )
                adb_server.disconnect(phone.address)
        return known[name]

    return get


def bytes_at(path: Path, origin: str) -> bytes:
    """Return the bytes that a report's origin names, found without any code of ours."""
    place, offset, length = origin, 0, None
    if found := re.fullmatch(r"(.*)\[(\d+):(\d*)\]", origin, re.DOTALL):
        place, offset = found[1], int(found[2])
        length = int(found[3]) if found[3] else None
    names = place.split("!")[1:]
    if "below-a-folder" in path.name:
        names[0] = f"collected/{names[0]}"
    data = (path / names.pop(0) if path.is_dir() else path).read_bytes()
    for name in names:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = archive.read(name)
    return data[offset:] if length is None else data[offset : offset + length]


def of_all(forms: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, form) for name in PHONES for form in forms]


# --- what was read ------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_a_recording_becomes_a_case_that_holds_none_of_it(form: str, recorded: Get):
    one = recorded(TAMPERED, form)
    done, report = one.done, one.done.report

    verification = verify(done.folder)

    assert (True, (), done.digest) == (
        verification.complete,
        verification.problems,
        verification.digest,
    )
    assert verification.evidence == len(report.evidence) > 10
    assert bagit_accepts(done.folder)
    assert sha256sum_accepts(done.folder)
    assert ["000000.key"] == [path.name for path in (done.folder / "data/evidence").iterdir()]
    assert KINDS[form] == Case.open(done.folder).acquisition.transport
    assert report == read_report(done.folder)
    assert "suspicious" == report.verdict


@pytest.mark.parametrize("form", FORMS)
def test_a_recording_is_left_as_it_was(form: str, recorded: Get):
    one = recorded(TAMPERED, form)

    assert one.before == state(one.path)
    assert [one.path] == list(one.path.parent.iterdir())


@pytest.mark.parametrize("form", FORMS)
def test_each_evidence_is_named_by_its_place_and_its_digest(form: str, recorded: Get):
    one = recorded(TAMPERED, form)

    wrong = []
    for line in one.done.report.evidence:
        data = bytes_at(one.path, line.origin)
        if (line.size, line.sha256) != (len(data), hashlib.sha256(data).hexdigest()):
            wrong.append(line.origin)
        assert line.origin.startswith(KINDS[form])
        assert line.artifact

    assert [] == wrong
    ids = [line.id for line in one.done.report.evidence]
    assert sorted(set(ids)) == ids


@pytest.mark.parametrize(("name", "form"), of_all((BUGREPORT, ANDROIDQF)))
def test_a_recording_states_what_the_phone_states(name: str, form: str, recorded: Get, live):
    found = recorded(name, form).done.report.coverage.entities
    expected = live(name).report.coverage.entities

    assert {each: expected.get(each) for each in COUNTED_AS_LIVE} == {
        each: found.get(each) for each in COUNTED_AS_LIVE
    }
    assert found["process"] in {expected["process"], 2 * expected["process"]}


def entities(done: Scanned) -> Counter[bytes]:
    """Count the apps that a scan observed by what says which each is."""
    key = ("user", "package", "version_code", "system", "installed", "uid")
    lines = (done.folder / "data/report/entities.jsonl").read_bytes().splitlines()
    shown = (msgspec.json.decode(line) for line in lines if b'"type":"app",' in line)
    return Counter(
        msgspec.json.encode({name: one.get(name) for name in key})
        for one in shown
        if one.get("installed") is not False
    )


@pytest.mark.parametrize("name", PHONES)
def test_a_bugreport_and_a_collection_tell_of_the_same_apps(name: str, recorded: Get):
    found = [entities(recorded(name, form).done) for form in (BUGREPORT, ANDROIDQF, DUMPS)]

    assert found[0].total() > 100
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize(("name", "form"), of_all((BUGREPORT, ANDROIDQF)))
def test_what_is_found_on_a_phone_is_found_in_its_recording(
    name: str, form: str, recorded: Get, live
):
    """Every finding of the phone is one of the recording, unless that lacks what it needs."""
    report = recorded(name, form).done.report
    unexamined = {check.rule for check in report.checks if check.status == "not_examined"}

    expected = {each for each in found_of(live(name).report) if each[0] not in unexamined}

    assert name != TAMPERED or len(expected) > 5
    assert set() == expected - found_of(report)


def found_of(report: Report) -> set[tuple[str, ...]]:
    """Return rule and subject of the findings about what a recording lists as the phone does."""
    known = ("user", "package", "pid", "name", "fingerprint", "point", "component")
    return {
        (each.rule, *(f"{name}={each.subject.key.get(name)}" for name in known))
        for each in report.findings
        if each.subject.entity in (*COUNTED_AS_LIVE, "process")
    }


@pytest.mark.parametrize("name", [CURRENT, OLD])
@pytest.mark.parametrize("form", [BUGREPORT, ANDROIDQF, DUMPS])
def test_a_clean_phone_is_not_accused(name: str, form: str, recorded: Get):
    report = recorded(name, form).done.report

    above = {each.rule for each in report.findings if each.level not in {"informational", "low"}}
    assert set() == above
    assert report.verdict in {"nothing_found_in_what_was_examined", "inconclusive"}


def test_the_container_does_not_matter(recorded: Get):
    """A zip, its folder, and a zip with a folder at its top give one report."""
    for forms in ((BUGREPORT, "bugreport"), (ANDROIDQF, "androidqf")):
        packed, unpacked = (recorded(TAMPERED, form).done.report for form in forms)
        assert lasting(packed) == lasting(unpacked)
    below = recorded(TAMPERED, "androidqf-below-a-folder.zip").done.report
    assert lasting(recorded(TAMPERED, ANDROIDQF).done.report) == lasting(below)


# --- what the caller sees -----------------------------------------------------------------------


def test_events_come_in_their_order(recorded: Get):
    one = recorded(TAMPERED, BUGREPORT)
    events, report = one.events, one.done.report

    assert isinstance(events[0], Started)
    assert events[0].recorded
    finished = Finished(complete=True, verdict=report.verdict, findings=len(report.findings))
    assert [finished] == [each for each in events if isinstance(each, Finished)]
    assert finished == events[-1]
    added = [each.id for each in events if isinstance(each, EvidenceAdded)]
    assert sorted(added) == [line.id for line in report.evidence]
    steps = [each for each in events if isinstance(each, Progress) and each.phase == "examine"]
    assert (len(added), len(added)) == (steps[-1].done, steps[-1].total)


def test_an_examination_makes_no_case(recorded: Get, tmp_path, monkeypatch):
    one = recorded(TAMPERED, ANDROIDQF)
    monkeypatch.chdir(tmp_path)

    examined = examine_recording(one.path)

    assert lasting(one.done.report) == lasting(examined.report)
    written = (one.done.folder / "data/report/entities.jsonl").read_bytes()
    assert b"".join(examined.entities) == written
    assert [] == list(tmp_path.iterdir())


def test_acquiring_a_recording_makes_a_case_without_a_report(recorded: Get, tmp_path):
    one = recorded(OLD, BUGREPORT)

    done = acquire(str(one.path), options=Options(output=tmp_path / "case"))

    assert verify(done.folder).complete
    assert [] == list((done.folder / "data/report").iterdir())
    ids = sorted(each.id for each in Case.open(done.folder).evidence())
    assert ids == [line.id for line in one.done.report.evidence]


@pytest.mark.parametrize("form", FORMS)
def test_every_part_is_read_or_listed_as_unread(form: str, recorded: Get):
    one = recorded(TAMPERED, form)
    read = {line.origin for line in one.done.report.evidence}

    left = {
        f"{KINDS[form]}!{part.locator}".replace("![", "[").replace("!collected/", "!")
        for part in unread(one.path)
    }

    assert set() == read & left
    names = {place.partition("!")[2].partition("[")[0] for place in read | left}
    assert names >= {name.removeprefix("collected/") for name in top_names(one.path)}


def top_names(path: Path) -> Iterator[str]:
    """Yield the files of a recording, but those that hold many parts, or speak of the recording."""
    if path.suffix == ".txt":
        return
    if path.is_dir():
        found = [str(each.relative_to(path)) for each in path.rglob("*") if each.is_file()]
    else:
        with zipfile.ZipFile(path) as archive:
            found = archive.namelist()
    yield from (name for name in found if not name.endswith("bugreport.zip"))


def test_services_of_a_bugreport_are_read_or_listed(recorded: Get):
    one = recorded(TAMPERED, "bugreport.txt")
    text = one.path.read_bytes()
    told = re.findall(rb"^DUMP OF SERVICE (?:[A-Z]+ )?(\S+):$", text, re.MULTILINE)
    titles = re.findall(rb"^------ ([A-Z& ]+) \(.*\) ------$", text, re.MULTILINE)
    read = [line.request for line in one.done.report.evidence]

    left = {part.title for part in unread(one.path)}

    services = {f"dumpsys {name.decode()}" for name in told} - set(read)
    assert {name.removeprefix("dumpsys ") for name in services} <= left
    sections = {title.decode() for title in titles if not title.startswith(b"DUMPSYS")}
    assert {each for each in sections if not any(each in one_ for one_ in read)} <= left
