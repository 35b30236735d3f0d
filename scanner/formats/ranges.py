"""Parts of a file, with their places: what of a large file was read over a slow line.

A container of our own: a magic, the size of the whole file, the number of ranges, then offset and
length of each (all little-endian, in ascending order, none touching the next), then their bytes one
after the other. Nothing in it says whose file it is; the request of the evidence does, and it
alone tells a container from a file that begins like one.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from scanner.errors import ParseError
from scanner.formats.buffer import Buffer
from scanner.model.evidence import Reason

MAGIC = b"scanner-parts-1\n"
RANGES_LIMIT = 65_536
_HEAD = struct.Struct("<QI")  # size of the whole file, number of ranges
_RANGE = struct.Struct("<QQ")  # offset, length

Range = tuple[int, int]
"""Where a part begins and where it ends, in bytes of the whole file."""


class NotRead(ParseError):
    """Bytes that were left on the device."""

    reason: Reason = "not_selected"


class Parts:
    """A file of which some ranges are here: a `Buffer`, and NotRead for every other byte."""

    def __init__(
        self, size: int, ranges: Iterable[Range] = (), data: Buffer = b"", at: int = 0
    ) -> None:
        """`data` holds the bytes of the ranges from `at` on, one range after the other."""
        self._size, self._data = size, data
        self.ranges = tuple(ranges)
        self._starts = [start for start, _ in self.ranges]
        self._places: list[int] = []
        for start, end in self.ranges:
            self._places.append(at)
            at += end - start

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice, /) -> bytes:
        start, end, step = part.indices(self._size)
        if step != 1:
            raise ValueError("parts are read forwards, byte by byte")
        if start >= end:
            return b""
        index = self._covering(start)
        if index is None or end > self.ranges[index][1]:
            raise NotRead(f"bytes {start} to {end} were left on the device")
        return self._taken(index, start, end)

    def find(self, wanted: bytes, start: int = 0, end: int | None = None, /) -> int:
        """Find the first place; NotRead where it could lie before what is here."""
        start, end, _ = slice(start, end).indices(self._size)
        if end - start < len(wanted):
            return -1
        index = self._covering(start)
        if index is None:
            raise NotRead(f"bytes from {start} on were left on the device")
        until = min(end, self.ranges[index][1])
        found = self._taken(index, start, until).find(wanted)
        if found >= 0:
            return start + found
        if until < end:
            raise NotRead(f"bytes from {until} on were left on the device")
        return -1

    def rfind(self, wanted: bytes, start: int = 0, end: int | None = None, /) -> int:
        """Find the last place; NotRead where it could lie behind what is here."""
        start, end, _ = slice(start, end).indices(self._size)
        if end - start < len(wanted):
            return -1
        index = self._covering(end - 1)
        if index is None:
            raise NotRead(f"bytes up to {end} were left on the device")
        since = max(start, self.ranges[index][0])
        found = self._taken(index, since, end).rfind(wanted)
        if found >= 0:
            return since + found
        if since > start:
            raise NotRead(f"bytes up to {since} were left on the device")
        return -1

    def missing(self, wanted: Iterable[Range]) -> tuple[Range, ...]:
        """Return what of some ranges is not here, joined, in ascending order."""
        holes: list[Range] = []
        for start, end in joined(wanted, self._size):
            at = start
            for have, until in self.ranges[max(0, bisect_right(self._starts, at) - 1) :]:
                if have >= end:
                    break
                if have > at:
                    holes.append((at, have))
                at = max(at, until)
            if at < end:
                holes.append((at, end))
        return tuple(holes)

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes of each range."""
        for index, (start, end) in enumerate(self.ranges):
            yield self._taken(index, start, end)

    def _covering(self, at: int) -> int | None:
        index = bisect_right(self._starts, at) - 1
        return index if index >= 0 and at < self.ranges[index][1] else None

    def _taken(self, index: int, start: int, end: int) -> bytes:
        place = self._places[index] + start - self.ranges[index][0]
        return self._data[place : place + end - start]


def joined(ranges: Iterable[Range], size: int) -> tuple[Range, ...]:
    """Return ranges within a file in ascending order; those that touch become one."""
    found: list[Range] = []
    for start, end in sorted((max(0, start), min(end, size)) for start, end in ranges):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def with_more(parts: Parts, pieces: Iterable[tuple[Range, bytes]]) -> Parts:
    """Join what is here with what was read after it."""
    have = dict(zip(parts.ranges, parts.pieces(), strict=True)) | dict(pieces)
    data = b"".join(piece for _, piece in sorted(have.items()))
    return Parts(len(parts), joined(have, len(parts)), data)


def header(parts: Parts) -> bytes:
    """Return what stands before the bytes in a container."""
    listed = b"".join(_RANGE.pack(start, end - start) for start, end in parts.ranges)
    return MAGIC + _HEAD.pack(len(parts), len(parts.ranges)) + listed


def read_parts(data: Buffer) -> Parts:
    """Read a container; ParseError where it is none, or not whole."""
    at = len(MAGIC)
    head = data[at : at + _HEAD.size]
    if data[:at] != MAGIC or len(head) < _HEAD.size:
        raise ParseError("parts of a file expected")
    size, count = _HEAD.unpack(head)
    at += _HEAD.size
    listed = data[at : at + count * _RANGE.size] if count <= RANGES_LIMIT else b""
    if len(listed) != count * _RANGE.size:
        raise ParseError(f"at most {RANGES_LIMIT} whole ranges expected")
    at += len(listed)
    ranges: list[Range] = []
    for start, length in _RANGE.iter_unpack(listed):
        if not length or start + length > size or (ranges and start <= ranges[-1][1]):
            raise ParseError("ranges in ascending order within the file expected")
        ranges.append((start, start + length))
    if at + sum(end - start for start, end in ranges) != len(data):
        raise ParseError("the bytes of each range expected, and no other")
    return Parts(size, ranges, data, at)
