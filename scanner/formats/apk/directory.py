"""The central directory of an APK, as Android's own reader sees it.

Source: PKWARE APPNOTE 6.3.10, sections 4.3.7 to 4.3.16 and 4.5.3; AOSP libziparchive
(`zip_archive.cc`) where the two differ. A zip that Android refuses is read all the same where
anything of it can be: each departure is a word of `scanner.formats.apk.anomalies`.
"""

from __future__ import annotations

import struct

from msgspec import Struct, structs

from scanner.errors import ParseError
from scanner.formats.buffer import Buffer
from scanner.model.requests import MiB

ENTRY_LIMIT = 200_000  # entries of one archive; the rest is not read
DIRECTORY_LIMIT = 64 * MiB  # bytes
STORED, DEFLATED = 0, 8

LOCAL = b"PK\x03\x04"
HEADER_SIZE = 30  # bytes of a local header
CENTRAL = b"PK\x01\x02"
CENTRAL_SIZE = 46

_END, _LOCATOR64, _END64 = b"PK\x05\x06", b"PK\x06\x07", b"PK\x06\x06"
_END_SIZE, _LOCATOR64_SIZE, _END64_SIZE = 22, 20, 56
_COMMENT_LIMIT = 65_535
_ENDS_LIMIT = 16
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_ENCRYPTED = 1 << 0

_RECORD = struct.Struct("<4s2xHHH4xIIIHHH8xI")
_END_FIELDS = struct.Struct("<HHHHIIH")


class Entry(Struct, frozen=True, gc=False):
    """One record of the central directory."""

    name: str
    raw: bytes  # the name's bytes
    needed: int  # version of a reader that it asks for, times ten
    flags: int
    method: int
    crc: int
    packed: int  # bytes, as declared
    size: int  # bytes, inflated; as declared
    at: int  # of its local header
    record_at: int  # of this record, within the bytes of the directory
    extra_size: int  # bytes of the extra fields of this record

    @property
    def is_encrypted(self) -> bool:
        return bool(self.flags & _ENCRYPTED)


class Location(Struct, frozen=True, kw_only=True):
    """Where the directory of an archive lies."""

    at: int
    size: int
    count: int  # of its records, as declared
    end_at: int  # of the record that ends the archive
    comment: bytes
    moved: int  # bytes that all is away from where it says
    anomalies: frozenset[str]


def locate(data: Buffer) -> Location:
    """Find the directory; ParseError where no part of one can be read."""
    length = len(data)
    first = max(length - _END_SIZE - _COMMENT_LIMIT, 0)
    tail = data[first:length]
    notes: set[str] = set()
    ends = _ends(tail, notes)
    found = [_located(data, tail, first, at) for at in ends]
    best = next((each for each in found if not each.moved and each.is_there), found[0])
    if best is not found[0]:
        notes.add("several_ends")
    if not best.is_there:
        notes.add("directory_misplaced")
        best = _searched(data, best)
    elif best.moved:
        notes.add("directory_misplaced")
    if best.at + best.size < best.limit:
        notes.add("gap_after_directory")
    if tail.find(_END, max(best.at + best.size - first, 0), best.end_at - first) >= 0:
        notes.add("several_ends")
    if best.disks:
        notes.add("several_disks")
    return Location(
        at=best.at,
        size=best.size,
        count=best.count,
        end_at=best.end_at,
        comment=best.comment,
        moved=_moved(data, best),
        anomalies=frozenset(notes),
    )


class _Found(Struct, frozen=True, kw_only=True):
    """Where one of an archive's ends says that the directory is."""

    at: int
    size: int
    count: int
    end_at: int
    comment: bytes
    moved: int
    limit: int  # where the directory ends at the latest
    disks: bool  # says that there are several
    is_there: bool  # a record begins there, or there is none


def _ends(tail: bytes, notes: set[str]) -> list[int]:
    """Return where the records are that end an archive, the last one first.

    They are those whose comment ends the file, or else the last one of all.
    """
    last = at = tail.rfind(_END, 0, max(len(tail) - _END_SIZE + len(_END), 0))
    found: list[int] = []
    while at >= 0 and len(found) < _ENDS_LIMIT:
        if at + _END_SIZE + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail):
            found.append(at)
        at = tail.rfind(_END, 0, at)
    if last < 0:
        raise ParseError("the end of a zip's directory expected")
    if not found:
        stated = int.from_bytes(tail[last + 20 : last + 22], "little")
        beyond = last + _END_SIZE + stated > len(tail)
        notes.add("comment_size" if beyond else "bytes_after_end")
    elif found[0] != last:
        notes.add("several_ends")
    return found or [last]


