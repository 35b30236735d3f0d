"""Archives as an attacker would make them: what `zipfile` refuses to write, written over it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable

from scanner.formats.container import Container

TEXT = b"".join(b"line %d of a text\n" % n for n in range(200_000))
STAMP = (2026, 11, 21, 10, 0, 0)


def flaws(container: Container) -> list[tuple[str, str]]:
    """Return the reason and the name of what cannot be looked into."""
    return [(one.reason, one.locator.members[-1]) for one in container.flaws()]


def content(container: Container, name: str) -> bytes:
    """Return the bytes of a member."""
    with container.open(name) as stream:
        return bytes(stream.read())


def packed(
    members: Iterable[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED, *, mode: int = 0
) -> bytes:
    """Return a zip of members in this order, whatever their names are."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members:
            about = zipfile.ZipInfo("x", STAMP)
            about.filename = name
            about.external_attr = mode << 16
            about.create_system = 3
            archive.writestr(about, content, method)
    return file.getvalue()


def entry_at(data: bytes, name: str) -> int:
    """Return where the directory's entry of a member begins."""
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        (length,) = struct.unpack_from("<H", data, at + 28)
        if data[at + 46 : at + 46 + length] == name.encode():
            return at
        at = data.find(b"PK\x01\x02", at + 1)
    raise KeyError(name)


def stated(data: bytes, name: str, **fields: int) -> bytes:
    """Return an archive whose directory states other numbers of a member."""
    places = {"flags": (8, "H"), "method": (10, "H"), "crc": (16, "I"), "packed": (20, "I")}
    places |= {"size": (24, "I"), "offset": (42, "I")}
    changed, at = bytearray(data), entry_at(data, name)
    for field, value in fields.items():
        place, kind = places[field]
        struct.pack_into(f"<{kind}", changed, at + place, value)
    return bytes(changed)


def wide(name: str, content: bytes) -> bytes:
    """Return an archive of one member whose numbers all stand in the fields of zip64."""
    size, told, full = len(content), name.encode(), 0xFFFFFFFF
    crc = zlib.crc32(content)
    extra = struct.pack("<HHQQQ", 1, 24, size, size, 0)
    extra = struct.pack("<HH", 0x5455, 0) + extra
    numbers = struct.pack("<HHHHHIII", 45, 0, 0, 0, 0x5B55, crc, full, full)
    local = b"PK\x03\x04" + numbers + struct.pack("<HH", len(told), 0) + told + content
    entry = b"PK\x01\x02\x2d\x03" + numbers
    entry += struct.pack("<HHHHHII", len(told), len(extra), 0, 0, 0, 0, full) + told + extra
    end64 = b"PK\x06\x06" + struct.pack(
        "<QHHIIQQQQ", 44, 45, 45, 0, 0, 1, 1, len(entry), len(local)
    )
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, len(local) + len(entry), 1)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, full, full, 0)
    return local + entry + end64 + locator + end
