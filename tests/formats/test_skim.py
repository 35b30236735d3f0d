"""Skimming of large texts."""

from __future__ import annotations

import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import ParseError
from scanner.formats.skim import blocks, lines_below, lines_with
from scanner.model.evidence import LINE_LIMIT, BytesFile, EvidenceFile
from scanner.model.requests import Dumpsys, MiB

REQUEST = Dumpsys(service="x")


def evidence(data):
    return BytesFile(REQUEST, data.encode() if isinstance(data, str) else data)


@given(lines=st.lists(st.text("ab \r", max_size=9)), size=st.integers(1, 20))
def test_blocks_are_whole_lines_and_lose_nothing(lines, size):
    data = "\n".join(lines).encode()
    found = list(blocks(evidence(data), size))

    assert data == b"".join(found)
    assert all(one.endswith(b"\n") for one in found[:-1])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_lines_that_begin_with_a_text(encoding):
    text = "key 1\r\n key 2\r\nother key 3\r\nkey 4"

    assert [b"key 1", b"key 4"] == list(lines_with(evidence(text.encode(encoding)), b"key "))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_indented_lines_below_a_head(encoding):
    text = "x\n a\nHead:\n  b\n\n  c\r\nnext\n  d\n"

    assert [b"  b", b"  c"] == list(lines_below(evidence(text.encode(encoding)), b"Head:"))


def test_the_lines_below_may_fill_many_blocks():
    text = "x" * (MiB - 3) + "\nHead:\n" + " 12345678\n" * 300_000 + "end\n b\n"

    assert 300_000 == sum(1 for _ in lines_below(evidence(text), b"Head:"))


@pytest.mark.parametrize(
    "text",
    ["Head:\n a\nHead:\n b\n", "Head:\n a\nx\nHead:\n", "Head:\n" + "x\n" * MiB + "Head:\n"],
)
def test_two_heads_are_an_error(text):
    with pytest.raises(ParseError, match="a single"):
        list(lines_below(evidence(text), b"Head:"))


@pytest.mark.parametrize("text", ["", " Head:\n a\n", "Head: x\n a\n", "x Head:\n"])
def test_no_head_is_an_error(text):
    with pytest.raises(ParseError, match="'Head:' expected"):
        list(lines_below(evidence(text), b"Head:"))


def test_a_line_above_the_limit_is_an_error():
    with pytest.raises(ParseError, match="at most"):
        list(blocks(evidence("x" * (2 * LINE_LIMIT + 1))))


class Repeated(EvidenceFile):
    """A text of many equal blocks, and an end."""

    def open(self):
        block = (b" " * 20 + b"+1s20ms (2) 095 +wake_lock=u0a80:x\n") * 18_000
        return io.BufferedReader(io.BytesIO(block * 60 + b"Head:\n  a\n"))  # type: ignore[arg-type]

    def errors(self):
        return ""


def test_a_large_text_is_passed_over_quickly():
    file = Repeated(REQUEST)
    with file.open() as stream:
        size = stream.seek(0, 2)
    begin = time.perf_counter()

    assert [b"  a"] == list(lines_below(file, b"Head:"))
    assert size > 50 * MiB
    assert time.perf_counter() - begin < 2
