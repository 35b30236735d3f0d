"""Strings of a pool, one by one: what nobody asks for is not noted."""

from __future__ import annotations

import struct

import pytest

from scanner.formats.apk.strings import HEADER_SIZE, POOL, StringPool

TEXTS = ("plain", "\u4e2d\u6587", "", "with\u00e4")


def utf16(text, end=b"\0\0"):
    return struct.pack("<H", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le") + end


def pool(strings, offsets=None, kind="xml"):
    """Return the pool of some encoded strings, and the words for what is odd about it."""
    places = [sum(map(len, strings[:number])) for number in range(len(strings))]
    places = places if offsets is None else offsets
    start = HEADER_SIZE + 4 * len(places)
    body = struct.pack(f"<{len(places)}I", *places) + b"".join(strings)
    head = (POOL, HEADER_SIZE, HEADER_SIZE + len(body), len(places), 0, 0, start, 0)
    data, notes = struct.pack("<HHIIIIII", *head) + body, set()
    return StringPool(data, 0, len(data), notes, kind), notes


@pytest.mark.parametrize("kind", ["xml", "resources"])
def test_strings(kind):
    found, notes = pool([utf16(text) for text in TEXTS], kind=kind)

    assert [*TEXTS, None] == [found[index] for index in range(len(TEXTS) + 1)]
    assert set() == notes


@pytest.mark.parametrize(
    ("odd", "expected", "note"),
    [
        (utf16("a", b"bb"), "a", "xml_strings"),  # does not end
        (utf16("a\0b"), "a\0b", "xml_nul"),
        (b"\xff\x7fa\0", "a", "xml_strings"),  # longer than the pool
    ],
)
def test_an_odd_string_is_noted_when_it_is_asked_for(odd, expected, note):
    found, notes = pool([utf16("first"), odd])

    assert ("first", set()) == (found[0], notes)
    assert (expected, {note}) == (found[1], notes)


def test_half_a_character_leaves_the_others_as_they_are():
    found, notes = pool([utf16("first"), b"\1\0\x00\xd8\0\0", utf16("\U0001f600")])

    assert ["first", "\ufffd", "\U0001f600"] == [found[index] for index in range(3)]
    assert set() == notes


def test_places_that_are_odd_or_outside():
    found, notes = pool([utf16("first"), b"\0"], offsets=[0, 13, 4000])

    assert ("first", set()) == (found[0], notes)
    assert ["", None] == [found[1], found[2]]
    assert {"xml_strings"} == notes
