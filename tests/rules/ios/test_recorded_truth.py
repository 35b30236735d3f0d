"""Rules on recordings, from the bytes of whole recordings to what matches: nothing is assumed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest

from fixtures.building.ios_backup import Stored, build
from fixtures.building.ios_filesystem import build_dump
from fixtures.building.sysdiagnose import build_sysdiagnose
from scanner.detect import load
from scanner.formats.ios_backup.domains import place_of
from scanner.pipeline import examine_recording
from tests.rules.ios.recordings import ABSENT, ODD, ORDINARY

PACK = load()
TITLES = {each.id: each.title for each in PACK.rules}


def stored(files: Mapping[str, bytes]) -> Iterable[Stored]:
    for path, data in files.items():
        domain, relative = place_of(path) or ("", "")
        yield Stored(domain=domain, path=relative, data=data, absent=data == ABSENT)


def backup(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Make a backup; where something is odd, one of an app that no store sold."""
    app = {"com.example.aside": {"PlaceholderIcon": b"x"}}
    odd = ABSENT in files.values()
    named = {"Applications": app, "Installed Applications": [*app]} if odd else {}
    return build(folder / "phone", stored(files), info=named)


KINDS: dict[str, Callable[[Path, Mapping[str, bytes]], Path]] = {
    "sysdiagnose": lambda folder, files: build_sysdiagnose(folder / "phone.tar.gz", files),
    "backup": backup,
    "files": lambda folder, files: build_dump(folder / "phone.tar", files, "tar"),
}
OPEN = {"Backups to a computer are not encrypted", "The backup is not encrypted"}
MATCHING = {
    "sysdiagnose": {
        "A VPN is set up for the traffic of the phone",
        "A computer was trusted, and within the hour a profile was installed",
        "A configuration profile stayed for a month at most",
        "A file system of a jailbreak is mounted on the iPhone",
        "A name server is set for the whole phone",
        "A part of iOS that reads messages crashed, and soon one that takes them",
        "A part of iOS that strangers can reach crashed",
        "A part of iOS that strangers can reach crashed three times on one day",
        "A program in a folder that no program belongs to was there at a shutdown",
        "A program in an unusual place bears all but the name of a part of iOS",
        "A program in the staging folder at a shutdown is not where updates are",
        "A program is missing from another list of the same moment",
        "A program of a jailbreak was there at a shutdown",
        "A program was in the system's staging folder at a shutdown",
        "An app of a jailbreak came or went",
        "An app filters or answers for the traffic of the whole phone",
        "Code from an unusual place worked in a program",
        "Lockdown Mode may not be switched on",
        "Restrictions in force keep protection away from the phone",
        "Services for developers are offered to computers",
        "The disk of Apple's developer tools is mounted",
        "The phone was paired with a computer",
        "The phone is managed by a profile that its list does not name",
        "The sealed system of the iPhone is mounted for writing",
    },
    "backup": {
        "A keyboard from an app may send what is typed",
        "A program from a folder for temporary files asked for the location",
        "A program from a folder for temporary files may reach personal data",
        "A program named BackupAgent used the network",
        "A program whose name is all but that of a part of iOS used the network",
        "An app has no record of a store",
        "An app that is not on the phone may still reach personal data",
        "Lockdown Mode is off",
        "Network use is kept of a program whose record is gone",
        "Rows of the system's statistics are gone",
        "The backup lists files that it does not hold",
        *OPEN,
    },
    "files": {
        "A file of a jailbreak is on the iPhone",
        "A program lies in a folder for temporary files of the iPhone",
        "An app came from a marketplace beside the App Store",
        "The log of shutdowns names no shutdown",
    },
}
OF_RECORDINGS = {
    "app_event",
    "backup",
    "file",
    "location_client",
    "mount",
    "network_extension",
    "pairing_event",
    "privacy_grant",
    "remote_service",
    "restriction",
    "row_gap",
    "shutdown_client",
    "traffic_record",
}


def matching(kind: str, files: Mapping[str, bytes], folder: Path) -> set[str]:
    """Return the titles of the rules that match on a recording."""
    report = examine_recording(KINDS[kind](folder, files)).report
    return {TITLES[each.rule] for each in report.findings if each.rule in TITLES}


@pytest.mark.parametrize("kind", KINDS)
def test_each_rule_matches_what_it_is_about(kind: str, tmp_path: Path):
    assert MATCHING[kind] == matching(kind, ODD[kind], tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_of_an_ordinary_iphone_none_matches(kind: str, tmp_path: Path):
    """But for what a backup is by itself: this one is not encrypted."""
    assert (OPEN if kind == "backup" else set()) == matching(kind, ORDINARY[kind], tmp_path)


def test_no_rule_on_recordings_is_left_out():
    own = {
        each.title
        for each in PACK.rules
        if each.platform == "ios" and getattr(each, "category", "") in OF_RECORDINGS
    }

    assert len(own) > len(OF_RECORDINGS)
    assert set() == own - set().union(*MATCHING.values())
