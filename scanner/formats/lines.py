"""Lines of text evidence: bounded, decoded, with their depth.

A live phone answers in UTF-8. Recordings made with PowerShell are UTF-16 with a byte order mark and
CRLF; they read the same here.
"""

from __future__ import annotations

import codecs
import functools
import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO, NamedTuple

from scanner.errors import ParseError
from scanner.model.evidence import LINE_LIMIT, EvidenceFile

_CHUNK = 64 * 1024
_TAIL = 4


class Line(NamedTuple):
    """A line of an indented text."""

    number: int  # from 1
    depth: int  # spaces before the text
    text: str  # without them


def decode(data: bytes) -> str:
    """Decode text; undecodable bytes become U+FFFD."""
    return data.decode(_encoding(data), "replace")


def raw_lines(file: EvidenceFile) -> Iterator[bytes]:
    """Yield lines in UTF-8 with their end; ParseError for a line above 1 MiB."""
    with file.open() as stream:
        start = stream.read(_TAIL)
        encoding = _encoding(start)
        if encoding in {"utf-8", "utf-8-sig"}:
            stream.seek(3 if encoding == "utf-8-sig" else 0)
            yield from _split(stream)
            return
        stream.seek(0)
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        rest = ""
        for chunk in iter(functools.partial(stream.read, _CHUNK), b""):
            *whole, rest = (rest + decoder.decode(chunk)).split("\n")
            if len(rest) > LINE_LIMIT:
                raise ParseError(f"a line of at most {LINE_LIMIT} characters expected")
            yield from (f"{line}\n".encode("utf-8", "replace") for line in whole)
        if rest:
            yield rest.encode("utf-8", "replace")


def _split(stream: BinaryIO) -> Iterator[bytes]:
    """Yield lines with their end, many at a time: a call for each would be half of all the work."""
    rest = b""
    for chunk in iter(functools.partial(stream.read, _CHUNK), b""):
        *lines, rest = io.BytesIO(rest + chunk).readlines()
        if len(rest) > LINE_LIMIT or any(len(line) > LINE_LIMIT for line in lines[:1]):
            raise ParseError(f"a line of at most {LINE_LIMIT} bytes expected")
        yield from lines
    if rest:
        yield rest


def text_lines(file: EvidenceFile) -> Iterator[str]:
    """Yield lines without their end."""
    for line in raw_lines(file):
        yield line.decode("utf-8", "replace").rstrip("\r\n")


def ended_lines(file: EvidenceFile) -> Iterator[str]:
    """Yield lines without their end, but no last line that has none: it may be half a line."""
    for line in raw_lines(file):
        if line.endswith(b"\n"):
            yield line.decode("utf-8", "replace").rstrip("\r\n")


def outline(file: EvidenceFile) -> Iterator[Line]:
    """Yield the lines of an indented text, as `dumpsys` prints them, but the blank ones."""
    return _outlined(text_lines(file))


def ended_outline(file: EvidenceFile) -> Iterator[Line]:
    """Yield the same, but no last line that has no end: half a value reads as another."""
    return _outlined(ended_lines(file))


def _outlined(lines: Iterable[str]) -> Iterator[Line]:
    for number, line in enumerate(lines, start=1):
        if text := line.strip(" \t"):
            yield Line(number, len(line) - len(line.lstrip(" \t")), text)


def ends_whole(file: EvidenceFile) -> bool:
    """Say whether an answer ends as one that was not cut: status 0, a last line with its end.

    Only then may what an answer does not hold be stated as absent.
    """
    if file.exit_code != 0:
        return False
    with file.open() as stream:
        size = stream.seek(0, 2)
        stream.seek(max(size - 2, 0))
        return stream.read().endswith((b"\n", b"\n\0")) and size < file.request.limit


def _encoding(start: bytes) -> str:
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return "utf-8"
