"""Sysdiagnose archives: what they are told by, and what of them is a part."""

from __future__ import annotations

import pytest

from fixtures.building.sysdiagnose import TOP, build_sysdiagnose
from fixtures.building.tar import Entry, build_tar, gzipped
from scanner.errors import NotAvailable
from scanner.formats.container import RecordedFile, open_container
from scanner.model.requests import Diagnostic, Survey
from scanner.sources.recorded.survey import survey
from scanner.sources.recorded.sysdiagnose import is_sysdiagnose

from .collected import Seen

FORMS = ("folder", "tar", "tar.gz", "zip")
MEMBERS = {
    "ps.txt": b"USER PID\n",
    "taskinfo.txt": b"tasks\n",
    "crashes_and_spins/Example-2026-11-01-101010.ips": b"{}\n",
    "crashes_and_spins/deeper/Example.ips": b"{}\n",
    "logs/appinstallation/x.sqlitedb": b"database",
    "logs/appinstallation/x.sqlitedb-wal": b"its log",
    "system_logs.logarchive/Persist/0001.tracev3": b"\0" * 5000,
}
WANTED = (
    Diagnostic(name="ps.txt"),
    Diagnostic(name="crashes_and_spins/*.ips"),
    Diagnostic(name="logs/appinstallation/*.sqlitedb"),
)


@pytest.mark.parametrize("top", [TOP, ""])
@pytest.mark.parametrize("form", FORMS)
def test_what_somebody_reads_is_a_part(tmp_path, form, top):
    found = Seen(build_sysdiagnose(tmp_path / "sysdiagnose", MEMBERS, form, top), WANTED)
    prefix = f"{top}/" if top else ""
    read = {part.request.name: part for part in found.parts if part.request}

    assert "sysdiagnose" == found.header.kind
    assert {
        "ps.txt",
        "crashes_and_spins/Example-2026-11-01-101010.ips",
        "logs/appinstallation/x.sqlitedb",
    } == set(read)
    assert all(MEMBERS[name] == found.bytes_of(part) for name, part in read.items())
    assert all(part.sha256 for part in read.values())
    log = read["logs/appinstallation/x.sqlitedb"].locator.log
    assert log is not None
    assert (f"{prefix}logs/appinstallation/x.sqlitedb-wal",) == log.members
    assert read["ps.txt"].locator.log is None
    assert [] == found.flaws


@pytest.mark.parametrize("form", FORMS)
def test_the_log_of_a_database_is_read_beside_it(tmp_path, form):
    found = Seen(build_sysdiagnose(tmp_path / "sysdiagnose", MEMBERS, form), WANTED)
    part = found.only(lambda part: part.locator.log is not None)
    log = RecordedFile(part.request or Survey(), found.path, part.locator).beside()

    assert log is not None
    assert b"its log" == log.read()


def test_the_rest_is_counted_by_folder(tmp_path):
    path = build_sysdiagnose(tmp_path / "a.tar.gz", MEMBERS)
    rest = {part.title: part.size for part in Seen(path, WANTED).parts if part.request is None}

    assert {
        f"{TOP}/ (files: 2)",
        f"{TOP}/crashes_and_spins/ (files: 1)",
        f"{TOP}/logs/ (files: 1)",
        f"{TOP}/system_logs.logarchive/ (files: 1)",
    } == set(rest)
    assert 5000 == rest[f"{TOP}/system_logs.logarchive/ (files: 1)"]


def test_each_file_where_that_is_asked_for(tmp_path):
    path = build_sysdiagnose(tmp_path / "a.tar", MEMBERS, "tar")
    file = RecordedFile(Survey(wanted=WANTED, everything=True), path, Seen(path).parts[0].locator)
    parts = [each.title for each in survey(file) if hasattr(each, "title")]

    assert len(MEMBERS) + 1 == len(parts)


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        (TOP, "2026-11-02T10:15:20+01:00"),
        (
            "IN_PROGRESS_sysdiagnose_2026.11.02_10-15-20-0330_iPhone-OS_x",
            "2026-11-02T10:15:20-03:30",
        ),
        ("sysdiagnose_2026.11.02_10-15-20_iPhone-OS_iPhone", "2026-11-02T10:15:20"),
        ("renamed", "2026-11-02T10:15:20+01:00"),
    ],
)
def test_when_it_was_made(tmp_path, top, expected):
    path = build_sysdiagnose(tmp_path / "a.tar.gz", MEMBERS, top=top)

    assert expected == Seen(path, WANTED).header.recorded_at


def test_nothing_says_when(tmp_path):
    members = {**MEMBERS, "sysdiagnose.log": b"no time\n"}

    assert Seen(build_sysdiagnose(tmp_path / "a", members, "tar", "")).header.recorded_at is None


@pytest.mark.parametrize(
    ("names", "top"),
    [
        (("ps.txt", "logs/x"), ""),
        (("taskinfo.txt",), ""),
        (("ps.txt", "taskinfo.txt"), "sysdiagnose_2026.11.02_10-15-20+0100_macOS_Mac_25A1"),
        (("getprop.txt", "ps.txt", "packages.json"), ""),
    ],
)
def test_other_folders(tmp_path, names, top):
    for name in names:
        path = tmp_path / top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")

    assert not is_sysdiagnose(open_container(tmp_path))
    with pytest.raises(NotAvailable):
        Seen(tmp_path, WANTED)


def test_a_link_is_missed_where_somebody_reads_it(tmp_path):
    entries = [
        *(Entry(name=f"{TOP}/{name}", data=data) for name, data in MEMBERS.items()),
        Entry(name=f"{TOP}/crashes_and_spins/Latest.ips", kind=b"2", link="/etc/passwd"),
        Entry(name=f"{TOP}/logs/link", kind=b"2", link="../../x"),
        Entry(name=f"{TOP}/fifo", kind=b"6"),
    ]
    path = tmp_path / "a.tar.gz"
    path.write_bytes(gzipped(build_tar(entries)))
    found = Seen(path, WANTED)

    assert {
        f"{TOP}/crashes_and_spins/Latest.ips": "a link, which is not followed",
        f"{TOP}/fifo": "no plain file",
    } == {flaw.locator.members[-1]: flaw.detail for flaw in found.flaws}


def test_a_part_of_an_archive_is_as_much_as_there_is(tmp_path):
    path = build_sysdiagnose(tmp_path / "a.tar", MEMBERS, "tar")
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"database") + 600])
    found = Seen(path, WANTED)
    read = {part.request.name: part.cut for part in found.parts if part.request}

    assert "sysdiagnose" == found.header.kind
    assert ["truncated"] == [flaw.reason for flaw in found.flaws]
    assert None is read["ps.txt"]
