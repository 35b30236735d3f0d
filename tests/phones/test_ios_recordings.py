"""What recordings of whole iPhones show: of ordinary ones nothing, of others what was planted."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Protocol

import pytest

from fixtures.building.iphones.ordinary import IPhone, iphone
from fixtures.building.iphones.tampered import iphone_of
from scanner.detect.verdict import MINIMUM
from scanner.model.artifact import Profile
from scanner.model.entities import Process
from scanner.model.evidence import NEVER_HELD
from scanner.model.report import Report
from scanner.pipeline import Examined, Options, examine_recording
from tests.sources.recorded.collected import generator

FORMS = ("backup", "sysdiagnose", "copy")
RELEASES = {"26": ("26.1", "23B85"), "18": ("18.7", "22H20")}
ORDINARY = [(form, release) for form in FORMS for release in RELEASES]
PASSWORD = "correct horse 4"


class Scan(Protocol):
    """Gives the examination of a recording of a phone."""

    def __call__(self, kind: str, form: str, release: str = "26") -> Examined: ...


# Of an ordinary phone: what it is good to know of, and no more. Each with its reason.
LOW = {
    "A program was in the system's staging folder at a shutdown",  # an update was under way
    "A VPN is set up for the traffic of the phone",  # by an app that is there
    "Lockdown Mode is off",
    "The phone was paired with a computer",
    "A program is missing from another list of the same moment",  # ps, which ended
}
PLANTED: dict[str, set[str]] = {
    "backup": {
        "A profile brings an authority and leads the traffic away",
        "A profile hands the phone to a management server",
        "A program named BackupAgent used the network",
    },
    "sysdiagnose": {
        "A profile brings an authority and leads the traffic away",
        "A profile hands the phone to a management server",
        "A program in the staging folder at a shutdown is not where updates are",
        "A program in a folder that no program belongs to was there at a shutdown",
        "A part of iOS that strangers can reach crashed again and again",
        "A part of iOS that strangers can reach crashed three times on one day",
        "The sealed system of the iPhone is mounted for writing",
        "A file system of a jailbreak is mounted on the iPhone",
    },
    "copy": {
        "A profile brings an authority and leads the traffic away",
        "A profile hands the phone to a management server",
        "A program named BackupAgent used the network",
        "A program in the staging folder at a shutdown is not where updates are",
        "A program in a folder that no program belongs to was there at a shutdown",
        "A part of iOS that strangers can reach crashed again and again",
        "A part of iOS that strangers can reach crashed three times on one day",
        "A file of a jailbreak is on the iPhone",
        "A program lies in a folder for temporary files of the iPhone",
    },
}
PLANTED_LOW = {
    "A profile sends all web traffic of a supervised phone through a proxy",
    "A profile brings a certificate authority",
    "A phone that nobody supervises has configuration profiles",
}
GAPS = {
    "backup": {("ios.content", "privacy_policy")},
    "sysdiagnose": set(),
    "copy": {
        ("ios.content", "privacy_policy"),
        ("ios.app_files", "source_absent"),  # no program of an app was copied
    },
}


class Found(NamedTuple):
    """Findings by the titles of their rules."""

    serious: set[str]  # medium and above
    slight: set[str]


def found(report: Report) -> Found:
    titles = {rule.id: rule.title for rule in report.rules.rules}
    slight = {"informational", "low"}
    return Found(
        {titles[each.rule] for each in report.findings if each.level not in slight},
        {titles[each.rule] for each in report.findings if each.level in slight},
    )


def gaps(report: Report) -> set[tuple[str, str]]:
    return {(gap.artifact, gap.reason) for gap in report.gaps if gap.detail != NEVER_HELD}


def phone_of(kind: str, release: str) -> IPhone:
    if kind == "ordinary":
        return iphone(*RELEASES[release])
    authority = generator("signing").party("Example Assistance", authority=True)
    return iphone_of(authority.der, *RELEASES[release])


def recorded(phone: IPhone, form: str, folder: Path) -> Path:
    """Record a phone: the backup is encrypted, the others are archives."""
    if form == "backup":
        return phone.backup(folder / "backup", PASSWORD)
    if form == "sysdiagnose":
        return phone.sysdiagnose(folder / "sysdiagnose.tar.gz")
    return phone.copy(folder / "copy.tar")


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """Examine a recording of a phone, once."""
    made: dict[tuple[str, str, str], Examined] = {}

    def get(kind: str, form: str, release: str = "26") -> Examined:
        if (kind, form, release) not in made:
            path = recorded(phone_of(kind, release), form, tmp_path_factory.mktemp("recording"))
            options = Options(password=lambda: PASSWORD, privacy="case")
            made[kind, form, release] = examine_recording(path, options=options)
        return made[kind, form, release]

    return get


@pytest.mark.parametrize(("form", "release"), ORDINARY)
def test_of_an_ordinary_phone_nothing_is_accused(scan: Scan, form: str, release: str):
    serious, slight = found(scan("ordinary", form, release).report)

    assert set() == serious
    assert slight <= LOW


@pytest.mark.parametrize(("form", "release"), ORDINARY)
def test_all_that_an_ordinary_phone_records_is_read(scan: Scan, form: str, release: str):
    report = scan("ordinary", form, release).report

    assert GAPS[form] == gaps(report)
    assert set() == {check.rule for check in report.checks if check.status == "error"}
    assert report.device is not None
    assert RELEASES[release][0] == report.device.release


@pytest.mark.parametrize(
    ("form", "enough"), [("backup", False), ("sysdiagnose", False), ("copy", True)]
)
def test_only_a_copy_of_the_files_tells_enough_by_itself(scan: Scan, form: str, *, enough: bool):
    report = scan("ordinary", form).report

    assert enough is (report.coverage.percent >= MINIMUM[Profile.QUICK])
    expected = "nothing_found_in_what_was_examined" if enough else "inconclusive"
    assert expected == report.verdict


@pytest.mark.parametrize("form", FORMS)
def test_what_was_planted_is_found_and_nothing_else(scan: Scan, form: str):
    report = scan("tampered", form).report
    serious, slight = found(report)

    assert PLANTED[form] == serious
    assert slight >= PLANTED_LOW
    assert "suspicious" == report.verdict
    assert GAPS[form] == gaps(report)


def test_a_pairing_and_a_profile_within_the_hour_stand_together(scan: Scan):
    title = "A computer was trusted, and within the hour a profile was installed"

    assert {"copy", "sysdiagnose"} == {
        form for form in FORMS if title in found(scan("tampered", form).report).slight
    }
    assert all(title not in found(scan("ordinary", form).report).slight for form in FORMS)


def listed(scan: Scan, kind: str) -> dict[tuple[str, int], tuple[object, object]]:
    entities = (
        each.entity if hasattr(each, "entity") else each
        for each in scan(kind, "sysdiagnose").examination.reader.snapshot.every(Process)
    )
    return {(one.source, one.pid): (one.also_in, one.missing_from) for one in entities}


def test_lists_of_programs_agree_on_an_ordinary_phone(scan: Scan):
    found = listed(scan, "ordinary")
    others = {key: missing for key, (_, missing) in found.items() if key[1] not in {0, 400}}

    assert {None} == set(others.values())
    assert {"ps", "ps_thread", "spindump", "taskinfo"} == {source for source, _ in others}


def test_a_program_that_one_list_lacks_is_missing_from_it(scan: Scan):
    found = listed(scan, "tampered")

    assert (("ps_thread", "spindump"), ("taskinfo",)) == found["ps", 345]
    assert ("taskinfo", 345) not in found


def test_the_many_files_of_a_jailbreak_are_one_finding(tmp_path: Path):
    files = {f"/private/var/jb/usr/share/{number}": b"" for number in range(300)}
    report = examine_recording(iphone().changed(files, {}).copy(tmp_path / "copy.tar")).report
    titles = {rule.id: rule.title for rule in report.rules.rules}

    assert ["A file of a jailbreak is on the iPhone"] == [
        titles[each.rule] for each in report.findings if each.level == "medium"
    ]
    assert report.coverage.entities["file"] >= 300
