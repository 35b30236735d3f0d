"""Restrictions that are in force, and which profiles demand them."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.recorded.restrictions import RESTRICTIONS, parse, parse_demanded
from scanner.errors import ParseError
from scanner.model.entities import Restriction
from scanner.model.requests import Diagnostic, File

from .property_lists import HOSTILE, stated


def by_name(found):
    return {each.name: each for each in found}


def test_values_and_what_the_user_chose_within_them():
    found = stated(
        parse,
        {
            "restrictedBool": {
                "allowCamera": {"value": False},
                "allowLockdownMode": {"value": True, "preference": True},
                "allowAirDrop": {"preference": False},
            },
            "restrictedValue": {
                "maxInactivity": {"value": 300, "preference": 60},
                "maxGracePeriod": {"value": 5.0},
                "odd": {"value": 0.5},
                "huge": {"value": 2**63},
            },
        },
    )

    assert {
        "allowCamera": (False, UNSET),
        "allowLockdownMode": (True, True),
        "allowAirDrop": (UNSET, False),
        "maxInactivity": (300, 60),
        "maxGracePeriod": (5, UNSET),
        "odd": (UNSET, UNSET),
        "huge": (UNSET, UNSET),
    } == {each.name: (each.value, each.preference) for each in found}


@pytest.mark.parametrize("kind", ["intersectedValues", "intersection", "unionValues", "union"])
def test_lists_are_counted_and_only_those_of_apps_are_read(kind):
    found = by_name(
        stated(
            parse,
            {
                kind: {
                    "blockedAppBundleIDs": {"values": ["com.example.b", "com.example.a", 1]},
                    "managedWebDomains": {"values": ["private.example.com"]},
                    "appLockBundleIDs": {"values": []},
                    "unsaid": {},
                }
            },
        )
    )

    assert (3, ("com.example.a", "com.example.b")) == (
        found["blockedAppBundleIDs"].count,
        found["blockedAppBundleIDs"].apps,
    )
    assert (1, UNSET) == (found["managedWebDomains"].count, found["managedWebDomains"].apps)
    assert (0, None) == (found["appLockBundleIDs"].count, found["appLockBundleIDs"].apps)
    assert UNSET is found["unsaid"].count
    assert "private.example.com" not in repr(found)


def test_who_demands_it():
    content = {
        "com.example.b": {"restrictedBool": {"allowCamera": {"value": False}}},
        "com.example.a": {
            "restrictedBool": {"allowCamera": {"value": False}},
            "restrictedValue": {"maxInactivity": {"value": 60}},
        },
    }

    assert [
        Restriction(name="allowCamera", profiles=("com.example.a", "com.example.b")),
        Restriction(name="maxInactivity", profiles=("com.example.a",)),
    ] == stated(parse_demanded, content)


def test_nobody_demands_anything():
    assert [] == stated(parse_demanded, {})


@pytest.mark.parametrize("parser", [parse, parse_demanded])
@pytest.mark.parametrize("data", HOSTILE)
def test_what_is_no_property_list_is_refused(parser, data):
    with pytest.raises(ParseError):
        stated(parser, data)


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"other": {}},
        {"restrictedBool": []},
        {"restrictedBool": {"allowCamera": True}},
        {"restrictedBool": {str(number): {} for number in range(10_001)}},
    ],
)
def test_settings_of_another_shape_are_refused(content):
    with pytest.raises(ParseError):
        stated(parse, content)


def test_demands_of_another_shape_are_refused():
    with pytest.raises(ParseError):
        stated(parse_demanded, {"com.example.a": True})


@pytest.mark.parametrize(
    "asked",
    [
        Diagnostic(name="logs/MCState/User/EffectiveUserSettings.plist"),
        Diagnostic(name="logs/MCState/Shared/ProfileTruth.plist"),
        File(
            path="/private/var/mobile/Library/UserConfigurationProfiles/EffectiveUserSettings.plist"
        ),
    ],
)
def test_recordings_answer(asked):
    assert any(reading.fits(asked) for reading in RESTRICTIONS.readings)
