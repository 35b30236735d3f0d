"""The list of the members of a recording as a stream: a line of JSON each.

`[kind, mode, uid, size, modified, name]`; null stands for what the recording does not state. The
bytes depend on nothing but the recording, so they have a digest as any file has.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from msgspec import DecodeError, Struct, json

from scanner.errors import ParseError
from scanner.formats.member import Member

_BUFFER = 256 * 1024
_FEW = 2000  # lines made at once


class Line(Struct, frozen=True, array_like=True):
    """What a list says of one file."""

    kind: str  # file, link, other
    mode: int | None
    uid: int | None
    size: int  # bytes
    modified: float | None  # seconds since 1970
    name: str  # in the recording


def listing(members: Iterable[Member]) -> BinaryIO:
    """Return the list of members, to be read once from its start."""
    return io.BufferedReader(_Written(_texts(members)), _BUFFER)


def lines_of(stream: BinaryIO) -> Iterator[Line]:
    """Yield what a list says; ParseError for what is none."""
    decoder = json.Decoder(Line)
    for number, line in enumerate(stream, start=1):
        try:
            yield decoder.decode(line)
        except (DecodeError, UnicodeDecodeError):
            raise ParseError("a line of a list of files expected", line=number) from None


def _texts(members: Iterable[Member]) -> Iterator[bytes]:
    encode = json.Encoder().encode
    lines: list[bytes] = []
    for each in members:
        stated = Line(each.kind, each.mode, each.uid, each.size, each.modified, each.name)
        lines.append(encode(stated))
        if len(lines) == _FEW:
            yield b"\n".join((*lines, b""))
            lines.clear()
    if lines:
        yield b"\n".join((*lines, b""))


class _Written(io.RawIOBase):
    """Texts, one after another."""

    def __init__(self, texts: Iterator[bytes]) -> None:
        super().__init__()
        self._texts, self._left = texts, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._left:
            self._left = memoryview(next(self._texts, b""))
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count
