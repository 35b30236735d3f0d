"""Archives too large to lie in the project: made for a test, and gone after it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from fixtures.building.app import App, entries
from fixtures.building.archive import DEFLATED, Entry, archive

MILLION = 1_000_000
_HEAD = struct.pack(
    "<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 10, 0, 0, 0, 0x21, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0
)


def many_entries(count: int = MILLION) -> bytes:
    """Return an app and a directory of as many empty files more, all at one place."""
    made = archive(entries(App()))
    end = made.rindex(b"PK\5\6")
    size, at = struct.unpack_from("<II", made, end + 12)
    more = b"".join(_HEAD + b"%08x" % number for number in range(count))
    size += len(more)
    listed = count + len(entries(App()))
    wide = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, listed, listed, size, at)
    found = struct.pack("<4sIQI", b"PK\6\7", 0, at + size, 1)
    last = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return made[:end] + more + wide + found + last


def bomb(size: int) -> bytes:
    """Return an app with a file of zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    chunk, crc, raw = bytes(1 << 20), 0, b""
    for _ in range(size >> 20):
        raw += packer.compress(chunk)
        crc = zlib.crc32(chunk, crc)
    raw += packer.flush()
    stated = {"size": size}
    held = Entry(
        name="classes2.dex", method=DEFLATED, raw=raw, crc=crc, local=stated, central=stated
    )
    return archive([*entries(App()), held])


def shared_bomb(count: int, size: int) -> bytes:
    """Return an app with many files that share one run of zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = packer.compress(bytes(size)) + packer.flush()
    return archive([*entries(App()), *_sharing(count, size, raw)])


def _sharing(count: int, size: int, raw: bytes) -> Iterator[Entry]:
    stated = {"size": size}
    name = "classes2.dex"
    yield Entry(name=name, method=DEFLATED, raw=raw, local=stated, central=stated)
    made = archive([*entries(App()), Entry(name=name, method=DEFLATED, raw=raw)])
    place = made.index(name.encode()) - 30
    for number in range(3, count + 2):
        shared = stated | {"at": place, "packed": len(raw)}
        yield Entry(name=f"classes{number}.dex", method=DEFLATED, is_there=False, central=shared)
