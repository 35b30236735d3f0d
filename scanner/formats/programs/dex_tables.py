"""The tables of a DEX file: its strings, types, fields, methods and classes, by number.

Format: "Dalvik executable format" of the Android Open Source Project, versions 035 to 041. Every
number and place in such a file may lie: a table ends where the file does, and what points outside
is left out and noted. Nothing is decoded here but what somebody asks for.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator, Mapping
from typing import TypeVar

from msgspec import Struct

from scanner.errors import ParseError

MAGIC = b"dex\n"
HEADER_SIZE, CONTAINER_HEADER_SIZE = 0x70, 0x78
NO_INDEX = 0xFFFFFFFF
NAME_LIMIT = 1024  # bytes of a name that is read

_LITTLE_ENDIAN = 0x12345678
_TYPE_LIMIT = 1 << 16  # code has 16 bits for the number of a type
_PART_LIMIT = 256  # files in one container
_KINDS = ("string", "type", "prototype", "field", "method", "class")
_SIZES = (4, 4, 12, 8, 8, 32)  # of an entry: string, type, prototype, field, method, class
_DEPTH = 16  # classes between one that derives and the one that is known
_MAP_LIMIT = 64  # entries that are read of a list of what lies where
_CONTINUED = 0x80  # the bit of a byte after which a number goes on

T = TypeVar("T")


class Header(Struct, frozen=True, kw_only=True):
    """The header of a DEX file, with tables cut to what the file holds."""

    at: int
    version: str
    checksum: int
    signature: bytes
    size: int  # bytes, as stated
    header_size: int
    counts: tuple[int, ...]  # as stated: strings, types, prototypes, fields, methods, classes
    places: tuple[int, ...]
    map_at: int
    is_linked: bool


def read_header(data: bytes, at: int) -> Header:
    """Read a header; ParseError where there is none that Android could read."""
    if data[at : at + 4] != MAGIC or len(data) - at < HEADER_SIZE:
        raise ParseError("a DEX file expected")
    checksum, signature = struct.unpack_from("<I20s", data, at + 8)
    size, header_size, order, linked, _, map_at = struct.unpack_from("<6I", data, at + 32)
    if order != _LITTLE_ENDIAN:
        raise ParseError("a DEX file with its low bytes first expected")
    pairs = struct.unpack_from("<12I", data, at + 56)
    return Header(
        at=at,
        version=data[at + 4 : at + 7].decode("ascii", "replace"),
        checksum=checksum,
        signature=signature,
        size=size,
        header_size=header_size,
        counts=pairs[::2],
        places=pairs[1::2],
        map_at=map_at,
        is_linked=bool(linked),
    )


def read_headers(data: bytes) -> list[Header]:
    """Read the headers of all files in a container (version 041); one, in earlier versions."""
    found = [read_header(data, 0)]
    while found[-1].header_size >= CONTAINER_HEADER_SIZE and len(found) < _PART_LIMIT:
        at = found[-1].at + found[-1].size
        if found[-1].size < HEADER_SIZE or data[at : at + 4] != MAGIC:
            break
        try:
            found.append(read_header(data, at))
        except ParseError:
            break
    return found


class Tables:
    """The tables of one file. Places count from the start of the data, also in a container."""

    def __init__(self, data: bytes, header: Header) -> None:
        self.data, self.header = data, header
        self.anomalies: set[str] = set()
        self.counts = tuple(map(self._fitting, range(len(_KINDS))))
        self.string_places = self._words("string", "I", 1)
        self.type_names = self._words("type", "I", 1)

    @property
    def size(self) -> int:
        """Bytes of all tables together."""
        return sum(count * size for count, size in zip(self.counts, _SIZES, strict=True))

    def strings_range(self) -> tuple[int, int]:
        """Return from where to where its strings lie; the last one may go on behind."""
        if not self.string_places:
            return 0, 0
        end = min(max(self.string_places) + NAME_LIMIT, len(self.data))
        start = min(self.string_places)
        return min(start, end), end

    def descriptors(self) -> Iterator[bytes]:
        """Yield the name of each type as code writes it; empty where there is none to read."""
        data, find, places = self.data, self.data.find, self.string_places
        count = len(places)
        for number in self.type_names:
            if number >= count or places[number] >= len(data):
                self.anomalies.add("index_outside")
                yield b""
                continue
            start = places[number]
            # Nearly all are shorter than 128 characters: one byte states the length.
            start = start + 1 if data[start] < _CONTINUED else string_start(data, start)
            end = find(b"\0", start, start + NAME_LIMIT)
            if end < 0:
                self.anomalies.add("name_too_long")
            yield data[start:end] if end >= 0 else b""

    def string(self, number: int) -> bytes:
        """Return a string in modified UTF-8; empty where there is none, or one that is no name."""
        if number >= len(self.string_places) or self.string_places[number] >= len(self.data):
            self.anomalies.add("index_outside")
            return b""
        start = string_start(self.data, self.string_places[number])
        end = self.data.find(b"\0", start, start + NAME_LIMIT)
        if end < 0:
            self.anomalies.add("name_too_long")
        return self.data[start:end] if end >= 0 else b""

    def members(self, kind: str) -> tuple[array[int], array[int]]:
        """Return owners (types) and names (strings) of all methods, or of all fields."""
        halves = self._words(kind, "H", 4)
        names = array("I", halves[2::4])
        for at, high in enumerate(halves[3::4]):
            if high:
                names[at] |= high << 16
        return halves[::4], names

    def classes(self) -> tuple[array[int], array[int]]:
        """Return the types of the classes that are defined, and of what each derives from."""
        words = self._words("class", "I", 8)
        return words[::8], words[2::8]

    def class_places(self) -> array[int]:
        """Return where the members of each defined class are listed; 0: it has none."""
        return self._words("class", "I", 8)[6::8]

    def type_name(self, number: int) -> bytes:
        """Return the name of a type as code writes it; empty where there is none to read."""
        return self.string(self.type_names[number]) if number < len(self.type_names) else b""

    def derived(self, known: Mapping[int, T]) -> dict[int, T]:
        """Return the defined classes that derive from known types, with what is known of those."""
        defined, bases = self.classes()
        pairs = [pair for pair in zip(defined, bases, strict=True) if pair[1] != NO_INDEX]
        found: dict[int, T] = {}
        new: Mapping[int, T] = known
        for _ in range(_DEPTH):
            new = {
                one: new[base]
                for one, base in pairs
                if base in new and one not in found and one not in known
            }
            if not new:
                break
            found.update(new)
        return found

    def map(self) -> Iterator[tuple[int, int, int]]:
        """Yield kind, count and place of what the file says that it holds."""
        at = self.header.map_at
        if not 0 < at <= len(self.data) - 4:
            return
        (count,) = struct.unpack_from("<I", self.data, at)
        end = min(at + 4 + 12 * min(count, _MAP_LIMIT), len(self.data))
        for row in struct.iter_unpack("<HHII", self.data[at + 4 : end - (end - at - 4) % 12]):
            yield row[0], row[2], row[3]

    def map_differs(self) -> bool:
        """Whether the list of what lies where is not there, or contradicts the header."""
        listed = {kind: (size, place) for kind, size, place in self.map()}
        return not listed or any(
            listed.get(kind, (0, place)) != (size, place)
            for kind, (size, place) in enumerate(
                zip(self.header.counts, self.header.places, strict=True), start=1
            )
        )

    def _fitting(self, kind: int) -> int:
        """Return how many entries of a table the file has room for."""
        stated, place = self.header.counts[kind], self.header.places[kind]
        room = max(len(self.data) - place, 0) // _SIZES[kind]
        if stated > room:
            self.anomalies.add("table_outside")
        if _KINDS[kind] == "type" and stated > _TYPE_LIMIT:
            self.anomalies.add("too_many_types")
            room = min(room, _TYPE_LIMIT)
        return min(stated, room)

    def _words(self, kind: str, width: str, words: int) -> array[int]:
        number = _KINDS.index(kind)
        place, size = self.header.places[number], self.counts[number] * _SIZES[number]
        found = array(width)
        found.frombytes(self.data[place : place + size])
        if sys.byteorder == "big":
            found.byteswap()
        return found


def string_start(data: bytes, at: int) -> int:
    """Return where the bytes of a string begin: behind its length, of at most five bytes."""
    end = min(at + 5, len(data))
    while at < end and data[at] >= _CONTINUED:
        at += 1
    return at + 1
