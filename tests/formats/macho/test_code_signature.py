from __future__ import annotations

import struct
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from fixtures.building.code_signing import (
    DISTRIBUTION,
    STORE,
    Signing,
    identity,
    superblob,
)
from fixtures.building.macho import PAGE, Program, macho
from scanner.formats.macho import reasons as words
from scanner.formats.macho.code_signature import code_signature
from scanner.formats.macho.superblob import superblob as read
from tests.formats.macho.signed import ASKED, ROOTS, reasons, signed, signing, verified, walked

SIGNED = signed()
LIMIT = walked(SIGNED).signature[0]
PROGRAM = macho(Program())


@pytest.mark.parametrize("methods", [("sha1",), ("sha256",), ("sha1", "sha256")])
@pytest.mark.parametrize("machine", ["arm64", "armv7"])
def test_a_signature_that_holds(methods, machine):
    found = verified(macho(Program(machine=machine), signing(methods=methods)))

    assert (True, ("code", "cms"), ("code", "cms"), ()) == (
        found.signature.verified,
        found.signature.schemes,
        found.signature.present,
        found.signature.errors,
    )
    assert ("com.example.app", "EXAMPLE123") == (found.directory.identifier, found.directory.team)
    assert methods[-1] == found.directory.digest_name
    assert ASKED == found.entitlements
    assert () == found.anomalies


def test_the_signer_is_described_without_a_name():
    (found,) = verified(SIGNED).signature.signers

    assert ("EC", 256, "sha256") == (found.key, found.bits, found.hash)
    assert verified(SIGNED).leaf.sha256 == found.sha256
    assert "Example" not in str(found)


@pytest.mark.parametrize(
    ("purpose", "word"), [(STORE, "store"), (DISTRIBUTION, "distribution"), (None, "other")]
)
def test_what_a_leaf_is_for(purpose, word):
    found = verified(signed(identity=identity(purpose, name=f"Example {word}")))

    assert (True, word) == (found.signature.verified, found.signed_as)


def test_the_roots_of_apple_are_those_that_count_elsewhere():
    found = walked(SIGNED)
    code = code_signature(found.slice, found.signature)

    assert ({("cms", "untrusted")}, "other") == (reasons(code), code.signed_as)


def test_another_authority_is_not_trusted():
    found = verified(signed(identity=identity(authority="Other Root")))

    assert (False, {("cms", "untrusted")}) == (found.signature.verified, reasons(found))


def test_nobody_signed():
    found = verified(signed(identity=None))

    assert (False, ("code",), ("code",), "ad_hoc") == (
        found.signature.verified,
        found.signature.schemes,
        found.signature.present,
        found.signed_as,
    )
    assert {("cms", "ad_hoc")} == reasons(found)
    assert ("adhoc",) == found.directory.flag_words()


@settings(deadline=None)
@given(at=st.integers(min_value=0, max_value=LIMIT - 1), bit=st.integers(min_value=0, max_value=7))
def test_one_flipped_bit_of_the_program_is_found(at, bit):
    changed = bytearray(SIGNED)
    changed[at] ^= 1 << bit
    walk = walked(SIGNED)  # where the signature lies is as it was
    found = code_signature(walk.slice, walk.signature, roots=ROOTS)
    other = structs.replace(walk.slice, data=bytes(changed))
    after = code_signature(other, walk.signature, roots=ROOTS)

    assert found.signature.verified
    assert {("pages", "digest_mismatch")} == reasons(after)
    assert "1 of 13 pages" == after.signature.errors[0].detail


def with_parts(data, change):
    """Return a program whose signature is made of other parts."""
    at, size = walked(data).signature
    blobs = dict(read(data[at : at + size]).blobs)
    change(blobs)
    return data[:at] + superblob(blobs).ljust(size, b"\0")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda blobs: blobs.pop(5), ("code", "component_missing")),
        (lambda blobs: blobs.pop(2), ("code", "component_missing")),
        (
            lambda blobs: blobs.update({5: blobs[5].replace(b"true", b"TRUE")}),
            ("code", "digest_mismatch"),
        ),
        (
            lambda blobs: blobs.update({7: blobs[7].replace(b"\xff", b"\0")}),
            ("code", "digest_mismatch"),
        ),
        (lambda blobs: blobs.pop(0x10000), ("cms", "missing")),
        (lambda blobs: blobs.pop(0), ("code", "directory_missing")),
        (lambda blobs: blobs.update({0: b"\xfa\xde\x0c\x02\0\0\0\x09x"}), ("code", "malformed")),
        (
            lambda blobs: blobs.update({0x10000: blobs[0x10000][:8] + b"\x30\x03no!"}),
            ("code", "malformed"),
        ),
        (
            lambda blobs: blobs.update(
                {0: blobs[0].replace(b"com.example.app", b"com.example.bad")}
            ),
            ("cms", "signature_mismatch"),
        ),
    ],
)
def test_a_changed_part_is_found(change, expected):
    found = verified(with_parts(SIGNED, change))

    assert found.signature.verified is False
    assert expected in reasons(found)


