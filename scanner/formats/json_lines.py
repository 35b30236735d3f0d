"""JSON lines that a reduction of ours wrote: one structure to a line, each line with its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from scanner.errors import ParseError
from scanner.formats.lines import raw_lines
from scanner.model.evidence import EvidenceFile

T = TypeVar("T")
_BROKEN = (msgspec.MsgspecError, ValueError, RecursionError)


def json_line(value: msgspec.Struct) -> bytes:
    """Return one structure as a line, with its end."""
    return msgspec.json.encode(value) + b"\n"


def json_lines(file: EvidenceFile, decoder: msgspec.json.Decoder[T], *, limit: int) -> Iterator[T]:
    """Yield the structure of each line, but none of a last line without an end: it may be half.

    ParseError for a line of another shape, and for more than `limit` lines.
    """
    for number, line in enumerate(raw_lines(file), start=1):
        if number > limit:
            raise ParseError(f"at most {limit} lines expected")
        if line.endswith(b"\n"):
            try:
                value = decoder.decode(line)
            except _BROKEN as error:
                raise ParseError(_expected(decoder), line=number) from error
            yield value


def _expected(decoder: msgspec.json.Decoder[Any]) -> str:
    name = getattr(decoder.type, "__name__", "structure")
    return f"a JSON line of {name} expected"
