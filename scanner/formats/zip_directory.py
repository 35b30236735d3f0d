"""The directory of a zip: what it says that the archive holds, read within bounds.

Source: PKWARE APPNOTE 6.3.10, sections 4.3.7 to 4.3.16 and 4.5.3 (zip64). Only what is stored or
deflated, in one volume and not encrypted, can be read. Names are decoded as UTF-8, or as code page
437 where that fails; nothing else is made of them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from msgspec import Struct

from scanner.errors import ParseError
from scanner.model.requests import MiB

STORED, DEFLATED = 0, 8
DIRECTORY_LIMIT = 64 * MiB  # bytes

_END, _END64 = b"PK\x05\x06", b"PK\x06\x06"
_LOCATOR64, _ENTRY, _LOCAL = b"PK\x06\x07", b"PK\x01\x02", b"PK\x03\x04"
_END_SIZE, _LOCATOR64_SIZE, _END64_SIZE, _ENTRY_SIZE, HEADER_SIZE = 22, 20, 56, 46, 30
_COMMENT_LIMIT = 65_535
_FULL32 = 0xFFFFFFFF
_ENCRYPTED, _UTF8 = 1 << 0, 1 << 11
_FILE_TYPE, _REGULAR, _FOLDER = 0o170000, 0o100000, 0o040000
_TIMES, _TIME_SIZE = 0x5455, 4
_UNIX = 3  # the system an entry was made on, in the high byte of its version


class Entry(Struct, frozen=True, kw_only=True):
    """One entry of the directory."""

    name: str
    size: int  # bytes, inflated; as declared
    packed: int  # bytes
    crc: int
    method: int
    at: int  # of its local header, from the start of the file
    is_encrypted: bool
    is_file: bool  # neither a folder nor a link nor anything else that Unix knows
    unix: int | None = None  # its kind and mode, where a Unix made it
    modified: float | None = None  # seconds since 1970, where more than the time of day is stated


class Directory(Struct, frozen=True, kw_only=True):
    """The directory, as far as it could be read."""

    entries: tuple[Entry, ...]
    is_cut: bool  # there are more, or they could not be read


def read_directory(stream: BinaryIO, limit: int) -> Directory:
    """Read at most `limit` entries; ParseError where the stream is no whole zip."""
    start, size, count, moved = _find(stream)
    stream.seek(start)
    data = stream.read(min(size, DIRECTORY_LIMIT))
    entries: list[Entry] = []
    for entry in _entries(data, moved):
        if len(entries) == limit:
            return Directory(entries=tuple(entries), is_cut=True)
        entries.append(entry)
    return Directory(entries=tuple(entries), is_cut=len(entries) != count)


def content_at(stream: BinaryIO, entry: Entry) -> int:
    """Return where the bytes of an entry begin; ParseError where no entry of its name is there."""
    if entry.at > stream.seek(0, 2):
        raise ParseError("the header of an archive's member expected")
    stream.seek(entry.at)
    header = stream.read(HEADER_SIZE)
    if len(header) < HEADER_SIZE or not header.startswith(_LOCAL):
        raise ParseError("the header of an archive's member expected")
    flags: int
    name_size: int
    extra_size: int
    (flags,) = struct.unpack_from("<H", header, 6)
    name_size, extra_size = struct.unpack_from("<HH", header, 26)
    if _decoded(stream.read(name_size), flags) != entry.name:
        raise ParseError("a member of the name that the archive's directory states expected")
    return entry.at + HEADER_SIZE + name_size + extra_size


def _find(stream: BinaryIO) -> tuple[int, int, int, int]:
    """Return where the directory begins, its bytes and entries, and how far all was moved."""
    length = stream.seek(0, 2)
    first = max(length - _END_SIZE - _COMMENT_LIMIT, 0)
    stream.seek(first)
    tail = stream.read(_END_SIZE + _COMMENT_LIMIT)
    at = tail.rfind(_END, 0, len(tail) - _END_SIZE + len(_END))
    if at < 0:
        raise ParseError("the directory at the end of a zip expected")
    count, size, start = struct.unpack_from("<HII", tail, at + 10)
    end = first + at
    if _FULL32 in {size, start} or count == 0xFFFF:  # noqa: PLR2004  zip64 says it elsewhere
        wide = _find64(stream, end)
        if wide is not None:
            return wide
    moved = end - size - start
    if moved < 0:
        raise ParseError("a zip's directory within the file expected")
    return start + moved, size, count, moved


def _find64(stream: BinaryIO, end: int) -> tuple[int, int, int, int] | None:
    stream.seek(max(end - _LOCATOR64_SIZE, 0))
    locator = stream.read(_LOCATOR64_SIZE)
    if len(locator) < _LOCATOR64_SIZE or not locator.startswith(_LOCATOR64):
        return None
    (at,) = struct.unpack_from("<Q", locator, 8)
    if at > end:
        raise ParseError("a zip's directory within the file expected")
    stream.seek(at)
    record = stream.read(_END64_SIZE)
    if len(record) < _END64_SIZE or not record.startswith(_END64):
        raise ParseError("the directory at the end of a zip64 expected")
    count, size, start = struct.unpack_from("<QQQ", record, 32)
    if start + size > at:
        raise ParseError("a zip's directory within the file expected")
    return start, size, count, 0


def _entries(data: bytes, moved: int) -> Iterator[Entry]:
    at = 0
    while at + _ENTRY_SIZE <= len(data) and data.startswith(_ENTRY, at):
        made, flags, method = struct.unpack_from("<HxxHH", data, at + 4)
        crc, packed, size, name, extra, comment = struct.unpack_from("<IIIHHH", data, at + 16)
        mode, offset = struct.unpack_from("<II", data, at + 38)
        first = at + _ENTRY_SIZE
        at = first + name + extra + comment
        if at > len(data):
            return
        more = data[first + name : first + name + extra]
        size, packed, offset = _widened(more, size, packed, offset)
        text = _decoded(data[first : first + name], flags)
        kind = (mode >> 16) & _FILE_TYPE if made >> 8 == _UNIX else 0
        yield Entry(
            name=text,
            size=size,
            packed=packed,
            crc=crc,
            method=method,
            at=offset + moved,
            is_encrypted=bool(flags & _ENCRYPTED),
            is_file=kind in {0, _REGULAR} and not text.endswith("/"),
            unix=mode >> 16 if made >> 8 == _UNIX else None,
            modified=_modified(more),
        )


def _widened(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Take from the zip64 field what did not fit into 32 bits."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            values = iter(
                struct.unpack_from(f"<{min(length, len(extra) - at - 4) // 8}Q", extra, at + 4)
            )
            size, packed, offset = (
                next(values, value) if value == _FULL32 else value
                for value in (size, packed, offset)
            )
            break
        at += 4 + length
    return size, packed, offset


def _modified(extra: bytes) -> float | None:
    """Return the time of the last change from the extended time stamp (Info-ZIP, 0x5455)."""
    at = 0
    while at + 9 <= len(extra):
        kind, length, flags = struct.unpack_from("<HHB", extra, at)
        if kind == _TIMES and length > _TIME_SIZE and flags & 1:
            (seconds,) = struct.unpack_from("<i", extra, at + 5)
            return float(seconds)
        at += 4 + length
    return None


def _decoded(name: bytes, flags: int) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("utf-8", "replace") if flags & _UTF8 else name.decode("cp437")
