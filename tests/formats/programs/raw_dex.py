"""DEX files whose every table and header field can be stated, and can lie."""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass, field
from itertools import accumulate

HEADER, CONTAINER_HEADER = 0x70, 0x78
NO_INDEX = 0xFFFFFFFF


@dataclass(frozen=True, kw_only=True)
class Raw:
    """Tables by number: a method and a field are a type and the string of a name."""

    strings: list[bytes] = field(default_factory=list)
    types: list[int] = field(default_factory=list)
    fields: list[tuple[int, int]] = field(default_factory=list)
    methods: list[tuple[int, int]] = field(default_factory=list)
    classes: list[tuple[int, int]] = field(default_factory=list)  # type, and that of its base
    version: bytes = b"035"


def string(text: bytes) -> bytes:
    """Return a string as it lies in the data: its length, itself, a zero."""
    size = len(text)
    prefix = bytes([size]) if size < 0x80 else bytes([size & 0x7F | 0x80, size >> 7])
    return prefix + text + b"\0"


def named(methods: dict[str, str] | None = None, bases: dict[str, str] | None = None) -> Raw:
    """Return tables that name methods (class to method) and define classes (class to base)."""
    made = Raw()
    numbers: dict[bytes, int] = {}

    def text(value: bytes) -> int:
        if value not in numbers:
            numbers[value] = len(made.strings)
            made.strings.append(string(value))
        return numbers[value]

    def type_of(name: str) -> int:
        number = text(f"L{name.replace('.', '/')};".encode())
        if number not in made.types:
            made.types.append(number)
        return made.types.index(number)

    for owner, method in (methods or {}).items():
        made.methods.append((type_of(owner), text(method.encode())))
    for name, base in (bases or {}).items():
        made.classes.append((type_of(name), type_of(base)))
    return made


def file(raw: Raw, at: int = 0) -> bytes:
    """Return one file; `at` is where it lies in a container."""
    head = CONTAINER_HEADER if raw.version == b"041" else HEADER
    tables = [
        *(4 * len(raw.strings), 4 * len(raw.types), 0),
        *(8 * len(raw.fields), 8 * len(raw.methods), 32 * len(raw.classes)),
    ]
    place, places = at + head, []
    for size in tables:
        places.append(place if size else 0)
        place += size
    starts = list(accumulate((len(part) for part in raw.strings), initial=place))[:-1]
    body = b"".join(struct.pack("<I", start) for start in starts)
    body += b"".join(struct.pack("<I", number) for number in raw.types)
    body += b"".join(struct.pack("<HHI", owner, 0, name) for owner, name in raw.fields)
    body += b"".join(struct.pack("<HHI", owner, 0, name) for owner, name in raw.methods)
    body += b"".join(
        struct.pack("<8I", one, 1, base, 0, NO_INDEX, 0, 0, 0) for one, base in raw.classes
    )
    body += b"".join(raw.strings)
    body += bytes(-len(body) % 4)
    counts = [len(raw.strings), len(raw.types), 0]
    counts += [len(raw.fields), len(raw.methods), len(raw.classes)]
    pairs = list(zip(counts, places, strict=True))
    listed = [(kind, *pair) for kind, pair in enumerate(pairs, start=1) if pair[0]]
    map_at = at + head + len(body)
    body += struct.pack("<I", len(listed))
    body += b"".join(struct.pack("<HHII", kind, 0, n, spot) for kind, n, spot in listed)
    size = head + len(body)
    rest = struct.pack("<6I", size, head, 0x12345678, 0, 0, map_at)
    rest += b"".join(struct.pack("<II", n, spot) for n, spot in pairs)
    rest += bytes(8)
    if head == CONTAINER_HEADER:
        rest += struct.pack("<II", at + size, at)
    return sealed(b"dex\n" + raw.version + b"\0" + bytes(24) + rest + body)


def container(*raws: Raw) -> bytes:
    """Return a container of several files."""
    made = b""
    for raw in raws:
        made += file(raw, len(made))
    return made


def sealed(made: bytes) -> bytes:
    """Return a file with the digest and the checksum of its content."""
    digest = hashlib.sha1(made[32:], usedforsecurity=False).digest()
    return made[:8] + struct.pack("<I", zlib.adler32(digest + made[32:])) + digest + made[32:]


def changed(made: bytes, at: int, *words: int) -> bytes:
    """Return a file with other words in its header, and the checksums of that."""
    data = bytearray(made)
    struct.pack_into(f"<{len(words)}I", data, at, *words)
    return sealed(bytes(data))
