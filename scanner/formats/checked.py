"""A member of an archive that is compared with what the archive says of it.

Only a reading of all bytes from the first can tell: a stream that is sought in is not compared.
"""

from __future__ import annotations

import io
import zlib
from typing import BinaryIO

from scanner.errors import ParseError
from scanner.formats.layer import Layer

_BUFFER = 256 * 1024


class Altered(ParseError):
    """A member was read to its end, and it is not what its archive says."""


class Checked(Layer):
    """The bytes of a stream; Altered at its end where they are not of the size and CRC-32."""

    _stream: io.RawIOBase

    def __init__(self, stream: io.RawIOBase, crc: int, size: int) -> None:
        super().__init__()
        self._stream, self._stated = stream, (crc, size)
        self._crc = self._at = 0
        self._is_all = True  # no byte was left out so far

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        at = self._stream.seek(offset, whence)
        if at == 0:
            self._crc = self._at = 0
        self._is_all = at == self._at
        return at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        count = self._stream.readinto(buffer) or 0
        if self._is_all:
            self._crc = zlib.crc32(memoryview(buffer)[:count], self._crc)
            self._at += count
            if not count and len(buffer) and (self._crc, self._at) != self._stated:
                raise Altered("a member of the size and checksum that its archive states expected")
        return count


def checked(stream: io.RawIOBase, crc: int, size: int) -> BinaryIO:
    """Return a stream, buffered, that is compared with what an archive states of it."""
    return io.BufferedReader(Checked(stream, crc, size), _BUFFER)
