"""The load commands of a Mach-O, walked with every size checked.

Source: Apple's mach-o/loader.h. A command is eight bytes, its number and its size, and what follows
within that size. What does not fit ends the walk, and is said; what came before it is kept.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from msgspec import Struct

from scanner.formats.macho.anomalies import Anomaly
from scanner.formats.macho.slices import Slice

SIZE_LIMIT = 4 << 20  # bytes of all commands
COUNT_LIMIT = 20_000

SEGMENT, SEGMENT_64 = 0x1, 0x19
SYMBOLS, DYNAMIC_SYMBOLS = 0x2, 0xB
LIBRARY, LIBRARY_ID, WEAK_LIBRARY = 0xC, 0xD, 0x80000018
LIBRARIES = frozenset((LIBRARY, WEAK_LIBRARY, 0x8000001F, 0x20, 0x80000023))  # also lazy ones
UUID, RPATH, ENVIRONMENT, PLATFORM = 0x1B, 0x8000001C, 0x27, 0x32
OLD_PLATFORMS = frozenset((0x24, 0x25, 0x2F, 0x30))
CODE_SIGNATURE = 0x1D
ENCRYPTION = frozenset((0x21, 0x2C))
BINDINGS = frozenset((0x22, 0x80000022))
EXPORTS, FIXUPS = 0x80000033, 0x80000034
LINK_DATA = frozenset((CODE_SIGNATURE, 0x1E, 0x26, 0x29, 0x2B, 0x2E, EXPORTS, FIXUPS))
ONCE = frozenset((SYMBOLS, DYNAMIC_SYMBOLS, LIBRARY_ID, UUID, CODE_SIGNATURE, EXPORTS, FIXUPS))

_HEAD = 8


class Command(Struct, frozen=True, kw_only=True):
    """A load command: its number, and its bytes."""

    number: int
    order: str
    data: bytes  # of the whole command, with number and size

    def numbers(self, form: str, at: int = _HEAD) -> tuple[int, ...] | None:
        """Return numbers that stand in it; None where it is too short for them."""
        form = self.order + form
        if at + struct.calcsize(form) > len(self.data):
            return None
        return struct.unpack_from(form, self.data, at)

    def text(self, at: int = _HEAD) -> tuple[str, bool] | None:
        """Return a text whose place stands at `at`, and whether it ends; None without one."""
        place = self.numbers("I", at)
        if place is None or not _HEAD < place[0] < len(self.data):
            return None
        text, end, _ = self.data[place[0] :].partition(b"\0")
        return text.decode("utf-8", "replace"), bool(end)


def commands(program: Slice, odd: set[Anomaly]) -> Iterator[Command]:
    """Yield each load command that is whole, and add to `odd` what is not as stated."""
    data = program.read(program.header_size, min(program.command_size, SIZE_LIMIT))
    if len(data) < program.command_size:
        odd.add("commands_cut")
    seen: set[int] = set()
    at = walked = 0
    while walked < min(program.command_count, COUNT_LIMIT) and at + _HEAD <= len(data):
        number, size = struct.unpack_from(f"{program.order}II", data, at)
        if size < _HEAD or size % 4 or at + size > len(data):
            odd.add("command_cut")
            break
        if number in ONCE and number in seen:
            odd.add("command_repeated")
        seen.add(number)
        yield Command(number=number, order=program.order, data=data[at : at + size])
        at += size
        walked += 1
    if walked < program.command_count:
        odd.add("commands_cut")
    elif at < program.command_size:
        odd.add("commands_left")
