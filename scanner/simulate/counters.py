"""What a simulated phone was asked."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Literal

from msgspec import Struct


class Event(Struct, frozen=True):
    """Something that happened to a simulated phone."""

    kind: Literal["listening", "online", "opened", "refused", "dropped", "locked"]
    detail: str = ""


class Counters:
    """Counts what is asked; read from any thread."""

    def __init__(self, on_event: Callable[[Event], None] | None = None) -> None:
        self._lock = threading.Lock()
        self._on_event = on_event
        self._opened: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._services: list[str] = []
        self._bytes = 0

    @property
    def opened(self) -> Counter[str]:
        with self._lock:
            return Counter(self._opened)

    @property
    def refused(self) -> Counter[str]:
        with self._lock:
            return Counter(self._refused)

    @property
    def services(self) -> tuple[str, ...]:
        with self._lock:
            return tuple(self._services)

    @property
    def bytes_sent(self) -> int:
        with self._lock:
            return self._bytes

    def open(self, kind: str, service: str) -> int:
        """Count a stream, whether or not it will be served; return how many there were before."""
        with self._lock:
            before = self._opened.total()
            self._opened[kind] += 1
            self._services.append(service)
        self.tell(Event("opened", service))
        return before

    def refuse(self, what: str) -> None:
        with self._lock:
            self._refused[what] += 1
        self.tell(Event("refused", what))

    def sent(self, size: int) -> None:
        with self._lock:
            self._bytes += size

    def tell(self, event: Event) -> None:
        if self._on_event is not None:
            self._on_event(event)
