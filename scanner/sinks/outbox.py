"""What sinks are still owed: bounded, in order, the least important dropped first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Protocol

import msgspec
from msgspec import Struct

from scanner.model.watch import WatchEvent
from scanner.sinks.event import rank
from scanner.sinks.sink import Sink

_AT_ONCE = datetime.min.replace(tzinfo=UTC)


class Owed(Struct, frozen=True, kw_only=True):
    """An event that a sink has not taken yet, and how often it was tried."""

    event: WatchEvent
    tries: int = 0


class Bounds(Struct, frozen=True, kw_only=True):
    """How much may be owed to one sink."""

    count: int = 10_000
    size: int = 32 * 1024 * 1024  # bytes of the events as JSON


class Outbox(Protocol):
    """Events by sink. What is put is kept until it is done, given up, or dropped for room."""

    def put(self, sink: str, event: WatchEvent) -> None:
        """Add an event, once for each id. Beyond the bounds the lowest rank goes, oldest first."""
        ...

    def due(self, sink: str, now: datetime, limit: int) -> Sequence[Owed]:
        """Return the oldest events; none while the first of them is put off."""
        ...

    def done(self, sink: str, id: int) -> None:
        """Forget an event that was taken; nothing happens where it is not owed."""
        ...

    def later(self, sink: str, id: int, at: datetime, tries: int) -> None:
        """Put an event off; nothing happens where it is not owed."""
        ...

    def give_up(self, sink: str, id: int) -> None:
        """Drop an event that a sink will never take."""
        ...

    def next_at(self, sink: str) -> datetime | None:
        """Return when the first event is due; None where nothing is owed."""
        ...

    def owed(self, sink: str) -> int:
        """Count the events that a sink has not taken yet."""
        ...

    def dropped(self, sink: str) -> int:
        """Count the events that were dropped, or given up, and not told yet."""
        ...

    def told(self, sink: str, count: int) -> None:
        """Note that so many dropped events were told."""
        ...


def owe(outbox: Outbox, sinks: Iterable[Sink], event: WatchEvent) -> None:
    """Put an event into the outbox for every sink that wants it."""
    for sink in sinks:
        if sink.wants(event):
            outbox.put(sink.key, event)


class _Entry(Struct, kw_only=True):
    event: WatchEvent
    size: int
    rank: int
    at: datetime = _AT_ONCE
    tries: int = 0


class _Queue:
    """What one sink is owed, in order, and by rank."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self.entries: OrderedDict[int, _Entry] = OrderedDict()
        self._ranks: dict[int, OrderedDict[int, None]] = {}
        self._size = 0
        self.dropped = 0

    def add(self, event: WatchEvent) -> None:
        if event.id in self.entries:
            return
        entry = _Entry(event=event, size=len(msgspec.json.encode(event)), rank=rank(event))
        self.entries[event.id] = entry
        self._ranks.setdefault(entry.rank, OrderedDict())[event.id] = None
        self._size += entry.size
        while len(self.entries) > self._bounds.count or self._size > self._bounds.size:
            lowest = min(kind for kind, ids in self._ranks.items() if ids)
            self.remove(next(iter(self._ranks[lowest])))
            self.dropped += 1

    def remove(self, id: int) -> bool:
        entry = self.entries.pop(id, None)
        if entry is None:
            return False
        del self._ranks[entry.rank][id]
        self._size -= entry.size
        return True

    def first(self) -> _Entry | None:
        return next(iter(self.entries.values()), None)


class MemoryOutbox:
    """An outbox that ends with its process."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._queues: dict[str, _Queue] = {}

    def put(self, sink: str, event: WatchEvent) -> None:
        """Add an event."""
        self._queue(sink).add(event)

    def due(self, sink: str, now: datetime, limit: int) -> Sequence[Owed]:
        """Return the oldest events; none while the first of them is put off."""
        queue = self._queue(sink)
        first = queue.first()
        if first is None or first.at > now:
            return ()
        return tuple(
            Owed(event=entry.event, tries=entry.tries)
            for entry in islice(queue.entries.values(), limit)
        )

    def done(self, sink: str, id: int) -> None:
        """Forget an event that was taken."""
        self._queue(sink).remove(id)

    def later(self, sink: str, id: int, at: datetime, tries: int) -> None:
        """Put an event off."""
        entry = self._queue(sink).entries.get(id)
        if entry is not None:
            entry.at, entry.tries = at, tries

    def give_up(self, sink: str, id: int) -> None:
        """Drop an event that a sink will never take."""
        queue = self._queue(sink)
        queue.dropped += queue.remove(id)

    def next_at(self, sink: str) -> datetime | None:
        """Return when the first event is due."""
        first = self._queue(sink).first()
        return None if first is None else first.at

    def owed(self, sink: str) -> int:
        """Count the events that a sink has not taken yet."""
        return len(self._queue(sink).entries)

    def dropped(self, sink: str) -> int:
        """Count the dropped events that were not told yet."""
        return self._queue(sink).dropped

    def told(self, sink: str, count: int) -> None:
        """Note that so many dropped events were told."""
        self._queue(sink).dropped -= count

    def _queue(self, sink: str) -> _Queue:
        return self._queues.setdefault(sink, _Queue(self._bounds))
