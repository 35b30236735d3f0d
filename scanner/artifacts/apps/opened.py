"""An app file while it is read: its bytes, and what it is called."""

from __future__ import annotations

import hashlib
from typing import Protocol

from msgspec import Struct

from scanner.formats.buffer import Buffer

_STEP = 4 * 1024 * 1024


class AppBytesRead(Struct, frozen=True, kw_only=True):
    """The bytes of one app file, with what is known beside them."""

    data: Buffer
    sha256: str
    name: str  # of the file
    origin: str  # where it lies
    min_sdk: int | None = None  # verify for this version of Android on; None: as the file states
    within: str | None = None  # SHA-256 of the archive of apps that it lies in
    depth: int = 0  # archives around it
    partial: bool = False  # only parts of it are here; the digest is of those
    has_base: bool = False  # the base of a split is known to lie beside it
    idsig: bytes | None = None  # the signature of its fourth scheme, which lies beside it


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...


def sha256_of(data: Buffer) -> str:
    """Return the SHA-256 of all bytes."""
    digest = hashlib.sha256()
    _feed(data, digest)
    return digest.hexdigest()


def older_digests(data: Buffer) -> tuple[str, str]:
    """Return SHA-1 and MD5, which lists of indicators still name files by."""
    sha1 = hashlib.sha1(usedforsecurity=False)
    md5 = hashlib.md5(usedforsecurity=False)
    _feed(data, sha1, md5)
    return sha1.hexdigest(), md5.hexdigest()


def _feed(data: Buffer, *digests: _Hash) -> None:
    for at in range(0, len(data), _STEP):
        piece = data[at : at + _STEP]
        for each in digests:
            each.update(piece)
