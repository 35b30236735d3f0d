"""Scans of backups of an iPhone: unlocked, locked, with a wrong password, and again."""

from __future__ import annotations

import plistlib
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.building.ios_backup import build
from scanner.errors import UsageError
from scanner.model.report import Report
from scanner.pipeline import Options, examine, examine_recording, scan

PASSWORD = "correct horse 4"
PREFERENCES = "/private/var/mobile/Library/Preferences/.GlobalPreferences.plist"
FILES = {PREFERENCES: plistlib.dumps({"LDMGlobalEnabled": True})}


def given(word: str | None) -> Callable[[], str | None]:
    return lambda: word


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    return build(tmp_path / "backup", FILES, password=PASSWORD)


def read(report: Report) -> set[str]:
    return set(report.coverage.artifacts_read)


def test_a_password_opens_what_the_artifacts_ask_for(locked: Path, tmp_path: Path):
    options = Options(password=given(PASSWORD), output=tmp_path / "case")

    scanned = scan(str(locked), options=options)

    assert scanned.report.run.acquisition is not None
    assert scanned.report.run.acquisition.transport == "ios_backup"
    assert scanned.report.run.acquisition.recorded_at is not None
    assert {"ios.global_preferences", "ios.backup_lists"} <= read(scanned.report)
    assert scanned.report.device is not None
    assert scanned.report.device.release == "26.1"


def test_without_a_password_it_is_described_and_decides_nothing(locked: Path):
    report = examine_recording(locked).report

    assert report.verdict == "inconclusive"
    assert "ios.backup_lists" in read(report)
    assert "ios.global_preferences" not in read(report)
    assert {gap.reason for gap in report.gaps if gap.artifact == "ios.recording"} == {"locked"}


def test_a_wrong_password_is_said_so(locked: Path):
    with pytest.raises(UsageError, match="password does not open") as caught:
        examine_recording(locked, options=Options(password=given("another")))

    assert caught.value.remedy


def test_a_password_is_asked_for_only_where_one_is_needed(tmp_path: Path):
    plain = build(tmp_path / "plain", FILES)
    asked: list[str] = []

    def password() -> str | None:
        asked.append("")
        return None

    report = examine_recording(plain, options=Options(password=password)).report

    assert asked == []
    assert "ios.global_preferences" in read(report)


def test_a_case_is_examined_again_with_its_backup_and_password(locked: Path, tmp_path: Path):
    options = Options(password=given(PASSWORD), output=tmp_path / "case")
    first = scan(str(locked), options=options)

    alone = examine(first.folder).report
    again = examine(first.folder, source=locked, password=given(PASSWORD)).report

    assert {check.reason for check in alone.checks if check.status == "not_examined"}
    assert again.verdict == first.report.verdict
    assert [each.id for each in again.findings] == [each.id for each in first.report.findings]
    assert again.coverage == first.report.coverage


def test_nothing_of_the_password_or_keys_is_kept(locked: Path, tmp_path: Path):
    options = Options(password=given(PASSWORD), output=tmp_path / "case", privacy="case")

    scan(str(locked), options=options)

    for path in (tmp_path / "case").rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes()


def test_a_quick_look_leaves_the_list_of_files_alone(tmp_path: Path):
    plain = build(tmp_path / "plain", FILES)

    quick = examine_recording(plain, options=Options(profile="quick")).report
    whole = examine_recording(plain).report

    assert "file" not in quick.coverage.entities
    assert whole.coverage.entities["file"] == 1
    assert "ios.global_preferences" in read(quick)


def test_personal_content_is_a_gap_unless_it_is_asked_for(tmp_path: Path):
    plain = build(tmp_path / "plain", FILES)

    default = examine_recording(plain).report
    asked = examine_recording(plain, options=Options(include=("content",))).report

    assert ["privacy_policy"] == [
        gap.reason for gap in default.gaps if gap.artifact == "ios.content"
    ]
    assert not [gap for gap in asked.gaps if gap.artifact == "ios.content"]
