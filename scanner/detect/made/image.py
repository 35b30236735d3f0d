"""Pictures: the least that a TIFF, a DNG or a JPEG is, and what was put behind it.

Formats: TIFF 6.0 (Adobe), Digital Negative 1.7 (Adobe), JFIF (ITU-T T.871).
"""

from __future__ import annotations

import struct

from msgspec import Struct

from scanner.detect.made.parts import Nested, Part, pad

_BYTE, _ASCII, _SHORT, _LONG = 1, 2, 3, 4
_WIDTH, _HEIGHT, _MAKE, _STRIP, _STRIP_SIZE, _DNG_VERSION = 256, 257, 271, 273, 279, 50706
_INLINE = 4  # bytes
_PICTURE = bytes(16)


class Tiff(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A TIFF with one grey picture; a DNG where it states that version."""

    dng: bool = False
    big_endian: bool = False
    make: str = "Example"
    append: Part = ""


class Jpeg(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A JPEG without a picture in it."""

    comment: str = ""
    append: Part = ""


def tiff(spec: Tiff, nested: Nested) -> bytes:
    """Return a TIFF or DNG."""
    order = ">" if spec.big_endian else "<"
    make = spec.make.encode() + b"\0"
    start = 8 + len(_PICTURE)
    entries = [
        (_WIDTH, _SHORT, 1, struct.pack(f"{order}HH", 4, 0)),
        (_HEIGHT, _SHORT, 1, struct.pack(f"{order}HH", 4, 0)),
        (_MAKE, _ASCII, len(make), struct.pack(f"{order}I", start)),
        (_STRIP, _LONG, 1, struct.pack(f"{order}I", 8)),
        (_STRIP_SIZE, _LONG, 1, struct.pack(f"{order}I", len(_PICTURE))),
    ]
    if spec.dng:
        entries.append((_DNG_VERSION, _BYTE, 4, bytes([1, 4, 0, 0])))
    # A text of up to four bytes stands in its entry.
    if len(make) <= _INLINE:
        entries[2] = (_MAKE, _ASCII, len(make), pad(make, _INLINE))
    before = _PICTURE + pad(make, 2)
    head = (b"MM" if spec.big_endian else b"II") + struct.pack(f"{order}HI", 42, 8 + len(before))
    directory = struct.pack(f"{order}H", len(entries))
    for tag, kind, count, value in entries:
        directory += struct.pack(f"{order}HHI", tag, kind, count) + value
    return head + before + directory + bytes(4) + nested(spec.append, "append")


def jpeg(spec: Jpeg, nested: Nested) -> bytes:
    """Return a JPEG."""
    comment = spec.comment.encode()
    head = bytes.fromhex("ffd8 ffe0 0010 4a46494600 0101 00 0001 0001 00 00")
    if comment:
        head += b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment
    return head + b"\xff\xd9" + nested(spec.append, "append")
