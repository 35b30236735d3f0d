"""Archives that lie, are cut, altered, or too large: what they say and what they are."""

from __future__ import annotations

import os
import random
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.errors import ParseError
from scanner.formats.container import open_container
from scanner.formats.member import TWICE
from scanner.formats.zip_directory import DIRECTORY_LIMIT
from scanner.formats.zip_members import OVERLAP
from scanner.model.requests import MiB

from .archives import TEXT, content, flaws, packed, stated, wide


def drain(stream) -> None:
    while stream.read1(100_000):
        pass


def test_of_two_members_of_a_name_the_first_is_read_and_not_trusted(archive):
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = packed([("a", b"first"), ("a", b"second")])
    found = archive(data)

    assert b"first" == content(found, "a")
    assert [("parse_error", TWICE)] == [(one.reason, one.detail) for one in found.members]


def test_members_that_share_bytes_are_not_trusted(archive):
    data = packed([("a", b"first"), ("b", b"second"), ("c", b"third")])
    found = archive(stated(data, "a", packed=40))

    assert {"a": OVERLAP, "b": OVERLAP, "c": ""} == {one.name: one.detail for one in found.members}


@pytest.mark.parametrize("size", [len(TEXT) - 1, len(TEXT) + 1, 0, 2**31])
def test_a_size_that_is_none_is_told_at_the_end(archive, size):
    found = archive(stated(packed([("a", TEXT)]), "a", size=size))
    with found.open("a") as stream, pytest.raises(ParseError, match="size and checksum"):
        drain(stream)


def test_a_wrong_checksum_is_told_at_the_end(archive):
    found = archive(stated(packed([("a", TEXT)], zipfile.ZIP_STORED), "a", crc=7))
    with found.open("a") as stream, pytest.raises(ParseError, match="size and checksum"):
        stream.read()
    with found.open("a") as stream:  # a part of it cannot tell
        stream.seek(10)

        assert TEXT[10:20] == stream.read(10)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"flags": 1}, "locked"), ({"method": 12}, "unsupported_version")],
)
def test_what_cannot_be_read_is_a_flaw(archive, fields, reason):
    found = archive(stated(packed([("a", b"A")]), "a", **fields))

    assert [(reason, "a")] == flaws(found)
    with pytest.raises(ParseError, match="a member that can be read"):
        found.open("a")


@pytest.mark.parametrize("fields", [{"offset": 5}, {"offset": 2**31}])
def test_a_member_that_is_not_where_it_is_stated(archive, fields):
    found = archive(stated(packed([("a", b"A"), ("b", b"B")]), "b", **fields))
    with pytest.raises(ParseError, match="member"):
        found.open("b")


def test_a_member_of_another_name(archive):
    data = packed([("a", b"A"), ("b", b"B")])
    found = archive(stated(data, "b", offset=0))
    with pytest.raises(ParseError, match="the name that"):
        found.open("b")


def test_altered_bytes_are_no_deflated_stream(archive):
    data = bytearray(packed([("a", random.Random(7).randbytes(90_000))]))
    data[31] = 0xFF
    with archive(bytes(data)).open("a") as stream, pytest.raises(ParseError, match="deflated"):
        stream.read()


def test_a_deflated_stream_that_ends_early(archive):
    found = archive(stated(packed([("a", TEXT)]), "a", packed=5000))
    with found.open("a") as stream, pytest.raises(ParseError, match="the whole of a deflated"):
        stream.read()


def test_a_bomb_goes_off_nowhere(archive):
    bomb = packed([("a", bytes(80 * MiB))])
    found = archive(bomb)

    assert [("truncated", "a")] == flaws(found)
    with found.open("a") as stream, pytest.raises(ParseError, match="at most") as raised:
        drain(stream)
    assert raised.value.reason == "truncated"
    liar = archive(stated(bomb, "a", size=100))
    with liar.open("a") as stream, pytest.raises(ParseError, match="at most"):
        stream.seek(0, os.SEEK_END)


