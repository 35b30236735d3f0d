"""Stores of personal content in their real formats, made from rows."""

from __future__ import annotations

import plistlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from scanner.model.entities import ContentSource, Mention
from scanner.model.evidence import BytesFile, EvidenceFile
from scanner.model.requests import File

DAY = "2026-11-02"
MOMENT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
MAC = int(MOMENT.timestamp() - datetime(2001, 1, 1, tzinfo=UTC).timestamp())
UNIX = int(MOMENT.timestamp())
WEBKIT = int((MOMENT.timestamp() - datetime(1601, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000)

Table = tuple[Sequence[str], Iterable[Sequence[Any]]]  # names of columns, rows


def database(tables: Mapping[str, Table], *more: str) -> bytes:
    """Return a database of some tables; `more` are statements that are run at the end."""
    connection = sqlite3.connect(":memory:")
    for name, (columns, rows) in tables.items():
        named = ", ".join(f'"{column}"' for column in columns)
        connection.execute(f'create table "{name}" ({named})')
        marks = ", ".join("?" * len(columns))
        connection.executemany(f'insert into "{name}" values ({marks})', rows)
    for statement in more:
        connection.execute(statement)
    connection.commit()
    data = connection.serialize()
    connection.close()
    return data


def plist(value: Any) -> bytes:
    return plistlib.dumps(value, fmt=plistlib.FMT_BINARY)


def file(data: bytes, path: str = "/private/var/mobile/store") -> EvidenceFile:
    return BytesFile(File(path=path), data)


def told(statements: Iterable[Any]) -> set[tuple[str, str, str | None, int]]:
    """Return type, value, day and count of what is named."""
    return {
        (each.kind, each.value, each.day, each.count)
        for each in statements
        if isinstance(each, Mention)
    }


def source(statements: Iterable[Any]) -> ContentSource:
    (found,) = [each for each in statements if isinstance(each, ContentSource)]
    return found
