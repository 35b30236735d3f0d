"""What a kind of recording can never hold is told apart from what this one lacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.building.iphones.ordinary import iphone
from scanner.artifacts import ARTIFACTS
from scanner.formats.ios_backup.domains import place_of
from scanner.model.evidence import NEVER_HELD
from scanner.model.report import Report
from scanner.pipeline import Options, examine, examine_recording, scan
from scanner.pipeline.never_held import can_hold

BY_NAME = {each.name: each for each in ARTIFACTS}


def gaps(report: Report) -> dict[str, tuple[str, str]]:
    return {gap.artifact: (gap.reason, gap.detail) for gap in report.gaps}


@pytest.mark.parametrize(
    ("kind", "held", "never"),
    [
        ("ios_backup", "ios.privacy_grants", "ios.shutdown_logs"),
        ("ios_backup", "ios.backup_lists", "ios.crash_reports"),
        ("sysdiagnose", "ios.process_tables", "ios.data_usage"),
        ("ios_filesystem", "ios.files", "ios.process_tables"),
        ("ios_filesystem", "ios.app_files", "ios.backup_lists"),
    ],
)
def test_what_a_kind_holds(kind: str, held: str, never: str):
    assert can_hold(kind, BY_NAME[held])
    assert not can_hold(kind, BY_NAME[never])


@pytest.mark.parametrize("kind", ["ios_backup", "sysdiagnose", "ios_filesystem"])
def test_what_was_read_can_be_held(tmp_path: Path, kind: str):
    phone = iphone()
    record: dict[str, Callable[[Path], Path]] = {
        "ios_backup": phone.backup,
        "sysdiagnose": phone.sysdiagnose,
        "ios_filesystem": phone.copy,
    }
    path = record[kind](tmp_path / "recording")
    report = examine_recording(path).report

    assert report.coverage.artifacts_read
    assert all(can_hold(kind, BY_NAME[name]) for name in report.coverage.artifacts_read)
    for name, (reason, detail) in gaps(report).items():
        if detail == NEVER_HELD:
            assert "source_absent" == reason
            assert not can_hold(kind, BY_NAME[name])


def test_what_this_backup_lacks_is_said_of_it(tmp_path: Path):
    phone = iphone()
    grants = "/private/var/mobile/Library/TCC/TCC.db"
    assert place_of(grants)
    phone = phone.without(grants)
    found = gaps(examine_recording(phone.backup(tmp_path / "backup")).report)

    assert "source_absent" == found["ios.privacy_grants"][0]
    assert NEVER_HELD != found["ios.privacy_grants"][1]
    assert ("source_absent", NEVER_HELD) == found["ios.shutdown_logs"]


def test_what_stayed_locked_is_not_absent(tmp_path: Path):
    found = gaps(examine_recording(iphone().backup(tmp_path / "backup", "1234")).report)

    assert "locked" == found["ios.privacy_grants"][0]
    assert ("source_absent", NEVER_HELD) == found["ios.shutdown_logs"]


def test_a_case_says_the_same_again(tmp_path: Path):
    path = iphone().sysdiagnose(tmp_path / "recording.tar.gz")
    first = scan(str(path), options=Options(output=tmp_path / "case"))

    assert first.report.gaps == examine(tmp_path / "case", source=path).report.gaps
