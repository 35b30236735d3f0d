from __future__ import annotations

import base64
import io
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import ParseError
from scanner.formats.minisign import SIGNATURE_LIMIT, Verified, public_key, verify
from tests.formats.signing import KEY_ID, Signer

SIGNER = Signer(b"1" * 32)
DATA = b"the bytes of a feed\n"


def checked(signature: bytes, data: bytes = DATA, key: str = SIGNER.public_key) -> Verified:
    return verify(io.BytesIO(data), signature, public_key(key))


@pytest.mark.parametrize("prehashed", [True, False])
def test_a_signature_fits_what_was_signed(prehashed):
    found = checked(SIGNER.sign(DATA, prehashed=prehashed, comment="timestamp:1700000000\tfile:x"))

    assert "valid" == found.state
    assert "timestamp:1700000000\tfile:x" == found.comment
    assert datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC) == found.signed_at


@pytest.mark.parametrize("prehashed", [True, False])
def test_another_file_was_not_signed(prehashed):
    signature = SIGNER.sign(DATA, prehashed=prehashed)

    assert "invalid" == checked(signature, DATA + b"x").state
    assert "invalid" == checked(signature, b"").state


def test_a_changed_trusted_comment_is_not_valid():
    signature = SIGNER.sign(DATA, comment="timestamp:1700000000")
    changed = signature.replace(b"timestamp:1700000000", b"timestamp:1900000000")

    assert Verified(state="invalid") == checked(changed)


def test_the_second_signature_alone_proves_nothing():
    """The comment of one signature cannot be put below another."""
    one, other = SIGNER.sign(DATA, comment="one"), SIGNER.sign(b"other", comment="two")
    mixed = b"\n".join((*one.split(b"\n")[:2], *other.split(b"\n")[2:]))

    assert "invalid" == checked(mixed).state


def test_a_key_of_another_id_is_unknown():
    other = Signer(b"2" * 32, key_id=b"otherkey")

    assert Verified(state="unknown_key") == checked(other.sign(DATA))


def test_a_forged_key_id_does_not_help():
    other = Signer(b"2" * 32, key_id=KEY_ID)

    assert "invalid" == checked(other.sign(DATA)).state


def test_published_signatures_are_valid():
    """Vectors that the authors of the format publish: the same file signed in both ways."""
    key = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
    plain = (
        b"untrusted comment: signature from minisign secret key\n"
        b"RWQf6LRCGA9i59SLOFxz6NxvASXDJeRtuZykwQepbDEGt87ig1BNpWaVWuNrm73YiIiJbq71Wi+dP9eKL8OC351"
        b"vwIasSSbXxwA=\ntrusted comment: timestamp:1555779966\tfile:test\n"
        b"QtKMXWyYcwdpZAlPF7tE2ENJkRd1ujvKjlj1m9RtHTBnZPa5WKU5uWRs5GoP5M/VqE81QFuMKI5k/SfNQUaOAA==\n"
    )
    prehashed = (
        b"untrusted comment: signature from minisign secret key\r\n"
        b"RUQf6LRCGA9i559r3g7V1qNyJDApGip8MfqcadIgT9CuhV3EMhHoN1mGTkUidF/z7SrlQgXdy8ofjb7bNJJylDO"
        b"ocrCo8KLzZwo=\r\ntrusted comment: timestamp:1556193335\tfile:test\r\n"
        b"y/rUw2y8/hOUYjZU71eHp/Wo1KZ40fGy2VJEDl34XMJM+TX48Ss/17u3IvIfbVR1FkZZSNCisQbuQY+bHwhEBg=="
    )

    assert "valid" == checked(plain, b"test", key).state
    assert "valid" == checked(prehashed, b"test", key).state


def test_a_key_is_a_line_or_a_file():
    alone, file = public_key(SIGNER.public_key), public_key(SIGNER.public_key_file)

    assert alone == file
    assert SIGNER.public_key == file.text


@pytest.mark.parametrize(
    "text",
    ["", "RW", "untrusted comment: only", "x\nRWQ", "é" * 56, base64.b64encode(bytes(42)).decode()],
)
def test_no_key(text):
    with pytest.raises(ParseError, match="expected"):
        public_key(text)


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        b"\xff\xfe\n\n\n\n",
        b"untrusted comment: x\n",
        b"untrusted comment: x\n!!!\ntrusted comment: y\nAAAA\n",
        b"untrusted comment: x\nAAAA\ntrusted comment: y\nAAAA\n",
        b"untrusted comment: x\nAAAA\ncomment: y\nAAAA\n",
        b"untrusted comment: " + b"x" * SIGNATURE_LIMIT,
        SIGNER.sign(DATA) + b"more\n",
    ],
)
def test_no_signature(broken):
    with pytest.raises(ParseError, match="expected"):
        checked(broken)


def test_a_second_signature_that_is_too_short_is_not_valid():
    first, second, third, _ = SIGNER.sign(DATA).rstrip(b"\n").split(b"\n")

    assert "invalid" == checked(b"\n".join((first, second, third, b"AAAA"))).state


@pytest.mark.parametrize("comment", ["", "no time", "timestamp:999999999999", "xtimestamp:1"])
def test_a_comment_without_a_time(comment):
    found = checked(SIGNER.sign(DATA, comment=comment))

    assert ("valid", None) == (found.state, found.signed_at)


@given(data=st.binary(max_size=400))
def test_no_bytes_crash_it(data):
    with pytest.raises(ParseError):
        checked(data)


@given(place=st.integers(0, 10_000), flip=st.integers(1, 255))
def test_no_changed_byte_of_what_is_signed_stays_valid(place, flip):
    signature = bytearray(SIGNER.sign(DATA, comment="timestamp:1700000000"))
    start = signature.index(b"\n") + 1  # the first comment is not signed
    place = start + place % (len(signature) - start - 1)
    signature[place] ^= flip
    try:
        state = checked(bytes(signature)).state
    except ParseError:
        return

    assert "valid" != state


def test_keys_of_the_tests_are_made_as_the_format_says():
    made = Ed25519PrivateKey.from_private_bytes(b"1" * 32).public_key().public_bytes_raw()

    assert base64.b64encode(b"Ed" + KEY_ID + made).decode() == SIGNER.public_key
