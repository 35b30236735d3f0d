"""What came to devices within a window of time: what a push to all looks like from inside.

Two things tell when a fact came: the device itself, where it states a date, and an older case of
the same device that did not have the fact. The second says only that it came between two cases: it
counts where that span and the window overlap.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from scanner.fleet.facets import BY_NAME, ORDER
from scanner.fleet.meanings import MEANING
from scanner.fleet.table import Row, Table
from scanner.model.fleet import Appeared

Window = tuple[datetime, datetime]
LISTED = 200
_FEW = 0.05  # of the long tail of apps and settings only what came to so many is listed


class _Arrivals:
    """When one fact came to the devices of a platform."""

    def __init__(self) -> None:
        self.before = self.undated = 0
        self.moments: list[str] = []  # within the window


def appeared(
    table: Table, histories: Mapping[str, Sequence[Row]], window: Window
) -> list[Appeared]:
    """List what came in the window, first what came to most."""
    found: dict[tuple[str, int], _Arrivals] = defaultdict(_Arrivals)
    readers: dict[tuple[str, str], int] = defaultdict(int)
    for rows in histories.values():
        platform = rows[-1].platform
        for facet in rows[-1].read:
            readers[platform, facet] += 1
        for number, moment in _moments(table, rows, window):
            arrivals = found[platform, number]
            if moment is None:
                arrivals.undated += 1
            elif moment == "":
                arrivals.before += 1
            else:
                arrivals.moments.append(moment)
    lines = [
        _line(table, platform, number, arrivals, readers)
        for (platform, number), arrivals in found.items()
        if arrivals.moments
    ]
    lines = [each for each in lines if _worth(each)]
    lines.sort(key=lambda each: (-each.devices, ORDER[each.facet], each.value, each.platform))
    return lines[:LISTED]


def _line(
    table: Table,
    platform: str,
    number: int,
    arrivals: _Arrivals,
    readers: Mapping[tuple[str, str], int],
) -> Appeared:
    facet, value = table.named(number)
    have = arrivals.before + arrivals.undated + len(arrivals.moments)
    return Appeared(
        facet=facet,
        value=value,
        platform=platform,
        devices=len(arrivals.moments),
        before=arrivals.before,
        of=max(readers[platform, facet], have),
        undated=arrivals.undated,
        first=min(arrivals.moments),
        last=max(arrivals.moments),
    )


def _worth(line: Appeared) -> bool:
    """Whether a line is worth reading: one app more on one phone is not."""
    if BY_NAME[line.facet].kind == "system" and not MEANING[line.facet].of_build:
        return True
    return line.devices > 1 and line.devices >= _FEW * line.of


def _moments(table: Table, rows: Sequence[Row], window: Window) -> Iterator[tuple[int, str | None]]:
    """Yield each fact of a device with when it came.

    Empty: before the window; None: nothing tells, or it came after the window.
    """
    newest, older = rows[-1], rows[:-1]
    for number, since in table.dated(newest):
        moment = None if since is None else _placed(since, window)
        if moment is None and older:
            moment = _between(table, number, rows, window)
        yield number, moment


def _placed(since: str, window: Window) -> str | None:
    start, end = window
    try:
        if len(since) == len("2026-11-20"):
            day = datetime.fromisoformat(since).date()
            if start.date() <= day <= end.date():
                return since
            return "" if day < start.date() else None
        moment = datetime.fromisoformat(since)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if start <= moment <= end:
        return since
    return "" if moment < start else None


def _between(table: Table, number: int, rows: Sequence[Row], window: Window) -> str | None:
    """Return the time of the first case that has a fact, where one before it lacked it."""
    facet, _ = table.named(number)
    start, end = window
    lacked: datetime | None = None
    for row in rows:
        taken = row.about.taken_at
        if number in row.facts:
            if lacked is None:
                return "" if taken <= start else None
            inside = lacked <= end and taken >= start
            return taken.isoformat(timespec="seconds") if inside else ""
        if facet in row.read:
            lacked = taken
    return None
