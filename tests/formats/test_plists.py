"""Property lists of phones that nobody can trust."""

from __future__ import annotations

import plistlib
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import ParseError
from scanner.formats import plists
from scanner.formats.plists import DEPTH_LIMIT, plist_of, read_map, read_plist
from scanner.model.evidence import BytesFile
from scanner.model.requests import Lockdown

HEAD = b'<?xml version="1.0" encoding="UTF-8"?><plist version="1.0">'
TEXTS = st.text(st.characters(codec="utf-8", min_codepoint=0x20), max_size=8)
EPOCH = datetime(2001, 1, 1)  # noqa: DTZ001  property lists name no zone
LEAVES = (
    st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False)
    | TEXTS
    | st.binary(max_size=8)
    | st.integers(-(10**9), 10**10).map(lambda seconds: EPOCH + timedelta(seconds=seconds))
)
TREES = st.recursive(
    LEAVES, lambda each: st.lists(each, max_size=4) | st.dictionaries(TEXTS, each, max_size=4)
)


def file(data):
    return BytesFile(Lockdown(), data)


def xml(body):
    return HEAD + body + b"</plist>"


def binary(objects, *, root=0):
    """Return a binary property list of objects as they stand; references take one byte."""
    offsets, body = [], b"bplist00"
    for one in objects:
        offsets.append(len(body))
        body += one
    width = 4
    table = b"".join(offset.to_bytes(width, "big") for offset in offsets)
    numbers = b"".join(n.to_bytes(8, "big") for n in (len(objects), root, len(body)))
    return body + table + bytes([0, 0, 0, 0, 0, 0, width, 1]) + numbers


@given(tree=TREES)
def test_both_forms(tree):
    assert tree == plist_of(plistlib.dumps(tree, fmt=plistlib.FMT_BINARY))
    assert tree == read_plist(file(plistlib.dumps(tree, fmt=plistlib.FMT_XML)))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"bplist00",
        b"bplist00" + b"\xff" * 64,
        b"not a property list",
        b"<plist>",
        xml(b""),
        xml(b"<dict><string>no key</string></dict>"),
        xml(b"<integer>many</integer>"),
        xml(b"<integer>" + b"9" * 10_000 + b"</integer>"),
        xml(b"<date>some day</date>"),
        xml(b"<date>2026-99-99T00:00:00Z</date>"),
        xml(b"<string>&#xD800;</string>"),
        xml(b"<true/>").replace(b"UTF-8", b"TF-8"),
        b'<!DOCTYPE plist [<!ENTITY a "aaaa">]>' + xml(b"<string>&a;</string>"),
        binary([b"\x33" + b"\x7f\xf0" + b"\0" * 6]),  # a date without end
        binary([b"\x62\xd8\x00\xd8\x00"]),  # half a character, twice
        binary([b"\xa1\x09"]),  # a reference to nothing
        binary([b"\xd1\x01\x01", b"\xa0"]),  # a list as a key
        HEAD + b"<array>" * 50_000,
    ],
    ids=range(20),
)
def test_broken_ones_are_an_error(data):
    with pytest.raises(ParseError):
        plist_of(data)


def test_one_that_holds_itself():
    with pytest.raises(ParseError):
        plist_of(binary([b"\xa1\x00"]))


def test_one_of_few_bytes_that_stands_for_many_values():
    lists = [bytes([0xA2, number + 1, number + 1]) for number in range(30)]
    data = binary([*lists, b"\x09"])
    start = time.monotonic()

    assert len(data) < 400
    with pytest.raises(ParseError, match="values"):
        plist_of(data)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("depth", [DEPTH_LIMIT + 1, 200_000])
def test_one_that_is_too_deep(depth):
    data = xml(b"<array>" * depth + b"</array>" * depth)

    with pytest.raises(ParseError, match="levels"):
        plist_of(data)


def test_the_deepest_that_is_read():
    depth = DEPTH_LIMIT - 1

    assert isinstance(plist_of(xml(b"<array>" * depth + b"</array>" * depth)), list)


@pytest.mark.parametrize("key", [b"\x10\x07", b"\x09", b"\x41\x00"])
def test_keys_that_are_no_texts_are_an_error(key):
    with pytest.raises(ParseError, match="texts as keys"):
        plist_of(binary([b"\xa1\x01", b"\xd1\x02\x03", key, b"\x09"]))


def test_more_than_the_limit_is_an_error():
    data = xml(b"<string>" + b"x" * 2000 + b"</string>")

    with pytest.raises(ParseError):
        read_plist(file(data), limit=1000)


def test_a_map_is_a_dictionary():
    assert {"a": 1} == read_map(file(xml(b"<dict><key>a</key><integer>1</integer></dict>")))
    with pytest.raises(ParseError, match="dictionary"):
        read_map(file(xml(b"<array/>")))


VALUES = {
    "text": "x" * 2000,
    "true": True,
    "zero": 0,
    "two": 2,
    "large": 2**63,
    "larger": 2**64,
    "moment": EPOCH,
    "map": {"a": 1},
    "list": ["a", 1, "b", ["c"]],
}


def test_texts_are_cut():
    assert "x" * 1000 == plists.text(VALUES, "text")
    assert "xx" == plists.text(VALUES, "text", limit=2)
    assert ["a", "b"] == list(plists.texts(VALUES, "list"))
    assert ["a"] == list(plists.texts({"k": ["abc"]}, "k", limit=1))


@pytest.mark.parametrize(
    ("key", "flag", "number"),
    [
        ("true", True, None),
        ("zero", False, 0),
        ("two", None, 2),
        ("large", None, 2**63),
        ("larger", None, None),
        ("text", None, None),
        ("absent", None, None),
    ],
)
def test_flags_and_numbers(key, flag, number):
    assert flag is plists.flag(VALUES, key)
    assert number == plists.number(VALUES, key)
    assert isinstance(plists.number(VALUES, key), bool) is False


def test_moments_are_in_utc():
    assert EPOCH.replace(tzinfo=UTC) == plists.moment(VALUES, "moment")


@pytest.mark.parametrize("key", [*VALUES, "absent"])
def test_a_value_of_another_type_is_not_there(key):
    for getter, kind, nothing in (
        (plists.text, str, None),
        (plists.moment, datetime, None),
        (plists.mapping, dict, {}),
        (plists.entries, list, []),
    ):
        found = getter(VALUES, key)

        assert isinstance(found, kind) if isinstance(VALUES.get(key), kind) else found == nothing
