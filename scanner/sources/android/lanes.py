"""Lanes: streams of a device that are read at the same time, each into a bounded queue."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar
from weakref import WeakSet

from scanner.errors import DeviceError
from scanner.model.requests import AnyRequest, MiB
from scanner.sources.android.events import Event, Skipped
from scanner.sources.android.transport import Channel
from scanner.sources.live import Ended, next_ready

_WAITING = 4 * MiB  # bytes a lane may be ahead of its reader
_LAST = (Ended, Skipped)
_OVERHEAD = 256  # bytes an event counts beside its data

T = TypeVar("T")
Work = Callable[["Lane"], Iterator[Event]]


class _Stopped(Exception):
    """The reader wants no more."""


class Lane:
    """One row of requests and what has come for them; one thread reads it, another fills it."""

    def __init__(self, requests: Sequence[AnyRequest], work: Work) -> None:
        self.requests = requests
        self.error: DeviceError | None = None
        self.finished = False
        self._work = work
        self._changed = threading.Condition()
        self._events: deque[Event] = deque()
        self._size, self._whole, self._stopped = 0, 0, False
        self._channels: WeakSet[Channel] = WeakSet()

    def attach(self, changed: threading.Condition) -> None:
        self._changed = changed

    def use(self, channel: Channel) -> Channel:
        """Note a channel that the lane may wait on, so that stopping can end the wait."""
        with self._changed:
            self._channels.add(channel)
            if self._stopped:
                channel.abort()
        return channel

    def fill(self) -> None:
        """Do the work; ends with all events put, or with `error`."""
        try:
            for event in self._work(self):
                self._put(event)
        except DeviceError as error:
            self.error = error
        except _Stopped:
            return
        finally:
            with self._changed:
                self.finished = True
                self._changed.notify_all()

    def ready(self) -> bool:
        """Whether there is a whole answer, or as much of one as may wait.

        So the reader never sits before one lane's slow answer while others are held up by it.
        """
        return self._whole > 0 or self._size > _WAITING or (self.finished and bool(self._events))

    def get(self) -> Event | None:
        """Return the next event, waiting for it; None when there are no more."""
        with self._changed:
            while not self._events and not self.finished:
                self._changed.wait()
            if not self._events:
                return None
            event = self._events.popleft()
            self._size -= _weight(event)
            self._whole -= isinstance(event, _LAST)
            self._changed.notify_all()
            return event

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._events.clear()
            self._changed.notify_all()
            for channel in self._channels:
                channel.abort()

    def _put(self, event: Event) -> None:
        with self._changed:
            while self._size > _WAITING and not self._stopped:
                self._changed.wait()
            if self._stopped:
                raise _Stopped
            self._events.append(event)
            self._size += _weight(event)
            self._whole += isinstance(event, _LAST)
            self._changed.notify_all()


class Turns:
    """A row that several lanes share: each takes what comes next."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = 0

    def of(self, row: Sequence[T]) -> Iterator[T]:
        """Yield what no other lane took."""
        while True:
            with self._lock:
                number, self._taken = self._taken, self._taken + 1
            if number >= len(row):
                return
            yield row[number]


class Lanes:
    """Runs lanes, each in a thread, until the block is left; then nothing of them remains."""

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self._lanes = lanes
        self._changed = threading.Condition()
        self._pool = ThreadPoolExecutor(max(1, len(lanes)), thread_name_prefix="device-lane")
        self._futures: list[Future[None]] = []

    def __enter__(self) -> Self:
        for lane in self._lanes:
            lane.attach(self._changed)
        self._futures = [self._pool.submit(lane.fill) for lane in self._lanes]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for lane in self._lanes:
            lane.stop()
        self._pool.shutdown(wait=True)
        if kind is None:
            for future in self._futures:
                future.result()

    def next(self) -> Lane | None:
        """Return a lane that has something, waiting for one; None when all are done."""
        return next_ready(self._lanes, self._changed)

    def error(self) -> DeviceError | None:
        """Return what ended a lane early."""
        return next((lane.error for lane in self._lanes if lane.error is not None), None)


def _weight(event: Event) -> int:
    return _OVERHEAD + (len(event) if isinstance(event, bytes) else 0)
