"""What a watch keeps: phones, states, findings, events; each step is one transaction."""

from __future__ import annotations

import contextlib
import logging
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from scanner.errors import CaseError
from scanner.model.changes import ChangeLine, State
from scanner.model.privacy import PrivacyLevel
from scanner.model.watch import WatchEvent
from scanner.sinks import Sink, owe
from scanner.watch.findings import Known
from scanner.watch.store import database
from scanner.watch.store.outbox import StoredOutbox
from scanner.watch.store.rows import DeviceRow, StoredState, iso, moment, packed, unpacked

log = logging.getLogger(__name__)

_Kept = TypeVar("_Kept", WatchEvent, Known)
_LEVELS: tuple[PrivacyLevel, ...] = ("public", "share", "case")
_IDS = 10_000  # ids of events that are set aside at once; enough for days of a full disk


class StoreFull(CaseError):
    """What must be kept cannot be written now, mostly for want of room; it is tried again."""


class Store:
    """The store of a watch, or of a command that asks it. Used by one thread."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sinks: tuple[Sink, ...] = ()
        self._connection = database.connect(path)
        self._run = self._connection.execute
        self.outbox = StoredOutbox(self._connection)
        self._next = self._end = 0
        self._unreserved = False

    def close(self) -> None:
        """Close the file; ids that were set aside and not used are given back where they can be."""
        if self._end > self._next:
            # Where this fails they stay unused: an id never comes twice.
            with contextlib.suppress(sqlite3.DatabaseError):
                self._run("UPDATE meta SET value = ? WHERE name = 'next'", (str(self._next),))
        self._connection.close()

    def check(self) -> None:
        """StoreDamaged where the file contradicts itself."""
        database.check(self._connection, self.path)

    def begin(self, sinks: Sequence[Sink], privacy: PrivacyLevel) -> None:
        """Make ready for a watch, which has these sinks; what others are owed stays for a while."""
        self._sinks = tuple(sinks)
        level = max(self.privacy, privacy, key=_LEVELS.index)

        def work() -> None:
            self._reserve()
            self._run("INSERT OR REPLACE INTO meta VALUES ('privacy', ?)", (level,))

        self.write(work)
        database.keep_ballast(self.path)

    @property
    def privacy(self) -> PrivacyLevel:
        """The level of what is kept: the most open one that a watch on this store ever had."""
        found = self._meta("privacy")
        return next((level for level in _LEVELS if level == found), _LEVELS[0])

    @property
    def origin(self) -> str:
        """A random name of this store, made with it: what tells its events from all others."""
        found = self._meta("origin")
        if found is None:
            self.write(
                lambda: self._run(
                    "INSERT OR IGNORE INTO meta VALUES ('origin', ?)", (secrets.token_hex(8),)
                )
            )
            found = self._meta("origin")
        return found or ""

    def write(self, work: Callable[[], object], *, careful: bool = True) -> None:
        """Do all of `work` or nothing of it; StoreFull where there is no room.

        What is not `careful` survives a kill, and not for certain a power cut; it is faster.
        """
        try:
            self._run(f"PRAGMA synchronous={'FULL' if careful else 'NORMAL'}")
            self._write(work)
        except sqlite3.DatabaseError as error:
            full = careful and database.is_full(error)
            if not full or not database.drop_ballast(self.path):
                raise self._unwritten(error) from error
            try:
                self._write(work)
            except sqlite3.DatabaseError as second:
                raise self._unwritten(second) from second

    def new_id(self) -> int:
        """Return an id that no event has had; outside of a transaction.

        Where a full disk lasts longer than the ids that were set aside, they are set aside with
        whatever is written next.
        """
        if self._next >= self._end:
            try:
                self.write(self._reserve)
            except StoreFull:
                self._end, self._unreserved = self._next + _IDS, True
        self._next += 1
        return self._next - 1

    def put_event(self, event: WatchEvent) -> None:
        """Keep an event and owe it to the sinks; a heartbeat is owed and not kept."""
        if event.event != "heartbeat":
            self._run(
                "INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?)",
                (event.id, iso(event.at), event.device, msgspec.json.encode(event)),
            )
        owe(self.outbox, self._sinks, event)

    def events(self, after: int, limit: int = 500) -> tuple[WatchEvent, ...]:
        """Return kept events with greater ids, in their order."""
        rows = self._run(
            "SELECT body FROM events WHERE id > ? ORDER BY id LIMIT ?", (after, limit)
        ).fetchall()
        return tuple(_decoded(rows, WatchEvent))

    @property
    def told(self) -> int:
        """The last event that the caller has taken."""
        return int(self._meta("told") or 0)

    def put_told(self, id: int) -> None:
        self._run("INSERT OR REPLACE INTO meta VALUES ('told', ?)", (str(id),))

    def device_of(self, name: str) -> str | None:
        """Return the phone that was met under a name (the pseudonym of its target)."""
        found = self._run("SELECT device FROM names WHERE name = ?", (name,)).fetchone()
        return None if found is None else str(found[0])

    def set_device_of(self, name: str, device: str) -> None:
        self._run("INSERT OR REPLACE INTO names VALUES (?, ?)", (name, device))

    def devices(self) -> tuple[DeviceRow, ...]:
        rows = self._run("SELECT * FROM devices ORDER BY device").fetchall()
        return tuple(_device(row) for row in rows)

    def device(self, device: str) -> DeviceRow | None:
        row = self._run("SELECT * FROM devices WHERE device = ?", (device,)).fetchone()
        return None if row is None else _device(row)

    def put_device(self, row: DeviceRow) -> None:
        values = msgspec.structs.asdict(row)
        for name in ("first_at", "heard_at", "deep_at"):
            values[name] = iso(values[name])
        marks = ", ".join(f":{name}" for name in values)
        self._run(f"INSERT OR REPLACE INTO devices ({', '.join(values)}) VALUES ({marks})", values)  # noqa: S608 names of our own fields

    def state(self, device: str, kind: str, profile: str) -> StoredState | None:
        """Return the state to compare a scan of a profile with.

        A baseline that somebody chose stands in for a profile that has none.
        """
        row = self._run(
            "SELECT at, folder, body FROM states WHERE device = ? AND kind = ?"
            " AND (profile = ? OR chosen) ORDER BY profile <> ? LIMIT 1",
            (device, kind, profile, profile),
        ).fetchone()
        if row is None:
            return None
        return StoredState(state=unpacked(row[2]), at=datetime.fromisoformat(row[0]), folder=row[1])

    def has_state(self, device: str, kind: str, profile: str) -> bool:
        """Whether there is a state to compare a scan of a profile with."""
        found = self._run(
            "SELECT 1 FROM states WHERE device = ? AND kind = ? AND (profile = ? OR chosen)",
            (device, kind, profile),
        ).fetchone()
        return found is not None

    def put_state(
        self, device: str, kind: str, state: State, at: datetime, folder: str | None,
        *, chosen: bool = False,
    ) -> None:  # fmt: skip
        if chosen:
            self._run("DELETE FROM states WHERE device = ? AND kind = ?", (device, kind))
        self._run(
            "INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?, ?, ?, ?)",
            (device, kind, state.line.profile, iso(at), chosen, folder, packed(state)),
        )

    def baseline_from_last(self, device: str) -> int:
        """Make the last state of each profile its baseline; return how many there are."""
        self._run("DELETE FROM states WHERE device = ? AND kind = 'baseline'", (device,))
        return self._run(
            "INSERT INTO states SELECT device, 'baseline', profile, at, 0, folder, body"
            " FROM states WHERE device = ? AND kind = 'last'", (device,)
        ).rowcount  # fmt: skip

    def release_baseline(self, device: str) -> None:
        """Keep the cases of a baseline that is replaced as any that showed something new."""
        self._run(
            "UPDATE cases SET why = 'changed' WHERE device = ? AND why = 'baseline'", (device,)
        )

    def baseline_at(self, device: str) -> datetime | None:
        row = self._run(
            "SELECT min(at) FROM states WHERE device = ? AND kind = 'baseline'", (device,)
        ).fetchone()
        return moment(row[0])

    def known(self, device: str) -> dict[str, Known]:
        """Return the findings of a phone, by fingerprint; those that are gone as well."""
        rows = self._run(
            "SELECT body FROM findings WHERE device = ? ORDER BY fingerprint", (device,)
        ).fetchall()
        return {each.fingerprint: each for each in _decoded(rows, Known)}

    def put_known(self, device: str, known: Iterable[Known]) -> None:
        self._connection.executemany(
            "INSERT OR REPLACE INTO findings VALUES (?, ?, ?, ?, ?)",
            (
                (device, each.fingerprint, each.open, iso(each.last_at), msgspec.json.encode(each))
                for each in known
            ),
        )

    def put_changes(
        self, device: str, at: datetime, changes: Iterable[tuple[str, ChangeLine]]
    ) -> None:
        self._connection.executemany(
            "INSERT INTO changes (device, at, digest, body) VALUES (?, ?, ?, ?)",
            ((device, iso(at), digest, msgspec.json.encode(line)) for digest, line in changes),
        )

    def digests_since(self, device: str, at: datetime) -> frozenset[str]:
        """Return which changes of a phone were told after a time."""
        rows = self._run(
            "SELECT digest FROM changes WHERE device = ? AND at > ?", (device, iso(at))
        )
        return frozenset(digest for (digest,) in rows)

    def put_scan(self, device: str, **values: Any) -> None:
        values = {"device": device, **values, "at": iso(values["at"])}
        names = ", ".join(f'"{name}"' for name in values)
        marks = ", ".join(f":{name}" for name in values)
        self._run(f"INSERT INTO scans ({names}) VALUES ({marks})", values)  # noqa: S608 names of our own columns

    def rows(self, query: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """Yield what a query of ours finds."""
        yield from self._run(query, values)

    def change(self, query: str, *values: object) -> int:
        """Run a statement of ours; return how many rows it touched."""
        return self._run(query, values).rowcount

    def shrink(self) -> None:
        """Give the pages that are free back to the disk. StoreFull where it cannot be written."""
        try:
            # A script, since a query of no columns is stepped once and frees one page.
            self._connection.executescript("PRAGMA incremental_vacuum")
            self._run("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.DatabaseError as error:
            raise self._unwritten(error) from error

    def _unwritten(self, error: sqlite3.DatabaseError) -> CaseError:
        if database.is_full(error):
            what, remedy = "no room to keep what was seen", "free some space on its disk"
        elif database.is_held_up(error):
            what = "it cannot be written now, so what is seen is not kept"
            remedy = "end what else writes to it, and see that its disk can be written to"
        else:
            return database.refused(error, self.path)
        return StoreFull(f"{self.path}: {what}", remedy=remedy)

    def _meta(self, name: str) -> str | None:
        found = self._run("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if found is None else str(found[0])

    def _reserve(self) -> None:
        self._next = max(int(self._meta("next") or 1), self._next)
        self._end = self._next + _IDS
        self._run("INSERT OR REPLACE INTO meta VALUES ('next', ?)", (str(self._end),))

    def _write(self, work: Callable[[], object]) -> None:
        self._run("BEGIN IMMEDIATE")
        try:
            if self._unreserved:
                self._reserve()
            work()
            self._run("COMMIT")
            self._unreserved = False
        except BaseException:
            if self._connection.in_transaction:
                self._run("ROLLBACK")
            raise


def _decoded(rows: Iterable[tuple[bytes]], type: type[_Kept]) -> Iterator[_Kept]:
    """Yield what can be read: what was spoilt on the disk must not end a watch."""
    for (body,) in rows:
        try:
            yield msgspec.json.decode(body, type=type)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            log.warning("something in the store of the watch cannot be read, and is left out")


def _device(row: tuple[Any, ...]) -> DeviceRow:
    fields = DeviceRow.__struct_fields__
    values = dict(zip(fields, row, strict=True))
    for name in ("first_at", "heard_at", "deep_at"):
        values[name] = moment(values[name])
    return DeviceRow(**{**values, "present": bool(values["present"])})
