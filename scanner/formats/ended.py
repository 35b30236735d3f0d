"""A text whose collector cut off the end of its last line, with that end."""

from __future__ import annotations

import io
from typing import BinaryIO

from scanner.formats.layer import Layer

_BUFFER = 64 * 1024
_END = b"\n"


class Ended(Layer):
    """The bytes of a stream and a newline behind them."""

    _stream: BinaryIO

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._at = 0
        self._size: int | None = None

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            offset += self._length() + len(_END)
        elif whence == io.SEEK_CUR:
            offset += self._at
        if offset < 0:
            raise ValueError("a place before the start")
        self._at = self._stream.seek(offset)
        return offset

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self._stream.read(len(buffer))
        # Only behind the last byte: a stream that is sought in is not compared with its checksum.
        if not data and len(buffer) and self._at == self._length():
            data = _END
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _length(self) -> int:
        """Return the size of the stream; where it is read next does not change."""
        if self._size is None:
            here = self._stream.tell()
            self._size = self._stream.seek(0, io.SEEK_END)
            self._stream.seek(here)
        return self._size


def ended(stream: BinaryIO) -> BinaryIO:
    """Return a text with a newline behind it, buffered."""
    return io.BufferedReader(Ended(stream), _BUFFER)
