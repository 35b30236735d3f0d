"""JSON objects one at a time, from an array of them or from lines, however many there are.

Objects are flat: a value that is itself an object or an array is refused. So a document of 80 MB
is never in memory as a whole, and nothing recurses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.errors import ParseError
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import MiB

OBJECT_LIMIT = MiB
"""Bytes of the longest object."""

# Possessive: what one part took is never tried again, so time is linear whatever stands there.
_OBJECT = re.compile(
    rb'[\s,]*+(?:(\{(?:[^{}"\[\]]++|"(?:[^"\\]++|\\.)*+")*+\})|(\])\s*+\Z)', re.DOTALL
)
_BOM = b"\xef\xbb\xbf"


def flat_objects(file: EvidenceFile, size: int = MiB) -> Iterator[bytes]:
    """Yield the bytes of each object.

    ParseError where something else stands, where an array has no end, and for an object of more
    than 1 MiB.
    """
    with file.open() as stream:
        rest = stream.read(size).removeprefix(_BOM).lstrip()
        array = rest.startswith(b"[")
        if not array and not rest.startswith(b"{"):
            raise ParseError("a JSON array or object expected")
        rest, ended = rest[array:], False
        while True:
            position, ended = 0, ended and not rest.strip()
            while match := _OBJECT.match(rest, position):
                position = match.end()
                if match[1] is None:
                    ended = True
                    break
                yield match[1]
            rest = rest[position:]
            if len(rest) > OBJECT_LIMIT:
                raise ParseError(f"JSON objects of at most {OBJECT_LIMIT} bytes expected")
            chunk = stream.read(size)
            if not chunk:
                break
            rest += chunk
    if rest.strip(b" \t\r\n") or ended is not array:
        raise ParseError("whole JSON objects expected")
