"""JSON in one spelling: names sorted, no space, UTF-8, and no number but whole ones.

For such values it is what RFC 8785 asks for. What a signature covers has to have one spelling and
one meaning: a name that stands twice means one thing to one reader and another to the next.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import msgspec

from scanner.errors import ParseError

SIZE_LIMIT = 2**20
DEPTH_LIMIT = 24
_DIGITS = 15  # of a number that every reader keeps whole
# Possessive: what one part took is never tried again.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[\[{]|[\]}]', re.DOTALL)


def encode(value: object) -> bytes:
    """Return a value as JSON in its one spelling."""
    return msgspec.json.encode(value, order="sorted")


def decode(data: bytes, *, limit: int = SIZE_LIMIT) -> Any:
    """Return what JSON says.

    ParseError where that is more than `limit` bytes, deeper than 24, no UTF-8, no JSON, or holds a
    name twice, a fraction, or a character that no text can hold.
    """
    if len(data) > limit:
        raise ParseError(f"JSON of at most {limit} bytes expected")
    _require_shallow(data)
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_no_number,
            parse_int=_whole,
            parse_constant=_no_number,
        )
        encode(value)
    except UnicodeError:
        raise ParseError("JSON in UTF-8 expected") from None
    except (ValueError, RecursionError):
        raise ParseError("JSON expected") from None
    return value


def decode_canonical(data: bytes, *, limit: int = SIZE_LIMIT) -> Any:
    """Return what JSON says, as `decode`. ParseError where it is not in its one spelling."""
    value = decode(data, limit=limit)
    if encode(value) != data:
        raise ParseError("JSON with sorted names and without spaces expected")
    return value


def _require_shallow(data: bytes) -> None:
    depth = 0
    for token in _TOKEN.finditer(data):
        mark = token[0]
        if mark in {b"[", b"{"}:
            depth += 1
            if depth > DEPTH_LIMIT:
                raise ParseError(f"JSON of a depth of at most {DEPTH_LIMIT} expected")
        elif mark in {b"]", b"}"}:
            depth -= 1


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ParseError("JSON without a name that stands twice expected")
    return found


def _whole(text: str) -> int:
    if len(text.lstrip("-")) > _DIGITS:
        return _no_number(text)
    return int(text)


def _no_number(_: str) -> int:
    raise ParseError("JSON with whole numbers of at most 15 digits expected")
