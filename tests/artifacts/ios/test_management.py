"""Who supervises the phone."""

from __future__ import annotations

import hashlib

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.management import MANAGEMENT, parse, parse_chaperone
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import Management

from .replies import read, values

COMPANY = {
    "IsSupervised": True,
    "IsMandatory": 1,
    "IsMDMUnremovable": True,
    "AllowPairing": 1,
    "IsMultiUser": False,
    "OrganizationName": "Example GmbH",
    "OrganizationPhone": "+49 30 000000",
    "OrganizationEmail": "someone@example.com",
    "OrganizationMagic": "MAGIC",
    "ConfigurationURL": "https://user:secret@MDM.example.com:8443/enroll?serial=1",
    "ConfigurationSource": 1,
    "SupervisorHostCertificates": [b"second", b"first", b"first"],
    "SkipSetup": ["AppleID"],
}


def configured(**found):
    return {"Status": "Acknowledged", "CloudConfiguration": found}


def test_a_company():
    digests = sorted(hashlib.sha256(one).hexdigest() for one in (b"first", b"second"))

    assert [
        Management(
            configured=True,
            supervised=True,
            organization="Example GmbH",
            mandatory=True,
            unremovable=True,
            allow_pairing=True,
            multi_user=False,
            source=1,
            host="mdm.example.com",
            supervisors=tuple(digests),
        )
    ] == read(parse, configured(**COMPANY))


def test_contacts_and_addresses_are_not_read():
    stated = repr(read(parse, configured(**COMPANY)))

    for word in ("+49", "someone", "MAGIC", "/enroll", "secret"):
        assert word not in stated


def test_no_configuration_says_nothing_of_supervision():
    (management,) = read(parse, {"Status": "Acknowledged"})

    assert (
        Management(configured=False, organization=None, host=None, supervisors=None) == management
    )
    assert UNSET is management.supervised


@pytest.mark.parametrize("supervised", [True, False])
def test_lockdownd_says_it_too(supervised):
    stated = values(DeviceIsChaperoned=supervised)

    assert [Management(supervised=supervised)] == read(parse_chaperone, stated)
    assert [Management()] == read(parse_chaperone, values())


def test_a_setup_without_a_management():
    setup = configured(AllowPairing=True, CloudConfigurationUIComplete=True, IsSupervised=False)

    assert [
        Management(
            configured=True,
            supervised=False,
            organization=None,
            allow_pairing=True,
            host=None,
            supervisors=None,
        )
    ] == read(parse, setup)


@pytest.mark.parametrize(
    ("stated", "host"),
    [
        ({"ConfigurationWebURL": "https://web.example.com/"}, "web.example.com"),
        ({"ConfigurationURL": "https://[bad/"}, UNSET),
        ({"ConfigurationURL": 7}, UNSET),
        ({}, None),
    ],
)
def test_the_host(stated, host):
    (management,) = read(parse, configured(**stated))

    assert host == management.host


def test_what_is_no_certificate_leaves_the_supervisors_open():
    (management,) = read(parse, configured(SupervisorHostCertificates=[b"one", "two"]))

    assert UNSET is management.supervisors


def test_too_many_certificates_are_an_error():
    with pytest.raises(ParseError):
        read(parse, configured(SupervisorHostCertificates=[b"x"] * 1001))


def test_a_rejected_request_is_no_configuration():
    chain = [{"ErrorCode": 14002, "LocalizedDescription": "words of the phone"}]

    with pytest.raises(NotAvailable) as raised:
        read(parse, {"Status": "Error", "ErrorChain": chain})

    assert "words of the phone" not in str(raised.value)


def test_a_configuration_of_another_type_is_an_error():
    with pytest.raises(ParseError):
        read(parse, {"Status": "Acknowledged", "CloudConfiguration": []})


def test_the_second_voice_alone_is_not_the_whole():
    assert ("configuration", "supervision") == MANAGEMENT.parts()
    assert ("supervision",) == MANAGEMENT.readings[1].covers
