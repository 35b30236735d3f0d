"""The list of the members of a recording as a stream."""

from __future__ import annotations

import io

import pytest

from scanner.errors import ParseError
from scanner.formats.listing import Line, lines_of, listing
from scanner.formats.member import Member


def test_a_line_for_each_member():
    odd = 'a\n"\x1b'
    members = [
        Member(name=odd, size=7, mode=0o4755, uid=501, modified=1_793_000_000.5),
        Member(name="b", kind="link", readable=False),
    ]
    expected = [
        Line("file", 0o4755, 501, 7, 1_793_000_000.5, odd),
        Line("link", None, None, 0, None, "b"),
    ]

    assert expected == list(lines_of(listing(members)))
    assert 2 == listing(members).read().count(b"\n")


def test_many_members():
    members = [Member(name=f"{number}") for number in range(5001)]

    assert [f"{number}" for number in range(5001)] == [
        line.name for line in lines_of(listing(members))
    ]
    assert b"" == listing(()).read()


@pytest.mark.parametrize("data", [b"x\n", b"[]\n", b'["file",1,1,1,1]\n', b"\xff\n", b"\n"])
def test_what_is_no_list(data):
    with pytest.raises(ParseError, match="a line of a list"):
        list(lines_of(io.BytesIO(data)))
