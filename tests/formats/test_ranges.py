"""Parts of a file: what is here reads as the file itself, what is not is never made up."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import ParseError
from scanner.formats.ranges import MAGIC, NotRead, Parts, header, joined, read_parts, with_more

FILE = bytes(range(256)) * 4
RANGES = st.lists(st.tuples(st.integers(-5, 1100), st.integers(-5, 1100)), max_size=6)


def parts_of(ranges, data=FILE):
    whole = joined(ranges, len(data))
    return with_more(Parts(len(data)), [(each, data[slice(*each)]) for each in whole])


def container(parts):
    return header(parts) + b"".join(parts.pieces())


def outcome(ask):
    try:
        return ask()
    except NotRead:
        return "not read"


@given(RANGES, st.integers(-1200, 1200), st.integers(-1200, 1200))
def test_a_slice_is_the_file_s_own_or_not_read(ranges, start, end):
    parts = read_parts(container(parts_of(ranges)))
    here = all(
        any(a <= at < b for a, b in parts.ranges) for at in range(len(FILE))[slice(start, end)]
    )

    assert (FILE[start:end] if here else "not read") == outcome(lambda: parts[start:end])


@given(RANGES, st.binary(min_size=1, max_size=3), st.integers(0, 1100), st.integers(0, 1100))
def test_what_is_found_is_where_the_file_has_it(ranges, wanted, start, end):
    parts = parts_of(ranges)

    assert outcome(lambda: parts.find(wanted, start, end)) in {
        FILE.find(wanted, start, end),
        "not read",
    }
    assert outcome(lambda: parts.rfind(wanted, start, end)) in {
        FILE.rfind(wanted, start, end),
        "not read",
    }


@given(st.binary(min_size=1, max_size=3), st.integers(0, 1100), st.integers(0, 1100))
def test_a_file_that_is_here_whole_is_searched_whole(wanted, start, end):
    parts = parts_of([(0, len(FILE))])

    assert FILE.find(wanted, start, end) == parts.find(wanted, start, end)
    assert FILE.rfind(wanted, start, end) == parts.rfind(wanted, start, end)


@given(RANGES, RANGES)
def test_what_is_missing_completes_what_was_wanted(ranges, wanted):
    parts = parts_of(ranges)
    missing = parts.missing(wanted)

    both = with_more(parts, [((a, b), FILE[a:b]) for a, b in missing])

    assert () == both.missing(wanted)
    assert joined([*ranges, *wanted], len(FILE)) == both.ranges
    assert all(FILE[a:b] == both[a:b] for a, b in both.ranges)


def test_a_container_holds_size_and_places():
    parts = read_parts(container(parts_of([(10, 20), (100, 110)])))

    assert (1024, ((10, 20), (100, 110))) == (len(parts), parts.ranges)
    assert FILE[12:18] == parts[12:18]
    assert "not_selected" == NotRead("x").reason


@pytest.mark.parametrize(
    "data",
    [
        b"",
        MAGIC,
        MAGIC + struct.pack("<QI", 10, 1),
        MAGIC + struct.pack("<QI", 10, 0xFFFFFFFF),
        MAGIC + struct.pack("<QI", 10, 1) + struct.pack("<QQ", 5, 6) + b"123456",
        MAGIC + struct.pack("<QI", 10, 1) + struct.pack("<QQ", 0, 0),
        MAGIC + struct.pack("<QI", 10, 2) + struct.pack("<4Q", 0, 2, 1, 2) + b"1234",
        MAGIC + struct.pack("<QI", 10, 2) + struct.pack("<4Q", 0, 2, 2, 2) + b"1234",
        MAGIC + struct.pack("<QI", 10, 1) + struct.pack("<QQ", 0, 2) + b"1",
        MAGIC + struct.pack("<QI", 10, 1) + struct.pack("<QQ", 0, 2) + b"123",
        MAGIC + struct.pack("<QI", 10, 1) + struct.pack("<QQ", 2**64 - 1, 2) + b"12",
        b"PK\x03\x04" + bytes(100),
    ],
)
def test_what_is_no_container_is_refused(data):
    with pytest.raises(ParseError):
        read_parts(data)
