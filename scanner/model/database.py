"""SQLite databases of a device, opened in memory, or where they lie.

Nothing is written anywhere: the evidence stays as it is, what it holds reaches no temporary file,
and it works in a process that may write no file at all.
"""

from __future__ import annotations

import contextlib
import sqlite3
import struct
import time
from collections.abc import Iterator
from pathlib import Path

from scanner.errors import ParseError
from scanner.model.requests import MiB

ROWS_LIMIT = 64 * MiB  # bytes of one value or row
_PAGE_SIZES = {2**power for power in range(9, 17)}
_BYTE_ORDERS = {b"\x37\x7f\x06\x82": "<", b"\x37\x7f\x06\x83": ">"}
_WAL_HEADER, _FRAME_HEADER = 32, 24


@contextlib.contextmanager
def open_database(
    data: bytearray, wal: bytes, *, seconds: float, limit: int
) -> Iterator[sqlite3.Connection]:
    """Open a database with its write-ahead log (empty: none) for reading, for some seconds.

    Undecodable bytes of a text become U+FFFD.
    ParseError for what SQLite refuses, and where the statements of the block take longer.
    """
    image = _with_wal(data, wal, limit)
    _require_whole(image[:100], len(image))
    image[18:20] = b"\1\1"  # the file format without a log: memory has no place for one
    connection = sqlite3.connect(":memory:")
    with _asked(connection, seconds) as opened:
        opened.deserialize(image)  # a copy of SQLite's own
        del image, data
        _restrict(opened)
        yield opened


@contextlib.contextmanager
def open_database_at(path: Path, *, seconds: float) -> Iterator[sqlite3.Connection]:
    """Open a database where it lies, one without a write-ahead log, for reading for some seconds.

    It is taken for a file that nobody writes, so SQLite makes no file beside it. ParseError as
    above, and for a file that cannot be opened.
    """
    try:
        with path.open("rb") as stream:
            _require_whole(bytearray(stream.read(100)), path.stat().st_size)
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
    except (OSError, sqlite3.Error):
        raise ParseError("a database that can be read expected") from None
    with _asked(connection, seconds) as opened:
        _restrict(opened)
        yield opened


@contextlib.contextmanager
def _asked(connection: sqlite3.Connection, seconds: float) -> Iterator[sqlite3.Connection]:
    """Give a connection to somebody who may read and no more."""
    deadline = time.monotonic() + seconds
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, ROWS_LIMIT)
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
        yield connection
    except (sqlite3.Error, UnicodeDecodeError) as error:  # their texts may quote what is stored
        late = time.monotonic() > deadline
        why = f"answers within {seconds:g} s expected" if late else type(error).__name__
        raise ParseError(f"a readable SQLite database expected: {why}") from None
    finally:
        connection.close()


def _restrict(connection: sqlite3.Connection) -> None:
    for pragma in ("query_only=on", "trusted_schema=off", "cell_size_check=on"):
        connection.execute(f"pragma {pragma}")


def _require_whole(head: bytearray, size: int) -> None:
    """ParseError for fewer pages than the header counts: SQLite takes what is left of the last.

    The count holds where the header was written with it (section 1.3.7 of the format).
    """
    page = int.from_bytes(head[16:18], "big")
    page = 65536 if page == 1 else page
    counted = int.from_bytes(head[28:32], "big")
    if head[24:28] == head[92:96] and counted * page > size:
        raise ParseError("a whole SQLite database expected")


def _with_wal(database: bytearray, wal: bytes, limit: int) -> bytearray:
    """Write the committed pages of a log into the database, as its next opening would.

    Format: https://www.sqlite.org/fileformat2.html section 4.
    """
    page_size = int.from_bytes(wal[8:12], "big")
    if len(wal) < _WAL_HEADER or wal[:4] not in _BYTE_ORDERS or page_size not in _PAGE_SIZES:
        return database
    pages, last_page = _committed(wal, page_size)
    if last_page * page_size > limit:
        raise ParseError(f"a database of at most {limit} bytes expected")
    if last_page:
        database[last_page * page_size :] = bytes(max(0, last_page * page_size - len(database)))
    for number, page in pages.items():
        if 0 < number <= last_page:
            offset = (number - 1) * page_size
            database[offset : offset + page_size] = wal[page : page + page_size]
    return database


def _committed(wal: bytes, page_size: int) -> tuple[dict[int, int], int]:
    """Return {page number: offset of its last committed version}, and the number of pages.

    A frame counts while its salts and the running checksum hold; those after the last commit
    do not.
    """
    order = _BYTE_ORDERS[wal[:4]]
    checksum = _checksum(order, wal[:24], (0, 0))
    pages: dict[int, int] = {}
    pending: dict[int, int] = {}
    last_page = 0
    if struct.pack(">II", *checksum) != wal[24:32]:
        return pages, last_page
    frame_size = _FRAME_HEADER + page_size
    for start in range(_WAL_HEADER, len(wal) - frame_size + 1, frame_size):
        page = start + _FRAME_HEADER
        number, committed = struct.unpack_from(">II", wal, start)
        checksum = _checksum(order, wal[start : start + 8], checksum)
        checksum = _checksum(order, wal[page : page + page_size], checksum)
        if wal[start + 8 : page] != wal[16:24] + struct.pack(">II", *checksum):
            break
        pending[number] = page
        if committed:
            pages |= pending
            pending.clear()
            last_page = committed
    return pages, last_page


def _checksum(order: str, data: bytes, checksum: tuple[int, int]) -> tuple[int, int]:
    first, second = checksum
    for left, right in struct.iter_unpack(f"{order}II", data):
        first = (first + left + second) & 0xFFFFFFFF
        second = (second + right + first) & 0xFFFFFFFF
    return first, second
