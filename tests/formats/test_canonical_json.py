from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import ParseError
from scanner.formats.canonical_json import decode, decode_canonical, encode

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)


def test_there_is_one_spelling():
    assert b'{"a":[1,true,null],"b":"\xc3\xa9"}' == encode({"b": "é", "a": [1, True, None]})


@given(VALUES)
def test_what_is_written_reads_back(value):
    assert value == decode_canonical(encode(value))


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b'{"b":1, "a":2}', {"a": 2, "b": 1}), (b" [1] \n", [1]), (b'"\\u00e9"', "é")],
)
def test_other_spellings_are_read_and_are_not_canonical(data, expected):
    assert expected == decode(data)
    with pytest.raises(ParseError, match="sorted names"):
        decode_canonical(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "JSON expected"),
        (b"{", "JSON expected"),
        (b"[1,]", "JSON expected"),
        (b'{"a":1,"a":1}', "a name that stands twice"),
        (b'{"a":{"b":1,"b":2}}', "a name that stands twice"),
        (b"1.5", "whole numbers"),
        (b"1e3", "whole numbers"),
        (b"NaN", "whole numbers"),
        (b"1234567890123456", "15 digits"),
        (b"[" * 25 + b"]" * 25, "depth of at most 24"),
        (b"[" * 500_000, "depth of at most 24"),
        (b'"' + b"x" * 2**20 + b'"', "at most 1048576 bytes"),
        (b'"\xff"', "UTF-8"),
        (b'"\\ud800"', "UTF-8"),
        (b"\xef\xbb\xbf{}", "JSON expected"),
    ],
)
def test_what_is_refused(data, said):
    with pytest.raises(ParseError, match=said):
        decode(data)


def test_brackets_in_a_text_are_no_depth():
    assert "[" * 100 == decode(b'"' + b"[" * 100 + b'"')


@given(st.binary(max_size=60))
def test_no_bytes_crash_it(data):
    try:
        value = decode(data)
    except ParseError:
        return

    assert value == decode_canonical(encode(value))
