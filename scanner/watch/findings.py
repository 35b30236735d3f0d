"""Which findings of a scan are told: each once while it lasts, and again when it comes back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct, structs

from scanner.changes import matter
from scanner.formats.text import safe_text
from scanner.model.changes import Held
from scanner.model.findings import Finding, Level

DEPTH = {"quick": 0, "standard": 1, "deep": 2}
_SUBJECT = 200  # characters

Turn = Literal["new", "again", "gone", "lasts"]
"""again: its suppression is over and it is still there."""


class Known(Struct, frozen=True, kw_only=True):
    """A finding as the store remembers it."""

    fingerprint: str
    rule: str
    title: str
    level: Level
    subject: str
    entity: str
    profile: str  # the least deep one that showed it
    open: bool = True
    excused: bool = False  # the report itself says why it raises nothing
    first_at: datetime
    last_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    suppressed_until: datetime | None = None
    note: str | None = None

    def quiet(self, at: datetime) -> bool:
        """Whether it raises nothing now: it is explained, seen, or not to be heard of."""
        held = self.suppressed_until is not None and self.suppressed_until > at
        return held or self.excused or self.acknowledged_at is not None


class Told(Struct, frozen=True, kw_only=True):
    """What becomes of one finding."""

    turn: Turn
    known: Known
    finding: Finding | None = None  # None: it is gone
    quiet: bool = False


def fingerprint(device: str, finding: Finding) -> str:
    """Return what a finding is told by: device, rule, subject and matched values.

    Numbers are left out: most count days or processes, and a finding is not new because a day has
    passed, or the phone was started.
    """
    matched = sorted(
        (each.field, sorted(str(value) for value in each.values if not _counts(value)))
        for each in finding.matched
    )
    document = [device, matter(finding), matched]
    named = [document, finding.id] if not finding.subject.key else document
    return hashlib.sha256(msgspec.json.encode(named, enc_hook=str)).hexdigest()[:16]


def judge(
    device: str,
    held: Iterable[Held],
    known: Mapping[str, Known],
    *,
    profile: str,
    at: datetime,
    decided: Callable[[str], bool],
) -> Iterator[Told]:
    """Yield what becomes of each finding of a scan, and of each that is there no more.

    `decided` says of a rule whether the scan could tell that it finds nothing. A finding is gone
    only by a scan that is as deep as the one that showed it; a finding about a change only by one
    of the same profile, since each profile has a baseline of its own.
    """
    present: set[str] = set()
    for each in held:
        print_ = fingerprint(device, each.finding)
        if print_ in present:
            continue
        present.add(print_)
        yield _present(each, print_, known.get(print_), profile, at)
    for print_, old in known.items():
        if old.open and print_ not in present and decided(old.rule) and _settles(profile, old):
            yield Told(turn="gone", known=structs.replace(old, open=False, last_at=at))


def subject_text(finding: Finding) -> str:
    """Return what a finding is about, in one line."""
    words = [str(value) for value in finding.subject.key.values() if value is not None]
    return safe_text(" ".join([finding.subject.entity, *words]), _SUBJECT)


def _present(each: Held, print_: str, old: Known | None, profile: str, at: datetime) -> Told:
    finding = each.finding
    fresh = Known(
        fingerprint=print_,
        rule=finding.rule,
        title=safe_text(each.title, _SUBJECT),
        level=finding.level,
        subject=subject_text(finding),
        entity=finding.subject.entity,
        profile=profile,
        excused=finding.suppressed is not None or finding.explained_by_scan is not None,
        first_at=at,
        last_at=at,
    )
    if old is None:
        return Told(turn="new", known=fresh, finding=finding, quiet=fresh.quiet(at))
    if not old.open:  # it came back: that somebody saw it last time says nothing of now
        until = old.suppressed_until
        still = until if until is not None and until > at else None
        back = structs.replace(fresh, suppressed_until=still, note=old.note)
        return Told(turn="new", known=back, finding=finding, quiet=back.quiet(at))
    least = min(old.profile, profile, key=lambda name: DEPTH.get(name, 0))
    lasting = structs.replace(
        old, last_at=at, level=finding.level, profile=least, excused=fresh.excused
    )
    if old.suppressed_until is not None and old.suppressed_until <= at:
        again = structs.replace(lasting, suppressed_until=None)
        return Told(turn="again", known=again, finding=finding, quiet=again.quiet(at))
    return Told(turn="lasts", known=lasting, finding=finding, quiet=lasting.quiet(at))


def _settles(profile: str, old: Known) -> bool:
    if old.entity == "change":
        return profile == old.profile
    return DEPTH.get(profile, 0) >= DEPTH.get(old.profile, 0)


def _counts(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
