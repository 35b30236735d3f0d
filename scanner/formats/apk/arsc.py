"""The table of resources: what a reference stands for.

Source: AOSP androidfw `ResourceTypes.h` (ResTable_*). Only the headers of its parts are read ahead;
an entry is looked up in the parts of its type, so a large table costs little.
"""

from __future__ import annotations

import bisect
import struct
from collections.abc import Iterator, Sequence
from functools import cached_property

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.apk.strings import POOL, StringPool
from scanner.formats.apk.values import STRING, Value
from scanner.formats.buffer import Buffer
from scanner.formats.inflated import TooLarge
from scanner.model.requests import MiB

SIZE_LIMIT = 128 * MiB
PART_LIMIT = 50_000  # of types and configurations, of one table
CHAIN_LIMIT = 20  # references that lead to references
CANDIDATE_LIMIT = 256  # values of one resource in all configurations

VISIT_LIMIT = 100_000  # parts that are looked into, of one table

ANY_DENSITY, NO_DENSITY = 0xFFFE, 0xFFFF

_TABLE, _PACKAGE, _TYPE = 0x0002, 0x0200, 0x0201
_CHUNK = struct.Struct("<HHI")
_TYPE_HEADER = struct.Struct("<HHIBBHII")
_TYPE_CHUNK_SIZE = 9  # bytes of it that each part of a package has
_TABLE_HEADER_SIZE = 12
_COPIED = 256 * 1024  # bytes of a table that cost less to copy than to reach one by one
_CONFIG_LIMIT = 128  # bytes of what stands before the offsets that are looked at
_SPARSE, _OFFSET16 = 1 << 0, 1 << 1  # flags of a type
_COMPLEX, _COMPACT = 1 << 0, 1 << 3  # flags of an entry
_NONE16, _NONE32 = 0xFFFF, 0xFFFFFFFF
_VALUE_SIZE = 8  # bytes of a value; and of what an entry has before it
_DENSITY_AT = 14  # within a configuration


class Candidate(Struct, frozen=True, kw_only=True):
    """A value of a resource in one configuration."""

    value: Value
    is_default: bool  # of no particular language, screen or version
    density: int  # dots an inch; 0: not stated


class _Part(Struct, frozen=True, gc=False):
    """The entries of one type in one configuration."""

    at: int
    end: int
    header: int  # bytes
    flags: int
    count: int
    start: int  # of the entries, from where it begins

    @property
    def first(self) -> int:
        """Return where the offsets are."""
        return self.at + self.header

    @property
    def entries(self) -> int:
        """Return where the entries are."""
        return self.at + self.start


class _Rows(Sequence[int]):
    """The numbers of the entries that a sparse part has, in their order."""

    def __init__(self, data: Buffer, at: int, count: int) -> None:
        self._data, self._at, self._count = data, at, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> int:  # type: ignore[override]
        at = self._at + 4 * index
        return int.from_bytes(self._data[at : at + 2], "little")


