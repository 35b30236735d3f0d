"""What Manifest.db keeps of each file: an MBFile, archived by NSKeyedArchiver as a binary plist.

`$objects` holds it at the place that `$top.root` names: a dictionary with Size, Mode, UserID,
ProtectionClass, LastModified, LastStatusChange and Birth (seconds since 1970), EncryptionKey (the
place of a dictionary with NS.data, or of the bytes themselves), Target of a link.

A backup has hundreds of thousands of them, all written alike. So what all share is learned from the
first of a form, by the slow way of plists.py: where its keys stand, and what they are. Of any other
that begins with the same bytes, and whose keys are the same bytes at the same places, only the
numbers are read.

Format: CFBinaryPList.c of Apple's CoreFoundation.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from plistlib import UID
from typing import NamedTuple

from scanner.errors import ParseError
from scanner.formats import plists

SIZE_LIMIT = 1024 * 1024  # bytes; real ones have about 600
_TRAILER = struct.Struct(">6xBBQQQ")  # sizes of offsets and references, objects, top, their table
_FORMS_LIMIT = 32
_DICT = 0xD0
_MANY = 15  # keys from which on their number stands behind the marker
_UID, _PAIR, _DATA, _NOWHERE = 0x80, 0xD2, 0x40, -1
_DATA_NAME = b"WNS.data"
_KEY_SIZE = 44
_INTEGERS = {0x10: 1, 0x11: 2, 0x12: 4, 0x13: 8}
_NAMES = ("Size", "Mode", "UserID", "LastModified", "LastStatusChange", "Birth")


class Metadata(NamedTuple):
    """The numbers of a file; None: not stated."""

    size: int | None  # bytes, which may be wrong
    mode: int | None  # type and permissions
    uid: int | None
    modified: int | None  # seconds since 1970; so are the next two
    changed: int | None
    born: int | None


class MBFile(NamedTuple):
    """All that is read of a file."""

    metadata: Metadata
    key: bytes | None  # its class, little endian, and its wrapped key


class _Form(NamedTuple):
    """What all records of one form have in common."""

    head: bytes  # all up to the first value of the dictionary
    keys: bytes  # the bytes from `keys_at` on that the keys are
    keys_at: int
    table: bytes  # where the objects up to the last key lie
    width: int  # bytes of an offset
    places: tuple[int, ...]  # of each of _NAMES, where the number of its object stands, or _NOWHERE
    key_place: int  # the same of EncryptionKey
    objects_at: int  # where the numbers of $objects stand


class MetadataReader:
    """Reads one record after the other."""

    def __init__(self) -> None:
        self._forms: list[_Form] = []

    def read(self, blob: bytes) -> Metadata:
        """Return the numbers of a record; ParseError where it is none."""
        if not isinstance(blob, bytes):
            raise ParseError("the archived record of a file expected")
        for place, form in enumerate(self._forms):
            if blob.startswith(form.head) and (found := _quickly(blob, form)) is not None:
                if place:  # neighbours are often alike
                    self._forms.insert(0, self._forms.pop(place))
                return found
        metadata = mbfile(blob).metadata
        learned = _form(blob) if len(self._forms) < _FORMS_LIMIT else None
        if learned is not None and _quickly(blob, learned) == metadata:
            self._forms.append(learned)
        return metadata

    def read_all(self, blob: bytes) -> MBFile:
        """Return all of a record; ParseError where it is none."""
        for form in self._forms:
            if blob.startswith(form.head) and (metadata := _quickly(blob, form)) is not None:
                key = _quick_key(blob, form) if form.key_place >= 0 else None
                if key is not None or form.key_place == _NOWHERE:
                    return MBFile(metadata, key)
        return MBFile(self.read(blob), mbfile(blob).key)


def mbfile(blob: bytes) -> MBFile:
    """Return all of a record, whatever its form; ParseError where it is none."""
    if len(blob) > SIZE_LIMIT:
        raise ParseError(f"a record of a file of at most {SIZE_LIMIT} bytes expected")
    archive = plists.plist_of(blob)
    objects = archive.get("$objects") if isinstance(archive, dict) else None
    if not isinstance(objects, list):
        raise ParseError("the archived record of a file expected")
    found = _object(objects, plists.mapping(archive, "$top").get("root"))
    if not isinstance(found, dict):
        raise ParseError("the archived record of a file expected")
    numbers = (plists.number(found, name) for name in _NAMES)
    key = _object(objects, found.get("EncryptionKey"))
    if isinstance(key, dict):
        key = key.get("NS.data")
    return MBFile(Metadata(*numbers), key if isinstance(key, bytes) else None)


def _object(objects: list[plists.Value], place: plists.Value) -> plists.Value:
    if not isinstance(place, UID):
        return place
    return objects[place.data] if place.data < len(objects) else None


def _quickly(blob: bytes, form: _Form) -> Metadata | None:
    """Read the numbers where a form says; None where the record is not of that form."""
    keys_at, table_size, width = form.keys_at, len(form.table), form.width
    if blob[keys_at : keys_at + len(form.keys)] != form.keys:
        return None
    offset_size, reference_size, _, top, table_at = _TRAILER.unpack_from(blob, len(blob) - 32)
    if offset_size != width or reference_size != 1 or top:
        return None
    if blob[table_at : table_at + table_size] != form.table:
        return None
    values: list[int | None] = []
    try:
        for place in form.places:
            if place < 0:
                values.append(None)
                continue
            entry = table_at + blob[place] * width
            at = int.from_bytes(blob[entry : entry + width], "big")
            marker = blob[at]
            if marker == 0x11:  # noqa: PLR2004  most are of two bytes or four
                values.append(blob[at + 1] << 8 | blob[at + 2])
            else:
                size = _INTEGERS[marker]
                values.append(int.from_bytes(blob[at + 1 : at + 1 + size], "big", signed=size == 8))  # noqa: PLR2004
    except (IndexError, KeyError):
        return None
    return Metadata(*values)


def _quick_key(blob: bytes, form: _Form) -> bytes | None:
    """Read the wrapped key where a form says; None where it is written otherwise."""
    table_at = int.from_bytes(blob[-8:], "big")

    def at(number: int) -> int:
        entry = table_at + number * form.width
        return int.from_bytes(blob[entry : entry + form.width], "big")

    try:
        place = at(blob[form.key_place])
        if blob[place] != _UID:
            return None
        place = at(blob[form.objects_at + blob[place + 1]])
        if blob[place] != _PAIR:
            return None
        names = [at(blob[place + 1]), at(blob[place + 2])]
        name = next(i for i, each in enumerate(names) if blob[each : each + 8] == _DATA_NAME)
        place = at(blob[place + 3 + name])
        if blob[place] & 0xF0 != _DATA or blob[place] == _DATA:
            return None
        key = blob[_start(blob, place) : _end(blob, place)]
    except (IndexError, StopIteration):
        return None
    return key if len(key) == _KEY_SIZE else None


def _form(blob: bytes) -> _Form | None:
    """Learn the form of a record; None for one that is not written as most are."""
    try:
        return _learned(blob) if blob.startswith(b"bplist00") else None
    except (IndexError, ValueError, struct.error):
        return None


def _learned(blob: bytes) -> _Form | None:
    offset_size, reference_size, count, top, table_at = _TRAILER.unpack_from(blob, len(blob) - 32)
    if offset_size not in {1, 2} or reference_size != 1 or top or count > 255:  # noqa: PLR2004
        return None
    table = blob[table_at : table_at + count * offset_size]
    offsets = [
        int.from_bytes(table[at : at + offset_size], "big")
        for at in range(0, len(table), offset_size)
    ]
    for at in offsets:
        size = blob[at] & 0x0F
        if blob[at] & 0xF0 != _DICT or size == _MANY:
            continue
        references = blob[at + 1 : at + 1 + size]
        names = {_text(blob, offsets[each]): place for place, each in enumerate(references)}
        if "ProtectionClass" not in names and "LastModified" not in names:
            continue
        values_at = at + 1 + size
        first, last = min(references), max(references)
        begin, end = offsets[first], _end(blob, offsets[last])
        if begin < values_at + size or not all(begin <= offsets[each] < end for each in references):
            return None
        return _Form(
            head=blob[:values_at],
            keys=blob[begin:end],
            keys_at=begin,
            table=table[: (last + 1) * offset_size],
            width=offset_size,
            places=tuple(_place(names, name, values_at) for name in _NAMES),
            key_place=_place(names, "EncryptionKey", values_at),
            objects_at=_objects_at(blob, offsets),
        )
    return None


def _place(names: Mapping[str, int], name: str, values_at: int) -> int:
    return values_at + names[name] if name in names else _NOWHERE


def _objects_at(blob: bytes, offsets: list[int]) -> int:
    """Return where the numbers of $objects stand."""
    at = offsets[0]
    size = blob[at] & 0x0F
    names = [_text(blob, offsets[each]) for each in blob[at + 1 : at + 1 + size]]
    return _start(blob, offsets[blob[at + 1 + size + names.index("$objects")]])


def _text(blob: bytes, at: int) -> str:
    """Return a short ASCII text."""
    start = _start(blob, at)
    return blob[start : _end(blob, at)].decode("latin-1")


def _start(blob: bytes, at: int) -> int:
    return at + 3 if blob[at] & 0x0F == _MANY else at + 1


def _end(blob: bytes, at: int) -> int:
    size = blob[at + 2] if blob[at] & 0x0F == _MANY else blob[at] & 0x0F
    return _start(blob, at) + size
