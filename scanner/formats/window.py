"""A part of a stream as a stream of its own: seekable, read-only, no byte beyond its bounds."""

from __future__ import annotations

import io
from typing import BinaryIO

from scanner.formats.layer import Layer

_BUFFER = 64 * 1024


class Window(Layer):
    """The bytes of a stream from `start` on, at most `length` of them."""

    _stream: BinaryIO

    def __init__(self, stream: BinaryIO, start: int, length: int | None = None) -> None:
        super().__init__()
        self._stream, self._start, self._length = stream, start, length
        self._at = 0
        stream.seek(start)

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            offset += self._size()
        elif whence == io.SEEK_CUR:
            offset += self._at
        if offset < 0:
            raise ValueError("a place before the start")
        self._stream.seek(self._start + offset)
        self._at = offset
        return offset

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        wanted = len(buffer)
        if self._length is not None:
            wanted = min(wanted, max(self._length - self._at, 0))
        data = self._stream.read(wanted) if wanted else b""
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _size(self) -> int:
        here = self._stream.tell()
        if self._length is not None and self._holds(self._start + self._length):
            self._stream.seek(here)
            return self._length
        there = max(self._stream.seek(0, io.SEEK_END) - self._start, 0)
        self._stream.seek(here)
        return there if self._length is None else min(there, self._length)

    def _holds(self, count: int) -> bool:
        """Whether so many bytes are there: not asked of its end, which may be gigabytes away."""
        if not self._length:
            return True
        self._stream.seek(count - 1)
        return bool(self._stream.read(1))


def window(stream: BinaryIO, start: int, length: int | None = None) -> BinaryIO:
    """Return a part of a stream, buffered."""
    return io.BufferedReader(Window(stream, start, length), _BUFFER)