class Resources:
    """The table in a part of a buffer; ParseError where it is none."""

    def __init__(self, data: Buffer, start: int = 0, length: int | None = None) -> None:
        end = len(data) if length is None else min(start + length, len(data))
        if end - start > SIZE_LIMIT:
            raise TooLarge(f"at most {SIZE_LIMIT} bytes of resources expected")
        head = data[start : min(start + _CHUNK.size, end)]
        if len(head) < _CHUNK.size:
            raise ParseError("a table of resources expected")
        kind, header, size = _CHUNK.unpack(head)
        if kind != _TABLE:
            raise ParseError("a table of resources expected")
        self.anomalies: set[str] = set()
        if not _CHUNK.size <= header <= size <= end - start:
            self.anomalies.add("resources_chunk")
        self._visits = 0
        if end - start <= _COPIED and not isinstance(data, bytes):
            data, start, end = data[start:end], 0, end - start
        self._data = data
        self._read: dict[int, list[_Part]] = {}
        self._first = start + (
            header if _CHUNK.size <= header < end - start else _TABLE_HEADER_SIZE
        )
        self._end = start + size if self._first < start + size < end else end

    def value(self, reference: int) -> Value | None:
        """Return what a reference stands for in no particular configuration, or in the first."""
        for _ in range(CHAIN_LIMIT):
            found: Value | None = None
            for candidate in self.candidates(reference):
                if candidate.is_default:
                    found = candidate.value
                    break
                found = found or candidate.value
            if found is None or found.reference is None:
                return found
            reference = found.reference
        self.anomalies.add("resources_loop")
        return None

    def text(self, reference: int) -> str | None:
        """Return the string that a reference stands for."""
        found = self.value(reference)
        return found.text if found else None

    def files(self, reference: int) -> Iterator[Candidate]:
        """Yield the paths of a resource's files, in all configurations; each once."""
        todo, seen = [reference], {reference}
        while todo and len(seen) <= CANDIDATE_LIMIT:
            for candidate in self.candidates(todo.pop()):
                further = candidate.value.reference
                if further is None:
                    if candidate.value.text:
                        yield candidate
                elif further not in seen:
                    seen.add(further)
                    todo.append(further)

    def candidates(self, reference: int) -> Iterator[Candidate]:
        """Yield the values of a resource, one of each configuration that has it."""
        package, kind, entry = reference >> 24, reference >> 16 & 0xFF, reference & 0xFFFF
        # A library that is built to be shared has no number of its own yet.
        parts = self._parts(package, kind) or self._parts(0, kind)
        left = CANDIDATE_LIMIT
        for part in parts:
            self._visits += 1
            if self._visits > VISIT_LIMIT:
                return
            at = self._entry_at(part, entry)
            if at is None:
                continue
            value = self._value_at(at, part.end)
            if value is not None:
                yield self._candidate(part, value)
                left -= 1
                if not left:
                    return

    @cached_property
    def _strings(self) -> StringPool:
        for kind, _, at, end in self._chunks(self._first, self._end):
            if kind == POOL:
                return StringPool(self._data, at, end, self.anomalies, "resources")
        return StringPool(self._data, 0, 0, set(), "resources")

    def _candidate(self, part: _Part, value: Value) -> Candidate:
        """Return a value with what is said of the configuration that it stands in."""
        end = part.at + min(part.header, _CONFIG_LIMIT)
        config = self._data[part.at + _TYPE_HEADER.size : end]
        return Candidate(
            value=value,
            is_default=not config[4:].strip(b"\0"),
            density=int.from_bytes(config[_DENSITY_AT : _DENSITY_AT + 2], "little"),
        )

    def _parts(self, package: int, kind: int) -> list[_Part]:
        """Return the parts of one type, in the order of the table."""
        key = package << 8 | kind
        if key not in self._read:
            places = self._places.get(key, [])
            found = [part for part in places if part.header >= _TYPE_HEADER.size + 4]
            if len(found) < len(places):
                self.anomalies.add("resources_chunk")
            if any(
                part.count * (2 if part.flags & _OFFSET16 else 4) > part.end - part.at - part.header
                for part in found
            ):
                self.anomalies.add("resources_count")
            self._read[key] = found
        return self._read[key]

    @cached_property
    def _places(self) -> dict[int, list[_Part]]:
        """Return the parts by their package and type, whether they can be read or not."""
        found: dict[int, list[_Part]] = {}
        data, header_size, left = self._data, _TYPE_HEADER.size, PART_LIMIT
        for outer, outer_header, first, last in self._chunks(self._first, self._end):
            if outer != _PACKAGE or first + 12 > last:
                continue
            package = int.from_bytes(data[first + 8 : first + 12], "little") << 8
            at = first + outer_header
            while at + _TYPE_CHUNK_SIZE <= last and left:
                head = data[at : at + header_size]
                if len(head) < header_size:
                    head = head.ljust(header_size, b"\0")
                kind, header, size, number, flags, _, count, start = _TYPE_HEADER.unpack(head)
                if not _CHUNK.size <= header <= size <= last - at:
                    self.anomalies.add("resources_chunk")
                    break
                if kind == _TYPE:
                    left -= 1
                    part = _Part(at, at + size, header, flags, count, start)
                    found.setdefault(package | number, []).append(part)
                at += size
        if not left:
            self.anomalies.add("resources_chunk")
        return found

    def _chunks(self, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
        """Yield the parts between two places: kind, bytes of the header, where from and to."""
        data, unpack, size_of = self._data, _CHUNK.unpack, _CHUNK.size
        while at + size_of <= end:
            kind, header, size = unpack(data[at : at + size_of])
            if not size_of <= header <= size <= end - at:
                self.anomalies.add("resources_chunk")
                return
            yield kind, header, at, at + size
            at += size

    def _entry_at(self, part: _Part, entry: int) -> int | None:
        """Return where an entry of a part is; None where the part has none of its number."""
        room = max(part.end - part.first, 0)
        if part.flags & _SPARSE:
            rows = _Rows(self._data, part.first, min(part.count, room // 4))
            index = bisect.bisect_left(rows, entry)
            if index == len(rows) or rows[index] != entry:
                return None
            at = part.first + 4 * index + 2
            return part.entries + 4 * int.from_bytes(self._data[at : at + 2], "little")
        if entry >= part.count:
            return None
        if part.flags & _OFFSET16:
            at = part.first + 2 * entry
            offset = int.from_bytes(self._data[at : at + 2], "little")
            return None if offset == _NONE16 else part.entries + 4 * offset
        at = part.first + 4 * entry
        offset = int.from_bytes(self._data[at : at + 4], "little")
        return None if offset == _NONE32 else part.entries + offset

    def _value_at(self, at: int, end: int) -> Value | None:
        """Return the value of an entry; None for one that is a map of values, or damaged."""
        head = self._data[at : min(at + _VALUE_SIZE, end)]
        if len(head) < _VALUE_SIZE:
            self.anomalies.add("resources_chunk")
            return None
        size, flags, word = struct.unpack("<HHI", head)
        if flags & _COMPACT:
            return self._typed(flags >> 8, word)
        if flags & _COMPLEX:
            return None
        value = self._data[at + size : min(at + size + _VALUE_SIZE, end)]
        if len(value) < _VALUE_SIZE:
            self.anomalies.add("resources_chunk")
            return None
        return self._typed(value[3], int.from_bytes(value[4:8], "little"))

    def _typed(self, kind: int, data: int) -> Value:
        return Value(kind, data, self._strings[data] if kind == STRING else None)