def test_a_message_that_is_none():
    def change(blobs):
        blobs[0x10000] = struct.pack(">II", 0xFADE0B01, 13) + b"\x30\x03no!"

    found = verified(with_parts(SIGNED, change))

    assert ({("cms", "malformed")}, "other") == (reasons(found), found.signed_as)


def test_a_part_that_is_not_covered():
    def change(blobs):
        blobs.update({5: read(tail(SIGNED)).blobs[5], 7: read(tail(SIGNED)).blobs[7]})

    found = verified(with_parts(signed(entitlements=None), change))

    assert {("code", "slot_missing")} == reasons(found)


def tail(data):
    at, size = walked(data).signature
    return data[at : at + size]


def test_a_directory_that_nobody_named():
    """An old directory that is signed vouches for no newer one beside it."""
    found = verified(signed(methods=("sha1", "sha256"), attributes=False))

    assert {("cms", "hashes_differ")} == reasons(found)


def test_a_directory_of_another_program_beside_the_signed_one():
    other = read(tail(macho(Program(code=b"other"), signing(methods=("sha1", "sha256")))))

    def change(blobs):
        blobs[0x1000] = other.blobs[0x1000]

    found = verified(with_parts(signed(methods=("sha1", "sha256")), change))

    assert {("cms", "hashes_differ"), ("pages", "digest_mismatch")} == reasons(found)


def test_directories_that_differ():
    other = read(tail(signed(methods=("sha1", "sha256"), identifier="com.example.other")))

    def change(blobs):
        blobs[0x1000] = other.blobs[0x1000]

    found = verified(with_parts(signed(methods=("sha1", "sha256")), change))

    assert ("code", "directories_differ") in reasons(found)


def test_a_part_that_stands_there_twice():
    at, _ = walked(SIGNED).signature
    twice = SIGNED[: at + 20] + SIGNED[at + 12 : at + 16] + SIGNED[at + 24 :]

    assert {("code", "malformed")} == reasons(verified(twice))


def test_bytes_that_are_not_covered():
    found = verified(signed(limit=PAGE))

    assert {("code", "uncovered")} == reasons(found)


def test_bytes_that_are_not_there():
    data = signed(limit=LIMIT + 0x8000)

    assert {("pages", "outside")} == reasons(verified(data))


def test_scattered_pages_leave_it_open():
    def change(blobs):
        blobs[0] = blobs[0][:44] + struct.pack(">I", 96) + blobs[0][48:]

    found = verified(with_parts(signed(identity=None), change))

    assert ("pages", "unsupported") in reasons(found)
    assert None is words.verdict((words.error("pages", "unsupported"),))


def test_a_team_that_the_certificate_does_not_name():
    found = verified(signed(team="OTHERTEAM1"))

    assert {("cms", "team_differs")} == reasons(found)


def test_the_store_signs_for_all_teams():
    found = verified(signed(identity=identity(STORE, name="Example Store", team="Example OU")))

    assert () == found.signature.errors


def test_entitlements_that_differ():
    found = verified(signed(in_der={**ASKED, "platform-application": True}))

    assert ("entitlements_differ",) == found.anomalies
    assert found.entitlements["platform-application"]


def test_entitlements_that_cannot_be_read_differ():
    def change(blobs):
        blobs[7] = blobs[7][:8] + b"\0" * (len(blobs[7]) - 8)

    found = verified(with_parts(SIGNED, change))

    assert ("entitlements_differ",) == found.anomalies
    assert ASKED == found.entitlements


def test_a_signature_outside_the_file():
    assert {("code", "malformed")} == reasons(verified(SIGNED[: LIMIT + 10]))


def test_every_reason_and_scheme_has_a_sentence():
    assert set(words.SENTENCES) == set(get_args(words.Reason))


def test_a_signing_without_more_is_by_nobody():
    assert "ad_hoc" == verified(macho(Program(), Signing())).signed_as
