"""The enrolment with a management server, and the cloud configuration."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.management import MANAGEMENT, parse_details
from scanner.artifacts.ios.recorded.managed_state import (
    MANAGED_STATE,
    parse,
    parse_apps,
    parse_none,
)
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import Management
from scanner.model.requests import Diagnostic

from .property_lists import HOSTILE, stated

AT = datetime(2026, 3, 1, 8, 30)  # noqa: DTZ001 - as property lists write it
ENROLMENT = {
    "ManagingProfileIdentifier": "com.example.mdm",
    "ServerURL": "https://user:secret@MDM.example.com:8443/server?udid=1",
    "CheckInURL": "https://checkin.example.com/in",
    "Topic": "com.apple.mgmt.External.0a1b",
    "AccessRights": 0b11,
    "PushMagic": "MAGIC",
    "IdentityPersistentRef": b"reference",
    "IsProfileLocked": True,
    "LastPollingSuccess": AT,
}


def test_the_enrolment():
    assert [
        Management(
            enrolled=True,
            enrolment="device",
            server="mdm.example.com",
            check_in="checkin.example.com",
            topic="com.apple.mgmt.External.0a1b",
            profile="com.example.mdm",
            profile_locked=True,
            access_rights=3,
            rights=("inspect_profiles", "change_profiles"),
            last_contact_at=AT.replace(tzinfo=UTC),
        )
    ] == stated(parse, ENROLMENT)


def test_secrets_and_paths_are_not_read():
    text = repr(stated(parse, ENROLMENT))

    for word in ("secret", "MAGIC", "reference", "udid", "/in"):
        assert word not in text


@pytest.mark.parametrize(
    ("said", "expected"),
    [({"IsUserEnrollment": True}, "user"), ({"IsADEProfile": True}, "automated"), ({}, "device")],
)
def test_how_it_came_about(said, expected):
    (management,) = stated(parse, ENROLMENT | said)

    assert expected == management.enrolment


def test_what_cannot_be_read_is_unset():
    (management,) = stated(parse, {"ServerURL": "", "AccessRights": "all"})

    assert (UNSET, None, UNSET, UNSET) == (
        management.server,
        management.check_in,
        management.access_rights,
        management.rights,
    )


def test_managed_apps():
    content = {"metadataByBundleID": {"com.example.b": {"flags": 1}, "com.example.a": {}}}

    assert [Management(managed_apps=("com.example.a", "com.example.b"))] == stated(
        parse_apps, content
    )
    assert [Management(managed_apps=None)] == stated(parse_apps, {})


def test_a_phone_without_profiles_is_not_enrolled():
    nobody = Management(
        enrolled=False, server=None, check_in=None, topic=None, profile=None, managed_apps=None
    )

    assert [nobody] == stated(parse_none, {"OrderedProfiles": [], "HiddenProfiles": []})
    with pytest.raises(NotAvailable):
        stated(parse_none, {"OrderedProfiles": ["com.example.a"]})


def test_apps_of_another_shape_are_refused():
    with pytest.raises(ParseError):
        stated(parse_apps, {"metadataByBundleID": ["com.example.a"]})


def test_a_cloud_configuration_is_stated_as_a_phone_would():
    content = {
        "IsSupervised": True,
        "AllowPairing": False,
        "ConfigurationSource": 2,
        "OrganizationName": "Example",
        "ConfigurationURL": "https://mdm.example.com/enroll",
    }
    (management,) = stated(parse_details, content)

    assert (True, True, False, 2, "Example", "mdm.example.com") == (
        management.configured,
        management.supervised,
        management.allow_pairing,
        management.source,
        management.organization,
        management.host,
    )


def test_a_phone_that_nobody_manages():
    content = {
        "AllowPairing": True,
        "CloudConfigurationUIComplete": True,
        "ConfigurationSource": 0,
        "IsSupervised": False,
        "PostSetupProfileWasInstalled": True,
    }
    (management,) = stated(parse_details, content)

    assert (False, False) == (management.configured, management.supervised)
    assert [Management(configured=False, organization=None, host=None, supervisors=None)] == stated(
        parse_details, {}
    )


@pytest.mark.parametrize("parser", [parse, parse_apps, parse_none, parse_details])
@pytest.mark.parametrize("data", HOSTILE)
def test_what_is_no_property_list_is_refused(parser, data):
    with pytest.raises(ParseError):
        stated(parser, data)


@pytest.mark.parametrize("parser", [parse, parse_details])
def test_another_dictionary_is_refused(parser):
    with pytest.raises(ParseError):
        stated(parser, {"Other": 1})


@pytest.mark.parametrize(
    ("artifact", "name"),
    [
        (MANAGED_STATE, "MDM.plist"),
        (MANAGED_STATE, "MDMAppManagement.plist"),
        (MANAGEMENT, "CloudConfigurationDetails.plist"),
    ],
)
def test_sysdiagnoses_answer(artifact, name):
    asked = Diagnostic(name=f"logs/MCState/Shared/{name}")

    assert any(reading.fits(asked) for reading in artifact.readings)
