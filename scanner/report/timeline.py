"""The time line of a watched phone for people: its strip, and a table that says the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from importlib import import_module
from typing import Literal

from msgspec import Struct

from scanner.formats.text import safe_text
from scanner.model.findings import LEVELS, Level, Message
from scanner.model.watch import Silence, Timeline, TimelineFinding, TimelineScan
from scanner.report.change_words import ChangeShown, describe
from scanner.report.formats import require_format
from scanner.report.messages import named, text
from scanner.report.strip import Life, Scale, life, strip

FORMATS = ("html", "text")
ROWS = 500  # of each table; the document has all
SAFETY = ("safety.noticed", "safety.removal", "safety.plan", "safety.device")
FindingState = Literal["open", "acknowledged", "suppressed", "gone"]
_ORDER: tuple[FindingState, ...] = ("open", "suppressed", "acknowledged", "gone")
_UNITS = (("days", 86400), ("hours", 3600), ("minutes", 60))

_SAID = {
    "open": ("timeline.headline_open", "timeline.means_open", "timeline.means_not_open"),
    "silent": ("timeline.headline_silent", "timeline.means_silent", "timeline.means_not_silent"),
    "none": ("timeline.headline_none", "timeline.means_none", "timeline.means_not_none"),
    "never": ("timeline.headline_never", "timeline.means_never", "timeline.means_not_none"),
}
_IDS = {
    "title": "timeline.title",
    "document": "timeline.document_title",
    "skip": "timeline.skip",
    "footer": "timeline.footer",
}


class FindingLife(Struct, frozen=True, kw_only=True):
    """A finding of the time line, with its words and its life on the strip."""

    number: int
    finding: TimelineFinding
    state: FindingState
    title: str
    notes: tuple[str, ...]
    life: Life
    lasted: str


class ChangeAt(Struct, frozen=True, kw_only=True):
    """A change with the time of the scan that showed it."""

    at: datetime
    change: ChangeShown


class SilenceShown(Struct, frozen=True, kw_only=True):
    """A silence, with its length in words."""

    silence: Silence
    lasted: str


class TimelineOutline(Struct, frozen=True, kw_only=True):
    """A time line, arranged."""

    kind: str  # open, silent, none, never
    headline: str
    means: str
    means_not: str
    picture: str  # what the strip shows, in words
    interval: str
    worst: Level | None  # of open findings
    lives: tuple[FindingLife, ...]  # open ones first
    grave: tuple[ChangeAt, ...]  # above informational, the latest first
    changes: tuple[ChangeAt, ...]  # all, the latest first
    silences: tuple[SilenceShown, ...]
    silent_since: datetime | None
    scans: tuple[TimelineScan, ...]  # the latest first


def render(
    timeline: Timeline, fmt: str, *, color: bool = False, width: int = 80, language: str = "en"
) -> str:
    """Return a time line in one of `FORMATS`; colour and width are of the text.

    UsageError: there is no such format.
    """
    require_format(fmt, FORMATS)
    of = outline(timeline, language)
    if fmt == "html":
        return _html(timeline, of, language)
    made: str = import_module("scanner.report.timeline_text").render(
        timeline, of, color=color, width=width, language=language
    )
    return made


def outline(timeline: Timeline, language: str = "en") -> TimelineOutline:
    """Arrange a time line for reading."""
    lives = tuple(_lives(timeline, language))
    pending = [each for each in lives if each.state == "open"]
    silent = next((each.since for each in timeline.silences if each.until is None), None)
    ended = any(scan.verdict is not None for scan in timeline.scans)
    kind = "open" if pending else "silent" if silent else "none" if ended else "never"
    changes = tuple(_changes(timeline, language))
    headline, means, means_not = _SAID[kind]
    return TimelineOutline(
        kind=kind,
        headline=text(Message(headline, {"count": len(pending)}), language),
        means=text(Message(means), language),
        means_not=text(Message(means_not), language),
        picture=_picture(timeline, len(pending), language),
        interval=duration(timeline.interval, language),
        worst=pending[0].finding.level if pending else None,
        lives=lives,
        grave=tuple(each for each in changes if each.change.line.level != "informational"),
        changes=changes,
        silences=tuple(
            SilenceShown(
                silence=each,
                lasted=between(each.since, each.until or timeline.until, language),
            )
            for each in timeline.silences
        ),
        silent_since=silent,
        scans=timeline.scans[::-1],
    )


def state_of(finding: TimelineFinding, until: datetime) -> FindingState:
    """Say how a finding stands at the end of the time line."""
    if finding.state == "absent":
        return "gone"
    if finding.suppressed_until and finding.suppressed_until > until:
        return "suppressed"
    return "acknowledged" if finding.acknowledged_at else "open"


def between(since: datetime, until: datetime, language: str = "en") -> str:
    """Return the time between two moments in words."""
    return duration((until - since).total_seconds(), language)


def duration(seconds: float, language: str = "en") -> str:
    """Return a time in its two largest units: `2 d 3 h`."""
    left = max(int(seconds), 0)
    said: list[str] = []
    for unit, size in _UNITS:
        count, rest = divmod(left, size)
        if count and len(said) < len(_UNITS) - 1:
            said.append(text(Message(f"duration.{unit}", {"count": count}), language))
            left = rest
        elif said:
            break
    return " ".join(said) or text(Message("duration.seconds", {"count": left}), language)


def _lives(timeline: Timeline, language: str) -> Iterator[FindingLife]:
    scale = Scale(timeline.since, timeline.until)

    def order(each: TimelineFinding) -> tuple[int, int, float, str]:
        state = _ORDER.index(state_of(each, timeline.until))
        return state, -LEVELS.index(each.level), -each.first_at.timestamp(), each.fingerprint

    for number, each in enumerate(sorted(timeline.findings, key=order), start=1):
        state = state_of(each, timeline.until)
        end = each.last_at if state == "gone" else timeline.until
        yield FindingLife(
            number=number,
            finding=each,
            state=state,
            title=safe_text(each.title, 160),
            notes=tuple(_notes(each, state, language)),
            life=life(each, timeline, scale),
            lasted=between(each.first_at, end, language),
        )


def _notes(each: TimelineFinding, state: FindingState, language: str) -> Iterator[str]:
    if each.acknowledged_at:
        by = safe_text(each.acknowledged_by or "", 80)
        seen: dict[str, str | int] = {"at": _day(each.acknowledged_at), "by": by}
        yield text(Message("timeline.acknowledged", seen), language)
    if state == "suppressed" and each.suppressed_until:
        until: dict[str, str | int] = {"at": _day(each.suppressed_until)}
        yield text(Message("timeline.suppressed", until), language)
    if each.note:
        yield safe_text(each.note, 300)


def _changes(timeline: Timeline, language: str) -> Iterator[ChangeAt]:
    latest = sorted(enumerate(timeline.changes), key=lambda each: (each[1].at, each[0]))
    for number, (_, each) in enumerate(reversed(latest), start=1):
        yield ChangeAt(at=each.at, change=describe(each.change, number, language))


def _picture(timeline: Timeline, pending: int, language: str) -> str:
    params: dict[str, str | int] = {
        "since": _day(timeline.since),
        "until": _day(timeline.until),
        "scans": len(timeline.scans),
        "failed": sum(scan.verdict is None for scan in timeline.scans),
        "findings": len(timeline.findings),
        "open": pending,
        "changes": len(timeline.changes),
        "silences": len(timeline.silences),
    }
    return text(Message("timeline.picture", params), language)


def _day(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M %Z").strip()


def _html(timeline: Timeline, of: TimelineOutline, language: str) -> str:
    eyebrow = [timeline.model, timeline.device, named("platform", timeline.platform, language)]
    made: str = import_module("scanner.report.html").document(
        "timeline.html.j2",
        language,
        family="timeline",
        ids=_IDS,
        headline=of.headline,
        worst=of.worst,
        means=of.means,
        means_not=of.means_not,
        eyebrow=[each for each in eyebrow if each],
        contents=[
            ("strip", "timeline.strip"),
            ("lives", "timeline.lives"),
            ("changes", "timeline.changes"),
            ("silences", "timeline.silences"),
            ("safety", "safety.title"),
            ("scans", "timeline.scans"),
        ],
        tl=timeline,
        of=of,
        strip=strip(timeline),
        rows=ROWS,
        safety_ids=SAFETY,
        case=None,
        finding_numbers={},
        finding_titles={},
    )
    return made
