"""Takes a shell stream apart: frames, then what each command of a batch wrote to one descriptor.

Memory is bounded by what one call hands in: nothing is held but the beginning of a marker.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

from scanner.sources.android.events import ProtocolBreach

STDIN, STDOUT, STDERR, CLOSE_STDIN = 0, 1, 2, 3
HEADER = struct.Struct("<BI")  # AOSP shell_protocol.h: id, length
_KNOWN = frozenset({STDOUT, STDERR, CLOSE_STDIN})  # 3 is also the shell's exit code
_STRANGE_LIMIT = 1024 * 1024
_MARK = re.compile(rb"B (\d{1,7})|E (\d{1,7}) (\d{1,3})( T)?")
_MARK_LIMIT = 32


class Mark(NamedTuple):
    """A marker of our script: a command begins, or has ended."""

    number: int
    begins: bool
    exit_code: int = 0
    timed_out: bool = False


class Frames:
    """Frames of shell v2; bodies are handed on as they come, whatever length they announce."""

    def __init__(self) -> None:
        self._header = bytearray()
        self._kind, self._left, self._strange = 0, 0, 0

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield kind and a piece of the body."""
        at = 0
        while at < len(data):
            if self._left:
                piece = data[at : at + self._left]
                self._left -= len(piece)
                at += len(piece)
                yield from self._known(piece)
                continue
            needed = HEADER.size - len(self._header)
            self._header += data[at : at + needed]
            at += needed
            if len(self._header) == HEADER.size:
                self._kind, self._left = HEADER.unpack(self._header)
                self._header.clear()

    def _known(self, piece: bytes) -> Iterator[tuple[int, bytes]]:
        if self._kind in _KNOWN:
            yield self._kind, piece
            return
        self._strange += len(piece)  # a later Android may send more kinds, but not without end
        if self._strange > _STRANGE_LIMIT:
            raise ProtocolBreach("frames of an unknown kind")


class Splitter:
    """What a batch wrote to one descriptor, split at the markers of its nonce.

    The phone sees the nonce, so markers must also come in order: B 0, E 0, B 1 ...
    """

    def __init__(self, nonce: str, count: int) -> None:
        self._marker = f"\n{nonce} ".encode()
        self._count = count
        self._held = bytearray()
        self._next = 0
        self._inside = False

    def feed(self, data: bytes) -> Iterator[bytes | Mark]:
        """Yield pieces of output and marks; what is written between commands is dropped."""
        self._held += data
        while (at := self._held.find(self._marker)) >= 0:
            yield from self._take(at)
            start = len(self._marker)
            end = self._held.find(b"\n", start, start + _MARK_LIMIT)
            if end < 0:
                if len(self._held) >= start + _MARK_LIMIT:
                    raise ProtocolBreach("a marker without end")
                return
            mark = self._mark(bytes(self._held[start:end]))
            del self._held[: end + 1]
            yield mark
        yield from self._take(self._complete())

    def _complete(self) -> int:
        """Count the bytes at the front that cannot be the beginning of a marker."""
        size = len(self._held)
        at = self._held.rfind(b"\n", max(0, size - len(self._marker) + 1))
        return at if at >= 0 and self._marker.startswith(self._held[at:]) else size

    def _take(self, size: int) -> Iterator[bytes]:
        if size:
            data = bytes(self._held[:size])
            del self._held[:size]
            if self._inside:
                yield data

    def _mark(self, line: bytes) -> Mark:
        match = _MARK.fullmatch(line)
        if match is None:
            raise ProtocolBreach("a marker of an unknown form")
        begins = match[1] is not None
        index = int(match[1] or match[2])
        if index != self._next or begins == self._inside or index >= self._count:
            raise ProtocolBreach("a marker out of order")
        self._inside = begins
        if begins:
            return Mark(index, begins=True)
        self._next += 1
        return Mark(index, begins=False, exit_code=int(match[3]), timed_out=match[4] is not None)
