"""Binary XML as Android reads it: elements, and their attributes by the platform's identifiers.

Source: AOSP androidfw `ResourceTypes.h` (ResXMLTree_*) and `ResourceTypes.cpp`. The platform looks
for an attribute by its identifier in the resource map, whatever its name and namespace are; so
does this. What no tool writes and Android reads all the same is noted.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.apk.attributes import NAMES
from scanner.formats.apk.strings import HEADER_SIZE as POOL_HEADER_SIZE
from scanner.formats.apk.strings import POOL, StringPool
from scanner.formats.apk.values import STRING, Value
from scanner.formats.inflated import TooLarge
from scanner.model.requests import MiB

SIZE_LIMIT = 32 * MiB
ELEMENT_LIMIT = 100_000
DEPTH_LIMIT = 512
ATTRIBUTE_LIMIT = 4096  # of one element
ANDROID = "http://schemas.android.com/apk/res/android"

Key = int | str  # identifier of an attribute, or its name where it has none

_XML, _MAP = 0x0003, 0x0180
_START_NAMESPACE, _END_NAMESPACE, _START, _END, _LAST = 0x0100, 0x0101, 0x0102, 0x0103, 0x017F
_TEXT = 0x0104
_BEHIND = frozenset({_END_NAMESPACE, _TEXT})
_PLATFORM = 0x01  # the package of its identifiers
_NODE_SIZE = 16  # bytes of the header of a node
_ATTRIBUTE_SIZE = 20
_NONE = 0xFFFFFFFF

_CHUNK = struct.Struct("<HHI")
_ELEMENT = struct.Struct("<IIHHH")
_ATTRIBUTE = struct.Struct("<III3xBI")


class Start(Struct, frozen=True):
    """An element begins."""

    name: str
    attributes: dict[Key, Value]
    depth: int  # 1: the root


class BinaryXml:
    """A document; ParseError where the bytes have no pool of strings and no elements."""

    def __init__(self, data: bytes) -> None:
        if len(data) > SIZE_LIMIT:
            raise TooLarge(f"at most {SIZE_LIMIT} bytes of XML expected")
        if len(data) < _CHUNK.size:
            raise ParseError("a binary XML expected")
        self.anomalies: set[str] = set()
        self._data = data
        self._ids: tuple[int, ...] = ()
        self._strings: StringPool | None = None
        kind, header, size = _CHUNK.unpack_from(data)
        if (kind, header) != (_XML, _CHUNK.size) or size > len(data) or size < _CHUNK.size:
            self.anomalies.add("xml_header")
        self._end = size if _CHUNK.size < size < len(data) else len(data)
        self._seen: set[tuple[int, int]] = set()  # name and namespace of attributes
        self._first = self._read_head(header)
        if self._strings is None or self._first >= self._end:
            raise ParseError("the elements of a binary XML expected")
        self._pool: StringPool = self._strings

    def _read_head(self, header: int) -> int:
        """Read what comes before the elements, and return where those begin."""
        at = _CHUNK.size
        if header != at and self._kind_at(at) != POOL and self._kind_at(header) == POOL:
            at = header
        while at + _CHUNK.size <= self._end:
            kind, _, size = _CHUNK.unpack_from(self._data, at)
            if _START_NAMESPACE <= kind <= _LAST:
                return at
            if size < _CHUNK.size or at + size > self._end:
                self.anomalies.add("xml_chunk")
                return self._found_elements(at + _CHUNK.size)
            if kind == POOL and self._strings is None:
                self._strings = StringPool(self._data, at, at + size, self.anomalies, "xml")
            elif kind == _MAP and not self._ids:
                self._ids = self._read_map(at, size)
            else:
                self.anomalies.add("xml_chunk")
            at += size
        return self._end

    def _kind_at(self, at: int) -> int | None:
        return (
            int.from_bytes(self._data[at : at + 2], "little")
            if at + POOL_HEADER_SIZE <= len(self._data)
            else None
        )

    def _found_elements(self, at: int) -> int:
        """Return where a namespace or an element begins that no size leads to."""
        starts = (
            self._data.find(struct.pack("<HH", kind, _NODE_SIZE), at, self._end)
            for kind in (_START_NAMESPACE, _START)
        )
        return min((start for start in starts if start >= 0), default=self._end)

    def _read_map(self, at: int, size: int) -> tuple[int, ...]:
        (header,) = struct.unpack_from("<H", self._data, at + 2)
        if not _CHUNK.size <= header <= size:
            header = _CHUNK.size
        count = (size - header) // 4
        return struct.unpack_from(f"<{count}I", self._data, at + header)

    def elements(self, bare: frozenset[str] = frozenset()) -> Iterator[Start | str | None]:
        """Yield each element as it begins, text, and None as an element ends.

        Those of the names `bare` come without their attributes.
        """
        data, end, unpack = self._data, self._end, _CHUNK.unpack_from
        at, depth, left = self._first, 0, ELEMENT_LIMIT
        while at + _NODE_SIZE <= end:
            kind, header, size = unpack(data, at)
            if header != _NODE_SIZE or size < _NODE_SIZE or at + size > end or size & 3:
                self.anomalies.add("xml_chunk")
                header = header if _NODE_SIZE < header <= size and not header & 3 else _NODE_SIZE
                size = size if _NODE_SIZE <= size <= end - at else self._left_of(kind, at)
            if kind == _START:
                depth, left = depth + 1, left - 1
                if depth > DEPTH_LIMIT or not left:
                    self.anomalies.add("xml_limit")
                    return
                yield self._start(at + header, at + size, depth, bare)
            elif kind == _END and depth:
                depth -= 1
                yield None
                if not depth:
                    self._finish(at + size)
                    return
            elif kind == _TEXT and at + header + 4 <= end:
                index = int.from_bytes(data[at + header : at + header + 4], "little")
                yield self._pool[index] or ""
            elif not _START_NAMESPACE <= kind <= _LAST:
                self.anomalies.add("xml_chunk")
            at += size
        self.anomalies.add("xml_cut")

    def _left_of(self, kind: int, at: int) -> int:
        """Return the bytes of a node whose size cannot be: what an element has at least."""
        if kind == _END:
            return _NODE_SIZE + 8
        if kind != _START or at + _NODE_SIZE + _ELEMENT.size > self._end:
            return self._end - at
        _, _, start, size, count = _ELEMENT.unpack_from(self._data, at + _NODE_SIZE)
        return int(min(_NODE_SIZE + start + size * count, self._end - at))

    def _start(self, at: int, end: int, depth: int, bare: frozenset[str]) -> Start:
        if at + _ELEMENT.size > end:
            self.anomalies.add("xml_chunk")
            return Start("", {}, depth)
        strings = self._pool
        _, named, start, size, count = _ELEMENT.unpack_from(self._data, at)
        name = strings[named] or ""
        if not count or name in bare:
            return Start(name, {}, depth)
        first = at + start
        if start != _ATTRIBUTE_SIZE or size != _ATTRIBUTE_SIZE or first + count * size > end:
            self.anomalies.add("xml_attributes")
            size = max(size, _ATTRIBUTE_SIZE)
            count = min(count, max(end - first, 0) // size, ATTRIBUTE_LIMIT)
        if size == _ATTRIBUTE_SIZE:
            rows = _ATTRIBUTE.iter_unpack(self._data[first : first + count * size])
        else:
            rows = (
                _ATTRIBUTE.unpack_from(self._data, place)
                for place in range(first, first + count * size, size)
            )
        attributes: dict[Key, Value] = {}
        ids, known, seen = self._ids, len(self._ids), self._seen
        for space, named, raw, kind, value in rows:
            key: Key = (ids[named] if named < known else 0) or strings[named] or ""
            if key in attributes:
                self.anomalies.add("xml_duplicate_attribute")
                continue
            seen.add((named, space))
            if kind == STRING:
                attributes[key] = Value(kind, value, strings[value])
            else:
                attributes[key] = Value(kind, value, None if raw == _NONE else strings[raw])
        return Start(name, attributes, depth)

    def _finish(self, at: int) -> None:
        """Look at what lies behind the root, and at the names and namespaces that were used."""
        left = self._end - at
        while left >= _CHUNK.size:
            kind, header, size = _CHUNK.unpack_from(self._data, at)
            if header != _NODE_SIZE or not header <= size <= left or kind not in _BEHIND:
                self.anomalies.add("xml_chunk")
                break
            at, left = at + size, left - size
        for named, space in self._seen:
            identifier = self._ids[named] if named < len(self._ids) else 0
            if identifier >> 24 != _PLATFORM:
                continue
            if space == _NONE or self._pool[space] != ANDROID:
                self.anomalies.add("xml_namespace")
            if identifier in NAMES and self._pool[named] != NAMES[identifier]:
                self.anomalies.add("xml_name")
