"""Certificates in DER and PEM, and who signed whom."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import ParseError
from scanner.formats.certificates import (
    COUNT_LIMIT,
    SIZE_LIMIT,
    certificate_of,
    certificates_in,
    has_signed,
)
from tests.sources.recorded.collected import generator

signing = generator("signing")
ROOT = signing.party("Example Root", authority=True, path_length=1)
LEAF = signing.party("leaf.example.com", ROOT)


def pem(*parties):
    encoding = serialization.Encoding.PEM
    return b"".join(each.certificate.public_bytes(encoding) for each in parties)


def test_what_a_certificate_says():
    root, leaf = certificate_of(ROOT.der), certificate_of(LEAF.der)

    assert ("Example Root", "Example Root") == (root.subject, root.issuer)
    assert ("leaf.example.com", "Example Root") == (leaf.subject, leaf.issuer)
    assert (True, True, 1) == (root.self_signed, root.authority, root.path_length)
    assert (False, False, None) == (leaf.self_signed, leaf.authority, leaf.path_length)
    assert datetime(2034, 1, 1, tzinfo=UTC) == leaf.expires_at
    assert LEAF.certificate.fingerprint(hashes.SHA256()).hex() == leaf.sha256
    assert LEAF.certificate.fingerprint(hashes.SHA1()).hex() == leaf.sha1


def test_several_in_pem():
    found = list(certificates_in(b"bag attributes\n" + pem(LEAF, ROOT)))

    assert ["leaf.example.com", "Example Root"] == [each.subject for each in found]


def test_one_in_der():
    assert ["Example Root"] == [each.subject for each in certificates_in(ROOT.der)]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30\x80",
        ROOT.der[:-1],
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
        b"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n",
        pem(ROOT)[:-40],
        b"\x30" * (SIZE_LIMIT + 1),
        pem(ROOT) * (COUNT_LIMIT + 1),
    ],
)
def test_what_is_none_is_an_error(data):
    with pytest.raises(ParseError):
        list(certificates_in(data))


def test_who_signed_whom():
    root, leaf = certificate_of(ROOT.der), certificate_of(LEAF.der)
    other = certificate_of(
        signing.party("Example Root", authority=True, key=signing.key_of("other")).der
    )

    assert has_signed(root, leaf)
    assert not has_signed(leaf, root)
    assert not has_signed(other, leaf)


def builder(name, key):
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2024, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2034, 1, 1, tzinfo=UTC))
    )


def read(certificate):
    return certificate_of(certificate.public_bytes(serialization.Encoding.DER))


def test_one_that_may_not_sign_certificates_is_no_authority():
    key = signing.key_of("x")
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        builder("x", key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )

    assert not read(made).authority
    assert not read(builder("x", key).sign(key, hashes.SHA256())).authority


@pytest.mark.parametrize("digest", [hashes.SHA1(), hashes.SHA512()])
def test_rsa_with_old_and_new_digests(digest):
    key = rsa.generate_private_key(65537, 1024)
    certificate = builder("x", key).sign(key, digest) if digest.name != "sha1" else old(key)

    assert read(certificate).self_signed


def old(key):
    """Return a certificate that is signed with SHA-1, as Apple's were: no library makes one now."""
    made = asn1.Certificate.load(
        builder("x", key).sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    )
    method = {"algorithm": "sha1_rsa"}
    inside = made["tbs_certificate"]
    inside["signature"] = method
    made["signature_algorithm"] = method
    made["signature_value"] = key.sign(inside.dump(), padding.PKCS1v15(), hashes.SHA1())
    return x509.load_der_x509_certificate(made.dump(force=True))


def test_a_method_that_is_not_known_verifies_nothing():
    key = ed25519.Ed25519PrivateKey.generate()

    assert not read(builder("x", key).sign(key, None)).self_signed


def test_an_extension_that_stands_twice_is_an_error():
    made = asn1.Certificate.load(ROOT.der)
    inside = made["tbs_certificate"]
    again = [each for each in inside["extensions"] for _ in range(2)]
    inside["extensions"] = asn1.Extensions(again)

    with pytest.raises(ParseError):
        certificate_of(made.dump(force=True))


def test_a_key_of_a_megabyte_is_refused_and_a_large_one_verifies_nothing():
    with pytest.raises(ParseError):
        certificate_of(with_modulus(1 << 8_000_000))
    assert not certificate_of(with_modulus((1 << 200_000) + 1)).self_signed


def with_modulus(modulus):
    key = rsa.generate_private_key(65537, 1024)
    der = builder("x", key).sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    made = asn1.Certificate.load(der)
    public = made["tbs_certificate"]["subject_public_key_info"]["public_key"]
    public.parsed["modulus"] = modulus
    return made.dump(force=True)


def test_a_signature_that_leaves_a_bit_unused_is_none():
    for count in range(100):
        der = signing.party(f"leaf-{count}.example.com", ROOT).der
        if not der[-1] & 1:
            break
    start = len(der) - len(certificate_of(der).parsed.signature)
    second = der[: start - 1] + b"\1" + der[start:]

    assert has_signed(certificate_of(ROOT.der), certificate_of(der))
    assert not has_signed(certificate_of(ROOT.der), certificate_of(second))


@given(st.integers(0, len(LEAF.der) - 1), st.integers(1, 255))
def test_a_changed_certificate_is_not_the_one_that_was_signed(at, change):
    data = bytearray(LEAF.der)
    data[at] ^= change
    try:
        changed = certificate_of(bytes(data))
    except ParseError:
        return

    assert not has_signed(certificate_of(ROOT.der), changed)
