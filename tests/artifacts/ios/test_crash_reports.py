"""Crash reports of an iPhone, and the sysdiagnose archives beside them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from scanner.artifacts.ios import crash_reports, sysdiagnose
from scanner.errors import NotAvailable, ParseError
from scanner.formats.crash_listing import CrashEntry, CrashHeader, line
from scanner.model.entities import Crash, FileEntry
from scanner.model.evidence import BytesFile
from scanner.model.requests import CrashFile, CrashReports
from scanner.snapshot import Snapshot

AREA = "/private/var/mobile/Library/Logs/CrashReporter"
ARCHIVE = (
    "DiagnosticLogs/sysdiagnose/sysdiagnose_2026.11.01_09-00-00+0100_iPhone-OS_iPhone_23B85.tar.gz"
)
WRITTEN = "2026-11-01T08:15:30Z"
HEADER = CrashHeader(
    bug_type="309",
    name="imagent",
    app_name="imagent",
    os_version="iPhone OS 26.1 (23B85)",
    timestamp="2026-11-01 09:15:12.00 +0100",
)


def entry(path, header=None, modified_at=WRITTEN):
    return CrashEntry(path=path, size=100, modified_at=modified_at, header=header)


def reports(*entries):
    data = b"".join(map(line, entries))
    return list(crash_reports.parse(BytesFile(CrashReports(), data)))


def report(*args, **named):
    (found,) = reports(entry(*args, **named))
    return found


def test_a_report():
    expected = Crash(
        file="imagent-2026-11-01-091512.ips",
        process="imagent",
        at=datetime(2026, 11, 1, 8, 15, 12, tzinfo=UTC),
        build="23B85",
        exposed=True,
        kind="crash",
        bug_type="309",
        bundle=None,
        retired=False,
    )

    assert report("imagent-2026-11-01-091512.ips", HEADER) == expected


def test_a_report_of_an_app():
    header = CrashHeader(bug_type="309", app_name="Example", bundle="com.example.app")
    found = report("Example-2026-11-01-091512.ips", header)

    assert (found.process, found.bundle, found.exposed) == ("Example", "com.example.app", False)
    assert found.at == datetime(2026, 11, 1, 8, 15, 30, tzinfo=UTC)  # when it was written
    assert found.build is UNSET


@pytest.mark.parametrize(
    ("bug_type", "kind"),
    [
        ("309", "crash"),
        ("109", "crash"),
        ("210", "panic"),
        ("110", "panic"),
        ("298", "jetsam"),
        ("288", "stackshot"),
        ("151", "other"),
        ("385", "other"),
        ("T01", "other"),
    ],
)
def test_kinds(bug_type, kind):
    found = report("a-2026-11-01-091512.ips", CrashHeader(bug_type=bug_type))

    assert (found.kind, found.bug_type) == (kind, bug_type)
    assert (found.process, found.exposed) == (UNSET, False)


@pytest.mark.parametrize(
    ("path", "retired"),
    [
        ("Retired/imagent-2026-11-01-091512.ips", True),
        ("imagent-2026-11-01-091512.ips.synced", True),
        ("Panics/imagent-2026-11-01-091512.ips", False),
        ("Retired.example/imagent-2026-11-01-091512.ips", False),
    ],
)
def test_reports_that_were_sent(path, retired):
    found = report(path)

    assert (found.file, found.retired) == (path, retired)


@pytest.mark.parametrize(
    ("name", "process", "kind", "exposed"),
    [
        ("imagent-2026-11-01-091512.ips", "imagent", UNSET, True),
        ("imagent-2026-11-01-091512.000.ips", "imagent", UNSET, True),
        (
            "com.apple.WebKit.WebContent-2026-11-01-091512.ips.beta",
            *("com.apple.WebKit.WebContent", UNSET, True),
        ),
        ("exampled.cpu_resource-2026-11-01-091512.ips", "exampled", "other", False),
        ("exampled_2018-11-01-091512.crash", "exampled", UNSET, False),
        ("panic-full-2026-11-01-091512.0002.ips.synced", UNSET, "panic", False),
        ("JetsamEvent-2026-11-01-091512.ips", UNSET, "jetsam", False),
        ("stacks-2026-11-01-091512.ips", UNSET, "stackshot", False),
        ("example.ips", UNSET, UNSET, UNSET),
    ],
)
def test_reports_whose_header_was_not_read(name, process, kind, exposed):
    found = report(name)

    assert (found.file, found.process, found.kind) == (name, process, kind)
    assert found.exposed is exposed
    assert (found.bug_type, found.bundle, found.build) == (UNSET, UNSET, UNSET)


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("Example_2018-11-01-091512_Somebodys-iPhone.ips", "Example_2018-11-01-091512.ips"),
        ("Example 2018-11-01-091512 So.me Phone.crash", "Example 2018-11-01-091512.crash"),
        ("Example-2018-11-01-091512_Phone.ips.synced", "Example-2018-11-01-091512.ips.synced"),
        ("Example_2018-11-01-091512_Phone.ips.1.crash", "Example_2018-11-01-091512.1.crash"),
    ],
)
def test_the_name_of_a_phone_is_left_out(name, public):
    assert report(f"Retired/{name}").file == f"Retired/{public}"


@pytest.mark.parametrize(
    "path",
    [
        "Analytics-2026-11-01-091512.ips.ca.synced",
        "log-aggregated-2026-11-01.log",
        "DiagnosticLogs/Example.log",
        "DiagnosticLogs/sysdiagnose/IN_PROGRESS_sysdiagnose_2026.11.01.tar.gz",
        "example.ipsx",
        "example.tar.gz",
    ],
)
def test_what_is_no_report(path):
    assert reports(entry(path)) == []


@pytest.mark.parametrize(
    "moment",
    ["", "yesterday", "2026-13-01 09:15:12.00 +0100", "0001-01-01 00:00:00 +1400", "9" * 200],
)
def test_a_moment_that_is_none(moment):
    header = CrashHeader(bug_type="309", timestamp=moment)

    assert report("a.ips", header, modified_at=None).at is None


@pytest.mark.parametrize("modified_at", [None, "", "yesterday"])
def test_a_file_without_a_moment(modified_at):
    assert report("a-2026-11-01-091512.ips", modified_at=modified_at).at is None


@pytest.mark.parametrize("version", ["", "26.1", "(23B85)", "a (b) (23B85)", "iPhone OS (" * 20])
def test_a_version_of_another_shape(version):
    assert report("a.ips", CrashHeader(os_version=version, name="a")).build is UNSET


def test_an_archive():
    expected = FileEntry(
        path=f"{AREA}/{ARCHIVE}",
        kind="file",
        ending="gz",
        size=100,
        modified_at=datetime(2026, 11, 1, 8, 15, 30, tzinfo=UTC),
    )

    assert reports(entry(ARCHIVE)) == [expected]


def planned(*files):
    snapshot = Snapshot("ios")
    for file in files:
        snapshot.add(file, evidence="e-1", provenance="os_claimed", rank=0)
    return list(sysdiagnose.plan(snapshot))


def test_the_newest_archives_are_asked_for():
    archives = [
        FileEntry(
            path=f"{AREA}/{ARCHIVE.replace('2026.11.01', f'2026.11.0{day}')}",
            modified_at=datetime(2026, 11, day, tzinfo=UTC),
        )
        for day in range(1, 6)
    ]

    assert planned(*archives) == [
        CrashFile(path=ARCHIVE.replace("2026.11.01", f"2026.11.0{day}")) for day in (5, 4, 3)
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/private/var/tmp/a",
        f"{AREA}/DiagnosticLogs/sysdiagnose/../../sysdiagnose_x.tar.gz",
        f"{AREA}/DiagnosticLogs/sysdiagnose/sysdiagnose_/../x.tar.gz",
        f"/other/{ARCHIVE}",
    ],
)
def test_no_other_file_is_asked_for(path):
    assert planned(FileEntry(path=path)) == []


def taken(data, path=ARCHIVE):
    found = []
    try:
        found.extend(sysdiagnose.parse(BytesFile(CrashFile(path=path), data)))
    except (NotAvailable, ParseError) as error:
        return found, error
    return found, None


def test_an_archive_is_kept_and_said_to_be_unread():
    found, error = taken(b"\x1f\x8b\x08" + bytes(100))

    assert found == [FileEntry(path=f"{AREA}/{ARCHIVE}", kind="file", ending="gz")]
    assert isinstance(error, NotAvailable)
    assert error.reason == "unsupported_version"


@pytest.mark.parametrize(
    ("data", "path"), [(b"", ARCHIVE), (b"<html>", ARCHIVE), (b"\x1f\x8b\x08", "other.tar.gz")]
)
def test_what_is_no_archive(data, path):
    found, error = taken(data, path)

    assert found == []
    assert isinstance(error, ParseError)
