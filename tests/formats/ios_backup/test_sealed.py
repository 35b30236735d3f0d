"""Files of an encrypted backup: read from any place, and never beyond their padding."""

from __future__ import annotations

import io
import os
from typing import BinaryIO

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.building.ios_backup import Keybag, encrypted
from scanner.errors import NotAvailable, ParseError
from scanner.formats.ios_backup.sealed import unsealed
from scanner.model.recording import BackupKeys

BAG = Keybag("x", first=None, second=1)
KEYS = BackupKeys(classes=BAG.keys)
KEY = bytes(range(32))
SEALED = BAG.wrapped(3, KEY).hex()


def plain(stored: bytes) -> BinaryIO:
    return unsealed(io.BytesIO(stored), SEALED, KEYS)


def stored_blocks(data: bytes) -> bytes:
    """Return data encrypted as it is, with whatever stands where the padding would."""
    context = Cipher(algorithms.AES(KEY), modes.CBC(bytes(16))).encryptor()
    return context.update(data) + context.finalize()


@pytest.mark.parametrize("size", [1, 15, 16, 17, 32, 65_535, 65_536, 65_537, 200_001])
def test_all_of_a_file(size):
    data = os.urandom(size)

    assert data == plain(encrypted(KEY, data)).read()
    assert size == plain(encrypted(KEY, data)).seek(0, io.SEEK_END)


def test_an_empty_file():
    assert b"" == plain(b"").read()
    assert 0 == plain(b"").seek(0, io.SEEK_END)
    assert b"" == plain(encrypted(KEY, b"")).read()


@settings(max_examples=80, deadline=None)
@given(
    size=st.integers(0, 150_000),
    steps=st.lists(st.tuples(st.integers(0, 160_000), st.integers(0, 90_000)), max_size=8),
)
def test_any_place_of_a_file(size, steps):
    data = bytes(number * 7 % 251 for number in range(size))
    stream = plain(encrypted(KEY, data))

    for at, count in steps:
        stream.seek(at)
        assert data[at : at + count] == stream.read(count)
    assert data[max(size - 5, 0) :] == (stream.seek(max(size - 5, 0)), stream.read())[1]


@pytest.mark.parametrize("last", [b"\0", b"\x11", b"\xff", b"\1\2", b"\2\3\3"])
def test_wrong_padding_is_an_error_where_it_is_read(last):
    data = bytes(100_000 - 16) + bytes(16 - len(last)) + last
    stream = plain(stored_blocks(data))

    assert bytes(1000) == stream.read(1000)
    with pytest.raises(ParseError, match="padding"):
        stream.read()
    with pytest.raises(ParseError, match="padding"):
        stream.seek(0, io.SEEK_END)


@pytest.mark.parametrize("left", [5, 100_001])
def test_a_file_that_was_cut_within_a_block(left):
    stream = plain(encrypted(KEY, bytes(200_000))[:left])

    with pytest.raises(ParseError, match="cut"):
        stream.read()
    with pytest.raises(ParseError, match="cut"):
        stream.seek(0, io.SEEK_END)


def test_a_file_that_was_cut_between_blocks():
    stream = plain(encrypted(KEY, bytes(range(256)) * 100)[:16_000])

    with pytest.raises(ParseError, match="padding"):
        stream.read()


def test_without_keys():
    with pytest.raises(NotAvailable, match="no password") as caught:
        unsealed(io.BytesIO(b""), SEALED, None)

    assert "locked" == caught.value.reason


@pytest.mark.parametrize(
    ("sealed", "error"),
    [
        ("zz", ParseError),
        ("", ParseError),
        (SEALED[:-2], ParseError),
        (f"04{SEALED[2:]}", ParseError),
        (f"ff{SEALED[2:]}", NotAvailable),
    ],
)
def test_another_key(sealed, error):
    stream = io.BytesIO(b"")
    with pytest.raises(error):
        unsealed(stream, sealed, KEYS)

    assert stream.closed
