"""Code directories: the digests of a program's pages and of the parts that are signed with it.

Sources: Apple's xnu osfmk/kern/cs_blobs.h and bsd/kern/ubc_subr.c; technote TN3126. All numbers are
big-endian. Digests of pages follow `hash_offset`, those of the parts (special slots) lie before it,
the first nearest. A digest of zeros says that there is no such part.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from scanner.errors import ParseError

INFORMATION, REQUIREMENTS, RESOURCES, ENTITLEMENTS, ENTITLEMENTS_DER = 1, 2, 3, 5, 7
MAGIC = 0xFADE0C02

FLAGS = {
    0x1: "valid",
    0x2: "adhoc",
    0x4: "get_task_allow",
    0x8: "installer",
    0x10: "forced_library_validation",
    0x20: "invalid_allowed",
    0x100: "hard",
    0x200: "kill",
    0x400: "check_expiration",
    0x800: "restrict",
    0x1000: "enforcement",
    0x2000: "library_validation",
    0x4000: "entitlements_validated",
    0x10000: "runtime",
    0x20000: "linker_signed",
}
_HEAD = struct.Struct(">9I4BI")
_TEAM_FROM, _LIMIT_64_FROM = 0x20200, 0x20300
_SCATTER_FROM = 0x20100
_CDHASH = 20  # bytes
_TEXT = 1024
_PAGE_LIMIT = 24  # bits of a page's size
_METHODS: dict[int, tuple[str, int]] = {
    1: ("sha1", 20),
    2: ("sha256", 32),
    3: ("sha256", 20),
    4: ("sha384", 48),
}
_RANK = (1, 3, 2, 4)  # the kernel takes the last of these that there is


class CodeDirectory(Struct, frozen=True, kw_only=True):
    """One code directory."""

    data: bytes  # of all of it
    flags: int
    method: int
    identifier: str
    team: str | None
    limit: int  # bytes that its pages cover
    page_bits: int  # 0: all is one page
    page_count: int
    special_count: int
    hash_at: int
    scattered: bool

    @property
    def rank(self) -> int:
        return _RANK.index(self.method)

    @property
    def digest_name(self) -> str:
        return _METHODS[self.method][0]

    @property
    def digest_size(self) -> int:
        return _METHODS[self.method][1]

    @property
    def full_digest(self) -> bytes:
        return hashlib.new(self.digest_name, self.data).digest()

    @property
    def cdhash(self) -> bytes:
        return self.full_digest[:_CDHASH]

    def flag_words(self) -> tuple[str, ...]:
        return tuple(word for bit, word in FLAGS.items() if self.flags & bit)

    def special(self, slot: int) -> bytes | None:
        """Return the digest of a part; None where the directory covers no such part."""
        if slot > self.special_count:
            return None
        at = self.hash_at - slot * self.digest_size
        found = self.data[at : at + self.digest_size]
        return found if any(found) else None

    def is_of(self, slot: int, data: bytes) -> bool:
        """Whether a part is the one that the directory covers."""
        found = hashlib.new(self.digest_name, data).digest()[: self.digest_size]
        return found == self.special(slot)

    def changed_pages(self, read: Callable[[int, int], bytes]) -> Iterator[int]:
        """Yield the number of each page whose bytes are not those that were signed."""
        new: Any = getattr(hashlib, self.digest_name)
        size, step = self.digest_size, 1 << self.page_bits if self.page_bits else self.limit
        at = self.hash_at
        for page in range(self.page_count):
            start = page * step
            found = new(read(start, min(step, self.limit - start))).digest()
            if found[:size] != self.data[at : at + size]:
                yield page
            at += size


def code_directory(data: bytes) -> CodeDirectory:
    """Read a code directory; ParseError where it is none, or points outside itself."""
    if len(data) < _HEAD.size:
        raise ParseError("a code directory with a whole head expected")
    magic, length, version, flags, *rest = _HEAD.unpack_from(data)
    hash_at, name_at, specials, pages, limit, size, method, _, page_bits, _ = rest
    if magic != MAGIC or length != len(data):
        raise ParseError("a code directory expected")
    if method not in _METHODS or _METHODS[method][1] != size:
        raise ParseError("a code directory with a known digest expected")
    scatter = _number(data, 44) if version >= _SCATTER_FROM else 0
    team_at = _number(data, 48) if version >= _TEAM_FROM else 0
    if version >= _LIMIT_64_FROM and (wide := _number(data, 56, 8)):
        limit = wide
    if hash_at < specials * size + _HEAD.size or hash_at + pages * size > len(data):
        raise ParseError("a code directory with the digests that it states expected")
    if page_bits > _PAGE_LIMIT or pages != _pages(limit, page_bits):
        raise ParseError("a code directory with a digest for each page expected")
    return CodeDirectory(
        data=data,
        flags=flags,
        method=method,
        identifier=_text(data, name_at),
        team=_text(data, team_at) if team_at else None,
        limit=limit,
        page_bits=page_bits,
        page_count=pages,
        special_count=specials,
        hash_at=hash_at,
        scattered=bool(scatter),
    )


def _pages(limit: int, bits: int) -> int:
    return -(-limit // (1 << bits)) if bits else min(limit, 1)


def _number(data: bytes, at: int, size: int = 4) -> int:
    if at + size > len(data):
        raise ParseError("a code directory with the head of its version expected")
    return int.from_bytes(data[at : at + size])


def _text(data: bytes, at: int) -> str:
    end = data.find(b"\0", at, at + _TEXT)
    if at < _HEAD.size or end < 0:
        raise ParseError("a code directory with names that end expected")
    return data[at:end].decode("utf-8", "replace")
