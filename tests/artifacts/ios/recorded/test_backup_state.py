"""What the phone keeps of its own backups and restores."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.recorded.backup_state import BACKUP_STATE, parse
from scanner.errors import ParseError
from scanner.model.entities import DeviceState
from scanner.model.requests import Diagnostic, File

from .property_lists import HOSTILE, stated

AT = datetime(2026, 3, 1, 23, 30)  # noqa: DTZ001 - as property lists write it
LATER = datetime(2026, 3, 4, 1, 0)  # noqa: DTZ001


def test_a_phone_that_was_restored_and_backed_up():
    content = {
        "RestoreInfo": {"RestoreDate": AT, "WasCloudRestore": True, "BackupBuildVersion": "20A1"},
        "BackupStateInfo": {
            "isCloud": True,
            "date": AT,
            "errors": [
                {"code": 0, "date": AT},
                {"code": 0, "date": LATER},
                {"code": 7, "date": datetime(2026, 3, 9)},  # noqa: DTZ001
                "text",
            ],
        },
        "PreflightSizing": {"AppDomain-com.example.private": 418},
    }

    assert [
        DeviceState(
            restored_at=AT.replace(tzinfo=UTC),
            restored_from_cloud=True,
            cloud_backup_on="2026-03-04",
        )
    ] == stated(parse, content)


@pytest.mark.parametrize("content", [{}, {"PreflightSizing": {}}])
def test_a_phone_that_was_not(content):
    assert [DeviceState(restored_at=None, cloud_backup_on=None)] == stated(parse, content)


@pytest.mark.parametrize(
    "state",
    [{}, {"errors": [{"code": 7, "date": AT}]}, {"isCloud": False, "errors": [{"code": 0}]}],
)
def test_a_backup_whose_day_is_not_said(state):
    (found,) = stated(parse, {"BackupStateInfo": state, "RestoreInfo": {"RestoreDate": "x"}})

    assert (UNSET, UNSET) == (found.cloud_backup_on, found.restored_at)


@pytest.mark.parametrize("data", HOSTILE)
def test_what_is_no_property_list_is_refused(data):
    with pytest.raises(ParseError):
        stated(parse, data)


def test_another_dictionary_is_refused():
    with pytest.raises(ParseError):
        stated(parse, {"Other": 1})


@pytest.mark.parametrize(
    "asked",
    [
        Diagnostic(name="logs/MobileBackup/com.apple.MobileBackup.plist"),
        File(path="/private/var/root/Library/Preferences/com.apple.MobileBackup.plist"),
        File(path="/private/var/mobile/Library/Preferences/com.apple.MobileBackup.plist"),
    ],
)
def test_recordings_answer(asked):
    assert any(reading.fits(asked) for reading in BACKUP_STATE.readings)
