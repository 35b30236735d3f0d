"""ELF: programs and libraries of Android and Linux.

Format: System V ABI, chapters "Object Files" and "Dynamic Linking". Addresses are offsets in the
file; nothing in it can run.
"""

from __future__ import annotations

import struct
from typing import Literal

from msgspec import Struct

from scanner.detect.made.parts import Nested, Part, pad

_MACHINES = {"arm": 40, "aarch64": 183, "x86": 3, "x86_64": 62}
_TYPES = {"exec": 2, "dyn": 3}
_PROGBITS, _STRTAB, _DYNAMIC, _DYNSYM = 1, 3, 6, 11
_LOAD, _DYNAMIC_SEGMENT, _INTERPRETER = 1, 2, 3
_NEEDED, _STRINGS, _SYMBOLS, _STRINGS_SIZE, _SYMBOL_SIZE, _SONAME = 1, 5, 6, 10, 11, 14
_FUNCTION = 0x12  # a global function
_TABLE_ALIGN = 8


class Elf(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A program (`exec`) or library (`dyn`), with what it imports, exports and holds as text."""

    machine: Literal["arm", "aarch64", "x86", "x86_64"] = "aarch64"
    type: Literal["exec", "dyn"] = "dyn"
    interpreter: str = ""
    soname: str = ""
    needed: list[str] = []
    imports: list[str] = []
    exports: list[str] = []
    text: list[str] = []
    content: dict[str, Part] = {}
    sections: bool = True  # whether the table of sections is there
    append: Part = ""


class _Section(Struct, frozen=True):
    name: str
    kind: int
    data: bytes
    link: int = 0
    entry: int = 0


def elf(spec: Elf, nested: Nested) -> bytes:
    """Return an ELF file."""
    wide = spec.machine in ("aarch64", "x86_64")
    strings = _Strings()
    symbols = _symbols(spec, strings, wide=wide)
    dynamic = _dynamic(spec, strings)
    sections = [_Section(".interp", _PROGBITS, spec.interpreter.encode() + b"\0")]
    if not spec.interpreter:
        sections = []
    number = len(sections) + 1  # of the strings; the first section of a table is empty
    sections += [
        _Section(".dynstr", _STRTAB, bytes(strings.data)),
        _Section(".dynsym", _DYNSYM, symbols, number, 24 if wide else 16),
        _Section(".dynamic", _DYNAMIC, bytes(16 if wide else 8) * len(dynamic), number),
        _Section(".rodata", _PROGBITS, b"".join(text.encode() + b"\0" for text in spec.text)),
    ]
    for name, part in spec.content.items():
        sections.append(_Section(name, _PROGBITS, nested(part, "content", name)))
    return _laid_out(spec, sections, dynamic, wide=wide) + nested(spec.append, "append")


class _Strings:
    """A table of strings, each ended by a zero."""

    def __init__(self) -> None:
        self.data = bytearray(1)

    def add(self, text: str) -> int:
        place = len(self.data)
        self.data += text.encode() + b"\0"
        return place


def _symbols(spec: Elf, strings: _Strings, *, wide: bool) -> bytes:
    table = bytes(24 if wide else 16)
    named = [(name, 0) for name in spec.imports] + [(name, 1) for name in spec.exports]
    for name, defined in named:
        place, value = strings.add(name), 0x1000 * defined
        table += (
            struct.pack("<IBBHQQ", place, _FUNCTION, 0, defined, value, 0)
            if wide
            else struct.pack("<IIIBBH", place, value, 0, _FUNCTION, 0, defined)
        )
    return table


def _dynamic(spec: Elf, strings: _Strings) -> list[tuple[int, int | str]]:
    """Return the entries that the loader reads; a section's name stands for its place."""
    entries: list[tuple[int, int | str]] = [(_NEEDED, strings.add(name)) for name in spec.needed]
    if spec.soname:
        entries.append((_SONAME, strings.add(spec.soname)))
    size = 24 if spec.machine in ("aarch64", "x86_64") else 16
    entries += [(_STRINGS, ".dynstr"), (_SYMBOLS, ".dynsym"), (_STRINGS_SIZE, len(strings.data))]
    return [*entries, (_SYMBOL_SIZE, size), (0, 0)]


def _laid_out(
    spec: Elf, sections: list[_Section], dynamic: list[tuple[int, int | str]], *, wide: bool
) -> bytes:
    head, entry = (64, 56) if wide else (52, 32)
    segments = 2 + bool(spec.interpreter)
    names = _Strings()
    if spec.sections:
        numbers = [names.add(one.name) for one in sections]
        numbers.append(names.add(".shstrtab"))
        sections = [*sections, _Section(".shstrtab", _STRTAB, bytes(names.data))]
    body, places = b"", {}
    start = head + entry * segments
    for one in sections:
        body = pad(body, _TABLE_ALIGN)
        places[one.name] = start + len(body)
        body += one.data
    body = pad(body, _TABLE_ALIGN)
    word = "<QQ" if wide else "<II"
    resolved = b"".join(
        struct.pack(word, tag, places[value] if isinstance(value, str) else value)
        for tag, value in dynamic
    )
    at = places[".dynamic"] - start
    body = body[:at] + resolved + body[at + len(resolved) :]
    end = start + len(body)
    listed = [(_LOAD, 0, end), (_DYNAMIC_SEGMENT, places[".dynamic"], len(resolved))]
    if spec.interpreter:
        listed.insert(0, (_INTERPRETER, places[".interp"], len(spec.interpreter) + 1))
    count = len(sections) + 1 if spec.sections else 0
    made = _head(spec, segments, count, end, wide=wide)
    made += b"".join(_segment(*one, wide=wide) for one in listed) + body
    if spec.sections:
        made += bytes(64 if wide else 40)
        for name, one in zip(numbers, sections, strict=True):
            made += _section(name, one, places[one.name], wide=wide)
    return made


def _head(spec: Elf, segments: int, sections: int, end: int, *, wide: bool) -> bytes:
    ident = b"\x7fELF" + bytes([2 if wide else 1, 1, 1]) + bytes(9)
    words = "<HHIQQQIHHHHHH" if wide else "<HHIIIIIHHHHHH"
    size, entry, row = (64, 56, 64) if wide else (52, 32, 40)
    return ident + struct.pack(
        words,
        *(_TYPES[spec.type], _MACHINES[spec.machine], 1),
        *(0, size, end if sections else 0, 0),
        *(size, entry, segments),
        *((row, sections, sections - 1) if sections else (0, 0, 0)),
    )


def _segment(kind: int, place: int, size: int, *, wide: bool) -> bytes:
    flags, align = 5, 8
    if wide:
        return struct.pack("<IIQQQQQQ", kind, flags, place, place, place, size, size, align)
    return struct.pack("<IIIIIIII", kind, place, place, place, size, size, flags, align)


def _section(name: int, one: _Section, place: int, *, wide: bool) -> bytes:
    words = "<IIQQQQIIQQ" if wide else "<IIIIIIIIII"
    first = 1 if one.kind == _DYNSYM else 0  # the first symbol that is not local
    flags = 2  # has a place in memory
    values = (name, one.kind, flags, place, place, len(one.data), one.link, first, 1, one.entry)
    return struct.pack(words, *values)
