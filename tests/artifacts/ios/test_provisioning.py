"""Provisioning profiles: of a phone, and as files."""

from __future__ import annotations

import hashlib
import plistlib
from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.provisioning import parse, parse_installed
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import ProvisioningProfile
from scanner.model.evidence import BytesFile
from scanner.model.requests import ProfileFile
from tests.artifacts.ios.replies import read, reply
from tests.sources.recorded.collected import FIXTURES, generator

signing = generator("signing")
CREATED, EXPIRES = datetime(2026, 3, 1), datetime(2027, 3, 1)  # noqa: DTZ001 - as plists write UTC
BASE = {
    "UUID": "0a1b2c3d-0000-4000-8000-000000000000",
    "Name": "Example Development",
    "ApplicationIdentifierPrefix": ["EXAMPLE123"],
    "TeamIdentifier": ["EXAMPLE123"],
    "TeamName": "Ann Example",
    "Platform": ["iOS", "xrOS"],
    "CreationDate": CREATED,
    "ExpirationDate": EXPIRES,
    "DeveloperCertificates": [b"one", b"two"],
    "ProvisionedDevices": ["00008110-000000000000001E", "00008110-000000000000002E"],
    "Entitlements": {
        "application-identifier": "EXAMPLE123.com.example.app",
        "get-task-allow": True,
        "com.apple.developer.networking.vpn.api": ["allow-vpn"],
        "aps-environment": False,
    },
}


def made(**fields):
    content = {key: value for key, value in (BASE | fields).items() if value is not None}
    return signing.signed(plistlib.dumps(content), [signing.party("Example Signer")])


def one(data):
    (found,) = parse(BytesFile(ProfileFile(form="provisioning"), data))
    return found


def installed(*profiles, status=0):
    return read(parse_installed, {"Status": status, "Payload": list(profiles)})


def test_what_a_developers_profile_says():
    data = made()

    assert one(data) == ProvisioningProfile(
        uuid="0a1b2c3d-0000-4000-8000-000000000000",
        file=hashlib.sha256(data).hexdigest()[:32],
        name="Example Development",
        app_id="com.example.app",
        teams=("EXAMPLE123",),
        team_name=UNSET,
        installed=False,
        enterprise=False,
        store=False,
        platforms=("iOS", "xrOS"),
        devices=("00008110-000000000000001E", "00008110-000000000000002E"),
        device_count=2,
        created_at=CREATED.replace(tzinfo=UTC),
        expires_at=EXPIRES.replace(tzinfo=UTC),
        debuggable=True,
        entitlements=(
            "application-identifier",
            "com.apple.developer.networking.vpn.api",
            "get-task-allow",
        ),
        certificates=(hashlib.sha256(b"one").hexdigest(), hashlib.sha256(b"two").hexdigest()),
        signature="valid",
        chain="self_signed",
        signer="Example Signer",
    )


def test_an_enterprises_profile_is_for_any_phone_and_names_the_company():
    found = one(made(ProvisionsAllDevices=True, ProvisionedDevices=None, TeamName="Example Ltd."))

    assert (True, False, "Example Ltd.") == (found.enterprise, found.store, found.team_name)
    assert (None, 0) == (found.devices, found.device_count)


def test_a_profile_for_the_store_names_no_phones():
    found = one(made(ProvisionedDevices=None))

    assert (False, True, None) == (found.enterprise, found.store, found.devices)


def test_what_is_not_there_is_stated_as_none():
    found = one(made(Entitlements=None, Platform=None, CreationDate=None, Name=None))

    assert (None, None, None, False) == (
        found.app_id,
        found.entitlements,
        found.platforms,
        found.debuggable,
    )
    assert (None, None) == (found.created_at, found.name)


@pytest.mark.parametrize(
    ("entitlements", "expected"),
    [
        ({"application-identifier": "EXAMPLE123.*"}, "*"),
        ({"com.apple.application-identifier": "EXAMPLE123.com.example"}, "com.example"),
        ({"application-identifier": "EXAMPLE123"}, None),
    ],
)
def test_the_identifier_of_the_app_without_the_team(entitlements, expected):
    assert expected == one(made(Entitlements=entitlements)).app_id


def test_a_profile_that_nobody_signed():
    found = one(plistlib.dumps(BASE))

    assert (None, None, None) == (found.signature, found.chain, found.signer)


def test_a_profile_that_was_changed():
    found = one(made().replace(b"get-task-allow", b"GET-TASK-ALLOW"))

    assert ("invalid", UNSET, UNSET) == (found.signature, found.chain, found.signer)


def test_the_profiles_of_a_phone():
    found = installed(made(), made(UUID="other"))

    assert [True, True] == [each.installed for each in found]
    assert "other" == found[1].uuid
    assert [None, None] == [each.file for each in found]


def test_a_file_hides_no_other_of_the_same_identifier():
    genuine, copy = one(made()), one(made(ProvisionsAllDevices=True))

    assert genuine.uuid == copy.uuid
    assert genuine.file != copy.file


def test_a_signer_below_an_authority_that_did_not_come_along():
    authority = signing.party("Example Authority", authority=True)
    signer = signing.party("Apple iPhone OS Provisioning Profile Signing", authority)
    found = one(signing.signed(plistlib.dumps(BASE), [signer]))

    assert ("valid", "incomplete") == (found.signature, found.chain)


def test_a_phone_without_any():
    assert [] == installed()


def test_one_that_cannot_be_read_hides_no_other():
    found = []

    with pytest.raises(ParseError, match="2 of 3"):
        found.extend(parse_installed(reply({"Status": 0, "Payload": [b"x", made(), "text"]})))
    assert [BASE["UUID"]] == [each.uuid for each in found]


def test_a_phone_that_refuses():
    with pytest.raises(NotAvailable):
        installed(status=0xE8008001)


@pytest.mark.parametrize(
    "said", [{}, {"Payload": []}, {"Status": 0}, {"Status": 0, "Payload": {}}, []]
)
def test_a_reply_of_another_shape_is_an_error(said):
    with pytest.raises(ParseError):
        read(parse_installed, said)


def test_more_profiles_than_any_phone_has():
    with pytest.raises(ParseError):
        installed(*[b""] * 2001)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        made()[:-1000],
        made(UUID=None),
        made(TeamIdentifier=None, ApplicationIdentifierPrefix=None, ProvisionedDevices=None),
        made(ProvisionedDevices=[str(number) for number in range(10_001)]),
    ],
)
def test_what_is_no_profile_is_an_error(data):
    with pytest.raises(ParseError):
        one(data)


def test_our_own_file():
    found = one((FIXTURES / "profiles" / "enterprise.mobileprovision").read_bytes())

    assert (True, True) == (found.enterprise, found.debuggable)
    assert ("valid", "unknown") == (found.signature, found.chain)
    assert "Apple iPhone OS Provisioning Profile Signing" == found.signer
