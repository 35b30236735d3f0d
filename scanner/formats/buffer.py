"""Bytes with random access: held, mapped, or read in parts.

What reads a whole format (a zip, a DEX, a Mach-O) takes a `Buffer`. A file of this computer is
mapped, so that a large one costs no memory of its own; what lies deflated in an archive is held.
"""

from __future__ import annotations

import contextlib
import io
import mmap
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from scanner.formats.inflated import TooLarge
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import MiB

HELD_LIMIT = 512 * MiB  # bytes of what has to be held
_PIECE = MiB


class Buffer(Protocol):
    """What `bytes` and `mmap` have in common; slices are copies."""

    def __len__(self) -> int: ...

    def __getitem__(self, part: slice, /) -> bytes: ...

    def find(self, wanted: bytes, start: int = ..., end: int = ..., /) -> int: ...

    def rfind(self, wanted: bytes, start: int = ..., end: int = ..., /) -> int: ...


@contextlib.contextmanager
def buffered(file: EvidenceFile, limit: int = HELD_LIMIT) -> Iterator[Buffer]:
    """Give the bytes of an evidence; TooLarge where more than `limit` would have to be held."""
    with file.open() as stream:
        if (mapped := _mapped(stream)) is not None:
            with mapped:
                yield mapped
            return
        yield _held(stream, limit)


def _held(stream: BinaryIO, limit: int) -> bytes:
    """Read a stream to its end: a read of `limit` bytes at once would ask for as much memory."""
    held, left = io.BytesIO(), limit
    while piece := stream.read(min(_PIECE, left + 1)):
        left -= len(piece)
        if left < 0:
            raise TooLarge(f"at most {limit} bytes expected")
        held.write(piece)
    return held.getvalue()


def _mapped(stream: BinaryIO) -> mmap.mmap | None:
    """Map a whole file; None for what is none, or an empty one."""
    try:
        return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):
        return None
