"""Threads that move what is owed to the sinks: one for each, so that none waits for another."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from scanner.errors import ScannerError
from scanner.sinks import Delivery, Sink, deliver
from scanner.watch.clock import Clock
from scanner.watch.messages import Inbox, Sent, guarded
from scanner.watch.store import database
from scanner.watch.store.outbox import StoredOutbox

_NAP = 20.0  # seconds of real time between looks at a clock that may jump
_AFTER_TROUBLE = 30.0  # seconds until the store is tried again
_TELL_AGAIN = 3600.0  # seconds until a sink that still fails, or drops events, is told again
_FAREWELL = 10.0  # seconds for what is owed at the end


class Deliveries:
    """The sinks of a watch, served while the context lasts."""

    def __init__(self, path: Path, sinks: Sequence[Sink], clock: Clock, inbox: Inbox) -> None:
        self._path, self._sinks, self._clock, self._inbox = path, sinks, clock, inbox
        self._stopping = threading.Event()
        self._ends = float("inf")
        self._told: dict[str, float] = {}  # of sinks that fail, when that was told
        self._woken = {sink.key: threading.Event() for sink in sinks}
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        for sink in self._sinks:
            thread = threading.Thread(
                target=guarded,
                args=(partial(self._run, sink), self._inbox),
                name=f"sink {sink.key}",
                daemon=True,
            )
            self._threads.append(thread)
            thread.start()

    def wake(self) -> None:
        """Something new is owed."""
        for each in self._woken.values():
            each.set()

    def stop(self) -> None:
        """Send what is due once more, and end; what is not taken stays owed in the store."""
        self._ends = time.monotonic() + _FAREWELL
        self._stopping.set()
        self.wake()
        for thread in self._threads:
            thread.join(max(0.0, self._ends - time.monotonic()))
        for sink in self._sinks:
            sink.close()

    def _run(self, sink: Sink) -> None:
        connection = database.connect(self._path)
        try:
            self._serve(sink, StoredOutbox(connection))
        finally:
            connection.close()

    def _serve(self, sink: Sink, outbox: StoredOutbox) -> None:
        woken = self._woken[sink.key]
        while True:
            woken.clear()
            last = self._stopping.is_set()
            wait = self._deliver(sink, outbox)
            if last:
                return
            if wait > 0:
                woken.wait(min(wait, _NAP))

    def _is_news(self, done: Delivery) -> bool:
        """Whether to tell of a failure: a sink that refuses all must not fill the others.

        What is dropped until it is told the next time is counted in the outbox.
        """
        if done.delivered:
            self._told.pop(done.sink, None)
        if done.detail is None:
            return False
        at, before = self._clock.monotonic(), self._told.get(done.sink)
        if before is not None and at - before < _TELL_AGAIN:
            return False
        self._told[done.sink] = at
        return True

    def _late(self) -> bool:
        return time.monotonic() > self._ends

    def _deliver(self, sink: Sink, outbox: StoredOutbox) -> float:
        """Deliver what is due; return the seconds until something is due again."""
        try:
            done = deliver(sink, outbox, self._clock.now, stop=self._late)
        except (sqlite3.DatabaseError, ScannerError):
            return _AFTER_TROUBLE  # what is owed is in the store still
        if self._is_news(done):
            self._inbox.put(Sent(done))
        if done.next_at is None or self._stopping.is_set():
            return _NAP
        if done.next_at == datetime.min.replace(tzinfo=UTC):
            return 0.0
        return max(0.1, (done.next_at - self._clock.now()).total_seconds())
