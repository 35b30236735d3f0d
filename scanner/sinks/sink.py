"""What a sink is: a place outside that takes events one by one, or says why it does not."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Protocol

from scanner.errors import ScannerError
from scanner.model.watch import WatchEvent

_DIGITS = 16


class Undelivered(ScannerError):
    """A sink did not take an event; the text names no secret of the sink.

    `refused`: it was reached and does not want this event, so more tries seldom help. `gone`:
    nobody reads any more. `after`: seconds that the receiver asks us to wait.
    """

    def __init__(
        self, reason: str, *, refused: bool = False, gone: bool = False, after: float | None = None
    ) -> None:
        super().__init__(reason)
        self.refused, self.gone, self.after = refused, gone, after


class Sink(Protocol):
    """Takes events, one at a time; it keeps no queue, and nothing of an event once it is taken."""

    @property
    def key(self) -> str:
        """The same for the same configuration; holds no secret."""
        ...

    @property
    def name(self) -> str:
        """What a person is told; holds no secret."""
        ...

    def wants(self, event: WatchEvent) -> bool:
        """Tell whether such events go here."""
        ...

    def send(self, event: WatchEvent, now: datetime) -> None:
        """Return when the event was taken, within a bounded time. Undelivered otherwise."""
        ...

    def close(self) -> None:
        """Let go of connections and files; the next event opens them again."""
        ...


def key_of(kind: str, *configuration: str) -> str:
    """Name a sink in an outbox: its kind, and a digest of what must not stand there itself."""
    digest = hashlib.sha256("\0".join(configuration).encode("utf-8", "surrogateescape"))
    return f"{kind}:{digest.hexdigest()[:_DIGITS]}"
