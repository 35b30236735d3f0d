"""The slices of a Mach-O: one of a thin file, one for each architecture of a fat one.

Source: Apple's mach-o/fat.h. What a fat header states is compared with the file and with the header
of each slice: a slice may lie outside, share bytes with another, or be of another machine.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.buffer import Buffer
from scanner.formats.macho.anomalies import Anomaly
from scanner.formats.macho.machine import FAT, FAT_64, MAGICS, SLICE_LIMIT, architecture

HEADER_32, HEADER_64 = 28, 32
_FAT_HEADER = 8
_TIMES = 2  # that all bytes may be those of a slice; more of them are not looked at
_FAT_ENTRY = {FAT: (">iiIII", 20), FAT_64: (">iiQQII", 32)}


class Slice(Struct, frozen=True, kw_only=True):
    """One program of a file: where it lies, and what its header says."""

    data: Buffer  # of the whole file
    start: int
    size: int  # bytes of it that are there
    wide: bool  # 64 bits
    order: str  # of its bytes, as struct writes it
    architecture: str
    file_type: int
    command_count: int
    command_size: int  # bytes of all load commands

    def read(self, at: int, count: int) -> bytes:
        """Return bytes of the slice; fewer where it ends before."""
        if at < 0 or count <= 0 or at >= self.size:
            return b""
        first = self.start + at
        return self.data[first : first + min(count, self.size - at)]

    @property
    def header_size(self) -> int:
        return HEADER_64 if self.wide else HEADER_32


def slices(data: Buffer) -> tuple[tuple[Slice, ...], tuple[Anomaly, ...]]:
    """Return the programs of a file and what is odd of the fat header; ParseError for none."""
    if len(data) < HEADER_32:
        raise ParseError("a Mach-O with a whole header expected")
    magic, count = struct.unpack(">II", data[:8])
    if magic in MAGICS:
        return (_slice(data, 0, len(data)),), ()
    if magic not in _FAT_ENTRY:
        raise ParseError("a Mach-O expected")
    if not 0 < count <= SLICE_LIMIT:
        raise ParseError(f"a fat Mach-O of at most {SLICE_LIMIT} slices expected")
    entries = list(_entries(data, magic, count))
    odd = set(_oddities(entries, count, len(data)))
    found = tuple(_readable(data, entries, odd))
    if not found:
        raise ParseError("a fat Mach-O with a slice that is one expected")
    if len({one.architecture for one in found}) < len(found):
        odd.add("architecture_repeated")
    return found, tuple(sorted(odd))


def _readable(
    data: Buffer, entries: list[tuple[str, int, int]], odd: set[Anomaly]
) -> Iterator[Slice]:
    left = _TIMES * len(data)
    for stated, start, length in entries:
        size = max(min(length, len(data) - start), 0)
        left -= size
        if left < 0:
            odd.add("parts_left")
            return
        try:
            one = _slice(data, start, size)
        except ParseError:
            odd.add("slice_unreadable")
            continue
        if one.architecture != stated:
            odd.add("architecture_differs")
        yield one


def _oddities(entries: list[tuple[str, int, int]], count: int, length: int) -> Iterator[Anomaly]:
    if len(entries) < count or any(start + size > length for _, start, size in entries):
        yield "slice_outside"
    if _overlap(entries):
        yield "slices_overlap"


def _entries(data: Buffer, magic: int, count: int) -> Iterator[tuple[str, int, int]]:
    form, size = _FAT_ENTRY[magic]
    table = data[_FAT_HEADER : _FAT_HEADER + count * size]
    for at in range(0, len(table) - size + 1, size):
        machine, subtype, start, length, *_ = struct.unpack_from(form, table, at)
        yield architecture(machine, subtype), start, length


def _overlap(entries: list[tuple[str, int, int]]) -> bool:
    end = _FAT_HEADER
    for start, size in sorted((start, size) for _, start, size in entries):
        if start < end:
            return True
        end = start + size
    return False


def _slice(data: Buffer, start: int, size: int) -> Slice:
    head = data[start : start + min(size, HEADER_64)] if size >= HEADER_32 else b""
    found = MAGICS.get(struct.unpack_from(">I", head)[0]) if len(head) >= HEADER_32 else None
    if found is None:
        raise ParseError("a Mach-O with a whole header expected")
    wide, order = found
    if wide and len(head) < HEADER_64:
        raise ParseError("a Mach-O with a whole header expected")
    machine, subtype, kind, count, length = struct.unpack_from(f"{order}iiIII", head, 4)
    return Slice(
        data=data,
        start=start,
        size=size,
        wide=wide,
        order=order,
        architecture=architecture(machine, subtype),
        file_type=kind,
        command_count=count,
        command_size=length,
    )
