"""Whole scans of recordings in which other tools are known to miss something, or to stop.

What concerns one format or one indicator is tested where that is read: docs/peers.md names it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from fixtures.building.ios_backup import build
from fixtures.building.sysdiagnose import build_sysdiagnose
from scanner.model.report import Report
from scanner.pipeline import examine_recording
from tests.artifacts.ios.recorded.stored import database

USAGE = "/private/var/wireless/Library/Databases/DataUsage.sqlite"
TCC = "/private/var/mobile/Library/TCC/TCC.db"
LOG = "system_logs.logarchive/Extra"
_AGENT = "A program named BackupAgent used the network"
_SCRIPT = """
create table ZPROCESS (Z_PK integer primary key, ZFIRSTTIMESTAMP, ZTIMESTAMP, ZBUNDLENAME,
  ZPROCNAME);
create table ZLIVEUSAGE (Z_PK integer primary key, ZHASPROCESS, ZTIMESTAMP, ZWIFIIN, ZWIFIOUT,
  ZWWANIN, ZWWANOUT);
"""


def usage(*rows: tuple[int, str]) -> bytes:
    """Return DataUsage.sqlite with programs by their number."""
    listed = [(number, 815_000_000, 815_000_000, None, name) for number, name in rows]
    return database(_SCRIPT, [("ZPROCESS", listed)])


def titles(report: Report) -> set[str]:
    """Return the titles of the rules that found something."""
    of_rule = {rule.id: rule.title for rule in report.rules.rules}
    return {of_rule.get(finding.rule, finding.rule) for finding in report.findings}


def test_one_trace_is_enough_without_any_indicator(tmp_path: Path):
    """A window of ten events never begins in a history of one; nothing here waits for a feed."""
    backup = build(tmp_path / "backup", {USAGE: usage((1, "BackupAgent"))})

    assert _AGENT in titles(examine_recording(backup).report)


def test_a_forged_number_of_a_row_hides_nothing_behind_it(tmp_path: Path):
    rows = usage((1, "CommCenter"), (10**9, "BackupAgent"))
    report = examine_recording(build(tmp_path / "backup", {USAGE: rows})).report

    assert _AGENT in titles(report)
    assert ["Rows of the system's statistics are gone"] == [
        title for title in titles(report) if "statistics are gone" in title
    ]


def test_a_store_that_cannot_be_read_is_a_gap_and_stops_no_other(tmp_path: Path):
    files = {USAGE: usage((1, "BackupAgent")), TCC: b"no database"}
    report = examine_recording(build(tmp_path / "backup", files)).report

    assert _AGENT in titles(report)
    assert {"parse_error"} == {
        gap.reason for gap in report.gaps if gap.artifact == "ios.privacy_grants"
    }


@pytest.mark.parametrize("name", ["shutdown.log", "shutdown.0.log"])
@pytest.mark.parametrize(
    "end", ["SIGTERM: [1762000000] All buffers flushed\n", ""], ids=["ended", "cut"]
)
def test_a_program_with_a_bracket_in_its_name_in_any_log_of_shutdowns(
    tmp_path: Path, name: str, end: str
):
    text = (
        "After 1.26s, these clients are still here:\n"
        "\t\tremaining client pid: 99 (/private/var/tmp/x (beta)/exampled"
        "/0A0B0C0D-0000-1111-2222-333344445555)\n" + end
    )
    recording = build_sysdiagnose(tmp_path / "s.tar.gz", {f"{LOG}/{name}": text.encode()})

    assert "A program in a folder that no program belongs to was there at a shutdown" in titles(
        examine_recording(recording).report
    )


def test_nothing_is_written_beside_a_list_in_write_ahead_mode(tmp_path: Path):
    """SQLite makes two files beside such a database even where it may only read."""
    backup = build(tmp_path / "backup", {USAGE: usage((1, "CommCenter"))})
    with closing(sqlite3.connect(backup / "Manifest.db")) as connection:
        connection.execute("pragma journal_mode=wal")
    before = {path: path.read_bytes() for path in backup.rglob("*") if path.is_file()}

    report = examine_recording(backup).report

    assert "ios.data_usage" in report.coverage.artifacts_read
    assert before == {path: path.read_bytes() for path in backup.rglob("*") if path.is_file()}
