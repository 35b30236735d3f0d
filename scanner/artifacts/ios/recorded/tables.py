"""Tables of a phone's databases: the columns that are there, and none that computes.

Schemas differ from version to version, and a database that somebody hands over may have any. Only
what is stored is read: a view, a virtual table or a generated column is taken for one that is not
there, as each could be made to run for as long as it likes, or to state what no table holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec import UNSET

from scanner.errors import ParseError

if TYPE_CHECKING:
    import sqlite3

Row = dict[str, Any]  # int | float | str | bytes | None by column; a column may hold any of them


def has(connection: sqlite3.Connection, table: str) -> bool:
    """Whether there is a table of a name; ParseError for a view or a virtual table of it."""
    asked = "select type, rootpage from sqlite_schema where name = ? collate nocase"
    found = connection.execute(asked, (table,)).fetchall()
    if any(kind != "table" or not page for kind, page in found):
        raise ParseError(f"a table {table} expected")
    return bool(found)


def columns(connection: sqlite3.Connection, table: str) -> frozenset[str]:
    """Return the names of a table's stored columns; none where there is no such table."""
    if not has(connection, table):
        return frozenset()
    named = connection.execute("select name from pragma_table_info(?)", (table,))
    return frozenset(name for (name,) in named)


def require(connection: sqlite3.Connection, table: str, *needed: str) -> frozenset[str]:
    """Return the names of a table's columns; ParseError where the table or a needed one is gone."""
    there = columns(connection, table)
    if not there.issuperset(needed) or not there:
        raise ParseError(f"a table {table} with {', '.join(needed)} expected")
    return there


def rows(
    connection: sqlite3.Connection, table: str, wanted: tuple[str, ...], *needed: str
) -> Iterator[Row]:
    """Yield the rows of a table as they are stored, of the `wanted` columns those that are there.

    ParseError where the table, or one of the `needed` columns, is not there.
    """
    there = require(connection, table, *needed)
    named = [name for name in dict.fromkeys((*needed, *wanted)) if name in there]
    listed = ", ".join(f'"{name}"' for name in named)
    for row in connection.execute(f'select {listed} from "{table}"'):  # noqa: S608 - no name is of the data's making
        yield dict(zip(named, row, strict=True))


def text(row: Row, column: str, *, limit: int = 255) -> str | None:
    """Return a text, cut at `limit` characters; None where the cell holds none."""
    value = row.get(column)
    return value[:limit] if isinstance(value, str) else None


def number(row: Row, column: str) -> int | None:
    """Return an integer; None where the cell holds none."""
    value = row.get(column)
    return value if isinstance(value, int) else None


def stated(row: Row, column: str, value: Any) -> Any:
    """Return a value read from a column, or UNSET where the table has no such column."""
    return value if column in row else UNSET
