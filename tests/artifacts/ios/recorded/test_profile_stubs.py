"""Stubs of installed profiles say what the profiles would have said as files."""

from __future__ import annotations

import plistlib
from datetime import UTC, datetime

import pytest
from msgspec import UNSET, structs

from scanner.artifacts.ios import configuration_profile
from scanner.artifacts.ios.profile_contents import PROFILE_CONTENTS
from scanner.artifacts.ios.profiles import PROFILES
from scanner.artifacts.ios.recorded.profile_stubs import (
    parse_contents,
    parse_listed,
    parse_manifest,
)
from scanner.errors import NotAvailable, ParseError
from scanner.formats.profile_envelope import opened
from scanner.model.entities import Certificate, Payload, Profile
from scanner.model.evidence import BytesFile
from scanner.model.requests import Diagnostic, File, ProfileFile
from tests.artifacts.ios.profile_texts import CONFIGURATION
from tests.sources.recorded.collected import generator

from .property_lists import HOSTILE, stated, stated_until_the_error

signing = generator("signing")
ROOT = signing.party("Example Root", authority=True)
SIGNER = signing.party("Example Signer", ROOT)
FOLDER = "/private/var/containers/Shared/SystemGroup/systemgroup.com.apple.configurationprofiles"
PAYLOADS = [
    {"PayloadType": "com.apple.wifi.managed", "PayloadIdentifier": "com.example.wifi"},
    {
        "PayloadType": "com.apple.vpn.managed",
        "PayloadIdentifier": "com.example.vpn",
        "VPNType": "IKEv2",
        "IKEv2": {"RemoteAddress": "vpn.example.com", "OnDemandEnabled": 1},
    },
    {
        "PayloadType": "com.apple.security.root",
        "PayloadIdentifier": "com.example.root",
        "PayloadContent": ROOT.der,
    },
]
STUB = {
    "PayloadType": "Configuration",
    "PayloadIdentifier": "com.example.profile",
    "PayloadUUID": "0a1b2c3d-0000-4000-8000-000000000000",
    "PayloadVersion": 1,
    "PayloadDisplayName": "Example",
    "PayloadOrganization": "Example someone@example.com",
    "InstallDate": datetime(2026, 3, 1, 8, 30),  # noqa: DTZ001 - as property lists write it
    "InstallOptions": {"isInstalledByMDM": True, "filterFlag": 1},
    "ProfileWasEncrypted": False,
    "MCProfileIsRemovalStub": True,
    "PayloadContent": PAYLOADS,
}
KEY = {"identifier": "com.example.profile", "uuid": "0A1B2C3D-0000-4000-8000-000000000000"}


def test_the_profile_is_named_as_in_the_list_of_the_phone():
    assert [
        Profile(
            **KEY,
            file=None,
            name="Example",
            organization="Example …",
            description=None,
            installed=True,
            removable=True,
        )
    ] == stated(parse_listed, STUB)


@pytest.mark.parametrize("key", ["ProfileWasLocked", "PayloadRemovalDisallowed"])
def test_a_profile_that_was_locked_cannot_be_removed(key):
    (profile,) = stated(parse_listed, STUB | {key: True})

    assert False is profile.removable


def test_every_payload_is_stated():
    profile, *others = stated(parse_contents, STUB)
    payloads = [each for each in others if isinstance(each, Payload)]

    assert ["com.example.wifi", "com.example.vpn", "com.example.root"] == [
        each.identifier for each in payloads
    ]
    assert {None} == {each.file for each in payloads}
    assert "vpn.example.com" == payloads[1].host
    assert True is payloads[2].authority
    assert (
        "com.apple.security.root",
        "com.apple.vpn.managed",
        "com.apple.wifi.managed",
    ) == profile.payload_types
    assert False is profile.encrypted
    assert datetime(2026, 3, 1, 8, 30, tzinfo=UTC) == profile.installed_at
    assert True is profile.by_management


def test_a_certificate_is_stated_with_its_profile():
    certificates = [each for each in stated(parse_contents, STUB) if isinstance(each, Certificate)]

    assert [("com.example.root (payload 2 of com.example.profile)", True, UNSET)] == [
        (each.name, each.authority, each.active) for each in certificates
    ]


