from __future__ import annotations

import hashlib
import struct

import pytest

from fixtures.building.code_signing import Signing
from scanner.errors import ParseError
from scanner.formats.macho.code_directory import code_directory
from scanner.formats.macho.superblob import superblob

DATA = b"example" * 2000
MADE = Signing(team="EXAMPLE123", flags=0x10000, parts={1: b"info", 3: b"list"})(DATA)
BLOB = superblob(MADE).blobs[0]


def changed(at, form, value):
    data = bytearray(BLOB)
    struct.pack_into(form, data, at, value)
    return bytes(data)


def read(at, count):
    return DATA[at : at + count]


def test_facts():
    found = code_directory(BLOB)

    assert ("com.example.app", "EXAMPLE123") == (found.identifier, found.team)
    assert ("adhoc", "runtime") == found.flag_words()
    assert (len(DATA), 4, 12) == (found.limit, found.page_count, found.page_bits)
    assert hashlib.sha256(BLOB).digest()[:20] == found.cdhash
    assert not found.scattered


def test_parts_are_told_by_their_digests():
    found = code_directory(BLOB)

    assert [True, True, False, False] == [
        found.is_of(slot, data)
        for slot, data in ((1, b"info"), (3, b"list"), (3, b"info"), (5, b""))
    ]
    assert (None, None) == (found.special(5), found.special(900))


def test_pages_are_compared():
    found = code_directory(BLOB)

    assert [] == list(found.changed_pages(read))
    assert [0, 1, 2, 3] == list(found.changed_pages(lambda *_: b"other"))
    assert [2] == list(
        found.changed_pages(lambda at, count: b"" if at == 8192 else read(at, count))
    )


def test_code_that_is_one_page():
    page = BLOB[:32] + struct.pack(">I", len(DATA)) + BLOB[36:39] + b"\0" + BLOB[40:]
    one = page[:28] + struct.pack(">I", 1) + page[32:]
    hash_at = struct.unpack_from(">I", one, 16)[0]
    one = one[:hash_at] + hashlib.sha256(DATA).digest()
    one = one[:4] + struct.pack(">I", len(one)) + one[8:]

    assert [] == list(code_directory(one).changed_pages(read))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        BLOB[:60],
        BLOB[:-1],
        BLOB + b"\0",
        changed(0, ">I", 0xFADE0C01),
        changed(16, ">I", 10),
        changed(20, ">I", 3),
        changed(20, ">I", 1 << 30),
        changed(24, ">I", 500),
        changed(28, ">I", 3),
        changed(28, ">I", 1 << 30),
        changed(32, ">I", 1),
        changed(36, ">B", 20),
        changed(37, ">B", 9),
        changed(39, ">B", 60),
        changed(48, ">I", 1 << 30),
        changed(56, ">Q", 1 << 60),
    ],
)
def test_what_points_outside_itself_is_an_error(data):
    with pytest.raises(ParseError):
        code_directory(data)


def test_a_limit_of_64_bits_counts():
    assert len(DATA) == code_directory(changed(56, ">Q", len(DATA))).limit


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xfa\xde\x0c\xc0",
        MADE[:-1],
        b"\xfa\xde\x0c\xc1" + MADE[4:],
        MADE[:8] + struct.pack(">I", 1 << 20) + MADE[12:],
        MADE[:16] + struct.pack(">I", 4) + MADE[20:],
        MADE[:16] + struct.pack(">I", len(MADE) - 4) + MADE[20:],
    ],
)
def test_a_container_whose_parts_lie_outside_is_an_error(data):
    with pytest.raises(ParseError):
        superblob(data)


def test_the_first_part_of_a_slot_counts_and_another_is_said():
    found = superblob(MADE[:20] + MADE[12:16] + MADE[24:])

    assert found.repeated
    assert BLOB == found.blobs[0]


def test_an_empty_message_is_none():
    assert superblob(MADE).cms is None
