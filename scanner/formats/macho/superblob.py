"""The container of a code signature: blobs by slot.

Source: Apple's xnu osfmk/kern/cs_blobs.h. Each blob begins with its magic and its length.
"""

from __future__ import annotations

import struct
from types import MappingProxyType

from msgspec import Struct

from scanner.errors import ParseError

SIZE_LIMIT = 64 << 20  # bytes
DIRECTORY, ALTERNATES, CMS = 0, range(0x1000, 0x1005), 0x10000
_MAGIC, _CMS_MAGIC = 0xFADE0CC0, 0xFADE0B01
_COUNT = 64  # blobs
_HEAD = 12


class SuperBlob(Struct, frozen=True, kw_only=True):
    """The blobs of a signature, each with its head; the first of each slot."""

    blobs: MappingProxyType[int, bytes]
    repeated: bool  # a slot stands there twice

    @property
    def cms(self) -> bytes | None:
        """The message that says who signed; None where there is none, or an empty one."""
        blob = self.blobs.get(CMS, b"")
        return blob[8:] if len(blob) > 8 and _magic(blob) == _CMS_MAGIC else None  # noqa: PLR2004


def superblob(data: bytes) -> SuperBlob:
    """Read a signature's blobs; ParseError where one of them lies outside."""
    if len(data) < _HEAD:
        raise ParseError("a code signature with a whole head expected")
    magic, length, count = struct.unpack_from(">III", data)
    if magic != _MAGIC or length > len(data):
        raise ParseError("a code signature expected")
    if count > _COUNT or _HEAD + count * 8 > length:
        raise ParseError(f"a code signature of at most {_COUNT} parts expected")
    found: dict[int, bytes] = {}
    for slot, at in struct.iter_unpack(">II", data[_HEAD : _HEAD + count * 8]):
        size = struct.unpack_from(">I", data, at + 4)[0] if at + 8 <= length else 0
        if at < _HEAD + count * 8 or size < 8 or at + size > length:  # noqa: PLR2004  its head
            raise ParseError("a code signature whose parts lie within it expected")
        found.setdefault(slot, data[at : at + size])
    return SuperBlob(blobs=MappingProxyType(found), repeated=len(found) < count)


def _magic(blob: bytes) -> int:
    return int.from_bytes(blob[:4])
