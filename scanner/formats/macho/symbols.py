"""Names that a program takes from others (imports) and gives to others (exports).

Sources: Apple's mach-o/nlist.h, loader.h, fixup-chains.h; dyld for the tree of exports and for the
opcodes of bindings. What the loader follows comes first: chained fixups or bindings, and the tree.
The table of symbols, which a program may do without, is read as well.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from msgspec import Struct

from scanner.formats.macho.program import Program, Range

NAME_LIMIT = 1024  # characters
_SYMBOLS = 400_000  # entries of the table that are looked at
_NAMES = 64 << 20  # bytes of names
_TABLE = 32 << 20  # bytes of bindings, fixups or the tree
_NODES = 250_000
_CHARACTERS, _NAME_COST = 32 << 20, 50  # of all names of a kind; what one costs beside
_OWN, _OTHERS = "+", "-"  # who defines a symbol
_STAB, _PRIVATE, _TYPE, _EXTERNAL = 0xE0, 0x10, 0x0E, 0x01
_IMPORTS = {1: ("I", 9, 0x7FFFFF), 2: ("Ii", 9, 0x7FFFFF), 3: ("QQ", 32, 0xFFFFFFFF)}
_THREADED = 0xD0
_LONG = 0x80  # the number goes on in the next byte
_LEBS = {0x20: 1, 0x60: 1, 0x70: 1, 0x80: 1, 0xA0: 1, 0xC0: 2}  # numbers behind an opcode


class Names(Struct, frozen=True, kw_only=True):
    """What a program imports and exports, each once."""

    imports: tuple[str, ...]
    exports: tuple[str, ...]


def names(found: Program) -> Names:
    """Read the tables that load commands name; what is not there, or is cut, ends each of them."""
    table = list(_few(_table(found), found))
    imports = _few(_imported(found), found)
    exports = list(_few(_tree(found, _read(found, found.exports or (0, 0))), found))
    return Names(
        imports=tuple(
            dict.fromkeys((*imports, *(name[1:] for name in table if name[0] == _OTHERS)))
        ),
        exports=tuple(dict.fromkeys(exports or (name[1:] for name in table if name[0] == _OWN))),
    )


def _few(found: Iterator[str], of: Program) -> Iterator[str]:
    """Yield names as long as all of them together are of a size that can be held."""
    left = _CHARACTERS
    for name in found:
        left -= len(name) + _NAME_COST
        if left < 0:
            of.odd.add("symbols_cut")
            return
        yield name


def _imported(found: Program) -> Iterator[str]:
    if found.fixups:
        yield from _chained(found, found.fixups)
    for place in found.bindings:
        yield from _bound(_read(found, place))


def _read(found: Program, place: Range) -> bytes:
    return found.slice.read(place[0], min(place[1], _TABLE))


def _table(found: Program) -> Iterator[str]:
    """Yield the outer symbols of the table, each behind a letter for who defines it."""
    if found.symbols is None:
        return
    at, count, texts_at, texts_size = found.symbols
    form, width = ("IBBHQ", 16) if found.slice.wide else ("IBBHI", 12)
    first, parts = 0, min(count, _SYMBOLS)
    if found.dynamic is not None and found.dynamic[1] <= count:  # behind those of its own
        first, parts = found.dynamic[1], min(count - found.dynamic[1], _SYMBOLS)
    if first + parts < count:
        found.odd.add("symbols_cut")
    data = found.slice.read(at + first * width, parts * width)
    texts = found.slice.read(texts_at, min(texts_size, _NAMES))
    whole = data[: len(data) // width * width]
    for place, kind, _, _, value in struct.iter_unpack(found.slice.order + form, whole):
        if kind & (_STAB | _PRIVATE) or not kind & _EXTERNAL or place >= len(texts):
            continue
        if (kind & _TYPE or not value) and (name := _text(texts, place)):
            yield f"{_OWN if kind & _TYPE else _OTHERS}{name}"


def _text(data: bytes, at: int) -> str:
    end = data.find(b"\0", at, at + NAME_LIMIT)
    return data[at : end if end >= 0 else at + NAME_LIMIT].decode("utf-8", "replace")


def _chained(found: Program, place: Range) -> Iterator[str]:
    """Yield the imports of chained fixups; compressed names, which nobody writes, are not read."""
    data, order = _read(found, place), found.slice.order
    if len(data) < 28:  # noqa: PLR2004  the header
        return
    _, _, imports_at, names_at, count, form, packed = struct.unpack_from(f"{order}7I", data)
    if packed or form not in _IMPORTS or imports_at > len(data) or names_at > len(data):
        return
    layout, shift, mask = _IMPORTS[form]
    width = struct.calcsize(order + layout)
    table = data[imports_at : imports_at + min(count, _SYMBOLS) * width]
    whole = table[: len(table) // width * width]
    for first, *_ in struct.iter_unpack(order + layout, whole):
        if name := _text(data, names_at + (first >> shift & mask)):
            yield name


def _bound(data: bytes) -> Iterator[str]:
    """Yield the names in opcodes of bindings: the high four bits say what follows."""
    at = 0
    while at < len(data):
        opcode = data[at] & 0xF0
        at += 1
        if opcode == 0x40:  # noqa: PLR2004  a name
            if name := _text(data, at):
                yield name
            end = data.find(b"\0", at)
            at = end + 1 if end >= 0 else len(data)
        else:
            immediate = data[at - 1] & 0x0F
            for _ in range(_LEBS.get(opcode, 1 if opcode == _THREADED and not immediate else 0)):
                _, at = _leb(data, at)


def _leb(data: bytes, at: int) -> tuple[int, int]:
    """Read a number of seven bits a byte, and where it ends."""
    value = shift = 0
    while at < len(data) and shift < 70:  # noqa: PLR2004  64 bits
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < _LONG:
            break
    return value, at


def _tree(found: Program, data: bytes) -> Iterator[str]:
    """Yield the names of the tree of exports: each edge adds letters, each node is passed once."""
    waiting, seen = [(0, b"")], {0}
    while waiting:
        at, name = waiting.pop()
        if at >= len(data):
            continue
        size, at = (data[at], at + 1) if data[at] < _LONG else _leb(data, at)
        if size:
            yield name.decode("utf-8", "replace")
        at += size
        if at >= len(data):
            continue
        count = data[at]
        at += 1
        for _ in range(count):
            end = data.find(b"\0", at, at + NAME_LIMIT)
            if end < 0:
                break
            letters = data[at:end]
            at = end + 1
            if at >= len(data):
                break
            below, at = (data[at], at + 1) if data[at] < _LONG else _leb(data, at)
            if below in seen or below >= len(data) or len(name) + len(letters) > NAME_LIMIT:
                continue
            if len(seen) == _NODES:
                found.odd.add("symbols_cut")
                return
            seen.add(below)
            waiting.append((below, name + letters))
