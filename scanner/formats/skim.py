"""Skimming: the few lines that matter of a text that can be very large.

`bytes.find` passes a block at more than a gigabyte a second; a line at a time would be the work of
minutes for a text of which a hundred lines are wanted.
"""

from __future__ import annotations

import codecs
import functools
from collections.abc import Generator, Iterator

from scanner.errors import ParseError
from scanner.formats.lines import raw_lines
from scanner.model.evidence import LINE_LIMIT, EvidenceFile
from scanner.model.requests import MiB

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def blocks(file: EvidenceFile, size: int = MiB) -> Iterator[bytes]:
    """Yield a text in UTF-8 in blocks of whole lines; ParseError for a line above 1 MiB."""
    with file.open() as stream:
        start = stream.read(len(codecs.BOM_UTF8))
        if start.startswith(_UTF_16):
            yield from raw_lines(file)
            return
        stream.seek(len(start) if start == codecs.BOM_UTF8 else 0)
        rest = b""
        for chunk in iter(functools.partial(stream.read, size), b""):
            end = chunk.rfind(b"\n") + 1
            if not end:
                rest += chunk
            else:
                yield rest + chunk[:end]
                rest = chunk[end:]
            if len(rest) > LINE_LIMIT:
                raise ParseError(f"a line of at most {LINE_LIMIT} bytes expected")
        if rest:
            yield rest


def lines_with(file: EvidenceFile, start: bytes) -> Iterator[bytes]:
    """Yield the lines that begin with a text, without their end."""
    for block in blocks(file):
        for position in _places(block, start):
            yield _line(block, position)


def lines_below(file: EvidenceFile, head: bytes) -> Iterator[bytes]:
    """Yield the lines that are indented below the one line that is `head`, without their end.

    ParseError where no line is `head`, or more than one: a text that an app chose may imitate it,
    and then nobody can tell which of them is true.
    """
    found = inside = False
    for block in blocks(file):
        heads = [at for at in _places(block, head) if _line(block, at) == head]
        if found + len(heads) > 1:
            raise ParseError(f"a single '{head.decode()}' expected")
        if inside:
            inside = yield from _indented(block)
        elif heads:
            found = True
            inside = yield from _indented(block[heads[0] :].partition(b"\n")[2])
    if not found:
        raise ParseError(f"'{head.decode()}' expected")


def _places(block: bytes, start: bytes) -> Iterator[int]:
    if block.startswith(start):
        yield 0
    position = block.find(b"\n" + start)
    while position >= 0:
        yield position + 1
        position = block.find(b"\n" + start, position + 1)


def _line(block: bytes, position: int) -> bytes:
    end = block.find(b"\n", position)
    return (block[position:] if end < 0 else block[position:end]).rstrip(b"\r")


def _indented(block: bytes) -> Generator[bytes, None, bool]:
    """Yield indented lines up to one that is not; return whether there was none."""
    for line in block.split(b"\n"):
        if line[:1] in {b" ", b"\t"}:
            yield line.rstrip(b"\r")
        elif line.strip():
            return False
    return True
