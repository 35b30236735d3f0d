"""A text with the end of its last line."""

from __future__ import annotations

import io
import zipfile

import msgspec
import pytest

from scanner.formats.checked import Altered
from scanner.formats.container import RecordedFile
from scanner.formats.ended import ended
from scanner.formats.lines import ends_whole
from scanner.model.evidence import Locator
from scanner.model.requests import File

from .archives import TEXT, packed

TRIMMED = Locator(members=("a.txt",), trimmed=True)


def stream(data=b"one\ntwo"):
    return ended(io.BytesIO(data))


@pytest.mark.parametrize("data", [b"", b"a", b"one\ntwo", b"x" * 200_000])
def test_the_bytes_and_a_newline(data):
    assert data + b"\n" == stream(data).read()
    text = stream(data)

    assert data + b"\n" == b"".join(iter(lambda: text.read(7), b""))


@pytest.mark.parametrize(
    ("offset", "whence", "at", "rest"),
    [
        (0, io.SEEK_SET, 0, b"one\ntwo\n"),
        (6, io.SEEK_SET, 6, b"o\n"),
        (7, io.SEEK_SET, 7, b"\n"),
        (8, io.SEEK_SET, 8, b""),
        (9, io.SEEK_SET, 9, b""),
        (0, io.SEEK_END, 8, b""),
        (-1, io.SEEK_END, 7, b"\n"),
        (-3, io.SEEK_END, 5, b"wo\n"),
        (2, io.SEEK_CUR, 3, b"\ntwo\n"),
    ],
)
def test_a_place_in_it(offset, whence, at, rest):
    text = stream()
    text.read(1)

    assert at == text.seek(offset, whence) == text.tell()
    assert rest == text.read()
    assert b"" == text.read()


def test_it_can_be_read_again():
    text = stream()
    text.read()

    assert 8 == text.tell()
    assert 0 == text.seek(0)
    assert [b"one\n", b"two\n"] == text.readlines()


def test_a_place_before_the_start():
    with pytest.raises(ValueError, match="before the start"):
        stream().seek(-9, io.SEEK_END)


def test_closing_it_closes_the_stream():
    below = io.BytesIO(b"a")
    ended(below).close()

    assert below.closed


def recorded(path, locator):
    return RecordedFile(File(path="/x"), path, locator)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_member_that_was_trimmed(tmp_path, method):
    path = tmp_path / "x.zip"
    path.write_bytes(packed([("a.txt", TEXT)], method))
    file = recorded(path, TRIMMED)

    assert TEXT + b"\n" == file.read()
    assert ends_whole(file)
    with file.open() as stream:
        assert len(TEXT) + 1 == stream.seek(0, io.SEEK_END)
        assert len(TEXT) - 1 == stream.seek(-2, io.SEEK_END)
        assert TEXT[-1:] + b"\n" == stream.read()


def test_a_part_of_a_file_that_was_trimmed(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"one\ntwo\nthree")
    part = Locator(("a.txt",), 4, 3, trimmed=True)

    assert b"two\n" == recorded(tmp_path, part).read()
    assert str(Locator(("a.txt",), 4, 3)) == str(part)


def test_a_member_that_is_altered_is_told_before_its_end(tmp_path):
    path = tmp_path / "x.zip"
    data = packed([("a.txt", b"one\ntwo")], zipfile.ZIP_STORED)
    path.write_bytes(data.replace(b"one\ntwo", b"one\ntwi"))

    with pytest.raises(Altered):
        recorded(path, TRIMMED).read()


def test_a_locator_says_so_only_where_it_was():
    assert b'{"members":["a.txt"]}' == msgspec.json.encode(Locator(members=("a.txt",)))
    assert TRIMMED == msgspec.json.decode(msgspec.json.encode(TRIMMED), type=Locator)
