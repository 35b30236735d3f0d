"""What sinks are still owed, in the store of the watch."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from scanner.model.watch import WatchEvent
from scanner.sinks import Bounds, Owed, rank

_FIRST = datetime.min.replace(tzinfo=UTC)


class StoredOutbox:
    """An outbox in the store; each thread has one of its own, on its own connection.

    `put` belongs into the transaction that stores the event.
    """

    def __init__(self, connection: sqlite3.Connection, bounds: Bounds | None = None) -> None:
        self._connection, self._run = connection, connection.execute
        self._bounds = bounds or Bounds()

    def put(self, sink: str, event: WatchEvent) -> None:
        body = msgspec.json.encode(event)
        done = self._run(
            "INSERT OR IGNORE INTO outbox (sink, id, rank, size, body) VALUES (?, ?, ?, ?, ?)",
            (sink, event.id, rank(event), len(body), body),
        )
        if not done.rowcount:
            return
        self._run("INSERT OR IGNORE INTO sinks (sink) VALUES (?)", (sink,))
        self._run(
            "UPDATE sinks SET owed = owed + 1, size = size + ? WHERE sink = ?", (len(body), sink)
        )
        while self._beyond(sink):
            self._drop_least(sink)

    def due(self, sink: str, now: datetime, limit: int) -> Sequence[Owed]:
        found = self._run(
            "SELECT at, tries, body FROM outbox WHERE sink = ? ORDER BY id LIMIT ?", (sink, limit)
        ).fetchall()
        if not found or (found[0][0] is not None and datetime.fromisoformat(found[0][0]) > now):
            return ()
        return tuple(
            Owed(event=msgspec.json.decode(body, type=WatchEvent), tries=tries)
            for _, tries, body in found
        )

    def done(self, sink: str, id: int) -> None:
        self._remove(sink, id, dropped=0)

    def later(self, sink: str, id: int, at: datetime, tries: int) -> None:
        self._run(
            "UPDATE outbox SET at = ?, tries = ? WHERE sink = ? AND id = ?",
            (at.isoformat(), tries, sink, id),
        )

    def give_up(self, sink: str, id: int) -> None:
        self._remove(sink, id, dropped=1)

    def next_at(self, sink: str) -> datetime | None:
        found = self._run(
            "SELECT at FROM outbox WHERE sink = ? ORDER BY id LIMIT 1", (sink,)
        ).fetchone()
        if found is None:
            return None
        return _FIRST if found[0] is None else datetime.fromisoformat(found[0])

    def owed(self, sink: str) -> int:
        return self._counted(sink, "owed")

    def dropped(self, sink: str) -> int:
        return self._counted(sink, "dropped")

    def told(self, sink: str, count: int) -> None:
        self._run("UPDATE sinks SET dropped = max(0, dropped - ?) WHERE sink = ?", (count, sink))

    def expire(self) -> int:
        """Drop what is older than all events that are kept; return how much that is."""
        old = self._run(
            "SELECT sink, id FROM outbox WHERE id < (SELECT min(id) FROM events)"
        ).fetchall()
        for sink, id in old:
            self.give_up(sink, id)
        return len(old)

    def _remove(self, sink: str, id: int, *, dropped: int) -> None:
        # One transaction: where the process dies in between, the counts still fit the rows.
        nested = self._nested()
        if not nested:
            self._run("BEGIN IMMEDIATE")
        try:
            found = self._run(
                "SELECT size FROM outbox WHERE sink = ? AND id = ?", (sink, id)
            ).fetchone()
            if found is not None:
                self._run("DELETE FROM outbox WHERE sink = ? AND id = ?", (sink, id))
                self._run(
                    "UPDATE sinks SET owed = owed - 1, size = size - ?, dropped = dropped + ?"
                    " WHERE sink = ?",
                    (found[0], dropped, sink),
                )
            if not nested:
                self._run("COMMIT")
        except sqlite3.DatabaseError:
            if not nested and self._nested():
                self._run("ROLLBACK")
            raise

    def _nested(self) -> bool:
        return self._connection.in_transaction

    def _beyond(self, sink: str) -> bool:
        owed, size = self._counted(sink, "owed"), self._counted(sink, "size")
        return owed > self._bounds.count or (size > self._bounds.size and owed > 0)

    def _drop_least(self, sink: str) -> None:
        (id,) = self._run(
            "SELECT id FROM outbox WHERE sink = ? ORDER BY rank, id LIMIT 1", (sink,)
        ).fetchone()
        self._remove(sink, id, dropped=1)

    def _counted(self, sink: str, what: str) -> int:
        found = self._run(
            "SELECT owed, size, dropped FROM sinks WHERE sink = ?", (sink,)
        ).fetchone()
        return 0 if found is None else int(found[("owed", "size", "dropped").index(what)])
