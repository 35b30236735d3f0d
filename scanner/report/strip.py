"""The strip of a time line: scans as beats, silence as a flat line, each finding with its life.

Places are shares of the strip's width, so that it is drawn as wide as the page is. Time is cut into
bins, so that a year of scans is no longer a picture than a day of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from math import isfinite

from msgspec import Struct

from scanner.model.findings import LEVELS, Level
from scanner.model.watch import Timeline, TimelineFinding, TimelineScan

BINS = 240
WIDE = 1000  # of the trace, in its own units
HIGH = 100
_FLAT = 72  # where the line lies when nothing beats
_STEP = WIDE / BINS
_SCAN, _CHANGES = 14, 26  # heights of beats
_HEIGHTS: dict[Level, int] = {
    "informational": 32,
    "low": 38,
    "medium": 48,
    "high": 58,
    "critical": 68,
}
_FAILED = -16
_TICKS = 5
_DAY = timedelta(days=1)


class Beat(Struct, frozen=True, kw_only=True):
    """All scans of one bin: the strongest of them is drawn."""

    bin: int
    scans: int = 0
    failed: int = 0
    new: int = 0
    changes: int = 0
    level: Level | None = None  # the gravest of what was new

    @property
    def height(self) -> int:
        """How high it is drawn; a scan that failed goes down."""
        if self.level:
            return _HEIGHTS[self.level]
        if self.changes:
            return _CHANGES
        return _FAILED if self.failed == self.scans else _SCAN


class Mark(Struct, frozen=True, kw_only=True):
    """A stretch or a place on the strip, in percent of its width."""

    x: float
    width: float = 0.0
    label: str = ""
    level: Level | None = None


class Life(Struct, frozen=True, kw_only=True):
    """How long a finding lasted, on the strip."""

    x: float
    width: float
    open: bool  # it is still there
    ring: float | None = None  # where it was acknowledged


class Strip(Struct, frozen=True, kw_only=True):
    """The picture of a time line, as geometry."""

    trace: str  # the line of all scans, as a path
    beats: tuple[tuple[Level, str], ...]  # of new findings, by level, as paths over the trace
    marks: tuple[Mark, ...]  # where a finding was new, with its level
    changes: tuple[Mark, ...]
    silences: tuple[Mark, ...]
    ticks: tuple[Mark, ...]


class Scale:
    """Places of times on the strip; what lies outside is drawn at its edge."""

    def __init__(self, since: datetime, until: datetime) -> None:
        self.since = since
        self.seconds = max((until - since).total_seconds(), 1.0)

    def share(self, at: datetime) -> float:
        """Return the place of a time, 0 to 1."""
        share = (at - self.since).total_seconds() / self.seconds
        return min(max(share, 0.0), 1.0) if isfinite(share) else 0.0

    def bin(self, at: datetime) -> int:
        """Return the bin of a time."""
        return min(int(self.share(at) * BINS), BINS - 1)

    def percent(self, at: datetime) -> float:
        """Return the place of a time in percent."""
        return round(self.share(at) * 100, 3)

    def stretch(self, since: datetime, until: datetime, least: float = 0.0) -> tuple[float, float]:
        """Return start and width in percent; never narrower than `least`, never past the end."""
        start = self.percent(since)
        width = max(self.percent(until) - start, least)
        return min(start, 100 - least), round(min(width, 100 - min(start, 100 - least)), 3)


def strip(timeline: Timeline) -> Strip:
    """Return the picture of a time line."""
    scale = Scale(timeline.since, timeline.until)
    beats = beats_of(timeline, scale)
    by_level = {level: [b for b in beats.values() if b.level == level] for level in LEVELS}
    silent = [
        Mark(x=x, width=width)
        for each in timeline.silences[:BINS]
        for x, width in [scale.stretch(each.since, each.until or timeline.until, 0.4)]
    ]
    return Strip(
        trace=_path(beats.values()),
        beats=tuple(
            (level, " ".join(_beat(each, start="M") for each in some))
            for level, some in by_level.items()
            if some
        ),
        marks=tuple(
            Mark(x=_middle(each.bin), level=each.level) for each in beats.values() if each.level
        ),
        changes=tuple(_changes(timeline, scale)),
        silences=tuple(silent),
        ticks=tuple(_ticks(timeline, scale)),
    )


def beats_of(timeline: Timeline, scale: Scale) -> dict[int, Beat]:
    """Return the bins in which there were scans, in the order of time."""
    first: dict[int, Level] = {}
    for finding in timeline.findings:
        bin = scale.bin(finding.first_at)
        first[bin] = max(first.get(bin, "informational"), finding.level, key=LEVELS.index)
    grouped: dict[int, list[TimelineScan]] = {}
    for scan in timeline.scans:
        grouped.setdefault(scale.bin(scan.at), []).append(scan)
    return {bin: _of_bin(bin, grouped[bin], first.get(bin)) for bin in sorted(grouped)}


def life(finding: TimelineFinding, timeline: Timeline, scale: Scale) -> Life:
    """Return how long a finding lasted: from its first scan to its last, or to now."""
    lasts = finding.state != "absent"
    x, width = scale.stretch(
        finding.first_at, timeline.until if lasts else finding.last_at, least=0.8
    )
    ring = scale.percent(finding.acknowledged_at) if finding.acknowledged_at else None
    return Life(x=x, width=width, open=lasts, ring=ring)


def _of_bin(bin: int, scans: list[TimelineScan], first: Level | None) -> Beat:
    new = sum(scan.new for scan in scans)
    open_ = [level for scan in scans if scan.new for level in scan.findings]
    level = first or (max(open_, key=LEVELS.index) if open_ else None)
    return Beat(
        bin=bin,
        scans=len(scans),
        failed=sum(scan.verdict is None for scan in scans),
        new=new,
        changes=sum(scan.changes for scan in scans),
        level=level if new else None,
    )


def _path(beats: Iterable[Beat]) -> str:
    """Return the line: flat, and up and down where there was a scan."""
    return " ".join([f"M0 {_FLAT}", *(_beat(each) for each in beats), f"L{WIDE} {_FLAT}"])


def _beat(beat: Beat, start: str = "L") -> str:
    """Draw one beat as an ECG does: a small dip, the peak, a smaller dip, and back."""
    x, width, high = (beat.bin + 0.5) * _STEP, _STEP / 2, beat.height
    points = ((-1, 0), (-0.5, -high / 8), (0, high), (0.5, -high / 4), (1, 0))
    drawn = [f"{x + at * width:.1f} {_FLAT - up:.1f}" for at, up in points]
    return f"{start}{drawn[0]} L" + " L".join(drawn[1:])


def _middle(bin: int) -> float:
    return round((bin + 0.5) * 100 / BINS, 3)


def _changes(timeline: Timeline, scale: Scale) -> Iterator[Mark]:
    gravest: dict[int, Level] = {}
    for each in timeline.changes:
        bin = scale.bin(each.at)
        level = each.change.level
        gravest[bin] = max(gravest.get(bin, level), level, key=LEVELS.index)
    for bin in sorted(gravest):
        yield Mark(x=round(bin * 100 / BINS, 3), width=0.4, level=gravest[bin])


def _ticks(timeline: Timeline, scale: Scale) -> Iterator[Mark]:
    """Mark some times below the strip: days where it is long, hours where it is short."""
    short = scale.seconds < 3 * _DAY.total_seconds()
    span = max(timeline.until - timeline.since, timedelta(0))
    for n in range(_TICKS):
        at = timeline.since + span * (n / (_TICKS - 1))
        label = at.strftime("%m-%d %H:%M" if short else "%Y-%m-%d")
        yield Mark(x=100 * n / (_TICKS - 1), label=label)
