"""What the sources of live phones share: answers that are read while they come."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from msgspec import Struct

from scanner.model.evidence import Outcome
from scanner.model.requests import AnyRequest
from scanner.model.source import Answer


class Ended(Struct, frozen=True):
    """The answer that began last is over."""

    outcome: Outcome
    errors: bytes = b""
    argv: tuple[str, ...] = ()  # what was run for it, where the request does not say


class Lane(Protocol):
    """What comes for a row of requests."""

    finished: bool

    def ready(self) -> bool:
        """Whether there is a whole answer, or as much of one as may wait."""
        ...

    def get(self) -> object:
        """Return the next event: a piece of an answer, its end, or None when there are no more."""
        ...


L = TypeVar("L", bound=Lane)


def next_ready(lanes: Sequence[L], changed: threading.Condition) -> L | None:
    """Return a lane that has something, waiting for one; None when all are done."""
    with changed:
        while True:
            for lane in lanes:
                if lane.ready():
                    return lane
            if all(lane.finished for lane in lanes):
                return None
            changed.wait()


class LiveAnswer(Answer):
    """An answer that is read from the device while it comes."""

    def __init__(self, request: AnyRequest, origin: str, at: datetime, lane: Lane) -> None:
        super().__init__(request, origin, at)
        self._lane = lane
        self._ended: Ended | None = None
        self._began = time.monotonic()
        self.size, self.digest = 0, hashlib.sha256()

    def chunks(self) -> Iterator[bytes]:
        while self._ended is None:
            event = self._lane.get()
            if isinstance(event, bytes):
                self.size += len(event)
                self.digest.update(event)
                yield event
            elif isinstance(event, Ended):
                self._ended = event
            else:  # the lane failed
                self._ended = Ended(self._cut())

    def outcome(self) -> Outcome:
        self.finish()
        return self.so_far()

    def errors(self) -> bytes:
        self.finish()
        return self._ended.errors if self._ended else b""

    def argv(self) -> tuple[str, ...]:
        """Return what was run for it, where the request does not say."""
        return self._ended.argv if self._ended else ()

    def finish(self) -> None:
        """Read what the caller did not."""
        for _ in self.chunks():
            pass

    def so_far(self) -> Outcome:
        """How it ended; where it did not, it was cut by its reader."""
        return self._cut() if self._ended is None else self._ended.outcome

    def _cut(self) -> Outcome:
        return Outcome(cut="truncated", seconds=time.monotonic() - self._began)
