"""Parts of streams: their ends are asked for without going to the end of all."""

from __future__ import annotations

import io

import pytest

from scanner.formats.window import window


class Endless(io.BytesIO):
    """A stream whose end nobody may ask for."""

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            raise AssertionError("the end is gigabytes away")
        return super().seek(offset, whence)


def test_the_end_of_a_part_is_found_within_it():
    with window(Endless(b"0123456789"), 2, 5) as part:
        assert 5 == part.seek(0, io.SEEK_END)
        assert b"" == part.read()
        assert 3 == part.seek(-2, io.SEEK_END)
        assert b"56" == part.read()


@pytest.mark.parametrize(("start", "length", "size"), [(8, 5, 2), (8, None, 2), (3, 0, 0)])
def test_a_part_ends_where_its_stream_does(start: int, length: int | None, size: int):
    with window(io.BytesIO(b"0123456789"), start, length) as part:
        assert size == part.seek(0, io.SEEK_END)
        part.seek(0)
        assert b"0123456789"[start : start + size] == part.read()
