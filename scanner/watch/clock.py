"""Time for a watch: the computer's, or one that a test drives."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

T = TypeVar("T")

_LONGEST = 20.0  # seconds: a wait on the monotonic clock does not notice that the computer slept
_PATIENCE = 60.0  # seconds of real time that a driven clock waits for work that is under way
_SETTLE = 0.3  # seconds of real time until nothing more follows from an act
_STEP = 2.0  # seconds by which wall and monotonic clock may part before it counts as a jump


class Clock(Protocol):
    """Tells the time, and waits for the next message."""

    def now(self) -> datetime:
        """Return the wall time, aware and in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that only grow; they may stand still while the computer sleeps."""
        ...

    def wait(self, inbox: queue.SimpleQueue[T], seconds: float, *, busy: bool) -> T | None:
        """Return the next message; None after `seconds`, or before, where nothing came.

        `busy` says that work is under way which ends with a message.
        """
        ...


class SystemClock:
    """The computer's own time."""

    def now(self) -> datetime:
        moment = datetime.now(tz=UTC)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, inbox: queue.SimpleQueue[T], seconds: float, *, busy: bool) -> T | None:
        try:
            return inbox.get(timeout=max(0.0, min(seconds, _LONGEST)))
        except queue.Empty:
            return None


class DrivenClock:
    """A clock that stands still while there is work, and leaps to the next thing that is due.

    `script` holds what happens at which second after the start; an act returns whether a message
    follows from it, which is then waited for. A week passes in as long as its work takes.
    """

    def __init__(
        self,
        start: datetime,
        script: Iterable[tuple[float, Callable[[], bool]]] = (),
        *,
        patience: float = _PATIENCE,
    ) -> None:
        self._start, self._patience = start, patience
        self._script = sorted(script, key=lambda each: each[0])
        self._elapsed = 0.0
        self._slept = 0.0
        self._settling = False

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed + self._slept)

    def monotonic(self) -> float:
        return self._elapsed

    def then(self, at: float, act: Callable[[], object]) -> None:
        """Add an act that no message is waited for after."""

        def run() -> bool:
            act()
            return False

        self._script = sorted([*self._script, (at, run)], key=lambda each: each[0])

    def sleep(self, seconds: float) -> None:
        """Let the wall clock jump, as when the computer slept; backwards where it is negative."""
        self._slept += seconds

    def wait(self, inbox: queue.SimpleQueue[T], seconds: float, *, busy: bool) -> T | None:
        try:
            return inbox.get_nowait()
        except queue.Empty:
            pass
        if busy:
            return inbox.get(timeout=self._patience)
        if self._settling:  # a phone that comes is told in more than one message
            try:
                return inbox.get(timeout=_SETTLE)
            except queue.Empty:
                self._settling = False
        until = self._elapsed + seconds
        if not self._script or self._script[0][0] > until:
            self._elapsed = max(self._elapsed, until)
            return None
        at, act = self._script.pop(0)
        self._elapsed = max(self._elapsed, at)
        self._settling = act()
        return inbox.get(timeout=self._patience) if self._settling else None


class Timekeeper:
    """Counts the seconds of a watch: they never go back, and go on while the computer sleeps.

    A wall clock that is set back costs nothing and repeats nothing; one that jumps forward has
    whatever is due by then run once.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall, self._steady = clock.now(), clock.monotonic()
        self._passed = 0.0

    def tick(self) -> tuple[float, float]:
        """Return the seconds since the start, and how many of them were just slept through."""
        wall, steady = self._clock.now(), self._clock.monotonic()
        awake = max(0.0, steady - self._steady)
        slept = (wall - self._wall).total_seconds() - awake
        slept = slept if slept > _STEP else 0.0
        self._wall, self._steady = wall, steady
        self._passed += awake + slept
        return self._passed, slept
