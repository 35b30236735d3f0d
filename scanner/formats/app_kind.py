"""Which files are apps, or programs of apps, told by their bytes and never by their names.

Sources: the magic numbers of the dex format (dex 035 to 041, cdex), ELF, Mach-O (thin and fat, both
byte orders), Android's ResourceTypes.h (binary XML, resource tables), and the names that the
archives of apps hold: AndroidManifest.xml (APK), a base with splits (.apks, .xapk, .apkm, .aab),
Payload/*.app/ (IPA), classes.dex (a JAR of code).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import BinaryIO, Literal

from scanner.errors import ParseError
from scanner.formats.zip_directory import read_directory

Form = Literal["zip", "dex", "elf", "macho", "manifest", "resources"]

HEAD = 64  # bytes that tell
_TAIL = 66 * 1024  # bytes that hold the end of a zip's directory
_NAMES_LIMIT = 100_000
_LOOSE = 1024 * 1024  # bytes in which names are looked for, where there is no directory
_MAGIC: tuple[tuple[bytes, Form], ...] = (
    (b"PK\x03\x04", "zip"),
    (b"dex\n0", "dex"),
    (b"cdex0", "dex"),
    (b"\x7fELF", "elf"),
    (b"\xfe\xed\xfa\xce", "macho"),
    (b"\xfe\xed\xfa\xcf", "macho"),
    (b"\xce\xfa\xed\xfe", "macho"),
    (b"\xcf\xfa\xed\xfe", "macho"),
    (b"\xca\xfe\xba\xbf", "macho"),
    (b"\x02\x00\x0c\x00", "resources"),
)
_FAT = b"\xca\xfe\xba\xbe"  # a class of Java begins so, too, and then states its version: 45 on
_ARCHITECTURES = 45
# A binary XML begins with its type and the size of its header; some that Android reads lie.
_BINARY_XML = re.compile(rb"(?s)[\x00\x03]\x00\x08\x00|\x03\x00\x01\x1c")
_APP = re.compile(
    r"(?:[^/]+/)?AndroidManifest\.xml/?|classes\d*\.dex/?|Payload/[^/]+\.app/.*"
    r"|base/manifest/AndroidManifest\.xml|(?:splits/)?base[^/]*\.apk|toc\.pb|[^/]+\.apk"
)
_LOCAL_NAME = re.compile(rb"PK\x03\x04.{22}(..)..", re.DOTALL)


def form_of(head: bytes) -> Form | None:
    """Say what a file is by its first bytes; None for what is no app, nor code of one."""
    for magic, form in _MAGIC:
        if head.startswith(magic):
            return form
    if head.startswith(_FAT) and 0 < int.from_bytes(head[4:8], "big") < _ARCHITECTURES:
        return "macho"
    return "manifest" if _BINARY_XML.match(head) else None


def holds_app(stream: BinaryIO) -> bool:
    """Say whether a stream is an archive with an app, or with code of one."""
    return any(_APP.fullmatch(name) for name in names_of(stream))


def ends_as_archive(stream: BinaryIO, size: int) -> bool:
    """Say whether a file that does not begin as one may be an archive, as its end tells."""
    stream.seek(max(size - _TAIL, 0))
    return b"PK\x05\x06" in stream.read(_TAIL)


def names_of(stream: BinaryIO) -> Collection[str]:
    """Return the names in an archive, as far as they can be read."""
    try:
        found = [entry.name for entry in read_directory(stream, _NAMES_LIMIT).entries]
    except ParseError:
        found = []
    return found or _loose_names(stream)


def _loose_names(stream: BinaryIO) -> list[str]:
    """Return the names in the headers of the first members, where nothing lists them."""
    stream.seek(0)
    data = stream.read(_LOOSE)
    names = []
    for header in _LOCAL_NAME.finditer(data):
        size = int.from_bytes(header[1], "little")
        names.append(data[header.end() : header.end() + size].decode("utf-8", "replace"))
    return names
