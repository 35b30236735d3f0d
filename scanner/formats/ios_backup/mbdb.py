"""Manifest.mbdb, the list of the files in a backup until iOS 9.

`mbdb`, 5 and 0; then records: five texts (domain, path, target of a link, digest, wrapped key),
each behind its length of 16 bits, 0xFFFF where there is none; mode (16 bits), inode (64), user,
group, times of the last change, of the last change of the metadata and of the beginning (32 each),
size (64), protection class and number of properties (8 each); then the properties, two texts each.
All numbers are big endian.

Source: https://www.theiphonewiki.com/wiki/ITunes_Backup
"""

from __future__ import annotations

import hashlib
import stat
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from scanner.errors import ParseError
from scanner.formats.ios_backup.manifest import FILE, FOLDER, LINK, Row
from scanner.formats.ios_backup.mbfile import MBFile, Metadata
from scanner.model.requests import MiB

SIZE_LIMIT = 512 * MiB  # bytes
MAGIC = b"mbdb\x05\x00"
_NUMBERS = struct.Struct(">HQIIIIIQBB")
_LENGTH = struct.Struct(">H")
_NONE = 0xFFFF
_CLASS = 4  # bytes before the wrapped key
_BROKEN = "a list of the files of a backup expected: it is cut, or none"


class Record(NamedTuple):
    """One record of the list, as a row of Manifest.db and its record would say it."""

    row: Row
    file: MBFile


def records(stream: BinaryIO) -> Iterator[Record]:
    """Yield each record; ParseError for a list that is cut or none."""
    data = stream.read(SIZE_LIMIT + 1)
    if len(data) > SIZE_LIMIT or not data.startswith(MAGIC):
        raise ParseError(_BROKEN)
    at, number = len(MAGIC), 0
    try:
        while at < len(data):
            number += 1
            found, at = _record(data, at, number)
            yield found
    except struct.error:
        raise ParseError(_BROKEN) from None


def _record(data: bytes, at: int, number: int) -> tuple[Record, int]:
    domain, at = _text(data, at)
    path, at = _text(data, at)
    _, at = _text(data, at)
    _, at = _text(data, at)
    key, at = _text(data, at)
    mode, _, uid, _, modified, changed, born, size, protection, count = _NUMBERS.unpack_from(
        data, at
    )
    at += _NUMBERS.size
    for _ in range(2 * count):
        _, at = _text(data, at)
    name = hashlib.sha1(b"%b-%b" % (domain, path), usedforsecurity=False).hexdigest()
    texts = domain.decode("utf-8", "replace"), path.decode("utf-8", "replace")
    row = Row(name, texts[0], texts[1], _flags(mode), number)
    metadata = Metadata(size, mode, uid, modified, changed, born)
    wrapped = protection.to_bytes(_CLASS, "little") + key[_CLASS:] if key else None
    return Record(row, MBFile(metadata, wrapped)), at


def _text(data: bytes, at: int) -> tuple[bytes, int]:
    (length,) = _LENGTH.unpack_from(data, at)
    at += _LENGTH.size
    if length == _NONE:
        return b"", at
    if at + length > len(data):
        raise ParseError(_BROKEN)
    return data[at : at + length], at + length


def _flags(mode: int) -> int:
    if stat.S_ISDIR(mode):
        return FOLDER
    return LINK if stat.S_ISLNK(mode) else FILE
