"""Configuration profiles as files: what they would set up, and nothing personal."""

from __future__ import annotations

import plistlib
from datetime import UTC, datetime
from hashlib import sha256

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes
from msgspec import UNSET, convert, to_builtins

from scanner.artifacts.ios.configuration_profile import parse
from scanner.errors import ParseError
from scanner.model.entities import Certificate, Payload, Profile
from tests.artifacts.ios.configurations import (
    BASE,
    CARRIER,
    ROOT,
    file,
    keys,
    read_until_the_error,
    signing,
    statements,
)
from tests.sources.recorded.collected import FIXTURES


def profile(**fields):
    (found,) = statements(**fields)
    return found


def test_what_a_profile_says_of_itself():
    removed = datetime(2027, 1, 2, 3, 4, 5)  # noqa: DTZ001 - property lists write UTC
    found = profile(
        PayloadOrganization="Example Company",
        PayloadDescription="Settings",
        PayloadRemovalDisallowed=True,
        RemovalDate=removed,
    )

    assert found == Profile(
        identifier="com.example.profile",
        uuid="0A1B2C3D-0000-4000-8000-000000000000",
        file=found.file,
        name="Example",
        organization="Example Company",
        description="Settings",
        installed=False,
        removable=False,
        removal_passcode=False,
        payload_types=None,
        encrypted=False,
        expires_at=removed.replace(tzinfo=UTC),
        signature=None,
        signer=None,
        signer_sha256=None,
        signer_sha1=None,
        chain=None,
        signer_expires_at=None,
    )


def test_what_is_not_there_is_stated_as_none():
    found = profile()

    assert (None, None, None) == (found.organization, found.description, found.expires_at)
    assert found.removable


def test_a_time_to_live_names_no_day():
    assert UNSET is profile(DurationUntilRemoval=3600.0).expires_at


@pytest.mark.parametrize(
    "fields",
    [
        {"HasRemovalPasscode": True},
        {"PayloadContent": [{"PayloadType": "com.apple.profileRemovalPassword"}]},
    ],
)
def test_a_passcode_to_remove_it(fields):
    found = next(parse(file(plistlib.dumps(BASE | fields))))

    assert found.removal_passcode


def test_payloads_that_only_one_phone_can_read():
    content = {key: value for key, value in BASE.items() if key != "PayloadContent"}
    data = plistlib.dumps(content | {"EncryptedPayloadContent": b"\0" * 40})
    (found,) = parse(file(data))

    assert found.encrypted
    assert (UNSET, UNSET) == (found.payload_types, found.removal_passcode)


def test_who_signed_it():
    until = datetime(2025, 6, 1, tzinfo=UTC)
    signer = signing.party("signer.example.com", ROOT, until=until)
    data = signing.signed(plistlib.dumps(BASE), [signer], [ROOT])
    (found,) = parse(file(data))

    assert ("valid", "unknown") == (found.signature, found.chain)
    assert ("signer.example.com", until) == (found.signer, found.signer_expires_at)
    assert signer.certificate.fingerprint(hashes.SHA256()).hex() == found.signer_sha256
    assert signer.certificate.fingerprint(hashes.SHA1()).hex() == found.signer_sha1


def test_of_a_signature_that_does_not_verify_nothing_else_is_said():
    signed = signing.signed(plistlib.dumps(BASE), [ROOT])
    (found,) = parse(file(signed.replace(b"<string>Example<", b"<string>EXAMPLE<")))

    assert ("invalid", "EXAMPLE") == (found.signature, found.name)
    assert {UNSET} == {found.chain, found.signer, found.signer_sha256, found.signer_sha1}
    assert UNSET is found.signer_expires_at


def test_payloads_stand_in_their_order():
    whole, one, two = statements(
        {"PayloadType": "com.example.b", "PayloadIdentifier": "x", "PayloadDisplayName": "X"},
        {"PayloadType": "com.example.a", "PayloadOrganization": "Y"},
    )

    assert one == Payload(
        profile="com.example.profile",
        file=whole.file,
        index=0,
        payload_type="com.example.b",
        identifier="x",
        name="X",
        organization=None,
    )
    assert (1, "com.example.a", None, "Y") == (
        two.index,
        two.payload_type,
        two.identifier,
        two.organization,
    )


def test_the_types_of_all_payloads_each_once():
    kinds = ("com.example.b", "com.example.a", "com.example.b")
    found = statements(*({"PayloadType": kind} for kind in kinds))[0]

    assert ("com.example.a", "com.example.b") == found.payload_types


def test_addresses_of_persons_are_left_out_of_names():
    payload = {"PayloadType": "x", "PayloadDisplayName": "ann@example.com Mail"}
    found = statements(payload, PayloadDescription="Mail of ann@example.com")

    assert ("Mail of …", "… Mail") == (found[0].description, found[1].name)


def test_a_file_hides_no_other_of_the_same_identifier():
    first = statements({"PayloadType": "com.apple.wifi.managed"}, CARRIER)
    second = statements({"PayloadType": "com.apple.mdm"}, CARRIER)

    assert len(first + second) == len(keys(first + second))
    assert {first[0].file} == {each.file for each in first if not isinstance(each, Certificate)}
    assert keys(first) == keys(statements({"PayloadType": "com.apple.wifi.managed"}, CARRIER))


