"""Segments and sections of a Mach-O: which bytes of the file go where, to be read, written or run.

Source: Apple's mach-o/loader.h. In a file of symbols (dSYM) the segments of the program stand as
they were, without their bytes: only __DWARF and __LINKEDIT have any.
"""

from __future__ import annotations

from msgspec import Struct

from scanner.formats.macho.anomalies import Anomaly
from scanner.formats.macho.commands import SEGMENT_64, Command

_WRITE, _RUN = 2, 4
_ZERO_FILLED = frozenset((0x1, 0xC, 0x12))  # types of sections that have no bytes in the file
_SECTIONS = 1000  # of one segment
_OWN = frozenset(("__DWARF", "__LINKEDIT"))


class Segment(Struct, frozen=True, kw_only=True):
    """One segment, as its load command says."""

    name: str
    start: int  # of its bytes in the slice
    size: int
    writable_code: bool
    sections: tuple[str, ...]  # each behind the name of its segment


def segment(
    command: Command, size: int, odd: set[Anomaly], *, is_symbols: bool = False
) -> Segment | None:
    """Read a segment of a slice of `size` bytes; None where its command is too short."""
    wide = command.number == SEGMENT_64
    numbers = command.numbers("4Q4I" if wide else "4I4I", 24)
    if numbers is None:
        return None
    _, _, start, length, _, protection, count, _ = numbers
    name = _name(command.data[8:24])
    absent = is_symbols and name not in _OWN
    if start + length > size and not absent:
        odd.add("segment_outside")
    return Segment(
        name=name,
        start=start,
        size=0 if absent else length,
        writable_code=protection & (_WRITE | _RUN) == _WRITE | _RUN and bool(numbers[1]),
        sections=_sections(command, count, None if absent else size, odd),
    )


def overlap(segments: list[Segment]) -> bool:
    """Whether two segments are the same bytes of the file."""
    end = 0
    for start, size in sorted((each.start, each.size) for each in segments if each.size):
        if start < end:
            return True
        end = start + size
    return False


def _sections(command: Command, count: int, size: int | None, odd: set[Anomaly]) -> tuple[str, ...]:
    wide = command.number == SEGMENT_64
    at, width, form = (72, 80, "QQI") if wide else (56, 68, "III")
    found: list[str] = []
    for place in range(at, at + min(count, _SECTIONS) * width, width):
        stated, flags = command.numbers(form, place + 32), command.numbers("I", place + width - 16)
        if place + width > len(command.data) or stated is None or flags is None:
            odd.add("command_cut")
            break
        _, length, start = stated
        if flags[0] & 0xFF not in _ZERO_FILLED and size is not None and start + length > size:
            odd.add("section_outside")
        inside = _name(command.data[place + 16 : place + 32])
        found.append(f"{inside},{_name(command.data[place : place + 16])}")
    return tuple(found)


def _name(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("utf-8", "replace")
