"""Mach-O: programs and libraries of iOS.

Format: `mach-o/loader.h`, `mach-o/nlist.h` and `mach-o/fat.h` of Apple's XNU and cctools.
"""

from __future__ import annotations

import struct
from typing import Literal

from msgspec import Struct

from scanner.detect.made.parts import Nested, Part, pad

_ARM64, _MAGIC, _FAT_MAGIC = 0x0100000C, 0xFEEDFACF, 0xCAFEBABE
_TYPES = {"execute": 2, "dylib": 6, "bundle": 8}
_SUBTYPES = {"arm64": 0, "arm64e": 2}
_SEGMENT, _SYMTAB, _DYLIB, _ID, _WEAK, _RPATH, _BUILD = (
    *(0x19, 0x02, 0x0C, 0x0D),
    *(0x80000018, 0x8000001C, 0x32),
)
_HEAD, _IOS, _RELEASE = 32, 2, 15 << 16
_UNDEFINED, _DEFINED = 0x01, 0x0F  # external symbols


class Macho(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A program, library or bundle: what it loads, imports, exports and holds as text."""

    cpu: Literal["arm64", "arm64e"] = "arm64"
    type: Literal["execute", "dylib", "bundle"] = "execute"
    id: str = ""
    dylibs: list[str] = []
    weak_dylibs: list[str] = []
    rpaths: list[str] = []
    imports: list[str] = []
    exports: list[str] = []
    text: list[str] = []
    append: Part = ""


def macho(spec: Macho, nested: Nested) -> bytes:
    """Return a Mach-O file for one kind of processor."""
    texts = pad(b"".join(text.encode() + b"\0" for text in spec.text), 8)
    paths = [(_ID, spec.id)] if spec.id else []
    paths += [(_DYLIB, name) for name in spec.dylibs] + [(_WEAK, one) for one in spec.weak_dylibs]
    commands = [_dylib(kind, name) for kind, name in paths]
    commands += [_command(_RPATH, struct.pack("<I", 12), name) for name in spec.rpaths]
    commands.append(struct.pack("<IIIIII", _BUILD, 24, _IOS, _RELEASE, _RELEASE, 0))
    # The two others have a fixed size: a segment with one section, and the table of symbols.
    size = sum(map(len, commands)) + 152 + 24
    start = _HEAD + size
    symbols, strings = _symbols(spec)
    table = start + len(texts)
    count = len(symbols) // 16
    commands.insert(0, _segment(start, len(texts)))
    places = (table, count, table + len(symbols), len(strings))
    commands.append(struct.pack("<IIIIII", _SYMTAB, 24, *places))
    head = struct.pack("<IIII", _MAGIC, _ARM64, _SUBTYPES[spec.cpu], _TYPES[spec.type])
    head += struct.pack("<IIII", len(commands), size, 0x00200085, 0)
    return head + b"".join(commands) + texts + symbols + strings + nested(spec.append, "append")


def fat(spec: list[Part], nested: Nested) -> bytes:
    """Return one file with a program for each of several kinds of processor."""
    parts = [nested(part, number) for number, part in enumerate(spec)]
    start = 8 + 20 * len(parts)
    head, body = struct.pack(">II", _FAT_MAGIC, len(parts)), b""
    for part in parts:
        if len(part) < _HEAD:
            raise ValueError("a part that is no Mach-O")
        _, cpu, subtype = struct.unpack_from("<III", part)
        body = pad(body, 16)
        head += struct.pack(">IIIII", cpu, subtype, start + len(body), len(part), 0)
        body += part
    return head + body


def _command(kind: int, fixed: bytes, name: str) -> bytes:
    body = pad(fixed + name.encode() + b"\0", 8)
    return struct.pack("<II", kind, 8 + len(body)) + body


def _dylib(kind: int, name: str) -> bytes:
    return _command(kind, struct.pack("<IIII", 24, 2, 0x10000, 0x10000), name)


def _segment(start: int, size: int) -> bytes:
    end = start + size
    made = struct.pack("<II16sQQQQ", _SEGMENT, 152, b"__TEXT", 0, end, 0, end)
    made += struct.pack("<IIII", 5, 5, 1, 0)
    made += struct.pack("<16s16sQQ", b"__cstring", b"__TEXT", start, size)
    return made + struct.pack("<IIIIIIII", start, 0, 0, 0, 2, 0, 0, 0)


def _symbols(spec: Macho) -> tuple[bytes, bytes]:
    table, strings = b"", b"\0"
    named = [(name, _UNDEFINED) for name in spec.imports]
    named += [(name, _DEFINED) for name in spec.exports]
    for name, kind in named:
        table += struct.pack("<IBBHQ", len(strings), kind, int(kind == _DEFINED), 0, 0)
        strings += name.encode() + b"\0"
    return table, pad(strings, 8)
