"""Recordings of iPhones as an attacker would hand them over: an error with a remedy, or a gap."""

from __future__ import annotations

import dataclasses
import gzip
import os
import plistlib
import shutil
import sqlite3
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fixtures.building.ios_backup import Stored, build
from fixtures.building.iphones.ordinary import iphone
from fixtures.building.tar import Entry, build_tar
from scanner.errors import CaseError, UsageError
from scanner.model.evidence import NEVER_HELD
from scanner.model.report import Report
from scanner.pipeline import Options, examine_recording

PASSWORD = "correct horse 4"
PHONE = iphone()
TOP = "sysdiagnose_2026.11.20_10-30-00+0100_iPhone-OS_iPhone_23B85/"
GRANTS = "/private/var/mobile/Library/TCC/TCC.db"
SHUTDOWN = "system_logs.logarchive/Extra/shutdown.log"
SECONDS = 60  # of one test; it takes one or two


@pytest.fixture(autouse=True)
def bounds(tmp_path: Path) -> Iterator[None]:
    """Nothing is written beside the recordings, and nothing takes long."""
    started, outside = time.monotonic(), {"/tmp/escaped", str(tmp_path.parent / "escaped")}
    yield
    assert not any(Path(each).exists() for each in outside)
    assert time.monotonic() - started < SECONDS


def examined(path: Path) -> Report:
    options = Options(password=lambda: PASSWORD)
    return examine_recording(path, options=options).report


def reasons(report: Report) -> dict[str, set[str]]:
    """Return why each artifact was not read, but for what such a recording never holds."""
    found: dict[str, set[str]] = {}
    for gap in report.gaps:
        if gap.detail != NEVER_HELD:
            found.setdefault(gap.artifact, set()).add(gap.reason)
    return found


def undecided(report: Report) -> bool:
    """Whether a report says neither that something nor that nothing was found."""
    return report.verdict == "inconclusive" and not report.findings


def with_keybag(folder: Path, change: Callable[[bytes], bytes]) -> Path:
    """Change the keybag of a backup."""
    path = PHONE.backup(folder, PASSWORD) / "Manifest.plist"
    stated = plistlib.loads(path.read_bytes())
    stated["BackupKeyBag"] = change(stated["BackupKeyBag"])
    path.write_bytes(plistlib.dumps(stated, fmt=plistlib.FMT_BINARY))
    return folder


def rounds(tag: bytes, value: int) -> Callable[[bytes], bytes]:
    def change(bag: bytes) -> bytes:
        at = bag.index(tag) + 8
        return bag[:at] + value.to_bytes(4, "big") + bag[at + 4 :]

    return change


