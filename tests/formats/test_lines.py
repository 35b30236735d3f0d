"""Lines of text evidence."""

from __future__ import annotations

import pytest

from scanner.errors import ParseError
from scanner.formats.lines import Line, ended_lines, ends_whole, outline, raw_lines, text_lines
from scanner.model.evidence import LINE_LIMIT, BytesFile
from scanner.model.requests import Command

REQUEST = Command(argv=("x",))
TEXT = "[a]: [é日😀]\r\n[b]: [c]\r\n"


def evidence(data: bytes, **kinds):
    return BytesFile(REQUEST, data, **kinds)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_with_their_mark_read_the_same(encoding):
    assert ["[a]: [é日😀]", "[b]: [c]"] == list(text_lines(evidence(TEXT.encode(encoding))))


def test_big_endian_reads_the_same():
    data = b"\xfe\xff" + "a\nb".encode("utf-16-be")

    assert ["a", "b"] == list(text_lines(evidence(data)))


def test_a_character_split_between_reads_of_utf_16_is_whole():
    text = "é" * 40_000 + "\nz"

    assert text.split("\n") == list(text_lines(evidence(text.encode("utf-16"))))


def test_undecodable_bytes_become_a_replacement_character():
    assert ["a\ufffdb"] == list(text_lines(evidence(b"a\xffb\n")))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_line_above_the_limit_is_an_error(encoding):
    with pytest.raises(ParseError, match="line of at most"):
        list(raw_lines(evidence(("x" * (LINE_LIMIT + 1)).encode(encoding))))


def test_a_last_line_without_end_may_be_half_a_line():
    assert ["ab"] == list(ended_lines(evidence(b"ab\ncd")))
    assert ["ab", "cd"] == list(text_lines(evidence(b"ab\ncd")))


def test_outline_gives_number_depth_and_text():
    assert [Line(1, 0, "a:"), Line(3, 2, "b"), Line(4, 1, "c")] == list(
        outline(evidence(b"a:\n   \n  b \n\tc\n"))
    )


@pytest.mark.parametrize(
    ("data", "exit_code", "whole"),
    [
        (b"a\n", 0, True),
        ("a\n".encode("utf-16"), 0, True),
        (b"a", 0, False),
        (b"", 0, False),
        (b"a\n", 1, False),
        (b"a\n", None, False),
    ],
)
def test_only_a_normal_end_is_whole(data, exit_code, whole):
    assert whole is ends_whole(evidence(data, exit_code=exit_code))


def test_an_answer_at_its_limit_is_not_whole():
    request = Command(argv=("x",), limit=4)

    assert not ends_whole(BytesFile(request, b"abc\n"))
