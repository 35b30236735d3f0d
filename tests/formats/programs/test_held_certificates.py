"""Certificates in the files of an app."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256

import pytest

from fixtures.building.keys import signer
from scanner.formats.programs.held_certificates import (
    digests_of_certificates,
    may_hold_certificates,
)

DER = signer("publisher").certificate
OTHER = signer("debug").certificate
DIGESTS = [sha256(one).hexdigest() for one in (DER, OTHER)]


def pem(der):
    return b"-----BEGIN CERTIFICATE-----\n" + b64encode(der) + b"\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize("path", ["a.pem", "assets/A.CRT", "res/raw/x.bks", "x.der", "x.cer"])
def test_names_of_certificates(path):
    assert may_hold_certificates(path)


@pytest.mark.parametrize("path", ["META-INF/CERT.pem", "a.txt", "pem", "a.pem.txt"])
def test_other_names(path):
    assert not may_hold_certificates(path)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("a.pem", pem(DER) + pem(OTHER)),
        ("a.bks", b"\0\0\0\2" + DER + b"between" + OTHER),
        ("a.jks", b"\xfe\xed\xfe\xed" + DER + OTHER),
    ],
)
def test_each_certificate_of_a_file(path, data):
    assert DIGESTS == list(digests_of_certificates(path, data))


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("a.pem", b""),
        ("a.der", DER[:-1]),
        ("a.bks", DER[:-1]),
        ("a.bks", b"\x30\x82" * 5000),
        ("a.bks", b"\x30\x82\x00\x08\x30\x82\x00\x04abcd"),
    ],
)
def test_what_is_none_gives_none(path, data):
    assert [] == list(digests_of_certificates(path, data))
