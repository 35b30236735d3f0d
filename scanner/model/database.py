"""SQLite databases of a device, opened in memory.

Nothing is written anywhere: the evidence stays as it is, what it holds reaches no temporary file,
and it works in a process that may write no file at all.
"""

from __future__ import annotations

import contextlib
import sqlite3
import struct
import time
from collections.abc import Iterator

from scanner.errors import ParseError
from scanner.model.requests import MiB

ROWS_LIMIT = 64 * MiB  # bytes of one value or row
_PAGE_SIZES = {2**power for power in range(9, 17)}
_BYTE_ORDERS = {b"\x37\x7f\x06\x82": "<", b"\x37\x7f\x06\x83": ">"}
_WAL_HEADER, _FRAME_HEADER = 32, 24


@contextlib.contextmanager
def open_database(
    data: bytes, wal: bytes, *, seconds: float, limit: int
) -> Iterator[sqlite3.Connection]:
    """Open a database with its write-ahead log (empty: none) for reading, for some seconds.

    Undecodable bytes of a text become U+FFFD.
    ParseError for what SQLite refuses, and where the statements of the block take longer.
    """
    image = _with_wal(bytearray(data), wal, limit)
    image[18:20] = b"\1\1"  # the file format without a log: memory has no place for one
    deadline = time.monotonic() + seconds
    connection = sqlite3.connect(":memory:")
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, ROWS_LIMIT)
        connection.text_factory = lambda text: text.decode("utf-8", "replace")
        connection.deserialize(bytes(image))
        connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
        for pragma in ("query_only=on", "trusted_schema=off", "cell_size_check=on"):
            connection.execute(f"pragma {pragma}")
        yield connection
    except (sqlite3.Error, UnicodeDecodeError) as error:  # their texts may quote what is stored
        late = time.monotonic() > deadline
        why = f"answers within {seconds:g} s expected" if late else type(error).__name__
        raise ParseError(f"a readable SQLite database expected: {why}") from None
    finally:
        connection.close()


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
