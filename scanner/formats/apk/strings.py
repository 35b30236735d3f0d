"""The pool of strings of a binary XML or a table of resources, decoded one by one.

Source: AOSP androidfw `ResourceTypes.h` (ResStringPool_header) and `ResourceTypes.cpp`. A string
that Android finds damaged is given as far as it goes, and noted.
"""

from __future__ import annotations

import codecs
import struct

from scanner.formats.buffer import Buffer

POOL = 0x0001  # the type of the chunk
HEADER_SIZE = 28
LENGTH_LIMIT = 32 * 1024  # units of one string in UTF-16; more is cut
POOL_LIMIT = 16 * 1024 * 1024  # characters of all strings of one pool that are read
TEXT_LIMIT = 96 * 1024  # bytes of one in UTF-8 that is longer than its length can say

_HEADER = struct.Struct("<HHIIIIII")
_AHEAD_LIMIT = 100_000  # strings of one pool that are read at once
_UTF8 = 1 << 8
_LONG, _LONGER = 0x80, 0x8000  # a length from here on takes twice the room


class StringPool(dict[int, str | None]):
    """The strings of one pool, by their index; None for those that it does not hold.

    Each is read when it is first asked for.
    """

    def __init__(self, data: Buffer, at: int, end: int, notes: set[str], kind: str) -> None:
        """Take the pool at a place; `kind` begins the words for its anomalies."""
        super().__init__()
        self._data, self._notes, self._kind = data, notes, kind
        self._held = data if isinstance(data, bytes) else b""
        self._count = self._strings = self._first = self._end = 0
        self._left = POOL_LIMIT
        self._utf8 = self._ahead = False
        if at + HEADER_SIZE > end:
            notes.add(f"{kind}_strings")
            return
        _, header, size, count, styles, flags, start, _ = _HEADER.unpack(
            data[at : at + HEADER_SIZE]
        )
        self._utf8 = bool(flags & _UTF8)
        self._end = min(at + size, end)
        self._first = at + (header if HEADER_SIZE <= header <= size else HEADER_SIZE)
        self._strings = at + start
        # The offsets lie before the strings; what reaches into them is no offset.
        room = max((min(self._strings, self._end) - self._first) // 4, 0)
        if count + styles > room:
            notes.add(f"{kind}_string_count")
        self._count = min(count, max((self._end - self._first) // 4, 0))
        self._ahead = kind == "xml" and not self._utf8 and self._count <= _AHEAD_LIMIT

    def __missing__(self, index: int) -> str | None:
        if self._ahead:
            self._ahead = False
            self._read_ahead()
            return self[index]
        text = self[index] = self._read(index)
        return text

    def _read_ahead(self) -> None:
        """Read all strings that nothing is odd about: of an XML, most are asked for."""
        units, place_of, left = self._units, struct.Struct("<I").unpack_from, POOL_LIMIT
        if not units:
            return
        for index in range(self._count):
            (offset,) = place_of(self._held, self._first + 4 * index)
            place = offset >> 1
            if offset & 1 or place >= len(units):
                continue
            end = place + 1 + ord(units[place])
            if end < place + _LONGER and units[end : end + 1] == "\0":
                text = units[place + 1 : end]
                if "\0" not in text:
                    self[index] = text
                left -= len(text)
                if left < 0:  # so many that a limit counts: read as they are asked for
                    self.clear()
                    return

    def _read(self, index: int) -> str | None:
        if not 0 <= index < self._count:
            return None
        at = self._first + 4 * index
        offset = int.from_bytes(self._data[at : at + 4], "little")
        start = self._strings + offset
        if start + 2 > self._end:
            self._notes.add(f"{self._kind}_strings")
            return None
        if self._left <= 0:  # many numbers may lead to the same long text
            self._notes.add(f"{self._kind}_strings")
            return None
        text = self._read_utf8(start) if self._utf8 else self._read_utf16(start)
        self._left -= len(text)
        if "\0" in text and self._kind == "xml":
            self._notes.add(f"{self._kind}_nul")
        return text

    def _read_utf8(self, at: int) -> str:
        if held := self._held:
            # Both lengths are of one byte, and it ends where they say: so are most of them.
            end = at + 2 + held[at + 1]
            if held[at] < _LONG > held[at + 1] and end < self._end and not held[end]:
                return _decoded(held[at + 2 : end])
        data = self._data[at : at + 4]
        skip = 2 if data[0] & 0x80 else 1  # the length in UTF-16 comes first
        length, used = data[skip] if skip < len(data) else 0, 1
        if length & 0x80:
            length, used = (length & 0x7F) << 8 | (data[skip + 1 : skip + 2] or b"\0")[0], 2
        start = at + skip + used
        end = start + length
        raw = self._data[start : min(end, self._end)]
        if end >= self._end or self._data[end : end + 1] != b"\0":
            # The tools of Android write a length of 15 bits at most: a longer string goes on.
            raw = self._until_nul(start, end, raw)
        return _decoded(raw)

    def _until_nul(self, start: int, end: int, raw: bytes) -> bytes:
        nul = self._data.find(b"\0", min(end, self._end), min(start + TEXT_LIMIT, self._end))
        if nul > end and end - start == nul - start & 0x7FFF:
            return self._data[start:nul]
        self._notes.add(f"{self._kind}_strings")
        return raw

    @property
    def _units(self) -> str:
        """All that lies in the pool as one text; none where places in it are no places in that."""
        raw = self._held[self._strings : self._end]
        try:
            text = raw[: len(raw) & ~1].decode("utf-16-le")
        except UnicodeDecodeError:
            return ""
        return text if len(text) == len(raw) // 2 else ""

    def _read_utf16(self, at: int) -> str:
        (length,) = struct.unpack("<H", self._data[at : at + 2])
        start = at + 2
        if length & 0x8000:
            low = self._data[start : start + 2]
            length = (length & 0x7FFF) << 16 | int.from_bytes(low, "little")
            start += 2
        end = start + 2 * length
        if end + 2 > self._end or self._data[end : end + 2] != b"\0\0":
            self._notes.add(f"{self._kind}_strings")
        raw = self._data[start : min(end, self._end, start + 2 * LENGTH_LIMIT)]
        return codecs.utf_16_le_decode(raw, "replace", True)[0]


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        pass
    try:
        # Java's own encoding has a pair of surrogates where UTF-8 has one character.
        text = raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
