"""Lanes: what comes for requests, from the event loop to the thread that reads it."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from scanner.model.evidence import Reason
from scanner.model.requests import AnyRequest, MiB
from scanner.sources.live import Ended

_WAITING = MiB  # bytes a lane may be ahead of its reader
_OVERHEAD = 256  # bytes an event counts beside its data


class Began(Struct, frozen=True):
    """The answer to a request begins; its bytes follow."""

    request: AnyRequest
    at: datetime


class Skipped(Struct, frozen=True):
    """A request has no answer."""

    request: AnyRequest
    reason: Reason
    detail: str
    seconds: float
    asked: bool  # of the phone, which then did not give it


Event = Began | bytes | Ended | Skipped


class Lane:
    """Requests that are put one after the other. The event loop fills it, one thread reads it."""

    def __init__(self, requests: Sequence[AnyRequest], changed: threading.Condition) -> None:
        self.requests = requests
        self.finished = False
        self._changed = changed
        self._events: deque[Event] = deque()
        self._size, self._whole = 0, 0
        self._room = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def put(self, event: Event) -> None:
        """Add an event; returns when the reader has caught up."""
        self._loop = asyncio.get_running_loop()
        self._room.clear()
        with self._changed:
            self._events.append(event)
            self._size += _weight(event)
            self._whole += isinstance(event, Ended | Skipped)
            self._changed.notify_all()
        while self._size > _WAITING:
            await self._room.wait()
            self._room.clear()

    def finish(self) -> None:
        """Say that nothing more comes."""
        with self._changed:
            self.finished = True
            self._changed.notify_all()

    def ready(self) -> bool:
        """Whether there is a whole answer, or as much of one as may wait."""
        return self._whole > 0 or self._size > _WAITING or (self.finished and bool(self._events))

    def get(self) -> Event | None:
        """Return the next event, waiting for it; None when there are no more."""
        with self._changed:
            while not self._events and not self.finished:
                self._changed.wait()
            if not self._events:
                return None
            event = self._events.popleft()
            was_full = self._size > _WAITING
            self._size -= _weight(event)
            self._whole -= isinstance(event, Ended | Skipped)
        if was_full and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._room.set)
        return event


def _weight(event: Event) -> int:
    return _OVERHEAD + (len(event) if isinstance(event, bytes) else 0)
