"""Messages whose content lies outside them, and whom they are trusted through."""

from __future__ import annotations

import plistlib
import struct

import pytest
from asn1crypto import cms, core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from fixtures.building.code_signing import identity, message, superblob
from scanner.formats.certificates import certificate_of
from scanner.formats.macho.code_cms import certificates_of
from scanner.formats.macho.code_directory import code_directory
from scanner.formats.macho.superblob import superblob as read
from scanner.formats.macho.trust import apple_roots, is_rooted, signer, team_of
from tests.formats.macho.signed import ROOTS, reasons, signed, verified, walked

SIGNED = signed()
PLACE = walked(SIGNED).signature
BLOBS = read(SIGNED[PLACE[0] : PLACE[0] + PLACE[1]]).blobs
DIRECTORY = BLOBS[0]
SHA256 = "2.16.840.1.101.3.4.2.1"


def said_by(data):
    """Return why a program is not signed by a message."""
    blob = struct.pack(">II", 0xFADE0B01, 8 + len(data)) + data
    at, size = PLACE
    whole = superblob({**BLOBS, 0x10000: blob}).ljust(size, b"\0")
    return reasons(verified(SIGNED[:at] + whole))


def naming(kind, *values):
    return {
        "type": f"1.2.840.113635.100.9.{kind}",
        "values": cms.SetOfAny(list(map(core.Any, values))),
    }


def pair(method, digest):
    inside = core.ObjectIdentifier(method).dump() + core.OctetString(digest).dump()
    return core.Sequence.load(b"\x30" + bytes([len(inside)]) + inside)


def listed(*digests):
    return core.OctetString(plistlib.dumps({"cdhashes": list(digests)}))


FOUND = code_directory(DIRECTORY)


@pytest.mark.parametrize(
    "more",
    [
        [],
        [naming(1, listed(FOUND.cdhash))],
        [naming(2, pair(SHA256, FOUND.full_digest))],
        [naming(2, pair(SHA256, FOUND.full_digest), pair("1.2.3", b"x"))],
    ],
)
def test_attributes_that_name_the_directory(more):
    assert set() == said_by(message(DIRECTORY, identity(), more, is_outside=True))


@pytest.mark.parametrize(
    "more",
    [
        [naming(1, listed(bytes(20)))],
        [naming(1, listed(FOUND.cdhash, bytes(20)))],
        [naming(1, core.OctetString(b"no list"))],
        [naming(1, core.Integer(7))],
        [naming(2, pair(SHA256, bytes(32)))],
        [naming(2, pair(SHA256, b"short"))],
        [naming(2, pair("1.2.3", b"x"))],
        [naming(2, core.Integer(7))],
    ],
)
def test_attributes_that_name_others(more):
    data = message(DIRECTORY, identity(), more, is_outside=True)

    assert {("cms", "hashes_differ")} == said_by(data)


def test_messages_of_another_form():
    inside = message(DIRECTORY, identity())
    other = cms.ContentInfo({"content_type": "data", "content": b"x"}).dump()
    long = b"\x30" + bytes(17 << 20)
    many = [naming(5, core.Integer(each)) for each in range(60)]
    attributes = message(DIRECTORY, identity(), many, is_outside=True)

    for data in (inside, other, attributes, b"no"):
        assert {("cms", "malformed")} == said_by(data)
    assert [] == certificates_of(other) == certificates_of(b"no") == certificates_of(long)


def test_a_message_by_nobody_known():
    whole = cms.ContentInfo.load(message(DIRECTORY, identity(), is_outside=True))
    whole["content"]["certificates"] = []

    assert {("cms", "unreadable")} == said_by(whole.dump(force=True))


def test_certificates_are_bounded():
    whole = cms.ContentInfo.load(message(DIRECTORY, identity(), is_outside=True))
    first = whole["content"]["certificates"][0]
    whole["content"]["certificates"] = [first] * 200

    assert 100 == len(certificates_of(whole.dump(force=True)))


NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Example")])


def certificate(key, issuer_key=None, *, authority=True, names=(NAME, NAME)):
    start = x509.CertificateBuilder().subject_name(names[0]).issuer_name(names[1])
    dates = start.not_valid_before(DAY).not_valid_after(DAY)
    builder = dates.public_key(key.public_key()).serial_number(7)
    builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), True)
    by = issuer_key or key
    digest = None if isinstance(by, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return certificate_of(builder.sign(by, digest).public_bytes(Encoding.DER))


DAY = identity().certificate.not_valid_before_utc


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (rsa.generate_private_key(65537, 2048), ("RSA", 2048, "sha256")),
        (dsa.generate_private_key(1024), ("DSA", 1024, "sha256")),
        (ed25519.Ed25519PrivateKey.generate(), (None, None, None)),
    ],
)
def test_keys_of_signers(key, expected):
    found = signer(certificate(key))

    assert expected == (found.key, found.bits, found.hash)


def test_a_leaf_need_not_name_a_team():
    assert None is team_of(ROOTS[0])


def test_the_pinned_roots_are_three():
    assert 3 == len(apple_roots())


def test_a_chain_is_not_looked_for_without_end():
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(3)]
    leaf = certificate(keys[0], keys[1], authority=False)
    others = [certificate(keys[2])] * 150

    assert not is_rooted(leaf, [*others, *others, certificate(keys[1])], [certificate(keys[1])][:0])
    assert is_rooted(leaf, others, [certificate(keys[1])])
    assert not is_rooted(leaf, [certificate(keys[1], authority=False)], ROOTS)
    assert not is_rooted(leaf, [certificate(keys[1])], ROOTS)
