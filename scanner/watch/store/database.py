"""The file of a watch: one SQLite database, opened with care and set aside where it is damaged."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from scanner.case.lock import try_lock
from scanner.case.storage import PRIVATE_FILE, PRIVATE_FOLDER, disk_errors
from scanner.errors import CaseError, ScannerError, UsageError

VERSION = 1
_BUSY = 15.0  # seconds to wait for another connection's transaction
_BALLAST = 4 * 2**20  # bytes that are given up when the disk is full, to write what must be kept

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE devices (
  device TEXT PRIMARY KEY, platform TEXT NOT NULL, model TEXT, build TEXT,
  first_at TEXT NOT NULL, heard_at TEXT, deep_at TEXT, verdict TEXT, profile TEXT,
  interval REAL NOT NULL, obstacle TEXT, present INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0, dropped INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE names (name TEXT PRIMARY KEY, device TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE states (
  device TEXT NOT NULL, kind TEXT NOT NULL, profile TEXT NOT NULL, at TEXT NOT NULL,
  chosen INTEGER NOT NULL DEFAULT 0, folder TEXT, body BLOB NOT NULL,
  PRIMARY KEY (device, kind, profile));
CREATE TABLE scans (
  id INTEGER PRIMARY KEY, device TEXT NOT NULL, at TEXT NOT NULL, seconds REAL NOT NULL,
  profile TEXT NOT NULL, "trigger" TEXT NOT NULL, verdict TEXT, coverage INTEGER,
  findings TEXT NOT NULL, new INTEGER NOT NULL, changes INTEGER NOT NULL, detail TEXT);
CREATE INDEX scans_of ON scans (device, at);
CREATE TABLE findings (
  device TEXT NOT NULL, fingerprint TEXT NOT NULL, open INTEGER NOT NULL, last_at TEXT NOT NULL,
  body BLOB NOT NULL, PRIMARY KEY (device, fingerprint)) WITHOUT ROWID;
CREATE TABLE changes (
  id INTEGER PRIMARY KEY, device TEXT NOT NULL, at TEXT NOT NULL, digest TEXT NOT NULL,
  body BLOB NOT NULL);
CREATE INDEX changes_of ON changes (device, at);
CREATE TABLE silences (
  device TEXT NOT NULL, since TEXT NOT NULL, until TEXT, PRIMARY KEY (device, since))
  WITHOUT ROWID;
CREATE TABLE events (id INTEGER PRIMARY KEY, at TEXT NOT NULL, device TEXT, body BLOB NOT NULL);
CREATE TABLE cases (
  folder TEXT PRIMARY KEY, device TEXT, at TEXT NOT NULL, why TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE outbox (
  sink TEXT NOT NULL, id INTEGER NOT NULL, rank INTEGER NOT NULL, size INTEGER NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0, at TEXT, body BLOB NOT NULL, PRIMARY KEY (sink, id))
  WITHOUT ROWID;
CREATE INDEX outbox_by_rank ON outbox (sink, rank, id);
CREATE TABLE sinks (
  sink TEXT PRIMARY KEY, owed INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL DEFAULT 0,
  dropped INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
"""


class StoreDamaged(CaseError):
    """The file is no database, or its pages contradict each other."""


def connect(path: Path) -> sqlite3.Connection:
    """Open a store, which is made where there is none. CaseError where it cannot be used."""
    _make(path)
    connection: sqlite3.Connection | None = None
    try:
        connection = sqlite3.connect(path, timeout=_BUSY, isolation_level=None)
        _prepare(connection, path)
    except sqlite3.DatabaseError as error:
        if connection is not None:
            connection.close()
        raise refused(error, path) from error
    except ScannerError:
        if connection is not None:
            connection.close()
        raise
    return connection


def check(connection: sqlite3.Connection, path: Path) -> None:
    """StoreDamaged where the pages of a store contradict each other."""
    try:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise refused(error, path) from error
    if found != "ok":
        raise StoreDamaged(f"{path}: the store is damaged", remedy=_remedy(path))


def refused(error: sqlite3.DatabaseError, path: Path) -> CaseError:
    """Return what an error of SQLite means for the person who runs the watch."""
    if _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreDamaged(f"{path}: the store is damaged", remedy=_remedy(path))
    if is_full(error):
        return CaseError(f"{path}: the disk is full", remedy="free some space on its disk")
    return CaseError(
        f"{path}: the store cannot be used: {error}",
        remedy="check the disk and the rights of the folder, or name another file with --store",
    )


def is_full(error: sqlite3.DatabaseError) -> bool:
    """Whether there was no room to write; SQLite calls some of these an error of the disk."""
    return _code(error) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def is_held_up(error: sqlite3.DatabaseError) -> bool:
    """Whether nothing can be written now, for a reason that somebody else can remove."""
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY)


def set_aside(path: Path, at: datetime) -> Path:
    """Move a damaged store out of the way, with its log; return where it lies now."""
    aside = path.with_name(f"{path.name}.damaged-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    with disk_errors(path.parent):
        path.replace(aside)
        for end in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + end).replace(aside.with_name(aside.name + end))
    return aside


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a store for one watch; UsageError where another watch holds it."""
    _make(path)
    with disk_errors(path.parent):
        descriptor = os.open(
            path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, PRIVATE_FILE
        )
    try:
        if not try_lock(descriptor):
            raise UsageError(
                f"{path}: another watch runs on this store",
                remedy="stop that one, or give this one a file of its own with --store",
            )
        yield
    finally:
        os.close(descriptor)


def keep_ballast(path: Path) -> None:
    """Set some room on the disk aside, as far as there is any."""
    ballast = _ballast(path)
    with contextlib.suppress(OSError):
        if ballast.exists() and ballast.stat().st_size == _BALLAST:
            return
        descriptor = os.open(ballast, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
        try:
            written = 0
            while written < _BALLAST:  # zeros that are written, not a hole that takes no room
                written += os.write(descriptor, bytes(2**16))
        finally:
            os.close(descriptor)


def drop_ballast(path: Path) -> bool:
    """Give the room up that was set aside; False where there is none left."""
    try:
        _ballast(path).unlink()
    except OSError:
        return False
    return True


def _code(error: sqlite3.DatabaseError) -> int:
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _ballast(path: Path) -> Path:
    return path.with_name(f"{path.name}.reserve")


def _make(path: Path) -> None:
    with disk_errors(path.parent):
        path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        os.close(os.open(path, flags, PRIVATE_FILE))


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA trusted_schema=OFF")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise CaseError(
            f"{path}: written by a newer version of the scanner",
            remedy="update the scanner, or name another file with --store",
        )
    if version == 0:
        _create(connection, path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA journal_size_limit=8388608")


def _create(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
    connection.execute("BEGIN EXCLUSIVE")
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if version == 0 and tables:
            _refuse(path)
        if version == 0:
            for statement in filter(str.strip, _SCHEMA.split(";\n")):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _refuse(path: Path) -> None:
    raise UsageError(
        f"{path}: a database of another program", remedy="name another file with --store"
    )


def _remedy(path: Path) -> str:
    return (
        f"`scanner watch` sets it aside and begins a new one; keep a copy of {path.name} to have"
        " what can be read of it recovered (sqlite3 FILE .recover)"
    )