def _located(data: Buffer, tail: bytes, first: int, at: int) -> _Found:
    disk, start_disk, here, count, size, start, stated = _END_FIELDS.unpack_from(tail, at + 4)
    end = limit = first + at
    disks = bool(disk or start_disk or here != count)
    if _FULL16 in {here, count} or _FULL32 in {size, start}:
        wide = _wide(data, end)
        if wide is not None:
            count, size, start, limit = wide
    moved = 0
    if start + size > limit or (count and data[start : start + 4] != CENTRAL):
        moved = limit - size - start
    place = start + moved
    return _Found(
        at=place,
        size=size,
        count=count,
        end_at=end,
        comment=tail[at + _END_SIZE : at + _END_SIZE + stated],
        moved=moved,
        limit=limit,
        disks=disks,
        is_there=place >= 0 and (not count or data[place : place + 4] == CENTRAL),
    )


def _moved(data: Buffer, found: _Found) -> int:
    """Return how far the entries are from where they say: not at all where the first one is."""
    if not found.moved:
        return 0
    at = int.from_bytes(data[found.at + 42 : found.at + 46], "little")
    return 0 if data[at : at + 4] == LOCAL else found.moved


def _wide(data: Buffer, end: int) -> tuple[int, int, int, int] | None:
    """Return what a zip64 record says: count, size, start of the directory; and its place."""
    locator = data[max(end - _LOCATOR64_SIZE, 0) : end]
    if len(locator) < _LOCATOR64_SIZE or not locator.startswith(_LOCATOR64):
        return None
    at = int.from_bytes(locator[8:16], "little")
    record = data[at : at + _END64_SIZE] if at < end else b""
    if len(record) < _END64_SIZE or not record.startswith(_END64):
        return None
    count, size, start = struct.unpack_from("<QQQ", record, 32)
    if start + size > at:
        return None
    return count, size, start, at


def _searched(data: Buffer, found: _Found) -> _Found:
    """Return the records that the archive's end does not lead to."""
    at = data.find(CENTRAL, 0, found.limit)
    if at < 0:
        raise ParseError("a zip's directory within the file expected")
    return structs.replace(found, at=at, size=found.limit - at, moved=0)


def read_entries(directory: bytes, location: Location, notes: set[str]) -> list[Entry]:
    """Read the records; what is behind the declared number of them is not the archive's."""
    entries: list[Entry] = []
    add, unpack = entries.append, _RECORD.unpack_from
    at, length, moved = 0, len(directory), location.moved
    left = min(location.count, ENTRY_LIMIT)
    if location.count > ENTRY_LIMIT:
        notes.add("too_many_entries")
    while left and at + CENTRAL_SIZE <= length:
        magic, needed, flags, method, crc, packed, size, name_size, extra, comment, where = unpack(
            directory, at
        )
        if magic != CENTRAL:
            # A size that lies: where the next record is, is not known for sure.
            notes.add("directory_damaged")
            at = directory.find(CENTRAL, at)
            if at < 0:
                break
            continue
        first = at + CENTRAL_SIZE
        raw = directory[first : first + name_size]
        if _FULL32 in (size, packed, where):
            fields = directory[first + name_size : first + name_size + extra]
            size, packed, where = _widened(fields, size, packed, where)
        name = raw.decode("utf-8", "replace")
        add(Entry(name, raw, needed, flags, method, crc, packed, size, where + moved, at, extra))
        at = first + name_size + extra + comment
        left -= 1
    if at > length or left:
        notes.add("directory_cut")
    elif location.count <= ENTRY_LIMIT and directory.startswith(CENTRAL, at):
        notes.add("hidden_entries")
    return entries


def _widened(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Take from the zip64 field what did not fit into 32 bits."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            count = min(length, len(extra) - at - 4) // 8
            values = iter(struct.unpack_from(f"<{count}Q", extra, at + 4))
            size, packed, offset = (
                next(values, value) if value == _FULL32 else value
                for value in (size, packed, offset)
            )
            break
        at += 4 + length
    return size, packed, offset