def test_a_hundred_thousand_members(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(many(100_003))
    found = open_container(path)

    assert 100_003 == len(found.members)
    assert {OVERLAP} == {one.detail for one in found.members}


def test_a_directory_of_which_only_a_part_is_read(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(many(1100, 65_000))
    found = open_container(path)

    assert DIRECTORY_LIMIT // (46 + 65_000) == len(found.members)
    assert ("truncated", ()) == next((one.reason, one.locator.members) for one in found.flaws())


def many(count: int, width: int = 6) -> bytes:
    """Return the directory of an archive with many members, whose names have so many digits."""
    entry = packed([("000000", b"")])
    at, end = entry.index(b"PK\x01\x02"), entry.index(b"PK\x05\x06")
    one, tail = bytearray(entry[at : at + 46]), bytearray(entry[end:])
    one[28:30] = width.to_bytes(2, "little")
    listed = b"".join(bytes(one) + b"%0*d" % (width, n) for n in range(count))
    tail[8:20] = b"\xff\xff\xff\xff" + len(listed).to_bytes(4, "little") + at.to_bytes(4, "little")
    return entry[:at] + listed + bytes(tail)


@pytest.mark.parametrize("kept", [10, 500, -1, -22, -30])
def test_a_cut_archive(archive, kept):
    with pytest.raises(ParseError, match="zip expected"):
        archive(packed([("a", random.Random(7).randbytes(2000))])[:kept])


def test_an_archive_behind_other_bytes_or_with_a_comment(archive):
    data = packed([("a", b"A")])

    assert b"A" == content(archive(b"#!/bin/sh\n" + data), "a")
    assert b"A" == content(archive(data[:-2] + b"\x05\x00hello"), "a")


def test_zip64(archive):
    found = archive(wide("FS/a", b"content"))

    assert [("FS/a", 7)] == [(one.name, one.size) for one in found.members]
    assert b"content" == content(found, "FS/a")
    assert [] == flaws(found)


@pytest.mark.parametrize(
    ("mark", "place", "value"),
    [
        (b"PK\x06\x07", 8, b"\xff" * 8),
        (b"PK\x06\x07", 8, b"\x03"),
        (b"PK\x06\x07", 0, b"XX"),
        (b"PK\x06\x06", 40, b"\xff" * 8),
        (b"PK\x06\x06", 48, b"\xff" * 8),
    ],
)
def test_zip64_that_lies(archive, mark, place, value):
    data = bytearray(wide("a", b"content"))
    at = data.index(mark) + place
    data[at : at + len(value)] = value
    with pytest.raises(ParseError, match="expected"):
        archive(bytes(data))


def test_an_entry_longer_than_its_directory(archive):
    data = bytearray(packed([("a", b"A"), ("b", b"B")]))
    data[data.rindex(b"PK\x01\x02") + 28] = 200
    found = archive(bytes(data))

    assert ["a"] == [one.name for one in found.members]
    assert ["truncated"] == [one.reason for one in found.flaws()]


def test_a_member_further_away_than_any_file(archive):
    data = wide("a", b"content")
    place = data.index(b"PK\x01\x02") + 46 + 1 + 4 + 4 + 16
    found = archive(data[:place] + b"\xff" * 8 + data[place + 8 :])
    with pytest.raises(ParseError, match="header of"):
        found.open("a")


def test_names_in_an_old_encoding(archive):
    data = packed([("el1", b"A")]).replace(b"el1", b"el\x82")

    assert ["el\u00e9"] == [one.name for one in archive(data).members]


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_change_is_an_answer_or_an_error(tmp_path_factory, data):
    whole = [packed([("a", b"A" * 99), ("b", b"B"), ("c/d", b"")]), wide("a", b"content")]
    bytes_ = bytearray(data.draw(st.sampled_from(whole)))
    for _ in range(data.draw(st.integers(1, 6))):
        bytes_[data.draw(st.integers(0, len(bytes_) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("archive") / "a.zip"
    path.write_bytes(bytes_[: data.draw(st.integers(1, len(bytes_)))])
    try:
        found = open_container(path)
    except ParseError:
        return
    for member in found.members:
        try:
            assert len(content(found, member.name)) <= 64 * MiB
        except ParseError:
            continue
