"""JSON objects one at a time."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import ParseError
from scanner.formats.json_objects import OBJECT_LIMIT, flat_objects
from scanner.model.evidence import BytesFile
from scanner.model.requests import Collected

REQUEST = Collected(collector="x", name="y.json")
TEXTS = st.text(max_size=20) | st.sampled_from(('},{"', "]", "\\", '"'))
OBJECTS = st.lists(st.dictionaries(TEXTS, TEXTS | st.integers() | st.none(), max_size=3))


def read(data, size=1 << 20):
    data = data.encode() if isinstance(data, str) else data
    return [json.loads(one) for one in flat_objects(BytesFile(REQUEST, data), size)]


@given(objects=OBJECTS, size=st.integers(1, 64), indent=st.sampled_from((None, 2)))
def test_an_array_in_any_pieces(objects, size, indent):
    assert objects == read(json.dumps(objects, indent=indent), size)


@given(objects=OBJECTS.filter(bool), size=st.integers(1, 64))
def test_lines_in_any_pieces(objects, size):
    lines = "\n".join(json.dumps(one, ensure_ascii=False) for one in objects)

    assert objects == read(f"\ufeff{lines}\n" if size > 8 else lines, size)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "null",
        "hello",
        '[{"a": 1}',
        '[{"a": 1}, ',
        '[{"a": 1}, {"a"',
        '{"a": 1}]',
        '[{"a": 1}] x',
        '[{"a": {"b": 1}}]',
        '[{"a": [1]}]',
        '["a"]',
        '{"a": "b}',
    ],
)
def test_other_text_is_an_error(data):
    with pytest.raises(ParseError):
        read(data)


def test_an_object_above_the_limit_is_an_error():
    with pytest.raises(ParseError, match="at most"):
        read('[{"a": "' + "x" * (OBJECT_LIMIT + 10))


def test_time_is_linear_in_what_is_hostile():
    begin = time.perf_counter()
    with pytest.raises(ParseError):
        read('{"' + "\\" * 900_000)
    with pytest.raises(ParseError):
        read('{"' + '" "' * 300_000)

    assert time.perf_counter() - begin < 5
