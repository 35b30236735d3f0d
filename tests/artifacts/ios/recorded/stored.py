"""Files as an iPhone stores them: databases and property lists, in memory."""

from __future__ import annotations

import plistlib
import sqlite3
from collections.abc import Iterable
from typing import Any

from scanner.errors import ParseError
from scanner.model.artifact import Parser
from scanner.model.evidence import BytesFile
from scanner.model.requests import File


def database(script: str, rows: Iterable[tuple[str, Iterable[tuple[Any, ...]]]] = ()) -> bytes:
    """Return a database: statements, then (table, rows) with a value for each of its columns."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(script)
    for table, values in rows:
        width = len(connection.execute(f"pragma table_info({table})").fetchall())
        marks = ", ".join("?" * width)
        connection.executemany(f"insert into {table} values ({marks})", values)
    connection.commit()
    data = connection.serialize()
    connection.close()
    return data


def plist(value: Any) -> bytes:
    """Return a binary property list."""
    return plistlib.dumps(value, fmt=plistlib.FMT_BINARY, sort_keys=False)


def stored(data: bytes, path: str = "/private/var/file") -> BytesFile:
    """Return a file of the phone."""
    return BytesFile(File(path=path), data)


def read(parse: Parser, data: bytes) -> list[Any]:
    """Return all that a parser states of a file."""
    return list(parse(stored(data)))


def read_partly(parse: Parser, data: bytes) -> list[Any]:
    """Return what a parser states before it finds that the rest cannot be read."""
    found: list[Any] = []
    try:
        found.extend(parse(stored(data)))
    except ParseError:
        return found
    raise AssertionError("an error expected")
