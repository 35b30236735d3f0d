"""Digests of all of a file but its signing block, as schemes v2 and newer sign them.

Source: https://source.android.com/docs/security/features/apksigning/v2#integrity-protected-contents
and AOSP `VerityTreeBuilder`. The entries, the directory and the archive's end are cut into pieces
of a megabyte; in the end the directory is said to start where the signing block does. Trees of
pieces of 4 KiB stand for fs-verity (v3) and for the file of scheme v4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import cast

from scanner.errors import ParseError
from scanner.formats.apk_signing.algorithms import DigestKind
from scanner.formats.apk_signing.sections import Sections, SigningBlock
from scanner.formats.buffer import Buffer
from scanner.model.requests import MiB

PAGE = 4096
_DIGEST = 32  # bytes of SHA-256
_DIRECTORY_AT = 16  # where the archive's end says where the directory starts
_SALT = bytes(8)


class Contents:
    """What the signing block vouches for; no digest is computed twice."""

    def __init__(self, data: Buffer, sections: Sections, block: SigningBlock) -> None:
        self._data, self._sections, self._block = data, sections, block
        self._known: dict[DigestKind, bytes] = {}

    @property
    def is_aligned(self) -> bool:
        """Whether the block starts and ends where fs-verity can leave it out."""
        return self._block.at % PAGE == 0 and self._block.size % PAGE == 0

    def digests(self, kinds: set[DigestKind]) -> dict[DigestKind, bytes]:
        """Return digests of the content."""
        missing = kinds - self._known.keys()
        with viewed(self._data) as view:
            if chunked := sorted(missing - {"verity"}):
                self._known |= _by_chunks(self._parts(view), chunked)
            if "verity" in missing:
                size = sum(map(len, self._parts(view)))
                root = root_of(tree(self._pages(view), salt=_SALT), salt=_SALT)
                self._known["verity"] = root + size.to_bytes(8, "little")
        return self._known

    def _parts(self, view: memoryview) -> Iterator[memoryview]:
        sections, block = self._sections, self._block
        end = bytearray(sections.end)
        end[_DIRECTORY_AT : _DIRECTORY_AT + 4] = block.at.to_bytes(4, "little")
        yield view[: block.at]
        yield view[sections.directory_at : sections.end_at]
        yield memoryview(end)

    def _pages(self, view: memoryview) -> Iterator[memoryview]:
        entries, *others = self._parts(view)
        with entries:
            yield from pages(entries)
        yield from pages(memoryview(b"".join(others)))


def viewed(data: Buffer) -> memoryview:
    """Return bytes without a copy where that is possible; a mapped file must be let go of."""
    try:
        return memoryview(cast("bytes", data))
    except TypeError:
        return memoryview(data[0 : len(data)])


def _by_chunks(parts: Iterator[memoryview], kinds: list[DigestKind]) -> dict[DigestKind, bytes]:
    found: dict[DigestKind, list[bytes]] = {kind: [] for kind in kinds}
    for part in parts:
        for at in range(0, len(part), MiB):
            chunk = part[at : at + MiB]
            head = b"\xa5" + len(chunk).to_bytes(4, "little")
            for kind, digests in found.items():
                method = hashlib.new(kind, head)
                method.update(chunk)
                digests.append(method.digest())
            chunk.release()
        part.release()
    return {
        kind: hashlib.new(
            kind, b"\x5a" + len(digests).to_bytes(4, "little") + b"".join(digests)
        ).digest()
        for kind, digests in found.items()
    }


def pages(view: memoryview) -> Iterator[memoryview]:
    """Yield pieces of 4 KiB; each is let go of when the next is asked for."""
    for at in range(0, len(view), PAGE):
        with view[at : at + PAGE] as page:
            yield page


def tree(content: Iterator[memoryview], *, salt: bytes = b"") -> bytes:
    """Return the tree of digests over pages; the last page may be short."""
    start = hashlib.sha256(salt)
    levels: list[bytes] = []
    level = _level(content, start)
    while True:
        levels.append(level + bytes(-len(level) % PAGE))
        if len(level) <= PAGE:
            return b"".join(reversed(levels))
        level = _level(pages(memoryview(level)), start)


def _level(content: Iterator[memoryview], start: hashlib._Hash) -> bytes:
    digests = bytearray()
    for page in content:
        method = start.copy()
        method.update(page)
        if len(page) < PAGE:
            method.update(bytes(PAGE - len(page)))
        digests += method.digest()
    return bytes(digests)


def root_of(levels: bytes, *, salt: bytes = b"") -> bytes:
    """Return the digest that stands for a whole tree: that of its first page."""
    if len(levels) < PAGE:
        raise ParseError("a tree of at least one page expected")
    return hashlib.sha256(salt + levels[:PAGE]).digest()