def test_nothing_is_known_of_a_certificate_that_lies_in_the_keychain():
    payload = {
        "PayloadType": "com.apple.security.pem",
        "PayloadIdentifier": "com.example.kept",
        "PERSISTENT_REF": b"reference",
    }
    found = stated(parse_contents, STUB | {"PayloadContent": [payload]})

    assert (
        Certificate(
            store="profile", user=0, name="com.example.kept (payload 0 of com.example.profile)"
        )
        == found[-1]
    )
    assert UNSET is found[1].authority


def test_who_signed_is_stated_with_the_chain():
    (profile, *_) = stated(parse_contents, STUB | {"SignerCerts": [SIGNER.der, ROOT.der]})

    assert ("valid", "Example Signer", "unknown") == (
        profile.signature,
        profile.signer,
        profile.chain,
    )


def test_a_profile_that_nobody_signed_says_so():
    (profile, *_) = stated(parse_contents, STUB)

    assert (None, None, None) == (profile.signature, profile.signer, profile.chain)


@pytest.mark.parametrize("certificates", [[b"none"], ["text"], [SIGNER.der, b"none"], []])
def test_signers_that_cannot_be_read_are_said_after_all_else(certificates):
    found, said = stated_until_the_error(parse_contents, STUB | {"SignerCerts": certificates})

    assert UNSET is found[0].signature
    assert 4 < len(found)
    assert "signed" in said


@pytest.mark.parametrize("data", CONFIGURATION)
def test_a_stub_says_of_its_payloads_what_the_file_said(data):
    """Rules see the same payloads, whether a profile is at hand as a file or installed."""
    of_file = list(configuration_profile.parse(BytesFile(ProfileFile(form="configuration"), data)))
    content = opened(data).content
    content = {key: value for key, value in content.items() if value is not None}
    of_stub = stated(parse_contents, plistlib.dumps(content))

    def payloads(found):
        return [structs.replace(each, file=None) for each in found if isinstance(each, Payload)]

    assert payloads(of_file) == payloads(of_stub)
    assert of_file[0].payload_types == of_stub[0].payload_types
    assert of_file[0].encrypted == of_stub[0].encrypted


def test_a_payload_that_cannot_be_read_hides_no_other():
    odd = STUB | {"PayloadContent": ["text", *PAYLOADS]}
    found, said = stated_until_the_error(parse_contents, odd)

    assert [1, 2, 3] == [each.index for each in found if isinstance(each, Payload)]
    assert "1 cannot" in said


@pytest.mark.parametrize("parse", [parse_listed, parse_contents, parse_manifest])
@pytest.mark.parametrize("data", HOSTILE)
def test_what_is_no_property_list_is_refused(parse, data):
    with pytest.raises(ParseError):
        stated(parse, data)


@pytest.mark.parametrize("missing", ["PayloadType", "PayloadIdentifier"])
def test_a_dictionary_of_anything_else_is_no_stub(missing):
    stub = {key: value for key, value in STUB.items() if key != missing}

    with pytest.raises(ParseError):
        stated(parse_listed, stub)


def test_a_list_without_profiles_says_that_there_is_none():
    assert [] == stated(parse_manifest, {"OrderedProfiles": [], "HiddenProfiles": []})


def test_a_list_with_profiles_leaves_the_answer_to_their_stubs():
    with pytest.raises(NotAvailable, match="2"):
        stated(parse_manifest, {"OrderedProfiles": ["a"], "HiddenProfiles": ["b"]})


def test_another_dictionary_is_no_list_of_profiles():
    with pytest.raises(ParseError):
        stated(parse_manifest, {"Other": 1})


@pytest.mark.parametrize("artifact", [PROFILES, PROFILE_CONTENTS])
@pytest.mark.parametrize(
    "request_",
    [
        File(path=f"{FOLDER}/Library/ConfigurationProfiles/profile-0a.stub"),
        File(path="/private/var/mobile/Library/UserConfigurationProfiles/profile-0a.stub"),
        Diagnostic(name="logs/MCState/Shared/profile-0a.stub"),
        Diagnostic(name="logs/MCState/User/profile-0a.stub"),
        Diagnostic(name="logs/MCState/Shared/PayloadManifest.plist"),
    ],
)
def test_backups_file_systems_and_sysdiagnoses_answer(artifact, request_):
    assert any(reading.fits(request_) for reading in artifact.readings)
