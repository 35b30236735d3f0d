"""What a watch knows now: its phones, and the time line of one of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import msgspec
from msgspec import Struct

from scanner.model.changes import ChangeLine
from scanner.model.findings import LEVELS, BaselineState
from scanner.model.privacy import PrivacyLevel
from scanner.model.report import SCHEMA_VERSION
from scanner.model.watch import Silence, Timeline, TimelineChange, TimelineFinding, TimelineScan
from scanner.watch.findings import Known
from scanner.watch.store.rows import DeviceRow, moment
from scanner.watch.store.store import Store

_SCANS, _CHANGES, _FINDINGS = 5000, 2000, 2000  # that a time line holds; the latest


class Watched(Struct, frozen=True, kw_only=True):
    """One phone, as `scanner watch status` shows it."""

    device: str  # pseudonym
    platform: str
    model: str | None
    present: bool  # as the watch last saw it
    obstacle: str | None  # why it cannot be asked
    scanned_at: datetime | None
    profile: str | None
    verdict: str | None
    open: dict[str, int]  # findings that are there, by level
    unseen: int  # of these, not acknowledged or suppressed
    silent_since: datetime | None
    baseline_at: datetime | None


def status(store: Store, now: datetime) -> tuple[Watched, ...]:
    """Return all phones of a store, the silent ones and those with the gravest findings first."""
    phones = [_watched(store, row, now) for row in store.devices()]
    return tuple(sorted(phones, key=_urgency))


def timeline(store: Store, row: DeviceRow, *, privacy: PrivacyLevel, now: datetime) -> Timeline:
    """Return what is kept of one phone."""
    device = row.device
    silences = [Silence(since=moment(since) or now, until=moment(until)) for since, until in
                store.rows("SELECT since, until FROM silences WHERE device = ? ORDER BY since",
                           device)]  # fmt: skip
    scans = tuple(_scans(store, device))
    return Timeline(
        schema_version=SCHEMA_VERSION,
        privacy=privacy,
        device=device,
        platform=row.platform,
        model=row.model,
        build=row.build,
        since=scans[0].at if scans else row.first_at,
        until=now,
        baseline_at=store.baseline_at(device),
        interval=row.interval,
        scans=scans,
        findings=tuple(_findings(store, row)),
        changes=tuple(_changes(store, device)),
        silences=tuple(silences),
        dropped=row.dropped,
    )


def _watched(store: Store, row: DeviceRow, now: datetime) -> Watched:
    there = [each for each in store.known(row.device).values() if each.open]
    counted = Counter(each.level for each in there)
    since = store.rows(
        "SELECT since FROM silences WHERE device = ? AND until IS NULL ORDER BY since", row.device
    )
    return Watched(
        device=row.device,
        platform=row.platform,
        model=row.model,
        present=row.present,
        obstacle=row.obstacle,
        scanned_at=row.heard_at,
        profile=row.profile,
        verdict=row.verdict,
        open={level: counted[level] for level in reversed(LEVELS) if counted[level]},
        unseen=sum(not each.quiet(now) for each in there),
        silent_since=moment(next(since, (None,))[0]),
        baseline_at=store.baseline_at(row.device),
    )


def _urgency(phone: Watched) -> tuple[object, ...]:
    counts = [-phone.open.get(level, 0) for level in reversed(LEVELS)]
    return (phone.silent_since is None, *counts, phone.device)


def _scans(store: Store, device: str) -> Iterator[TimelineScan]:
    rows = store.rows(
        'SELECT at, seconds, profile, "trigger", verdict, coverage, findings, new, changes, detail'
        " FROM (SELECT * FROM scans WHERE device = ? ORDER BY at DESC, id DESC LIMIT ?)"
        " ORDER BY at, id",
        device,
        _SCANS,
    )
    for at, seconds, profile, trigger, verdict, coverage, findings, new, changes, detail in rows:
        yield TimelineScan(
            at=datetime.fromisoformat(at), seconds=seconds, profile=profile, trigger=trigger,
            verdict=verdict, coverage=coverage, findings=json.loads(findings), new=new,
            changes=changes, detail=detail,
        )  # fmt: skip


def _findings(store: Store, row: DeviceRow) -> Iterator[TimelineFinding]:
    def order(known: Known) -> tuple[object, ...]:
        return (not known.open, -LEVELS.index(known.level), known.first_at, known.fingerprint)

    for each in sorted(store.known(row.device).values(), key=order)[:_FINDINGS]:
        state: BaselineState = "absent"
        if each.open:
            state = "new" if each.first_at == each.last_at else "unchanged"
        yield TimelineFinding(
            fingerprint=each.fingerprint, rule=each.rule, title=each.title, level=each.level,
            subject=each.subject, state=state, first_at=each.first_at, last_at=each.last_at,
            acknowledged_at=each.acknowledged_at, acknowledged_by=each.acknowledged_by,
            suppressed_until=each.suppressed_until, note=each.note,
        )  # fmt: skip


def _changes(store: Store, device: str) -> Iterator[TimelineChange]:
    rows = store.rows(
        "SELECT at, body FROM (SELECT * FROM changes WHERE device = ? ORDER BY id DESC LIMIT ?)"
        " ORDER BY id",
        device,
        _CHANGES,
    )
    for at, body in rows:
        change = msgspec.json.decode(body, type=ChangeLine)
        yield TimelineChange(at=datetime.fromisoformat(at), change=change)
