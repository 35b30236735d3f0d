"""DEX: the code of an Android app.

Strings, types, the classes that are defined, and the methods that are called; there is no code.
Format: "Dalvik executable format" of the Android Open Source Project, version 035.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from itertools import accumulate

from msgspec import Struct

from scanner.detect.made.parts import Nested, Part, pad

_HEADER = 0x70
_NO_INDEX = 0xFFFFFFFF
_SIZES = (4, 4, 12, 8, 8, 32)  # of an entry: string, type, prototype, field, method, class
_SEVEN_BITS = 0x7F
_PUBLIC = 1
_OBJECT = "java.lang.Object"


class Class(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A class that is defined, without members."""

    name: str
    extends: str = _OBJECT
    implements: list[str] = []


class Dex(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A DEX file. A method is a class and a name: `android.app.Activity.finish`."""

    strings: list[str] = []
    classes: list[Class] = []
    methods: list[str] = []
    append: Part = ""


class _Pools:
    """What is counted in a file: strings, types and methods, each in the order of the format."""

    def __init__(self, spec: Dex) -> None:
        called = {method.rpartition(".")[::2] for method in spec.methods}
        if not all(owner for owner, _ in called):
            raise ValueError("a method is a class and a name: `android.app.Activity.finish`")
        names = {_descriptor(one[0]) for one in called} | {"V"}
        for defined in spec.classes:
            names |= {_descriptor(one) for one in (defined.name, defined.extends)}
            names |= {_descriptor(one) for one in defined.implements}
        self.strings = sorted({*names, *spec.strings, *(one[1] for one in called)}, key=_order)
        self.string = {text: number for number, text in enumerate(self.strings)}
        self.types = sorted(names, key=_order)
        self.type = {text: number for number, text in enumerate(self.types)}
        self.methods = sorted(
            (self.type[_descriptor(one[0])], self.string[one[1]]) for one in called
        )


def dex(spec: Dex, nested: Nested) -> bytes:
    """Return a DEX file with its checksum and digest."""
    pools = _Pools(spec)
    counts = [len(pools.strings), len(pools.types), 1, 0, len(pools.methods), len(spec.classes)]
    sizes = (n * size for n, size in zip(counts, _SIZES, strict=True))
    ends = list(accumulate(sizes, initial=_HEADER))
    data, texts, lists = _data(spec, pools, ends[-1])
    tables = b"".join(struct.pack("<I", offset) for offset in texts)
    tables += b"".join(struct.pack("<I", pools.string[name]) for name in pools.types)
    tables += struct.pack("<III", pools.string["V"], pools.type["V"], 0)
    tables += b"".join(struct.pack("<HHI", owner, 0, name) for owner, name in pools.methods)
    tables += b"".join(
        struct.pack(
            "<8I",
            pools.type[_descriptor(one.name)],
            _PUBLIC,
            pools.type[_descriptor(one.extends)],
            offset,
            _NO_INDEX,
            *(0, 0, 0),
        )
        for one, offset in zip(spec.classes, lists, strict=True)
    )
    places = [offset if n else 0 for n, offset in zip(counts, ends, strict=False)]
    listed = ends[-1] + len(data)
    data += _map(counts, places, (texts, [one for one in lists if one]), listed)
    size = ends[-1] + len(data)
    rest = struct.pack("<6I", size, _HEADER, 0x12345678, 0, 0, listed)
    rest += b"".join(struct.pack("<II", n, at) for n, at in zip(counts, places, strict=True))
    rest += struct.pack("<II", len(data), ends[-1]) + tables + data
    signed = hashlib.sha1(rest, usedforsecurity=False).digest() + rest
    head = b"dex\n035\0" + struct.pack("<I", zlib.adler32(signed))
    return head + signed + nested(spec.append, "append")


def _data(spec: Dex, pools: _Pools, start: int) -> tuple[bytes, list[int], list[int]]:
    """Return the data section, and where its strings and its lists of types lie."""
    data, texts, lists = b"", [], []
    for one in spec.classes:
        lists.append(start + len(data) if one.implements else 0)
        if one.implements:
            numbers = [pools.type[_descriptor(name)] for name in one.implements]
            data += struct.pack(f"<I{len(numbers)}H", len(numbers), *numbers)
            data = pad(data, 4)
    parts = [data]
    end = start + len(data)
    for text in pools.strings:
        texts.append(end)
        parts.append(_uleb(len(_order(text)) // 2) + _modified_utf8(text) + b"\0")
        end += len(parts[-1])
    parts.append(bytes(-end % 4))
    return b"".join(parts), texts, lists


def _map(
    counts: list[int], places: list[int], data: tuple[list[int], list[int]], own: int
) -> bytes:
    """Return the list of what lies where, by its place."""
    texts, lists = data
    entries = [(0x0000, 1, 0)]
    entries += [(kind + 1, n, at) for kind, (n, at) in enumerate(zip(counts, places, strict=True))]
    entries += [(0x1001, len(lists), lists[0] if lists else 0)]
    entries += [(0x2002, len(texts), texts[0]), (0x1000, 1, own)]
    entries = [entry for entry in entries if entry[1]]
    return struct.pack("<I", len(entries)) + b"".join(
        struct.pack("<HHII", kind, 0, n, at) for kind, n, at in sorted(entries, key=lambda e: e[2])
    )


def _descriptor(name: str) -> str:
    return name if name.startswith("[") or len(name) == 1 else f"L{name.replace('.', '/')};"


def _order(text: str) -> bytes:
    """Return a text by the units of UTF-16, as the format orders and counts them."""
    return text.encode("utf-16-be")


def _modified_utf8(text: str) -> bytes:
    units = struct.unpack(f">{len(_order(text)) // 2}H", _order(text))
    return b"".join(
        chr(unit).encode("utf-8", "surrogatepass") if unit else b"\xc0\x80" for unit in units
    )


def _uleb(number: int) -> bytes:
    made = b""
    while number > _SEVEN_BITS:
        made += bytes([number & _SEVEN_BITS | 0x80])
        number >>= 7
    return made + bytes([number])