@pytest.mark.parametrize(
    "change",
    [
        lambda bag: bag[:200],
        lambda bag: bag[:0],
        lambda bag: bytes(range(256)) * (len(bag) // 256),
        lambda bag: bag[:4] + b"\xff\xff\xff\xff",
        rounds(b"ITER", 2**32 - 1),
        rounds(b"DPIC", 2**32 - 1),
        rounds(b"ITER", 0),
        rounds(b"DPIC", 0),
    ],
    ids=["cut", "empty", "noise", "length", "rounds", "first rounds", "none", "no first"],
)
def test_a_keybag_that_is_wrong_is_refused_before_any_work(
    tmp_path: Path, change: Callable[[bytes], bytes]
):
    with pytest.raises(CaseError, match="the keys of the backup cannot be read") as caught:
        examined(with_keybag(tmp_path / "backup", change))

    assert caught.value.remedy


def test_a_wrong_password_is_an_error_of_use(tmp_path: Path):
    with pytest.raises(UsageError, match="password does not open"):
        examined(PHONE.backup(tmp_path / "backup", "another"))


def none(path: Path) -> None:
    path.unlink()


def noise(path: Path) -> None:
    path.write_bytes(b"no database at all")


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def endless(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(
        "alter table Files rename to Others;"
        "create view Files as with recursive r(n) as (select 1 union all select n + 1 from r)"
        " select n fileID, 'HomeDomain' domain, 'x' relativePath, 1 flags, null file from r;"
    )
    connection.close()


@pytest.mark.parametrize("spoil", [none, noise, half, pipe, endless])
def test_a_list_of_files_that_is_none_leaves_what_stands_beside_it(
    tmp_path: Path, spoil: Callable[[Path], None]
):
    path = PHONE.backup(tmp_path / "backup")
    spoil(path / "Manifest.db")
    report = examined(path)

    assert "ios.backup_lists" in report.coverage.artifacts_read
    assert "ios.privacy_grants" not in report.coverage.artifacts_read
    assert reasons(report)["ios.backup_files"] & {"parse_error", "source_absent"}
    assert "inconclusive" == report.verdict


@pytest.mark.parametrize("name", ["Info.plist", "Manifest.plist", "Status.plist"])
def test_lists_without_end_are_gaps(tmp_path: Path, name: str):
    path = PHONE.backup(tmp_path / "backup")
    (path / name).write_bytes(b"<plist>" + b"<array>" * 5_000)
    report = examined(path)

    assert {"parse_error"} == reasons(report)["ios.backup_lists"]
    assert "ios.privacy_grants" in report.coverage.artifacts_read


@pytest.mark.parametrize(
    "stored",
    [
        Stored(domain="HomeDomain", path="Library/TCC/TCC.db", file_id="../../../escaped"),
        Stored(domain="HomeDomain", path="Library/TCC/TCC.db", file_id="/etc/passwd"),
        Stored(domain="HomeDomain", path="Library/TCC/TCC.db", file_id="ab" * 20),
        Stored(domain="HomeDomain", path="../../escaped"),
        Stored(domain="AppDomain-../../escaped", path="x"),
        Stored(domain="HomeDomain", path="Library/\udcff\n\x1b[31m"),
    ],
    ids=["leads out", "absolute", "of another", "path", "domain", "terminal"],
)
def test_names_that_no_phone_has_are_not_followed(tmp_path: Path, stored: Stored):
    report = examined(build(tmp_path / "backup", [dataclasses.replace(stored, data=b"x")]))

    assert {"parse_error"} == reasons(report)["ios.backup_files"]
    assert {"parse_error"} <= reasons(report)["ios.recording"]


def test_a_link_in_a_backup_is_not_followed(tmp_path: Path):
    path = build(tmp_path / "backup", {GRANTS: PHONE.phone[GRANTS]})
    (found,) = [each for each in path.rglob("*") if len(each.name) == 40]
    shutil.move(found, tmp_path / "elsewhere")
    found.symlink_to(tmp_path / "elsewhere")

    assert "privacy_grant" not in examined(path).coverage.entities


def database(script: str) -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.executescript(script)
    return connection.serialize()


@pytest.mark.parametrize(
    "data",
    [
        b"no database",
        b"",
        database(
            "create view access as select 'kTCCServiceCamera' service, 'com.example.a' client,"
            " 0 client_type, 2 auth_value"
        ),
        database(
            "create table access (service text as (printf('%.*c', 1000000000, 'x')), client text,"
            " client_type integer, auth_value integer); insert into access (client) values ('a')"
        ),
    ],
    ids=["none", "empty", "view", "generated"],
)
def test_a_database_that_is_none_is_a_gap_of_its_artifact(tmp_path: Path, data: bytes):
    phone = PHONE.changed({GRANTS: data}, {})
    for path in (phone.backup(tmp_path / "backup"), phone.copy(tmp_path / "copy.tar")):
        report = examined(path)

        assert {"parse_error"} == reasons(report)["ios.privacy_grants"]
        assert "privacy_grant" not in report.coverage.entities


@pytest.mark.parametrize(
    ("form", "tenth"),
    [
        *(("packed", tenth) for tenth in range(1, 10)),
        *((form, tenth) for form in ("sysdiagnose", "copy") for tenth in (2, 5, 8)),
    ],
)
def test_an_archive_that_ends_early_decides_nothing(tmp_path: Path, form: str, tenth: int):
    path = tmp_path / "recording"
    if form == "copy":
        PHONE.copy(path)
    else:
        PHONE.sysdiagnose(path, "tar.gz" if form == "packed" else "tar")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * tenth // 10])
    report = examined(path)

    assert "inconclusive" == report.verdict
    assert "truncated" in reasons(report)["ios.recording"]
    assert {"truncated", "source_absent", "privacy_policy"} >= set().union(
        *reasons(report).values()
    )


def test_what_came_before_the_end_of_an_archive_counts(tmp_path: Path):
    """However it is packed: a program list is read to its own end, and no farther."""
    path = PHONE.sysdiagnose(tmp_path / "recording")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 9 // 10])

    assert {"ios.process_tables", "ios.task_info", "ios.sampled_processes"} <= set(
        examined(path).coverage.artifacts_read
    )


def test_devices_links_and_names_that_lead_elsewhere_are_no_files(tmp_path: Path):
    (tmp_path / "secret").write_bytes(PHONE.diagnostic["ps.txt"])
    files = {**PHONE.diagnostic, "sysdiagnose.log": b"sysdiagnose\n"}
    del files["ps.txt"]
    odd = [
        Entry(name=f"{TOP}null", kind=b"3"),
        Entry(name=f"{TOP}disk", kind=b"4"),
        Entry(name=f"{TOP}pipe", kind=b"6"),
        Entry(name=f"{TOP}ps.txt", kind=b"2", link=str(tmp_path / "secret")),
        Entry(name=f"{TOP}hard", kind=b"1", link="/etc/passwd"),
        Entry(name="../escaped", data=b"x"),
        Entry(name="/tmp/escaped", data=b"x"),
    ]
    data = [Entry(name=f"{TOP}{name}", data=each) for name, each in files.items()]
    path = tmp_path / "odd.tar"
    path.write_bytes(build_tar([*odd, *data]))
    report = examined(path)

    assert "sysdiagnose" == report.run.acquisition.transport  # type: ignore[union-attr]
    assert {"parse_error"} == reasons(report)["ios.recording"]
    assert "ios.sampled_processes" in report.coverage.artifacts_read
    assert not any(each.request.startswith("ps.txt") for each in report.evidence)


def test_a_member_that_claims_a_terabyte_costs_nothing(tmp_path: Path):
    data = [Entry(name=f"{TOP}{name}", data=each) for name, each in PHONE.diagnostic.items()]
    path = tmp_path / "long.tar"
    path.write_bytes(build_tar([*data, Entry(name=f"{TOP}taskinfo.txt", data=b"x", size=2**40)]))

    assert "parse_error" in reasons(examined(path))["ios.recording"]


def test_a_member_that_inflates_without_measure_is_passed_over(tmp_path: Path):
    data = [Entry(name=f"{TOP}{name}", data=each) for name, each in PHONE.diagnostic.items()]
    path, size = tmp_path / "bomb.tar.gz", 300 * 2**20
    with gzip.open(path, "wb", 1) as archive:
        archive.write(build_tar(data, end=b""))
        archive.write(Entry(name=f"{TOP}logs/padding.bin", size=size).encoded())
        for _ in range(size // 2**22):
            archive.write(bytes(2**22))
        archive.write(build_tar([]))

    assert "ios.process_tables" in examined(path).coverage.artifacts_read


@pytest.mark.parametrize(
    ("data", "read"),
    [
        (PHONE.diagnostic[SHUTDOWN].partition(b"SIGTERM")[0], True),
        (b"", True),
        (bytes(range(256)) * 20, False),
        (b"After 1.0s, these clients are still here:\n" + b"/x" * 2_000_000, False),
    ],
    ids=["no end", "empty", "noise", "long line"],
)
def test_logs_of_shutdowns(tmp_path: Path, data: bytes, *, read: bool):
    phone = PHONE.changed({}, {SHUTDOWN: data})
    report = examined(phone.sysdiagnose(tmp_path / "recording.tar.gz"))

    assert read is ("ios.shutdown_logs" in report.coverage.artifacts_read)
    assert read is ("ios.shutdown_logs" not in reasons(report))


def test_one_of_several_backups_must_be_named(tmp_path: Path):
    PHONE.backup(tmp_path / "all" / "one")
    PHONE.backup(tmp_path / "all" / "two")

    with pytest.raises(CaseError, match="there are several, name the folder of one"):
        examined(tmp_path / "all")


def test_what_is_no_recording_is_an_error_of_use(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    inner = PHONE.sysdiagnose(tmp_path / "sysdiagnose.tar.gz")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.write(inner, inner.name)
    (tmp_path / "nothing.tar").write_bytes(b"")

    for name in ("empty", "outer.zip", "nothing.tar"):
        with pytest.raises(UsageError, match="no recording of a known kind") as caught:
            examined(tmp_path / name)

        assert "taken out" in (caught.value.remedy or "")
