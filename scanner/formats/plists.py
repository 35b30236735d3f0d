"""Property lists of Apple, XML or binary, read within bounds.

plistlib reads both forms and takes what a hostile peer may send: lists that hold themselves, a
binary list of 200 bytes that stands for 2**30 values, XML that is 200,000 levels deep, keys that
are no texts. What is returned here is a tree of bounded size and depth. The getters take a key
whose value has another type than expected for one that is not there, so one odd value costs that
value alone.
"""

from __future__ import annotations

import plistlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from xml.parsers.expat import ExpatError

from scanner.errors import ParseError
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import MiB

Value = Any  # dict[str, Value] | list[Value] | str | bytes | int | float | bool | datetime | UID
Map = dict[str, Value]

DEPTH_LIMIT = 64
NODE_LIMIT = 2_000_000
_BROKEN = (
    plistlib.InvalidFileException,
    ExpatError,
    ValueError,
    TypeError,
    LookupError,  # also of an encoding that there is not
    AttributeError,
    AssertionError,
    OverflowError,
    RecursionError,
    MemoryError,
)


def read_plist(file: EvidenceFile, *, limit: int = 64 * MiB) -> Value:
    """Return the property list that an evidence is; ParseError where it is none, or too large."""
    return plist_of(file.read(limit))


def read_map(file: EvidenceFile, *, limit: int = 64 * MiB) -> Map:
    """Return the dictionary that an evidence is; ParseError where it is anything else."""
    value = read_plist(file, limit=limit)
    if not isinstance(value, dict):
        raise ParseError("a property list with a dictionary expected")
    return value


def plist_of(data: bytes) -> Value:
    """Return the value of a property list as a tree; ParseError for what is none."""
    try:
        value = plistlib.loads(data)
    except _BROKEN as error:
        raise ParseError("a property list expected") from error
    if value is None:
        raise ParseError("a property list with a value expected")
    _require_tree(value)
    return value


def _require_tree(root: Value) -> None:
    """ParseError for a value deeper, larger or odder than any that a phone has reason to send."""
    level: list[Value] = [root]
    count = 0
    for _ in range(DEPTH_LIMIT):
        count += len(level)
        below: list[Value] = []
        for value in level:
            if isinstance(value, dict | list):
                if isinstance(value, dict) and not all(isinstance(key, str) for key in value):
                    raise ParseError("a property list with texts as keys expected")
                below.extend(value.values() if isinstance(value, dict) else value)
                if count + len(below) > NODE_LIMIT:
                    raise ParseError(f"a property list of at most {NODE_LIMIT} values expected")
        if not below:
            return
        level = below
    raise ParseError(f"a property list of at most {DEPTH_LIMIT} levels expected")


def text(of: Map, key: str, *, limit: int = 1000) -> str | None:
    """Return a text, cut at `limit` characters; None where there is none."""
    value = of.get(key)
    return value[:limit] if isinstance(value, str) else None


def flag(of: Map, key: str) -> bool | None:
    """Return a boolean, also where it is written as 0 or 1; None where there is none."""
    value = of.get(key)
    if isinstance(value, bool):
        return value
    return bool(value) if isinstance(value, int) and value in {0, 1} else None


def number(of: Map, key: str) -> int | None:
    """Return an integer that fits in 64 bits; None where there is none."""
    value = of.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if -(2**63) <= value < 2**64 else None


def moment(of: Map, key: str) -> datetime | None:
    """Return a date, which property lists write in UTC without saying so; None without one."""
    value = of.get(key)
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else None


def mapping(of: Map, key: str) -> Map:
    """Return a dictionary; an empty one where there is none."""
    value = of.get(key)
    return value if isinstance(value, dict) else {}


def entries(of: Map, key: str) -> list[Value]:
    """Return a list; an empty one where there is none."""
    value = of.get(key)
    return value if isinstance(value, list) else []


def texts(of: Map, key: str, *, limit: int = 1000) -> Iterator[str]:
    """Yield the texts of a list, each cut at `limit` characters."""
    return (value[:limit] for value in entries(of, key) if isinstance(value, str))
