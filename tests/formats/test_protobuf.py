"""The wire format of protocol buffers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import ParseError
from scanner.formats.protobuf import fields

from .wire import number, text, varint


def test_fields_of_all_kinds():
    data = number(1, 300) + text(2, "é") + b"\x1d\x01\x00\x00\x00" + b"\x21" + b"\x02" + b"\0" * 7

    assert [(1, 300), (2, "é".encode()), (3, 1), (4, 2)] == list(fields(data))


def test_nothing_is_an_empty_message():
    assert [] == list(fields(b""))


@given(value=st.integers(-(1 << 63), (1 << 64) - 1))
def test_a_number_comes_back_unsigned(value):
    assert [(5, value % (1 << 64))] == list(fields(number(5, value)))


@pytest.mark.parametrize(
    "data",
    [
        b"\x08",  # no value
        b"\x08\x80",  # half a number
        b"\x12\x05abc",  # a length beyond the end
        b"\x0d\x00",  # half a fixed number
        b"\x0b",  # a group
        b"\x00\x00",  # field 0
        b"\x08" + b"\xff" * 11,  # a number without end
        b"\x12" + varint(1 << 63),
    ],
)
def test_what_is_no_message_is_an_error(data):
    with pytest.raises(ParseError):
        list(fields(data))


def test_too_many_fields_are_an_error():
    with pytest.raises(ParseError, match="at most"):
        list(fields(b"\x08\x00" * 1_000_001))


@given(data=st.binary(max_size=300))
def test_any_bytes_are_fields_or_an_error(data):
    try:
        found = list(fields(data))
    except ParseError:
        return

    assert all(field > 0 for field, _ in found)
