r"""What kind of content some bytes are, by how they begin; a name says nothing.

Sources: the Dalvik executable format (`dex\n`, `cdex`, `vdex`, `dey\n` of odex), ELF, Mach-O
(`loader.h`, `fat.h`), APPNOTE of PKWARE, `ResourceTypes.h` of Android (chunk types 2 and 3), PE,
property lists, PNG, JPEG, TIFF (DNG is one), GIF, RIFF (WebP) and ISO media (HEIF).
"""

from __future__ import annotations

from typing import Final

from scanner.model.content import ContentKind

FIRST: Final = 64  # bytes that tell a kind
DIRECTORY_END: Final = b"PK\x05\x06"
DIRECTORY_END_SIZE: Final = 22 + 65_535  # bytes at the end of a zip, among which that stands

_BEGINNINGS: tuple[tuple[bytes, ContentKind], ...] = (
    (b"dex\n", "dex"),
    (b"dey\n", "dex"),
    (b"cdex", "dex"),
    (b"vdex", "dex"),
    (b"\x7fELF", "elf"),
    (b"\xfe\xed\xfa\xce", "macho"),
    (b"\xfe\xed\xfa\xcf", "macho"),
    (b"\xce\xfa\xed\xfe", "macho"),
    (b"\xcf\xfa\xed\xfe", "macho"),
    (b"\xca\xfe\xba\xbf", "macho"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08", "zip"),
    (b"\x02\x00\x0c\x00", "arsc"),
    (b"\x03\x00\x08\x00", "axml"),
    (b"\x00\x00\x08\x00", "axml"),  # as obfuscators write it, and Android reads it
    (b"MZ", "pe"),
    (b"#!", "script"),
    (b"bplist0", "plist"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"GIF8", "image"),
    (b"RIFF", "image"),
)
_FAT = b"\xca\xfe\xba\xbe"  # of Java's classes, too: there a version follows, here a small count
_MOST_MACHINES = 40
_TEXT = frozenset(range(0x20, 0x7F)) | {0x09, 0x0A, 0x0D} | set(range(0x80, 0x100))


def kind_of(first: bytes) -> ContentKind:
    """Return the kind of content that begins like this."""
    for beginning, kind in _BEGINNINGS:
        if first.startswith(beginning):
            return kind
    if first.startswith(_FAT):
        return "macho" if int.from_bytes(first[4:8], "big") < _MOST_MACHINES else "other"
    if first[4:8] == b"ftyp":
        return "image"
    begun = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    if begun.startswith((b"<?xml", b"<!DOCTYPE plist", b"<plist")):
        return "plist" if b"plist" in begun else "text"
    return "text" if first and _TEXT.issuperset(first) else "other"


def has_directory(data: bytes) -> bool:
    """Say whether bytes end as a zip does, whatever they begin with."""
    return data.rfind(DIRECTORY_END, max(len(data) - DIRECTORY_END_SIZE, 0)) >= 0