def test_the_digest_of_a_file_begins_as_it_does_elsewhere():
    data = plistlib.dumps(BASE)
    (found,) = parse(file(data))

    assert (32, True) == (len(found.file), sha256(data).hexdigest().startswith(found.file))


ODD = (7, True, 1.5, b"x", [], ["x"], {}, {"a": {}}, datetime(2026, 1, 2))  # noqa: DTZ001 - as plists


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_a_type_that_is_no_text_hides_no_other_payload(odd):
    payloads = [{"PayloadType": odd, "PayloadIdentifier": "x"}, {"PayloadType": "com.apple.mdm"}]
    found, said = read_until_the_error(BASE | {"PayloadContent": payloads})

    assert [UNSET, "com.apple.mdm"] == [each.payload_type for each in found[1:]]
    assert (UNSET, UNSET) == (found[0].payload_types, found[0].removal_passcode)
    assert said.endswith("; 1 cannot")


@pytest.mark.parametrize("odd", [*ODD, "text"], ids=repr)
def test_a_payload_that_is_none_hides_no_other(odd):
    payloads = [odd, {"PayloadType": "com.apple.mdm"}]
    found, _ = read_until_the_error(BASE | {"PayloadContent": payloads})

    assert (1, "com.apple.mdm") == (found[-1].index, found[-1].payload_type)


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize(
    "key",
    sorted(
        {
            *BASE,
            "PayloadOrganization",
            "PayloadDescription",
            "PayloadRemovalDisallowed",
            "HasRemovalPasscode",
            "RemovalDate",
            "DurationUntilRemoval",
            "IsEncrypted",
        }
        - {"PayloadType", "PayloadIdentifier", "PayloadContent"}
    ),
)
def test_values_of_other_types_in_a_profile_cost_those_alone(key, odd):
    payload = {"PayloadType": "com.apple.mdm", "PayloadDisplayName": odd, "PayloadIdentifier": odd}
    found, one = statements(payload, **{key: odd})

    assert ("com.example.profile", "com.apple.mdm") == (found.identifier, one.payload_type)
    assert found == convert(to_builtins(found), Profile)


def test_a_list_without_bounds_hides_no_other_payload():
    many = {
        "PayloadType": "com.apple.applicationaccess",
        "blockedAppBundleIDs": [str(number) for number in range(10_001)],
    }
    found, said = read_until_the_error(
        BASE | {"PayloadContent": [many, {"PayloadType": "com.apple.mdm"}]}
    )

    assert UNSET is found[1].apps
    assert "com.apple.mdm" == found[2].payload_type
    assert said.endswith("; 1 cannot")


def test_more_payloads_than_any_profile_has():
    payloads = [{"PayloadType": "com.apple.mdm"}] * 1003
    found, said = read_until_the_error(BASE | {"PayloadContent": payloads})

    assert 1001 == len(found)
    assert UNSET is found[0].payload_types
    assert said.endswith("; 3 cannot")


@pytest.mark.parametrize(
    "payload",
    [
        BASE,
        {"PayloadType": "com.example.outer", "PayloadContent": BASE},
        {"PayloadType": "com.example.outer", "PayloadContent": [{}, BASE]},
    ],
)
def test_a_profile_within_a_profile_is_said(payload):
    inner = {"PayloadContent": [{"PayloadType": "com.apple.mdm"}]}
    hiding = payload | inner if payload is BASE else payload
    found, said = read_until_the_error(BASE | {"PayloadContent": [hiding]})

    assert (payload["PayloadType"],) == found[0].payload_types
    assert [payload["PayloadType"]] == [each.payload_type for each in found[1:]]
    assert said.endswith("; 1 cannot")


@pytest.mark.parametrize("value", [None, 7, "x", {}, BASE, b"x"])
def test_a_profile_without_a_list_of_payloads_is_stated_and_said(value):
    content = BASE | {"PayloadContent": value}
    found, _ = read_until_the_error(
        {key: each for key, each in content.items() if each is not None}
    )

    assert ["com.example.profile"] == [each.identifier for each in found]
    assert UNSET is found[0].payload_types


def test_what_asks_a_phone_to_enrol():
    content = {
        "PayloadType": "Profile Service",
        "PayloadIdentifier": "com.example.enrol",
        "PayloadContent": {
            "URL": "https://enrol.example.com/x",
            "DeviceAttributes": ["UDID", "IMEI"],
            "Challenge": "secret",
        },
    }
    found, one = parse(file(plistlib.dumps(content)))

    assert ("Profile Service",) == found.payload_types
    assert ("enrol.example.com", "https") == (one.host, one.scheme)


@pytest.mark.parametrize(
    "fields",
    [
        {"PayloadType": "Other"},
        {"PayloadIdentifier": ""},
        {"PayloadIdentifier": 7},
    ],
)
def test_what_is_no_profile_is_an_error(fields):
    with pytest.raises(ParseError):
        list(parse(file(plistlib.dumps(BASE | fields))))


@pytest.mark.parametrize("name", ["name-server", "company-wifi", "device-control"])
def test_nothing_personal_is_read_of_our_files(name):
    data = (FIXTURES / "profiles" / f"{name}.mobileconfig").read_bytes()
    found = list(parse(file(data)))

    assert b"CANARY" not in msgspec.json.encode(found)
    assert len(found) > 1
    assert b"CANARY" in data or name == "name-server"
