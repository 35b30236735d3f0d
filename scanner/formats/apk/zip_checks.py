"""How an archive departs from the format, or reads differently in two readers.

Both headers of each entry are compared, and where the entries lie; nothing is inflated. What
ordinary tools write is no departure: padding for alignment, a descriptor behind an entry, the
local header of an entry that was deleted.
"""

from __future__ import annotations

import re
import struct
import unicodedata
from collections import Counter
from collections.abc import Iterator

from scanner.formats.apk.directory import CENTRAL_SIZE, DEFLATED, HEADER_SIZE, LOCAL, STORED, Entry
from scanner.formats.apk.name_checks import odd_marks, odd_names
from scanner.formats.buffer import Buffer
from scanner.model.requests import MiB

MANIFEST = "AndroidManifest.xml"
NAME_LIMIT = 256  # bytes; common tools fail beyond
NEWEST_VERSION = 63  # of the format, times ten
BOMB_SIZE, BOMB_RATIO = 16 * MiB, 500
FULLEST, ROOM = 2, 1024  # deflated bytes for one, and beside that: no deflater writes so many
GAP_LIMIT = 64 * 1024  # bytes between entries; tools leave less for alignment
GAPS_LOOKED_AT = 4096
FIELDS_LOOKED_AT = 200_000  # extra fields
LOCAL_WITHIN = 64  # bytes behind an entry: a descriptor and padding

_DESCRIPTOR, _UTF8_OR_LEVEL = 1 << 3, 1 << 11 | 0b110
_DESCRIPTOR_MAGIC = b"PK\x07\x08"
_NO_SIZES = bytes(12)
_DESCRIPTOR_SIZE = 24  # bytes, at most
_FULL32 = 0xFFFFFFFF
_TRAVERSAL = re.compile(rb"[\n/\\]\.\.[\n/\\]")
_DRIVE = re.compile(rb"\n[A-Za-z]:[/\\]")
_WITHIN = (b"\nAndroidManifest.xml/", b"\nresources.arsc/", b".dex/")
_KEY = re.compile(r"AndroidManifest\.xml|classes\d*\.dex|resources\.arsc")
_KEY_FOLDER = re.compile(rf"(?:{_KEY.pattern})/")
_KEY_FOLDED = re.compile(_KEY.pattern.casefold())
_DEX = re.compile(r"classes\d*\.dex")


def checked_archive(data: Buffer, entries: list[Entry], directory: bytes, at: int) -> set[str]:
    """Return the words for an archive whose directory begins `at`."""
    if not entries:
        return set()
    found = set(_names(entries))
    shapes: set[bytes] = set()
    gaps: list[tuple[int, int]] = []
    add_shape = shapes.add
    end = begin = entries[0].at
    for entry in entries:
        start, raw, record = entry.at, entry.raw, entry.record_at
        first = start + HEADER_SIZE + len(raw)
        head = data[start:first]
        central = directory[record + 6 : record + 30]
        add_shape(central[:6])
        if head[4:28] != central or not (head.endswith(raw) and head.startswith(LOCAL)):
            if not _is_streamed(data, entry, head, central):
                found.update(_differing(data, entry, head))
            if len(head) < HEADER_SIZE or not head.startswith(LOCAL):
                continue
            first = start + HEADER_SIZE + (head[26] | head[27] << 8)
        if start != end:
            gaps.append((end, start))
        size = entry.packed if entry.method == DEFLATED else entry.size
        end = first + (head[28] | head[29] << 8) + size
    found.update(_shaped(shapes), _bombs(entries), _extras(entries, directory))
    found.update(odd_marks(entries, directory))
    if any(start < end for end, start in gaps):
        begin, end, gaps = _sorted(data, entries)
    gaps.append((end, at))
    found.update(_before(data, begin), _overlaps(gaps), _between(data, gaps))
    return found


def _sorted(data: Buffer, entries: list[Entry]) -> tuple[int, int, list[tuple[int, int]]]:
    """Return where entries begin and end, and what is between them, in the order of the file."""
    gaps: list[tuple[int, int]] = []
    ordered = sorted(entries, key=lambda entry: entry.at)
    end = begin = max(ordered[0].at, 0)
    for entry in ordered:
        header = data[max(entry.at, 0) : max(entry.at, 0) + HEADER_SIZE]
        if len(header) == HEADER_SIZE and header.startswith(LOCAL):
            if entry.at != end:
                gaps.append((end, entry.at))
            name, extra = struct.unpack_from("<HH", header, 26)
            size = entry.packed if entry.method == DEFLATED else entry.size
            end = entry.at + HEADER_SIZE + name + extra + size
    return begin, end, gaps


def _shaped(shapes: set[bytes]) -> Iterator[str]:
    """Yield what the distinct versions, flags and methods of the entries tell."""
    for needed, flags, method in map(struct.Struct("<HHH").unpack, shapes):
        if needed & 0xFF > NEWEST_VERSION:  # the high byte is the system it was made on
            yield "version_needed"
        if flags & 1:
            yield "encrypted_entries"
        if method not in {STORED, DEFLATED}:
            yield "method_unknown"


def _is_streamed(data: Buffer, entry: Entry, head: bytes, central: bytes) -> bool:
    """Tell whether the sizes lie behind the entry instead, and all else is the same."""
    if not entry.flags & _DESCRIPTOR or head[4:14] != central[:10] or head[14:26] != _NO_SIZES:
        return False
    if head[26:28] != central[22:] or head[HEADER_SIZE:] != entry.raw or head[:4] != LOCAL:
        return False
    length = entry.packed if entry.method == DEFLATED else entry.size
    at = entry.at + HEADER_SIZE + len(entry.raw) + (head[28] | head[29] << 8) + length
    return data[at : at + 16] == _DESCRIPTOR_MAGIC + central[10:22]


