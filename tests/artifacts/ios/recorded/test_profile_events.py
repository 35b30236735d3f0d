"""The diaries of profiled."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.artifacts.ios.recorded.profile_events import PROFILE_EVENTS, parse, parse_settings
from scanner.errors import ParseError
from scanner.model.entities import ProfileEvent
from scanner.model.requests import Diagnostic

from .property_lists import HOSTILE, stated, stated_until_the_error

AT = datetime(2026, 3, 1, 8, 30, 15)  # noqa: DTZ001 - as property lists write it
UTC_AT = AT.replace(tzinfo=UTC)


def event(identifier="com.example.profile", operation="install", **other):
    return {identifier: {"Operation": operation, "Process": "profiled", "Timestamp": AT} | other}


def test_events_are_stated_as_they_stand():
    events = [event(), event(operation="remove", Process="mdmd"), event(operation="rotate")]

    expected = (("install", "profiled"), ("remove", "mdmd"), ("other", "profiled"))

    assert [
        ProfileEvent(
            identifier="com.example.profile", operation=operation, at=UTC_AT, process=process
        )
        for operation, process in expected
    ] == stated(parse, {"ProfileEvents": events})


def test_a_phone_without_events_has_none():
    assert [] == stated(parse, {"ProfileEvents": []})


def test_what_an_event_does_not_say_is_none():
    assert [
        ProfileEvent(identifier="com.example.a", operation="other", at=None, process=None)
    ] == stated(parse, {"ProfileEvents": [{"com.example.a": {"Timestamp": "yesterday"}}]})


@pytest.mark.parametrize("odd", ["text", {}, {"com.example.b": "text"}, 1])
def test_an_odd_event_hides_no_other(odd):
    found, said = stated_until_the_error(parse, {"ProfileEvents": [odd, event()]})

    assert ["com.example.profile"] == [each.identifier for each in found]
    assert "1 are none" in said


@pytest.mark.parametrize("parser", [parse, parse_settings])
@pytest.mark.parametrize("data", HOSTILE)
def test_what_is_no_property_list_is_refused(parser, data):
    with pytest.raises(ParseError):
        stated(parser, data)


@pytest.mark.parametrize("content", [{}, {"ProfileEvents": {}}, {"ProfileEvents": [{}] * 20_001}])
def test_what_is_no_list_of_events_is_refused(content):
    with pytest.raises(ParseError):
        stated(parse, content)


def test_changes_of_a_profiles_restrictions_are_stated_once_a_moment():
    change = {"event": "set", "process": "profiled", "timestamp": AT}
    content = {
        "SystemProfileRestrictions": {
            "com.example.profile": {
                "restrictedBool": {
                    "allowCamera": {"value": change},
                    "allowCloudBackup": {"value": change, "ask": change | {"process": "mdmd"}},
                }
            }
        },
        "Restrictions": {"restrictedBool": {"allowCamera": {"value": change}}},
    }

    assert [
        ProfileEvent(
            identifier="com.example.profile", operation="update", at=UTC_AT, process=process
        )
        for process in ("mdmd", "profiled")
    ] == stated(parse_settings, content)


def test_settings_without_profiles_state_nothing():
    assert [] == stated(parse_settings, {"Restrictions": {}})


def test_a_change_too_far_down_is_not_followed():
    deep: dict[str, Any] = {"timestamp": AT}
    for _ in range(20):
        deep = {"inner": deep}

    assert [] == stated(parse_settings, {"SystemProfileRestrictions": {"com.example.a": deep}})


@pytest.mark.parametrize("name", ["MCProfileEvents.plist", "MCSettingsEvents.plist"])
def test_sysdiagnoses_answer(name):
    asked = Diagnostic(name=f"logs/MCState/Shared/{name}")

    assert any(reading.fits(asked) for reading in PROFILE_EVENTS.readings)
