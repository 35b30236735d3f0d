"""When a phone is scanned: at once when it comes, then by interval, now and then more deeply.

Times are seconds of the watch, as `Timekeeper` counts them. Nothing here asks a clock.
"""

from __future__ import annotations

from msgspec import Struct

GAP = 30.0  # seconds between two scans of one phone, whatever asks for the second
FIRST_RETRY = 30.0
_AFTER_SLEEP = 600.0  # seconds that a phone has to be heard of after the computer slept


class Pace(Struct, frozen=True, kw_only=True):
    """How often phones are scanned; all in seconds."""

    interval: float = 3600.0
    deep_every: float = 86400.0  # 0: never
    silence: float | None = None  # None: three intervals
    profile: str = "quick"
    deep_profile: str = "standard"

    @property
    def quiet(self) -> float:
        return 3 * self.interval if self.silence is None else self.silence


class Due(Struct, frozen=True):
    """A scan that is due."""

    at: float
    profile: str
    trigger: str  # attached, manual, finding, deep, interval


class Course:
    """The course of one phone: what is due for it, and since when it is not heard of."""

    def __init__(self, pace: Pace, at: float, *, last: float | None, deep: float | None) -> None:
        """`last` and `deep` are the times of its last scans in an earlier run of the watch."""
        self._pace = pace
        self._next = at if last is None else max(at, last + pace.interval)
        self._deep = (at if deep is None else deep) + pace.deep_every
        self._last = last
        self.heard = at if last is None else last  # when it was last scanned, or met
        self._asked: str | None = None
        self._tries = 0
        self._retry_at = at
        self.present = False
        self.running: Due | None = None
        self.silent = False

    @property
    def silent_at(self) -> float:
        return self.heard + self._pace.quiet

    @property
    def never_scanned(self) -> bool:
        return self._last is None

    @property
    def asks_first(self) -> bool:
        """Whether it has come and no scan of it was tried yet."""
        return self._asked == "attached" and not self._tries

    def came(self) -> None:
        """Take note that the phone can be asked: it is scanned at once."""
        self.present = True
        self._ask("attached")
        self._tries = 0

    def went(self) -> None:
        self.present = False

    def ask(self, trigger: str) -> None:
        """Have it scanned as soon as it can be: `manual`, or `finding` for a deeper scan."""
        self._ask(trigger)

    def due(self) -> Due | None:
        """Return its next scan; None while one runs, or while the phone is not there."""
        if not self.present or self.running is not None:
            return None
        pace = self._pace
        soonest = self._soonest()
        if self._asked is not None:
            profile = pace.deep_profile if self._asked == "finding" else pace.profile
            return Due(soonest, profile, self._asked)
        deep = pace.deep_every > 0 and self._deep <= self._next
        if deep:
            return Due(max(self._deep, soonest), pace.deep_profile, "deep")
        return Due(max(self._next, soonest), pace.profile, "interval")

    def begin(self, due: Due) -> None:
        self.running = due
        if due.trigger == self._asked:
            self._asked = None

    def ended(self, at: float, *, scanned: bool) -> None:
        """Take note of the end of a scan; one that was none is tried again, ever more rarely."""
        due, self.running = self.running, None
        if due is None:
            return
        if not scanned:
            self._tries += 1
            wait = min(FIRST_RETRY * 2 ** min(self._tries - 1, 16), self._pace.interval)
            self._retry_at = at + wait
            if self._asked is None:
                self._asked = due.trigger if due.trigger != "interval" else None
            self._next = max(self._next, at) if due.trigger != "interval" else at
            return
        self._tries = 0
        self._last = self.heard = at
        self._next = at + self._pace.interval
        if due.profile == self._pace.deep_profile:
            self._deep = at + self._pace.deep_every

    def slept(self, at: float) -> None:
        """Take note that the computer slept: the phone gets the time to be heard of."""
        if not self.silent:
            self.heard = max(
                self.heard, at + min(_AFTER_SLEEP, self._pace.quiet) - self._pace.quiet
            )

    def _ask(self, trigger: str) -> None:
        order = ("finding", "manual", "attached")  # the deepest first
        if self._asked is None or order.index(trigger) < order.index(self._asked):
            self._asked = trigger

    def _soonest(self) -> float:
        if self._tries:
            return self._retry_at
        return float("-inf") if self._last is None else self._last + GAP
