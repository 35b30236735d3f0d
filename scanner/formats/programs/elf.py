"""ELF: native libraries and programs, as lief reads them.

Format: System V ABI, "Object Files" and "Dynamic Linking". The loader of Android needs no sections,
only segments; so a table of sections may be missing or lie. lief leaves out what it cannot read
without saying so: what it found is compared with what the header promises.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.programs.observables import Observables
from scanner.formats.programs.packers import packers_of_program
from scanner.model.requests import MiB

if TYPE_CHECKING:
    import lief

LIST_LIMIT = 500  # names of imports, exports, sections, libraries
NAME_LIMIT = 1024  # characters

ANOMALIES = {
    "no_sections": "It has no table of sections, which tools of analysis go by.",
    "partial_parse": "Not all of its sections or segments could be read.",
    "truncated": "The file is shorter than its tables state.",
    "unknown_machine": "It is made for a processor that no phone has.",
}
_MAGIC = b"\x7fELF"
_COUNT_LIMIT = 200_000  # symbols that are counted
_SEARCH_LIMIT = 16 * MiB  # bytes that are searched for whole strings
_ARCHITECTURES = {3: "x86", 8: "mips", 40: "arm", 62: "x86_64", 183: "arm64", 243: "riscv64"}
_EXECUTABLE, _LIBRARY = 2, 3  # types
_KINDS = {1: "object", _EXECUTABLE: "executable", _LIBRARY: "library"}
_LOAD, _WRITE, _RUN = 1, 2, 1  # kind and flags of a segment
_BUILD_ID = 3  # a note of GNU
_TEXT = frozenset((".rodata", ".data", ".rodata.str1.1"))  # sections in which strings lie
_REFUSED = (UnicodeDecodeError, RuntimeError)  # of lief and of its binding


class ElfFacts(Struct, frozen=True, kw_only=True):
    """What one ELF file is."""

    architecture: str
    kind: str  # executable, library, object, other
    soname: str | None
    interpreter: str | None
    build_id: str | None
    libraries: tuple[str, ...]  # that it loads
    imports: tuple[str, ...]  # the first of them, by name
    exports: tuple[str, ...]
    import_count: int
    export_count: int
    sections: tuple[str, ...]
    writable_code: bool  # a segment to write and to run
    packers: tuple[str, ...]
    urls: tuple[str, ...]
    domains: tuple[str, ...]
    addresses: tuple[str, ...]
    anomalies: tuple[str, ...]


class _Segment(NamedTuple):
    kind: int
    flags: int
    at: int
    size: int  # bytes in the file


class _Head(Struct, frozen=True):
    """What the header promises, and the table of segments, which the loader goes by.

    lief names kinds of segments and fails where one has no name; so the table is read here.
    """

    type: int
    machine: int
    segments: tuple[_Segment, ...]  # those that the file has room for
    segment_count: int
    section_count: int
    end: int  # of both tables


def read_elf(data: bytes) -> ElfFacts:
    """Read an ELF file; ParseError where it is none, or lief reads nothing of it."""
    head = _head(data)
    try:
        binary = _parse(data)
        return _facts(data, head, binary)
    except _REFUSED as error:
        raise ParseError("an ELF file that can be read expected") from error


def _head(data: bytes) -> _Head:
    if not data.startswith(_MAGIC) or len(data) < 6:  # noqa: PLR2004  class and order of bytes
        raise ParseError("an ELF file expected")
    wide, order = data[4] == 2, ">" if data[5] == 2 else "<"  # noqa: PLR2004  the format's numbers
    try:
        type, machine = struct.unpack_from(f"{order}HH", data, 16)
        at, sections_at = struct.unpack_from(
            f"{order}QQ" if wide else f"{order}II", data, 32 if wide else 28
        )
        size, count, section, sections = struct.unpack_from(f"{order}4H", data, 54 if wide else 42)
    except struct.error:
        raise ParseError("the whole header of an ELF file expected") from None
    read = struct.Struct(f"{order}IIQQQQ" if wide else f"{order}7I")
    room = (len(data) - at) // size if size >= read.size and at < len(data) else 0
    rows = (read.unpack_from(data, at + size * number) for number in range(min(count, room)))
    segments = tuple(
        _Segment(row[0], row[1], row[2], row[5])
        if wide
        else _Segment(row[0], row[6], row[1], row[4])
        for row in rows
    )
    end = max(at + size * count, sections_at + section * sections)
    return _Head(type, machine, segments, count, sections, end)


def _parse(data: bytes) -> lief.ELF.Binary:
    reader = _reader()
    binary: lief.ELF.Binary | None = reader.parse(data, reader.config)
    if binary is None:
        raise ParseError("an ELF file that can be read expected")
    return binary


class _Reader(NamedTuple):
    parse: Callable[[bytes, Any], Any]
    config: Any
    soname: Any


@cache
def _reader() -> _Reader:
    import lief  # noqa: PLC0415 - a third of a second, and only where there is an ELF

    lief.logging.disable()
    config = lief.ELF.ParserConfig()
    config.parse_relocations = config.parse_symbol_versions = False
    config.parse_symtab_symbols = config.parse_overlay = False
    return _Reader(lief.ELF.parse, config, lief.ELF.DynamicEntry.TAG.SONAME)


def _facts(data: bytes, head: _Head, binary: lief.ELF.Binary) -> ElfFacts:
    imports, exports = _Names(), _Names()
    for number, symbol in enumerate(binary.dynamic_symbols):
        if number >= _COUNT_LIMIT:
            break
        name = _text(symbol.name)
        if name:
            (imports if symbol.shndx == 0 else exports).add(name)
    sections = [_text(section.name) for section in binary.sections][1:]
    interpreter = _text(binary.interpreter) if binary.has_interpreter else None
    soname, seen = _soname(binary), _observables(data, binary)
    return ElfFacts(
        architecture=_ARCHITECTURES.get(head.machine, f"machine {head.machine}"),
        # Some libraries name an interpreter, too; what runs has no name for others to load it by.
        kind="executable" if interpreter and not soname else _KINDS.get(head.type, "other"),
        soname=soname,
        interpreter=interpreter,
        build_id=_build_id(binary),
        libraries=_bounded(map(_text, binary.libraries)),
        imports=imports.listed(),
        exports=exports.listed(),
        import_count=imports.count,
        export_count=exports.count,
        sections=_bounded(sections),
        writable_code=any(map(_is_writable_code, head.segments)),
        packers=tuple(sorted(packers_of_program(data, sections))),
        urls=tuple(seen.urls),
        domains=tuple(seen.domains),
        addresses=tuple(seen.addresses),
        anomalies=tuple(sorted(_anomalies(data, head, binary))),
    )


def _anomalies(data: bytes, head: _Head, binary: lief.ELF.Binary) -> set[str]:
    found: set[str] = set()
    if head.section_count == 0:
        found.add("no_sections")
    elif len(binary.sections) != head.section_count:
        found.add("partial_parse")
    if len(binary.segments) != head.segment_count:
        found.add("partial_parse")
    if max(head.end, *(one.at + one.size for one in head.segments), 0) > len(data):
        found.add("truncated")
    if head.machine not in _ARCHITECTURES:
        found.add("unknown_machine")
    return found


def _observables(data: bytes, binary: lief.ELF.Binary) -> Observables:
    seen = Observables()
    seen.add_urls(data)
    left, searched = _SEARCH_LIMIT, False
    for section in binary.sections:
        if _text(section.name) in _TEXT and left > 0:
            start, size = section.file_offset, min(section.size, left)
            seen.add_strings(data[start : start + size])
            left, searched = left - size, True
    if not searched:
        seen.add_strings(data[:_SEARCH_LIMIT])
    return seen


def _soname(binary: lief.ELF.Binary) -> str | None:
    tag = _reader().soname
    return _text(binary.get(tag).name) or None if binary.has(tag) else None


def _build_id(binary: lief.ELF.Binary) -> str | None:
    for note in binary.notes:
        if note.original_type == _BUILD_ID and _text(note.name).rstrip("\0") == "GNU":
            return bytes(note.description[:64]).hex() or None
    return None


def _is_writable_code(segment: _Segment) -> bool:
    return segment.kind == _LOAD and segment.flags & (_WRITE | _RUN) == _WRITE | _RUN


class _Names:
    """Names of symbols: all are counted, the first by name are kept."""

    def __init__(self) -> None:
        self.count = 0
        self._names: set[str] = set()

    def add(self, name: str) -> None:
        self.count += 1
        self._names.add(name)

    def listed(self) -> tuple[str, ...]:
        return tuple(sorted(self._names)[:LIST_LIMIT])


def _bounded(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))[:LIST_LIMIT]


def _text(name: str | bytes) -> str:
    """Return a name as lief hands it over: bytes, where it is no text."""
    text = name.decode("utf-8", "replace") if isinstance(name, bytes) else name
    return text[:NAME_LIMIT]
