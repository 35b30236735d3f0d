"""Certificates that payloads of configuration profiles carry."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from msgspec import UNSET

from scanner.formats import certificates
from scanner.model.entities import Certificate
from tests.artifacts.ios.configurations import (
    BASE,
    CARRIER,
    ROOT,
    keys,
    read_until_the_error,
    signing,
    statements,
)


@pytest.mark.parametrize("kind", ["root", "pem", "pkcs1"])
def test_a_certificate_that_a_payload_carries(kind):
    payload = {
        "PayloadType": f"com.apple.security.{kind}",
        "PayloadIdentifier": "com.example.root",
        "PayloadContent": ROOT.der,
    }
    whole, one, carried = statements(payload)

    assert (carried.sha256, True) == (one.certificate_sha256, one.authority)
    assert carried.sha1 == one.certificate_sha1
    assert carried == Certificate(
        store="profile",
        user=0,
        name=f"com.example.root (payload 0 of file {whole.file})",
        active=False,
        sha256=hashlib.sha256(ROOT.der).hexdigest(),
        sha1=hashlib.sha1(ROOT.der, usedforsecurity=False).hexdigest(),
        subject="Example Root",
        issuer="Example Root",
        self_signed=True,
        authority=True,
        expires_at=datetime(2034, 1, 1, tzinfo=UTC),
    )


def test_certificates_of_equal_payloads_are_several():
    payload = {
        "PayloadType": "com.apple.security.root",
        "PayloadIdentifier": "com.example.root",
        "PayloadContent": ROOT.der,
    }
    found = [each for each in statements(payload, payload) if isinstance(each, Certificate)]

    assert 2 == len(keys(found))


def test_several_certificates_of_one_payload():
    leaf = signing.party("leaf.example.com", ROOT)
    bundle = b"".join(
        each.certificate.public_bytes(serialization.Encoding.PEM) for each in (leaf, ROOT)
    )
    _, one, *carried = statements(CARRIER | {"PayloadContent": bundle})

    assert ["leaf.example.com", "Example Root"] == [each.subject for each in carried]
    assert (carried[0].sha256, True) == (one.certificate_sha256, one.authority)
    assert 2 == len(keys(carried))


@pytest.mark.parametrize("content", [b"no certificate", "text", None])
def test_a_certificate_that_cannot_be_read_is_said_at_the_end(content):
    fields = {} if content is None else {"PayloadContent": content}
    broken = {"PayloadType": "com.apple.security.root"} | fields
    found, said = read_until_the_error(
        BASE | {"PayloadContent": [broken, {"PayloadType": "com.apple.mdm"}]}
    )

    assert ["com.apple.security.root", "com.apple.mdm"] == [each.payload_type for each in found[1:]]
    assert (UNSET, UNSET) == (found[1].certificate_sha256, found[1].authority)
    assert said.endswith("; 1 cannot")


def test_more_certificates_than_a_payload_has_are_said_once():
    leaf = signing.party("leaf.example.com", ROOT).certificate
    bundle = leaf.public_bytes(serialization.Encoding.PEM) * (certificates.COUNT_LIMIT + 1)
    found, said = read_until_the_error(
        BASE | {"PayloadContent": [CARRIER | {"PayloadContent": bundle}]}
    )

    assert certificates.COUNT_LIMIT == sum(isinstance(each, Certificate) for each in found)
    assert found[1].certificate_sha256
    assert UNSET is found[1].authority
    assert said.endswith("; 1 cannot")
