"""Manifest.db, the list of the files in a backup since iOS 10.

`Files(fileID, domain, relativePath, flags, file)`: fileID is the SHA-1 of `domain-relativePath` and
the name under which the backup holds the file; flags is 1 for a file, 2 for a folder, 4 for a link;
file is a record of its own form (mbfile.py). There are hundreds of thousands of rows, and most of
the bytes are in the records: these are read of the rows that somebody wants only.

A database that lies in a folder as it is, is read where it lies; any other in memory.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from scanner.errors import ParseError
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import GiB

if TYPE_CHECKING:
    import sqlite3

FILE, FOLDER, LINK = 1, 2, 4
PICTURES = "CameraRollDomain"
"""Domain of the photographs and films that somebody took: of most lists the most."""

SECONDS = 600.0  # for all statements of one opening
SIZE_LIMIT = GiB  # bytes held in memory
PATH_LIMIT = 4096  # characters

_FIRST, _LAST = -(2**63), 2**63 - 1  # numbers that a row can have
_COLUMNS = ("fileID", "domain", "relativePath", "flags", "file")
_NO_PICTURE = f"and (domain is not '{PICTURES}' or flags is not {FILE})"
_BROKEN = "a list of the files of a backup expected"


class Row(NamedTuple):
    """One row of the list: bytes that are no text became U+FFFD."""

    file_id: str
    domain: str
    path: str  # from the folder that the domain is
    flags: int
    number: int  # of the row


def is_named_rightly(row: Row) -> bool:
    """Whether a row names the file that its domain and path stand for, and no other."""
    name = f"{row.domain}-{row.path}".encode("utf-8", "replace")
    return hashlib.sha1(name, usedforsecurity=False).hexdigest() == row.file_id


class Manifest:
    """An open list."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        # A view or a virtual table would run what somebody wrote, and so would a computed column.
        kinds = connection.execute(
            "select type, sql from sqlite_schema where name = 'Files' collate nocase"
        ).fetchall()
        is_table = len(kinds) == 1 and kinds[0][0] == "table"
        if not is_table or "virtual" in str(kinds[0][1])[:100].lower():
            raise ParseError(f"{_BROKEN}: a table of files")
        columns = connection.execute("pragma table_xinfo(Files)").fetchall()
        if not {(name, 0) for name in _COLUMNS} <= {(one[1], one[6]) for one in columns}:
            raise ParseError(f"{_BROKEN}: a table of files with names, flags and records")

    def rows(self, *, pictures: bool = True) -> Iterator[Row | None]:
        """Yield each row, in the order of the table; None for one that is no row of a list.

        Without `pictures` SQLite passes over the files of the camera roll, most of a list.
        """
        but = "" if pictures else _NO_PICTURE
        for one in self._fetched("fileID, domain, relativePath, flags, rowid", but):
            file_id, domain, path, flags, _ = one
            if (
                type(file_id) is type(domain) is type(path) is str
                and type(flags) is int
                and len(path) <= PATH_LIMIT >= len(domain)
            ):
                yield Row._make(one)
            else:
                yield None

    def listed(self) -> Iterator[tuple[Row, bytes]]:
        """Yield each row with its record, but for the files of the camera roll.

        ParseError for one that is no row of a list.
        """
        for one in self._fetched("fileID, domain, relativePath, flags, rowid, file", _NO_PICTURE):
            row = Row._make(one[:5])
            if not isinstance(row.path, str) or not isinstance(row.domain, str):
                raise ParseError(f"{_BROKEN}: names that are texts")
            if not isinstance(row.flags, int) or not isinstance(row.file_id, str):
                raise ParseError(f"{_BROKEN}: flags and identifiers")
            yield row, one[5]

    def pictures(self) -> Iterator[object]:
        """Yield the identifier of each file of the camera roll."""
        ask = "select fileID from Files where domain = ? and flags = ?"
        return (one for (one,) in self._connection.execute(ask, (PICTURES, FILE)))

    def _fetched(self, columns: str, but: str = "") -> Iterator[tuple[Any, ...]]:
        """Yield columns of each row, of which the fifth is its number.

        SQLite's own reader of texts is quick and refuses those that are no UTF-8: from the first of
        them on the tolerant one of the connection is used.
        """
        import sqlite3  # noqa: PLC0415 - most recordings are no backup

        ask = f"select {columns} from Files where rowid >= ? {but} order by rowid"  # noqa: S608 - words of ours
        following = _FIRST
        tolerant, self._connection.text_factory = self._connection.text_factory, str
        try:
            for one in self._connection.execute(ask, (following,)):
                yield one
                following = one[4] + 1
        except sqlite3.OperationalError:
            self._connection.text_factory = tolerant
            yield from self._connection.execute(ask, (min(following, _LAST),))
        finally:
            self._connection.text_factory = tolerant

    def record(self, row: Row) -> bytes:
        """Return the record of a row."""
        found = self._connection.execute("select file from Files where rowid = ?", (row.number,))
        (record,) = found.fetchone() or (None,)
        if not isinstance(record, bytes):
            raise ParseError(f"{_BROKEN}: the record of a file")
        return record


@contextlib.contextmanager
def opened(file: EvidenceFile) -> Iterator[Manifest]:
    """Open a list; ParseError for a damaged one, also while it is read."""
    with file.sqlite(seconds=SECONDS, limit=SIZE_LIMIT) as connection:
        yield Manifest(connection)
