"""The instructions of a DEX file: which of its methods call others, by their numbers.

A method that is called stands in an instruction as a number of two bytes. So all bytes are searched
for such instructions first, which is fast; then the lists of classes tell in whose code such a
place lies; and only that code is taken apart, from its start, since data among the instructions may
look like one. Every place may lie; what is claimed over and over is refused.

Format: "Dalvik executable format" (`class_data_item`, `code_item`) and "Dalvik bytecode" of the
Android Open Source Project.
"""

from __future__ import annotations

import re
import struct
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterator

from scanner.errors import NotAvailable, ParseError
from scanner.formats.programs.dex_tables import Tables

PLACE_LIMIT = 1_000_000  # places that look like a wanted call

_HEAD = 16  # bytes of a code item before its instructions
_INVOKES = frozenset((*range(0x6E, 0x73), *range(0x74, 0x79)))  # of a method by its number
_INVOKE = rb"[\x6e-\x72\x74-\x78]"
_PACKED_SWITCH, _SPARSE_SWITCH, _FILL_ARRAY = 0x0100, 0x0200, 0x0300  # data among instructions
_TWO = frozenset((
    *(0x02, 0x05, 0x08, 0x13, 0x15, 0x16, 0x19, 0x1A, 0x1C, 0x1F, 0x20, 0x22, 0x23, 0x29),
    *range(0x2D, 0x3E), *range(0x44, 0x6E), *range(0x90, 0xB0), *range(0xD0, 0xE3), 0xFE, 0xFF,
))  # fmt: skip
_THREE = frozenset((
    *(0x03, 0x06, 0x09, 0x14, 0x17, 0x1B, 0x24, 0x25, 0x26, 0x2A, 0x2B, 0x2C, 0xFC, 0xFD),
    *_INVOKES,
))  # fmt: skip
_LONGER = {0x18: 5, 0xFA: 4, 0xFB: 4}
_WIDTHS = tuple(
    _LONGER.get(code) or (3 if code in _THREE else 2 if code in _TWO else 1) for code in range(256)
)  # units of two bytes, by the first byte of an instruction


def callers(tables: Tables, wanted: Collection[int]) -> Iterator[tuple[int, int]]:
    """Yield the numbers of wanted methods and of those that call them, in the order of classes.

    ParseError where the same bytes are claimed over and over; NotAvailable where too many look like
    a call.
    """
    places = _places(tables.data, wanted)
    if not places:
        return
    numbers, left = frozenset(wanted), len(tables.data)
    for method, start, end in _codes(tables):
        at = bisect_left(places, start)
        if at == len(places) or places[at] >= end:
            continue
        left -= end - start
        if left < 0:
            raise _claimed()
        for number in _called(tables.data, start, end):
            if number in numbers:
                yield number, method


def _places(data: bytes, wanted: Collection[int]) -> array[int]:
    """Return where something stands that may be a call of a wanted method."""
    lows: dict[int, bytearray] = {}
    for number in wanted:
        if number <= 0xFFFF:  # noqa: PLR2004  the others cannot be called
            lows.setdefault(number & 0xFF, bytearray()).append(number >> 8)
    found = array("Q")
    if not lows:
        return found
    each = (re.escape(bytes([low])) + b"[" + _set(highs) + b"]" for low, highs in lows.items())
    for match in re.finditer(_INVOKE + b"(?=.(?:" + b"|".join(each) + b"))", data, re.DOTALL):
        found.append(match.start())
        if len(found) > PLACE_LIMIT:
            raise NotAvailable("truncated", f"more than {PLACE_LIMIT} places that may be calls")
    return found


def _set(members: bytearray) -> bytes:
    return b"".join(b"\\x%02x" % one for one in members)


def _codes(tables: Tables) -> Iterator[tuple[int, int, int]]:
    """Yield each method that has code, with where its instructions begin and end."""
    data, left = tables.data, len(tables.data)
    for start in tables.class_places():
        if not 0 < start < len(data):
            continue
        try:
            (statics, instances, direct, virtual), at = _read(data, start, 4)
            at = _skip(data, at, 2 * (statics + instances))
            for count in (direct, virtual):
                number = 0
                for _ in range(count):
                    (step, _flags, code), at = _read(data, at, 3)
                    number += step
                    if at - start > left:
                        raise _claimed()
                    if 0 < code <= len(data) - _HEAD:
                        (units,) = struct.unpack_from("<I", data, code + 12)
                        yield number, code + _HEAD, min(code + _HEAD + 2 * units, len(data))
        except IndexError:  # it goes on behind the end
            at = len(data)
        left -= at - start
        if left < 0:
            raise _claimed()


def _read(data: bytes, at: int, count: int) -> tuple[list[int], int]:
    """Return some numbers of variable length, and where the next begins."""
    found = []
    for _ in range(count):
        value = data[at]
        at += 1
        if value >= 0x80:  # noqa: PLR2004  the bit that says that it goes on
            value &= 0x7F
            for shift in (7, 14, 21, 28):
                more = data[at]
                at += 1
                value |= (more & 0x7F) << shift
                if more < 0x80:  # noqa: PLR2004
                    break
        found.append(value)
    return found, at


def _skip(data: bytes, at: int, count: int) -> int:
    for _ in range(count):
        while data[at] >= 0x80:  # noqa: PLR2004
            at += 1
        at += 1
    return at


def _called(data: bytes, start: int, end: int) -> Iterator[int]:
    """Yield the numbers of the methods that some instructions call."""
    at, last = start, end - 2
    while at <= last:
        code = data[at]
        if code in _INVOKES and at + 6 <= end:
            yield data[at + 2] | data[at + 3] << 8
        at += 2 * (_data_width(data, at, end) if code == 0 and data[at + 1] else _WIDTHS[code])


def _data_width(data: bytes, at: int, end: int) -> int:
    """Return the units of the data that stands among instructions; 1 where it is none."""
    kind = data[at] | data[at + 1] << 8
    if at + 8 > end or kind not in {_PACKED_SWITCH, _SPARSE_SWITCH, _FILL_ARRAY}:
        return 1
    size, count = struct.unpack_from("<HI", data, at + 2)
    if kind == _PACKED_SWITCH:
        return 4 + 2 * int(size)
    if kind == _SPARSE_SWITCH:
        return 2 + 4 * int(size)
    return 4 + (int(size) * int(count) + 1) // 2


def _claimed() -> ParseError:
    return ParseError("classes and code that lie beside each other expected")
