"""Refusals and broken replies: each costs its own answer, none reads as a finding of nothing."""

from __future__ import annotations

import contextlib
import plistlib

import pytest

from scanner.artifacts.ios import (
    activation,
    apps,
    boot,
    build,
    companions,
    disk_images,
    home_screen,
    management,
    profiles,
    state,
)
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import Entity, Otherwise
from scanner.model.evidence import BytesFile
from scanner.model.requests import Lockdown, RecordedOnly, ServiceCall

from .replies import read

ARTIFACTS = (
    build.BUILD,
    state.STATE,
    activation.ACTIVATION,
    boot.BOOT,
    management.MANAGEMENT,
    profiles.PROFILES,
    apps.APPS,
    home_screen.HOME_SCREEN,
    disk_images.DISK_IMAGES,
    companions.COMPANIONS,
)
READINGS = [
    pytest.param(reading, id=f"{artifact.name}-{number}")
    for artifact in ARTIFACTS
    for number, reading in enumerate(artifact.readings)
    if not isinstance(reading.request, RecordedOnly)
]


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("GetProhibited", "no_permission"),
        ("MCProtected", "no_permission"),
        ("PasswordProtected", "locked"),
        ("MissingValue", "source_absent"),
        ("UnknownCommand", "unsupported_version"),
        ("SomethingElse", "source_absent"),
        (17, "source_absent"),
    ],
)
def test_a_refusal_is_no_answer(reading, error, reason):
    with pytest.raises(NotAvailable) as raised:
        read(reading.parse, {"Request": "GetValue", "Error": error})

    assert reason == raised.value.reason
    assert "SomethingElse" not in str(raised.value)


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("value", [{}, [], "text", {"Value": 1}, {"Status": 1}, {"Status": "Nope"}])
def test_another_shape_is_an_error(reading, value):
    with pytest.raises((ParseError, NotAvailable)):
        read(reading.parse, value)


@pytest.mark.parametrize("reading", READINGS)
def test_a_reply_that_is_cut_off_is_an_error(reading):
    data = plistlib.dumps({"Status": "Complete", "LookupResult": {}, "EntryList": []})

    with pytest.raises(ParseError):
        list(reading.parse(BytesFile(Lockdown(), data[:-9])))


@pytest.mark.parametrize("artifact", ARTIFACTS, ids=lambda one: one.name)
def test_an_artifact_is_of_the_phone_and_asks_it(artifact):
    assert "ios" == artifact.platform
    assert artifact.name.startswith("ios.")
    asked = [reading.request for reading in artifact.readings]
    assert any(isinstance(each, Lockdown | ServiceCall) for each in asked)
    assert all(isinstance(each, Lockdown | ServiceCall | RecordedOnly) for each in asked)


WRONG = [b"\0", 7, -1.5, True, "x" * 5000, ["a", 1, {}], {"k": "v"}, "\x1b[2J</b>"]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize(
    ("parse", "whole"),
    [
        (build.parse, {"Value": {"ProductVersion": "26.1", "BuildVersion": "1A1"}}),
        (apps.parse, {"Status": "Complete", "LookupResult": {"com.a": {"Path": "/a"}}}),
        (
            profiles.parse,
            {
                "Status": "Acknowledged",
                "OrderedIdentifiers": ["a"],
                "ProfileManifest": {"a": {"IsActive": True}},
                "ProfileMetadata": {"a": {"PayloadUUID": "u"}},
            },
        ),
        (management.parse, {"Status": "Acknowledged", "CloudConfiguration": {"IsSupervised": 1}}),
        (disk_images.parse, {"EntryList": [{"MountPath": "/a", "DiskImageType": "Cryptex"}]}),
        (home_screen.parse, [[{"bundleIdentifier": "com.a"}]]),
    ],
)
def test_a_value_of_a_wrong_type_costs_no_more_than_its_answer(parse, whole, wrong):
    def everywhere(value):
        """Yield the reply with each of its values replaced, one at a time."""
        if isinstance(value, dict | list):
            for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
                for changed in (*everywhere(inner), wrong):
                    copy = value.copy()
                    copy[key] = changed
                    yield copy

    for value in everywhere(whole):
        stated = []
        with contextlib.suppress(ParseError, NotAvailable):
            stated = read(parse, value)
        assert all(isinstance(one, Entity | Otherwise) for one in stated)
        told = [getattr(one, name) for one in stated for name in one.__struct_fields__]
        assert not [one for one in told if isinstance(one, str) and len(one) > 1000]
