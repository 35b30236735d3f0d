"""Whether matches of base rules follow each other within a time span.

Only entities that state a moment can be ordered: crashes, changes and traces of apps, keys, files.
A day counts as its first second, and what has the same moment counts as in order.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from msgspec import UNSET

from scanner.detect.rules import Base
from scanner.detect.sigma import Truth
from scanner.model.entities import (
    AdbKey,
    AppChange,
    AppEvent,
    Crash,
    Entity,
    FileEntry,
    LocationClient,
    PackageTrace,
    PairingEvent,
    PrivacyGrant,
    ProfileEvent,
    Shutdown,
    ShutdownClient,
    TrafficRecord,
)
from scanner.snapshot import Joined

MOMENTS: dict[type[Entity], str] = {
    AdbKey: "last_connected_at",
    AppChange: "day",
    AppEvent: "at",
    Crash: "at",
    FileEntry: "modified_at",
    LocationClient: "started_on",
    PackageTrace: "last_seen",
    PairingEvent: "at",
    PrivacyGrant: "at",
    ProfileEvent: "at",
    Shutdown: "at",
    ShutdownClient: "at",
    TrafficRecord: "first_seen",
}


class _Seen(Protocol):
    matched: list[Joined]
    possible: list[Joined]
    more: bool


def in_order(bases: Sequence[Base], seen: Sequence[_Seen], seconds: int) -> Truth:
    """Say whether there is one match of each base rule, in this order, within so many seconds."""
    sure: list[list[float]] = []
    maybe: list[list[float] | None] = []
    for base, each in zip(bases, seen, strict=True):
        moments, _ = _moments(base, each.matched)
        others, unstated = _moments(base, (*each.matched, *each.possible))
        sure.append(moments)
        maybe.append(None if unstated or each.more else others)
    if _chain(sure, seconds):
        return True
    return None if _chain(maybe, seconds) else False


def _moments(base: Base, members: Iterable[Joined]) -> tuple[list[float], bool]:
    """Return the moments stated, in order, and whether one is not; None is at no moment."""
    stated = [getattr(joined.entity, base.moment or "") for joined in members]
    moments = [_seconds(value) for value in stated if value is not None]
    return sorted(moment for moment in moments if moment is not None), None in moments


def _seconds(value: Any) -> float | None:
    """Return a moment in seconds; None where it is not stated, or in no form that we know."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if value is UNSET:
        return None
    moment: datetime = value if value.tzinfo else value.replace(tzinfo=UTC)
    return moment.timestamp()


def _chain(steps: Sequence[list[float] | None], seconds: int) -> bool:
    """Whether one moment of each step can be taken in order; None: a step at any moment."""
    known = [step for step in steps if step is not None]
    if not known:
        return True
    return any(_follows(start, known[1:], start + seconds) for start in known[0])


def _follows(start: float, steps: Iterable[list[float]], end: float) -> bool:
    at = start
    for step in steps:
        place = bisect.bisect_left(step, at)
        if place == len(step) or step[place] > end:
            return False
        at = step[place]
    return True
