"""Rows of the tables of a content store, as far as its version has the columns."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from scanner.artifacts.ios.recorded.tables import has
from scanner.errors import ParseError
from scanner.model.evidence import EvidenceFile

if TYPE_CHECKING:
    import sqlite3

SECONDS = 25.0  # for all rows of one database
_BATCH = 500


def database(file: EvidenceFile) -> AbstractContextManager[sqlite3.Connection]:
    """Open the database that an evidence is."""
    return file.sqlite(seconds=SECONDS)


def rows(
    connection: sqlite3.Connection, table: str, needed: Sequence[str], others: Sequence[str] = ()
) -> Iterator[tuple[Any, ...]]:
    """Yield the needed columns of a table, then the others: None where it has no such column.

    ParseError where the table, or a needed column, is not there. Computed columns are none.
    """
    if not has(connection, table):
        raise ParseError(f"a table {table} expected")
    known = {str(row[1]).lower() for row in connection.execute(f'pragma table_info("{table}")')}
    if missing := [name for name in needed if name.lower() not in known]:
        raise ParseError(f"columns of {table} expected: {', '.join(missing)}")
    stated = [*needed, *others]
    chosen = ", ".join(f'"{name}"' if name.lower() in known else "null" for name in stated)
    cursor = connection.execute(f'select {chosen} from "{table}"')  # noqa: S608 - names of ours
    with contextlib.closing(cursor):
        while batch := cursor.fetchmany(_BATCH):
            yield from batch


def rows_if_any(
    connection: sqlite3.Connection, table: str, needed: Sequence[str], others: Sequence[str] = ()
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table that not every version has; none where it is not there."""
    if has(connection, table):
        yield from rows(connection, table, needed, others)


def require_any(connection: sqlite3.Connection, *tables: str) -> None:
    """ParseError where none of some tables is there: it is another kind of database."""
    if not any(has(connection, table) for table in tables):
        raise ParseError(f"one of the tables {', '.join(tables)} expected")
