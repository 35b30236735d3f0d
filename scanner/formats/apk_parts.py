"""Which parts of an APK tell what it is and who signed it.

From the end (APPNOTE.TXT 4.3): the end record names the central directory; right before that stands
the block of signatures (source.android.com, APK signature scheme v2), which says its own size. Of
the entries are wanted: the manifest, the resources, what signs in META-INF, and the programs as
long as they are small. What is read here is only where something lies: nothing is believed of it,
and a file that lies about itself costs no more than the limit.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from msgspec import Struct

from scanner.formats.ranges import Parts, Range
from scanner.model.requests import MiB

SMALL = 1 * MiB
"""A file of at most so many bytes is read whole: asking twice would take longer."""

LIMIT = 24 * MiB
"""Bytes that are read of one file at most."""

_TAIL = 512 * 1024
_BEFORE = 64 * 1024  # read before the central directory: most blocks of signatures are smaller
_END = struct.Struct("<4s4H2IH")  # end record: central directory's size is [5], its offset [6]
_END_MARK, _ENTRY_MARK = b"PK\x05\x06", b"PK\x01\x02"
_ENTRY = struct.Struct("<4s6H3I5H2I")
_COMMENT = 0xFFFF
_BLOCK_MARK = b"APK Sig Block 42"
_BLOCK_FOOT = 24
_BLOCK_LIMIT = 16 * MiB
_DIRECTORY_LIMIT = 16 * MiB
_ENTRIES = 100_000
_LOCAL = 30  # bytes of a local header before the name
_EXTRA = 4096 + 16  # of the local header's extra field: alignment to a page
_PROGRAMS = 8 * MiB  # bytes of programs
_WANTED = re.compile(
    rb"AndroidManifest\.xml|resources\.arsc|META-INF/[^/]{1,250}\.(?:MF|SF|RSA|DSA|EC)",
    re.IGNORECASE,
)
_PROGRAM = re.compile(rb"classes\d{0,4}\.dex")


class _Directory(Struct, frozen=True):
    start: int
    end: int


def wanted(parts: Parts) -> tuple[Range, ...]:
    """Return what is to be read next, given what is here; nothing: that was all."""
    size = len(parts)
    if size <= SMALL:
        return parts.missing([(0, size)])
    if tail := parts.missing([(size - _TAIL, size)]):
        return tail
    directory = _directory(parts)
    if directory is None:
        return ()
    around = (directory.start - _BEFORE, directory.end)
    if parts.missing([(directory.start - _BLOCK_FOOT, directory.end)]):
        return parts.missing([around])
    block = _block(parts, directory.start)
    chosen = _within_limit([*block, *_entries(parts, directory)])
    return parts.missing(chosen)


def _directory(parts: Parts) -> _Directory | None:
    size = len(parts)
    since = size - min(_TAIL, _END.size + _COMMENT)
    tail = parts[since:size]
    at = tail.rfind(_END_MARK)
    if at < 0 or len(tail) - at < _END.size:
        return None
    fields = _END.unpack_from(tail, at)
    length, start = fields[5], fields[6]
    if length > _DIRECTORY_LIMIT or not 0 < start <= start + length <= since + at:
        return None
    return _Directory(start, start + length)


def _block(parts: Parts, end: int) -> Iterator[Range]:
    foot = parts[end - _BLOCK_FOOT : end] if end >= _BLOCK_FOOT else b""
    if foot[8:] != _BLOCK_MARK:
        return
    length = int.from_bytes(foot[:8], "little") + 8
    if length <= min(end, _BLOCK_LIMIT):
        yield end - length, end


def _entries(parts: Parts, directory: _Directory) -> Iterator[Range]:
    data = parts[directory.start : directory.end]
    at, programs = 0, list[Range]()
    for _ in range(_ENTRIES):
        if data[at : at + 4] != _ENTRY_MARK or len(data) - at < _ENTRY.size:
            break
        fields = _ENTRY.unpack_from(data, at)
        packed, lengths, offset = fields[8], fields[10:13], fields[16]
        name = data[at + _ENTRY.size : at + _ENTRY.size + lengths[0]]
        place = (offset, min(offset + _LOCAL + len(name) + _EXTRA + packed, directory.start))
        if _WANTED.fullmatch(name):
            yield place
        elif _PROGRAM.fullmatch(name):
            programs.append(place)
        at += _ENTRY.size + sum(lengths)
    if sum(end - start for start, end in programs) <= _PROGRAMS:
        yield from programs


def _within_limit(ranges: list[Range]) -> Iterator[Range]:
    left = LIMIT
    for start, end in ranges:
        left -= max(0, end - start)
        if left < 0:
            return
        yield start, end
