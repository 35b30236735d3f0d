"""Files within an app that are code, an archive, or hardly compressible, whatever their names say.

Every member is told by its first bytes. Where code belongs, it is no embedded file:
`classes.dex`, `classes2.dex` and so on in the root, libraries in `lib/<ABI>/`.
"""

from __future__ import annotations

import math
import re
import struct
from collections import Counter
from itertools import islice
from typing import Literal

from scanner.errors import ParseError
from scanner.formats.apk.archive import DEFLATED, ApkArchive, Entry
from scanner.model.entities.app_files import EmbeddedFile
from scanner.model.requests import MiB

COUNT_LIMIT = 200  # embedded files of one archive
HEAD_SIZE = 512  # bytes that tell what a file is

_NESTED_LIMIT = 64 * MiB  # bytes of an archive within that is looked into
_LEVELS = 2  # of archives within an archive within an app
_LOOKED_AT = 8  # archives in one
_DEEP_LIMIT = 8 * MiB  # bytes of them
_ARCHIVES = (".apk", ".jar", ".zip")
_ENTROPY_SIZE = MiB
_ENTROPY_BUDGET = 32 * MiB  # bytes of one archive
_SAMPLE = 48 * 1024  # bytes that tell entropy to a hundredth of a bit
_STEPS = (17, 13, 11, 7, 5, 3)  # primes, so that a step falls on no column of a table
_FIRST_LOOK = 16 * 1024  # bytes that tell most files of low entropy
_HIGH, _NEARLY_HIGH = 7.9, 7.8  # bits a byte; what is encrypted or compressed has more
_LARGE = 64 * 1024  # bytes from which high entropy is worth a word
_INCOMPRESSIBLE = 0.97  # share that is left of such a file when it is deflated
_SHORTEST = 8  # bytes of a file that can be code

_CODE = re.compile(r"classes(?:[2-9]|[1-9]\d+)?\.dex\Z")
_LIBRARY = re.compile(r"lib/[^/]+/[^/]+\.so\Z")
_MAGICS = (
    (b"dex\n", "dex"),
    (b"dey\n", "dex"),  # optimised by Dalvik
    (b"\x7fELF", "elf"),
    (b"PK\x03\x04", "zip"),
    (b"#!", "script"),
    (b"\xfe\xed\xfa\xce", "macho"),
    (b"\xfe\xed\xfa\xcf", "macho"),
    (b"\xce\xfa\xed\xfe", "macho"),
    (b"\xcf\xfa\xed\xfe", "macho"),
)
_FAT_MACHO, _FAT_LIMIT = b"\xca\xfe\xba\xbe", 20  # a class of Java has its version, from 45, there
_FIRSTS = frozenset(magic[:1] for magic, _ in _MAGICS) | {b"M", b"\xca"}
# Pictures, sounds, fonts and tables that are compressed by nature, or are known.
_MEDIA = (
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"OggS", b"ID3", b"fLaC", b"MThd"),
    *(b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\x00\x01\x00\x00", b"OTTO", b"ttcf", b"wOFF"),
    *(b"wOF2", b"\x03\x00\x08\x00", b"\x02\x00\x0c\x00", b"%PDF", b"SQLite format 3"),
    *(b"\x1aE\xdf\xa3", b"\xabKTX", b"\x13\xab\xa1\x5c", b"DDS ", b"UnityFS", b"#!AMR"),
)


def kind_of(head: bytes) -> str | None:
    """Return what code or archive begins with some bytes; None for anything else."""
    if head[:1] not in _FIRSTS:
        return None
    if head.startswith(_MEDIA):
        return None
    for magic, kind in _MAGICS:
        if head.startswith(magic):
            return kind
    if head.startswith(_FAT_MACHO) and len(head) >= _SHORTEST:
        return "macho" if struct.unpack_from(">I", head, 4)[0] < _FAT_LIMIT else None
    if head.startswith(b"MZ") and len(head) > 0x40:  # noqa: PLR2004  the header of a PE
        (at,) = struct.unpack_from("<I", head, 0x3C)
        return "pe" if head[at : at + 4] == b"PE\0\0" else None
    return None


def belonging(path: str) -> Literal["dex", "elf"] | None:
    """Return which kind of program an app has at a path; None for none."""
    if path.endswith(".dex") and _CODE.match(path):
        return "dex"
    return "elf" if path.endswith(".so") and _LIBRARY.match(path) else None