def _differing(data: Buffer, entry: Entry, head: bytes) -> Iterator[str]:
    """Yield how the header at an entry differs from the record of the directory."""
    if head[:4] != LOCAL or len(head) < HEADER_SIZE:
        yield "header_missing"
        return
    _, flags, method, _, crc, packed, size, name, extra = struct.unpack_from("<HHHIIIIHH", head, 4)
    if name != len(entry.raw) or head[HEADER_SIZE:] != entry.raw:
        yield "name_mismatch"
    if method != entry.method:
        yield "method_mismatch"
    if (flags ^ entry.flags) & ~(_DESCRIPTOR | _UTF8_OR_LEVEL) & 1:
        yield "encrypted_entries"
    pairs = ((crc, entry.crc), (packed, entry.packed), (size, entry.size))
    if not flags & _DESCRIPTOR:
        if any(local not in {stated, _FULL32} for local, stated in pairs):
            yield "header_mismatch"
        return
    if any(local not in {0, stated, _FULL32} for local, stated in pairs):
        yield "header_mismatch"
    if entry.flags & _DESCRIPTOR and not _described(data, entry, name + extra):
        yield "descriptor_mismatch"


def _described(data: Buffer, entry: Entry, variable: int) -> bool:
    """Tell whether the descriptor behind an entry states what the directory does."""
    length = entry.packed if entry.method == DEFLATED else entry.size
    at = entry.at + HEADER_SIZE + variable + length
    found = data[at : at + _DESCRIPTOR_SIZE].removeprefix(_DESCRIPTOR_MAGIC)
    stated = (entry.crc, entry.packed, entry.size)
    return any(
        len(found) >= struct.calcsize(shape) and struct.unpack_from(shape, found) == stated
        for shape in ("<III", "<IQQ")
    )


def _bombs(entries: list[Entry]) -> Iterator[str]:
    for entry in entries:
        if entry.size > BOMB_SIZE and entry.size > BOMB_RATIO * max(entry.packed, 1):
            yield "inflates_too_far"
        if entry.packed > FULLEST * entry.size + ROOM and entry.method == DEFLATED:
            yield "size_mismatch"


def _extras(entries: list[Entry], directory: bytes) -> Iterator[str]:
    """Yield whether extra fields of the directory claim more than they have."""
    distinct = set()
    for entry in entries:
        if entry.extra_size:
            at = entry.record_at + CENTRAL_SIZE + len(entry.raw)
            distinct.add(directory[at : at + entry.extra_size])
    left = FIELDS_LOOKED_AT
    for fields in distinct:
        at = 0
        while at + 4 <= len(fields) and left:
            left -= 1
            at += 4 + (fields[at + 2] | fields[at + 3] << 8)
        if at > len(fields):
            yield "extra_field"
            return


def _before(data: Buffer, begin: int) -> Iterator[str]:
    if begin > 0 and data[0:4] != LOCAL:
        yield "dex_prefix" if data[0:4] == b"dex\n" else "bytes_before_zip"


def _overlaps(gaps: list[tuple[int, int]]) -> Iterator[str]:
    if any(start < end for end, start in gaps):
        yield "overlapping_entries"


def _between(data: Buffer, gaps: list[tuple[int, int]]) -> Iterator[str]:
    """Yield what lies between entries: tools leave nameless entries there as padding."""
    far = [(end, start) for end, start in gaps if start - end > HEADER_SIZE]
    for end, start in (*far[:GAPS_LOOKED_AT], *far[GAPS_LOOKED_AT:][-1:]):
        at = data.find(LOCAL, end, min(end + LOCAL_WITHIN, start))
        if at >= 0:
            if any(data[at + 26 : at + 28]):
                yield "unlisted_entries"
        elif start - end > GAP_LIMIT and start != gaps[-1][1]:
            yield "bytes_between_entries"  # before the directory, signatures lie


def _names(entries: list[Entry]) -> Iterator[str]:
    """Yield what is wrong with names, alone or together."""
    raws = [entry.raw for entry in entries]
    blob = b"\n".join((b"", *raws, b""))
    if b".." in blob and _TRAVERSAL.search(blob):
        yield "name_traversal"
    if b"\0" in blob or b"\n\n" in blob:
        yield "name_nul"
    if b"\n/" in blob or b"\n\\" in blob or (b":" in blob and _DRIVE.search(blob)):
        yield "name_absolute"
    if max(map(len, raws)) > NAME_LIMIT:
        yield "name_too_long"
    names = [entry.name for entry in entries]
    if any(within in blob for within in _WITHIN) and any(map(_KEY_FOLDER.match, names)):
        yield "file_as_folder"
    if not blob.isascii() and any("\ufffd" in name for name in names) and _undecodable(raws):
        yield "name_encoding"
    if any(_is_lookalike(name) for name in names if "/" not in name):
        yield "lookalike_name"
    if len(set(raws)) != len(raws):
        yield from _duplicates(names)
    yield from odd_names(raws, names, blob)


def _is_lookalike(name: str) -> bool:
    """Tell whether a name is that of a key file but for the case or the form of its letters."""
    plain = name if name.isascii() else unicodedata.normalize("NFKC", name)
    return bool(_KEY_FOLDED.fullmatch(plain.casefold()) and not _KEY.fullmatch(name))


def _undecodable(raws: list[bytes]) -> bool:
    for raw in raws:
        try:
            raw.decode()
        except UnicodeDecodeError:
            return True
    return False


def _duplicates(names: list[str]) -> Iterator[str]:
    yield "duplicate_entries"
    for name, count in Counter(names).items():
        if count > 1 and name == MANIFEST:
            yield "duplicate_manifest"
        if count > 1 and _DEX.fullmatch(name):
            yield "duplicate_code"
