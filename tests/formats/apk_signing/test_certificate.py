"""Certificates and keys as signers really wrote them."""

from __future__ import annotations

import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.building.keys import signer
from scanner.errors import ParseError
from scanner.formats.apk_signing import tlv
from scanner.formats.apk_signing.certificate import (
    certificate_of,
    key_within,
    may_sign,
    name_parts,
    record,
)
from scanner.formats.apk_signing.keys import key_of, kind_of, normal
from scanner.formats.apk_signing.signers import is_key_of

KEY = signer("publisher")


def parts(data):
    """Return the values of a certificate, and those within its first part."""
    inside, *others = tlv.read(data)
    return list(inside), others


def rebuilt(change):
    """Return the certificate with other parts."""
    inside, others = parts(KEY.certificate)
    changed = change([each.encoded for each in inside])
    outer = tlv.encoded(tlv.SEQUENCE, b"".join(changed))
    return tlv.encoded(tlv.SEQUENCE, outer + b"".join(each.encoded for each in others))


def with_part(place, value):
    def change(found):
        found[place] = value
        return found

    return change


def test_a_signer_is_known_by_digests_of_all_bytes():
    found = record(certificate_of(KEY.certificate))

    assert KEY.sha256 == found.sha256
    assert hashlib.sha1(KEY.certificate).hexdigest() == found.sha1
    assert hashlib.md5(KEY.certificate).hexdigest() == found.md5


def test_android_names_a_signer_by_a_sum_of_its_signed_bytes():
    """As `Arrays.hashCode` is defined: a polynomial of the bytes, with 31, modulo 2^32."""
    data = KEY.certificate
    signed = struct.unpack(f"{len(data)}b", data)
    total = 31 ** len(data) + sum(b * 31**n for n, b in enumerate(reversed(signed)))

    assert f"{total % 2**32:08x}" == record(certificate_of(data)).short


@pytest.mark.parametrize(
    ("name", "kind", "bits"),
    [
        ("publisher", "RSA", 2048),
        ("publisher-rsa1024", "RSA", 1024),
        ("publisher-ec", "EC", 256),
        ("publisher-ec384", "EC", 384),
        ("publisher-dsa", "DSA", 2048),
    ],
)
def test_each_kind_of_key_is_told(name, kind, bits):
    found = record(certificate_of(signer(name).certificate))

    assert (kind, bits, "sha256") == (found.key, found.bits, found.hash)


def test_a_serial_number_may_be_negative():
    data = rebuilt(with_part(1, tlv.encoded(tlv.INTEGER, b"\xff\x01")))

    assert -255 == certificate_of(data).serial


def test_a_modulus_without_its_leading_zero_is_read():
    key = tlv.read(KEY.public)
    algorithm, bits = key
    modulus, exponent = tlv.read(bits.contents, 1)
    negative = tlv.encoded(tlv.INTEGER, modulus.contents.lstrip(b"\0"))
    numbers = b"\0" + tlv.encoded(tlv.SEQUENCE, negative + exponent.encoded)
    odd = tlv.encoded(tlv.SEQUENCE, algorithm.encoded + tlv.encoded(tlv.BITS, numbers))
    data = rebuilt(with_part(6, odd))

    assert KEY.public == normal(odd)
    assert key_of(KEY.public).public_numbers() == key_within(certificate_of(data)).public_numbers()
    assert is_key_of(certificate_of(data), KEY.public)


def test_lengths_may_be_longer_than_needed():
    name = parts(KEY.certificate)[0][5]
    long = b"\x30\x84" + len(name.contents).to_bytes(4, "big") + name.contents
    open_ = b"\x30\x80" + name.contents + b"\0\0"

    for each in (long, open_):
        found = certificate_of(rebuilt(with_part(5, each)))
        assert name_parts(name) == name_parts(found.subject)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30\x00",
        b"x" * 40,
        KEY.certificate[:-1],
        KEY.public,
        rebuilt(with_part(4, b"\x30\x00")),
        rebuilt(with_part(4, tlv.encoded(tlv.SEQUENCE, b"\x17\x01x" * 2))),
        rebuilt(with_part(5, b"\x30\x02\x30\x00")),
        rebuilt(with_part(6, b"\x30\x00")),
        rebuilt(with_part(2, b"\x30\x03\x06\x01\x00")),
        rebuilt(lambda found: found[:5]),
        b"\x30\x83\x05\x00\x00" + bytes(0x50000),
    ],
)
def test_what_is_none_is_refused(data):
    with pytest.raises(ParseError):
        certificate_of(data)


def test_what_a_certificate_may_be_used_for_counts():
    assert may_sign(certificate_of(KEY.certificate))
    for kind, value, expected in (
        ("551d0f", "03020780", True),  # key usage: digital signature
        ("551d0f", "03020640", True),  # non-repudiation
        ("551d0f", "03020520", False),  # key encipherment
        ("2a0304", "0500", False),  # unknown, and critical
    ):
        oid, inside = (
            tlv.encoded(tlv.OID, bytes.fromhex(kind)),
            tlv.encoded(tlv.OCTETS, bytes.fromhex(value)),
        )
        one = tlv.encoded(tlv.SEQUENCE, oid + b"\x01\x01\xff" + inside)
        more = tlv.encoded(0xA3, tlv.encoded(tlv.SEQUENCE, one))
        data = rebuilt(lambda found, more=more: [*found[:7], more])

        assert expected is may_sign(certificate_of(data)), (kind, value)


def test_times_that_cannot_be_written_down_are_none():
    first = tlv.encoded(0x17, b"250230000000Z")
    last = tlv.encoded(0x18, b"20491231235959+0200")
    data = rebuilt(with_part(4, tlv.encoded(tlv.SEQUENCE, first + last)))
    found = record(certificate_of(data))

    assert found.not_before is None
    assert "2049-12-31T21:59:59+00:00" == found.not_after.isoformat()


@given(st.binary(max_size=200))
def test_anything_is_read_or_refused(data):
    for read in (certificate_of, key_of, normal, tlv.read):
        try:
            read(data)
        except ParseError:
            continue


def test_a_key_of_another_kind_is_refused():
    with pytest.raises(ParseError):
        key_of(b"x" * 20_000)
    with pytest.raises(ParseError):
        key_of(bytes.fromhex("302a300506032b6570032100") + bytes(32))
    assert "EC" == kind_of(key_of(signer("publisher-ec").public))


@pytest.mark.parametrize(
    ("contents", "expected"),
    [
        ("2a864886f70d010101", "1.2.840.113549.1.1.1"),
        ("551d0f", "2.5.29.15"),
        ("883703", "2.999.3"),
    ],
)
def test_object_identifiers_are_written_out(contents, expected):
    assert expected == tlv.identifier(tlv.read(tlv.encoded(tlv.OID, bytes.fromhex(contents))))


@pytest.mark.parametrize("data", ["", "30", "3081", "308500000000", "1f8080808080", "30800000ff"])
def test_values_that_are_cut_are_refused(data):
    with pytest.raises(ParseError):
        list(tlv.read(bytes.fromhex(data) if data != "30800000ff" else b"\x30\x80\x30"))


def test_values_of_open_length_are_not_read_too_deep():
    with pytest.raises(ParseError):
        tlv.read(b"\x30\x80" * 5000)