def is_expected(path: str, kind: str) -> bool:
    """Whether a program lies where an app has its programs."""
    return belonging(path) == kind


def is_deep(data: bytes, levels: int = _LEVELS) -> bool:
    """Whether an archive holds archives within archives, so many levels of them."""
    try:
        archive = ApkArchive(data, _DEEP_LIMIT)
    except ParseError:
        return False
    named = (entry for entry in archive.entries if entry.name.lower().endswith(_ARCHIVES))
    for entry in islice(named, _LOOKED_AT):
        try:
            inner = archive.read(entry) if levels > 1 else archive.head(entry, HEAD_SIZE)
        except ParseError:
            continue
        if inner.startswith(b"PK\x03\x04") and (levels == 1 or is_deep(inner, levels - 1)):
            return True
    return False


def entropy(data: bytes) -> float:
    """Return the bits a byte that some bytes hold, by Shannon's measure.

    Of many bytes some are counted, evenly spread: counting takes longer than all else.
    """
    step = next((step for step in _STEPS if len(data) >= step * _SAMPLE), 1)
    data = data[::step]
    size = len(data)
    if not size:
        return 0.0
    total = sum(count * math.log2(count) for count in Counter(data).values())
    return round(max(math.log2(size) - total / size, 0.0), 2)


class Finder:
    """Tells of each entry of an archive whether it is an embedded file."""

    def __init__(self, archive: ApkArchive) -> None:
        self._archive = archive
        self._left = _ENTROPY_BUDGET
        self._count = 0

    @property
    def is_full(self) -> bool:
        return self._count >= COUNT_LIMIT

    def kind(self, entry: Entry) -> str | None:
        """Return what code or archive an entry is; ParseError where it cannot be read."""
        if entry.size < _SHORTEST:
            return None
        return kind_of(self._archive.head(entry, HEAD_SIZE))

    def find(
        self, entry: Entry, kind: str | None, data: bytes | None = None
    ) -> EmbeddedFile | None:
        """Return the embedded file that an entry is; `data` are its bytes where they are held."""
        if self.is_full or (kind is not None and is_expected(entry.name, kind)):
            return None
        if kind is None:
            measured = self._if_high(entry)
            return self._made(entry, "other", entry.size, measured) if measured else None
        size = entry.size if data is None else len(data)
        if kind == "zip":
            kind, data = self._nested(entry)
        start = self._archive.head(entry, self._share()) if data is None else data[: self._share()]
        return self._made(entry, kind, size, self._measured(start))

    def _made(self, entry: Entry, kind: str, size: int, measured: float) -> EmbeddedFile:
        self._count += 1
        return EmbeddedFile(path=entry.name, kind=kind, size=size, entropy=measured)

    def _nested(self, entry: Entry) -> tuple[str, bytes | None]:
        """Return what kind of archive an entry is, and its bytes where they were read."""
        try:
            data = self._archive.read(entry, _NESTED_LIMIT)
        except ParseError:
            return "zip", None
        if is_deep(data):
            self._archive.note("archives_within")
        if data.rfind(b"AndroidManifest.xml") >= 0:
            return "apk", data
        if data.rfind(b"META-INF/MANIFEST.MF") >= 0 or data.rfind(b"classes.dex") >= 0:
            return "jar", data
        return "zip", data

    def _if_high(self, entry: Entry) -> float:
        """Return the entropy of a large file of no known kind; 0.0 where it is not high."""
        if entry.size < _LARGE or self._left <= 0:
            return 0.0
        if entry.method == DEFLATED and entry.packed < _INCOMPRESSIBLE * entry.size:
            return 0.0  # so much could be saved: its entropy is not high
        first = self._archive.head(entry, _FIRST_LOOK)
        if (
            first.startswith(_MEDIA)
            or first[4:8] == b"ftyp"
            or self._measured(first) < _NEARLY_HIGH
        ):
            return 0.0
        found = self._measured(self._archive.head(entry, self._share()))
        return found if found >= _HIGH else 0.0

    def _share(self) -> int:
        return max(min(_ENTROPY_SIZE, self._left), _FIRST_LOOK)

    def _measured(self, data: bytes) -> float:
        self._left -= len(data)
        return entropy(data)
