"""What the load commands of one program say: where it runs, what it loads, how it lies in memory.

Sources: Apple's mach-o/loader.h; dyld for libraries whose command says in flags that they are weak
(`dylib_use_command`, told by a marker in place of the time).
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from scanner.formats.macho import commands as load
from scanner.formats.macho import machine
from scanner.formats.macho.anomalies import Anomaly
from scanner.formats.macho.commands import Command
from scanner.formats.macho.segments import Segment, overlap, segment
from scanner.formats.macho.slices import Slice

_LIST = 2000  # libraries, paths, variables; segments, too
_LENGTH = 1024  # characters of one
_USE_MARKER, _USE_PLACE, _USE_WEAK = 0x1A741800, 28, 1

Range = tuple[int, int]  # where bytes of a slice begin, and how many they are


class Program(Struct, kw_only=True):
    """The facts of one program; filled while its load commands are walked."""

    slice: Slice
    kind: str
    odd: set[Anomaly]
    command_count: int = 0  # that are whole
    platform: str | None = None
    min_os: str | None = None
    uuid: str | None = None
    soname: str | None = None
    libraries: dict[str, None]
    weak_libraries: dict[str, None]
    rpaths: dict[str, None]
    environment: dict[str, None]
    segments: list[Segment]
    encrypted: bool | None = None  # None: it has no command for that
    symbols: tuple[int, int, int, int] | None = None  # place, count; place and size of the names
    dynamic: tuple[int, ...] | None = None  # firsts and counts: local, defined, undefined
    exports: Range | None = None
    bindings: tuple[Range, ...] = ()
    fixups: Range | None = None
    signature: Range | None = None

    @property
    def sections(self) -> tuple[str, ...]:
        named = (name for each in self.segments for name in (each.sections or (each.name,)))
        return tuple(dict.fromkeys(named))[:_LIST]

    @property
    def writable_code(self) -> bool:
        return any(each.writable_code for each in self.segments)


def program(found: Slice) -> Program:
    """Walk the load commands of a slice."""
    made = Program(
        slice=found,
        kind=machine.kind(found.file_type),
        odd=set(),
        libraries={},
        weak_libraries={},
        rpaths={},
        environment={},
        segments=[],
    )
    for command in load.commands(found, made.odd):
        made.command_count += 1
        if not _take(made, command):
            made.odd.add("command_cut")
    if overlap(made.segments):
        made.odd.add("segments_overlap")
    if made.writable_code:
        made.odd.add("writable_code")
    if made.environment:
        made.odd.add("environment_set")
    return made


def _take(made: Program, command: Command) -> bool:
    """Add what a command says; False where it is too short for that."""
    take = _TAKERS.get(command.number)
    return take is None or take(made, command)


def _take_name(made: Program, command: Command) -> bool:
    name = _text(made, command)
    made.soname = made.soname or name
    return name is not None


def _take_rpath(made: Program, command: Command) -> bool:
    return _take_text(made, command, made.rpaths)


def _take_environment(made: Program, command: Command) -> bool:
    return _take_text(made, command, made.environment)


def _take_uuid(made: Program, command: Command) -> bool:
    found = _uuid(command)
    made.uuid = made.uuid or found
    return found is not None


def _take_encryption(made: Program, command: Command) -> bool:
    stated = command.numbers("III")
    made.encrypted = bool(made.encrypted) or (stated is not None and stated[2] != 0)
    return stated is not None


def _take_segment(made: Program, command: Command) -> bool:
    found = segment(command, made.slice.size, made.odd, is_symbols=made.kind == "symbols")
    if found is not None and len(made.segments) < _LIST:
        made.segments.append(found)
    return found is not None


def _take_library(made: Program, command: Command) -> bool:
    name = _text(made, command)
    if name is None:
        return False
    stated = command.numbers("IIIII") or (0,) * 5
    weak = stated[0] == _USE_PLACE and stated[1] == _USE_MARKER and stated[4] & _USE_WEAK
    if len(made.libraries) < _LIST:
        made.libraries[name] = None
        if weak or command.number == load.WEAK_LIBRARY:
            made.weak_libraries[name] = None
    return True


def _take_text(made: Program, command: Command, into: dict[str, None]) -> bool:
    name = _text(made, command)
    if name is not None and len(into) < _LIST:
        into[name] = None
    return name is not None


def _text(made: Program, command: Command) -> str | None:
    found = command.text()
    if found is None:
        return None
    if not found[1]:
        made.odd.add("text_cut")
    return found[0][:_LENGTH]


def _uuid(command: Command) -> str | None:
    digits = command.data[8:24].hex().upper()
    if len(digits) < 32:  # noqa: PLR2004  digits of a UUID
        return None
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _take_platform(made: Program, command: Command) -> bool:
    stated = command.numbers("II")
    if stated is None:
        return False
    if command.number == load.PLATFORM:
        platform: str | None = machine.platform(stated[0])
        lowest = stated[1]
    else:
        platform = machine.old_platform(command.number, made.slice.architecture)
        lowest = stated[0]
    if made.platform is None:  # a library for two platforms (zippered) states both; the first
        made.platform, made.min_os = platform, machine.version(lowest)
    return True


def _take_symbols(made: Program, command: Command) -> bool:
    if (stated := command.numbers("IIII")) is None:
        return False
    made.symbols = made.symbols or (stated[0], stated[1], stated[2], stated[3])
    _inside(made, (stated[0], stated[1] * (16 if made.slice.wide else 12)))
    _inside(made, (stated[2], stated[3]))
    return True


def _take_dynamic(made: Program, command: Command) -> bool:
    stated = command.numbers("IIIIII")
    made.dynamic = made.dynamic or stated
    return stated is not None


def _take_bindings(made: Program, command: Command) -> bool:
    if (parts := command.numbers("10I")) is None:
        return False
    places = tuple(zip(parts[::2], parts[1::2], strict=True))
    made.bindings = made.bindings or places[1:4]
    made.exports = made.exports or places[4]
    for place in places:
        _inside(made, place)
    return True


def _take_link_data(made: Program, command: Command) -> bool:
    if (two := command.numbers("II")) is None:
        return False
    place = (two[0], two[1])
    if command.number == load.CODE_SIGNATURE:
        if made.signature is None:
            made.signature = place
            end = place[0] + place[1]
            if end > made.slice.size:
                made.odd.add("signature_outside")
            elif end < made.slice.size:
                made.odd.add("signature_not_last")
        return True
    if command.number == load.EXPORTS:
        made.exports = made.exports or place
    elif command.number == load.FIXUPS:
        made.fixups = made.fixups or place
    _inside(made, place)
    return True


def _inside(made: Program, place: Range) -> None:
    if place[1] and place[0] + place[1] > made.slice.size:
        made.odd.add("link_data_outside")


_TAKERS: dict[int, Callable[[Program, Command], bool]] = {
    load.SEGMENT: _take_segment,
    load.SEGMENT_64: _take_segment,
    load.SYMBOLS: _take_symbols,
    load.DYNAMIC_SYMBOLS: _take_dynamic,
    load.LIBRARY_ID: _take_name,
    load.UUID: _take_uuid,
    load.RPATH: _take_rpath,
    load.ENVIRONMENT: _take_environment,
    load.PLATFORM: _take_platform,
    **dict.fromkeys(load.LIBRARIES, _take_library),
    **dict.fromkeys(load.OLD_PLATFORMS, _take_platform),
    **dict.fromkeys(load.ENCRYPTION, _take_encryption),
    **dict.fromkeys(load.BINDINGS, _take_bindings),
    **dict.fromkeys(load.LINK_DATA, _take_link_data),
}
