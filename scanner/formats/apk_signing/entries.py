"""Entries of an APK read as strictly as a signature needs it: both headers have to agree.

Source: AOSP tools/apksig (`LocalFileRecord`), as strict as the reader of the platform is while it
verifies scheme v1 (`StrictJarFile`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

from scanner.errors import ParseError
from scanner.formats.apk.archive import Entry
from scanner.formats.apk_signing.findings import OverLimit
from scanner.formats.deflated import InflateError, inflater
from scanner.model.requests import GiB, MiB

HELD_LIMIT = 16 * MiB  # bytes of one entry that is needed whole
TOTAL_LIMIT = 2 * GiB  # bytes of all that is inflated of one archive
_WHOLE = 8 * MiB  # larger entries are inflated in parts
_DENSEST = 1032  # bytes that one deflated byte can stand for at most
_PIECE = 64 * 1024  # bytes that are inflated at once

_HEADER = struct.Struct("<4s2xH6xIIIHH")
_DESCRIPTOR = 0x0008  # the sizes stand behind the data


class EntryReader:
    """Reads entries of one archive; ParseError for what both headers do not agree on."""

    def __init__(self, view: memoryview, directory_at: int) -> None:
        self._view, self._directory_at = view, directory_at
        self._left = TOTAL_LIMIT

    def place(self, entry: Entry) -> tuple[int, int]:
        """Return where the data of an entry begins and ends."""
        at, limit = entry.at, self._directory_at
        if at + _HEADER.size + len(entry.raw) > limit:
            raise ParseError("the header of an entry before the directory expected")
        magic, flags, crc, packed, size, name_size, extra = _HEADER.unpack_from(self._view, at)
        start = at + _HEADER.size
        if magic != b"PK\3\4" or (flags ^ entry.flags) & _DESCRIPTOR:
            raise ParseError("the header of an entry expected")
        if not flags & _DESCRIPTOR and (crc, packed, size) != (entry.crc, entry.packed, entry.size):
            raise ParseError("the sizes of the directory in the header of an entry expected")
        if name_size != len(entry.raw) or self._view[start : start + name_size] != entry.raw:
            raise ParseError("the name of the directory in the header of an entry expected")
        start += name_size + extra
        end = start + (entry.packed if entry.method else entry.size)
        if end > limit or (entry.method and entry.size > _DENSEST * (end - start + 1)):
            raise ParseError("the data of an entry before the directory expected")
        return start, end

    def read(self, entry: Entry) -> bytes:
        """Return the bytes of an entry."""
        self.place(entry)
        if entry.size > HELD_LIMIT:
            raise OverLimit("a smaller entry expected")
        return b"".join(self.pieces(entry))

    def pieces(self, entry: Entry) -> Iterable[bytes | memoryview]:
        """Return the bytes of an entry, a large one in parts."""
        start, end = self.place(entry)
        self._left -= entry.size
        if self._left < 0:
            raise OverLimit("less data in all entries expected")
        data = self._view[start:end]
        if not entry.method:
            return (data,)
        if entry.size > _WHOLE:
            return _in_parts(data, entry.size)
        try:
            found = inflater().decompress(data, entry.size + 1)
        except InflateError as error:
            raise ParseError("a deflated entry expected") from error
        if len(found) != entry.size:
            raise ParseError("as much data as stated expected")
        return (found,)


def _in_parts(data: memoryview, size: int) -> Iterator[bytes]:
    total = 0
    for piece in _inflated(data):
        total += len(piece)
        if total > size:
            break
        yield piece
    if total != size:
        raise ParseError("as much data as stated expected")


def _inflated(data: memoryview) -> Iterator[bytes]:
    stream = inflater()
    try:
        for at in range(0, len(data), _PIECE):
            yield stream.decompress(data[at : at + _PIECE])
            if stream.eof:
                return
    except InflateError as error:
        raise ParseError("a deflated entry expected") from error
