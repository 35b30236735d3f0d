"""What a scan of a watch leaves: events to be told, and what the store keeps of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from msgspec import Struct, structs

from scanner.model.changes import ChangeLine, State
from scanner.model.findings import LEVELS
from scanner.model.watch import WatchEvent
from scanner.pipeline import Scanned
from scanner.watch.cases import CaseFolders
from scanner.watch.findings import Known, Told, judge
from scanner.watch.looking import Looked, reason
from scanner.watch.phones import unnamed
from scanner.watch.settings import Settings
from scanner.watch.store.rows import DeviceRow
from scanner.watch.store.store import Store

TOLD_FINDINGS, TOLD_CHANGES = 200, 50  # of one scan; the rest is counted
_KEPT_CHANGES = 500  # of one scan
_DECIDED = frozenset({"pass", "finding", "review"})

MakeEvent = Callable[..., WatchEvent]


class Recorded(Struct, frozen=True, kw_only=True):
    """A scan, ready to be kept: its events, and the writes that belong to them."""

    device: str
    events: tuple[WatchEvent, ...]
    write: Callable[[], None]
    complete: bool
    deepen: bool = False  # a new finding calls for a deeper scan


class Recorder:
    """Turns scans into events and writes."""

    def __init__(
        self, store: Store, cases: CaseFolders, settings: Settings, make: MakeEvent
    ) -> None:
        self._store, self._cases, self._settings, self._make = store, cases, settings, make

    def record(self, looked: Looked, at: datetime) -> Recorded:
        """Return what a scan leaves."""
        if looked.scanned is None:
            return self._failed(looked, at)
        return self._scanned(looked, looked.scanned, looked.scanned.state, at)

    def _failed(self, looked: Looked, at: datetime) -> Recorded:
        job, store = looked.job, self._store
        detail = reason(looked.error) if looked.error is not None else "the scan did not end"
        event = self._make(
            "failed", device=job.device, target=job.target, profile=job.due.profile,
            trigger=job.due.trigger, detail=detail,
        )  # fmt: skip

        def write() -> None:
            if job.folder.exists():
                self._cases.broke_off(job.device, (job.folder,), at)
            else:
                self._cases.drop(job.folder)
            self._put_scan(looked, job.device, at, detail=detail)
            row = store.device(job.device)
            if row is not None:
                store.put_device(structs.replace(row, failed=row.failed + 1))

        return Recorded(device=job.device, events=(event,), write=write, complete=False)

    def _scanned(self, looked: Looked, scanned: Scanned, state: State, at: datetime) -> Recorded:
        device, complete = state.line.device, looked.error is None
        profile = looked.job.due.profile
        known = self._store.known(device)
        checks = scanned.report.checks if complete else ()
        decided = frozenset(check.rule for check in checks if check.status in _DECIDED)
        told = list(
            judge(
                device, state.held, known,
                profile=profile, at=at, decided=decided.__contains__,
            )
        )  # fmt: skip
        changes = self._fresh(looked, device) if complete else ()
        baseline = complete and not self._store.has_state(device, "baseline", profile)
        news = [each for each in told if each.turn != "lasts"]
        outcome = _Outcome(
            device=device, known=known, told=told, changes=changes, at=at,
            open=_open(known, told), new=sum(each.turn in ("new", "again") for each in told),
            baseline=baseline, changed=bool(news or changes),
        )  # fmt: skip
        return Recorded(
            device=device,
            events=tuple(self._events(looked, scanned, outcome)),
            write=lambda: self._keep(looked, scanned, state, outcome),
            complete=complete,
            deepen=self._calls_for_more(told, profile),
        )

    def _fresh(self, looked: Looked, device: str) -> tuple[tuple[str, ChangeLine], ...]:
        """Return the changes that were not told since the state that they are held against."""
        if not looked.changes or looked.job.last_at is None:
            return ()
        before = self._store.digests_since(device, looked.job.last_at)
        return tuple(each for each in looked.changes if each[0] not in before)[:_KEPT_CHANGES]

    def _events(self, looked: Looked, scanned: Scanned, outcome: _Outcome) -> Iterator[WatchEvent]:
        job, report = looked.job, scanned.report
        case = str(scanned.folder) if self._stays(looked, outcome) else None
        common: dict[str, Any] = {
            "device": outcome.device, "target": job.target,
            "profile": job.due.profile, "trigger": job.due.trigger,
        }  # fmt: skip

        counts = {**outcome.open, "new": outcome.new, "changes": len(outcome.changes)}
        if looked.error is None:
            yield self._make(
                "scanned", **common, verdict=report.verdict, case=case,
                counts={**counts, "coverage": report.coverage.percent},
            )  # fmt: skip
        else:
            yield self._make("failed", **common, case=case, detail=reason(looked.error))
        news = [each for each in outcome.told if each.turn != "lasts"]
        news.sort(key=lambda each: (each.turn == "gone", -LEVELS.index(each.known.level)))
        for each in news[:TOLD_FINDINGS]:
            yield self._of_finding(each, common, case)
        if (more := len(news) - TOLD_FINDINGS) > 0:
            yield self._make(
                "trouble", device=outcome.device, counts={"findings": more},
                detail=f"{more} more findings of one scan: they stand in the report of the case",
            )  # fmt: skip
        if outcome.changes:
            lines = tuple(line for _, line in outcome.changes)
            yield self._make(
                "changes", **common, case=case, baseline="last",
                level=max((line.level for line in lines), key=LEVELS.index),
                changes=lines[:TOLD_CHANGES],
                counts={"changes": len(lines), "more": looked.more},
            )  # fmt: skip

    def _of_finding(self, told: Told, common: dict[str, Any], case: str | None) -> WatchEvent:
        known = told.known
        about_change = known.entity == "change"
        return self._make(
            "gone" if told.turn == "gone" else "finding",
            **common,
            case=case,
            baseline="baseline" if about_change else None,
            level=known.level,
            fingerprint=known.fingerprint,
            title=known.title,
            finding=told.finding,
            detail=f"{known.subject} (its suppression is over)" if told.turn == "again"
            else known.subject,
            suppressed=told.quiet,
        )  # fmt: skip

    def _keep(self, looked: Looked, scanned: Scanned, state: State, outcome: _Outcome) -> None:
        store, job, device, at = self._store, looked.job, outcome.device, outcome.at
        store.put_known(device, _as_said(store.known(device), outcome))
        store.put_changes(device, at, outcome.changes)
        self._put_scan(looked, device, at, scanned=scanned, outcome=outcome)
        complete = looked.error is None
        store.put_device(self._row(looked, scanned, state, at))
        if device != job.device:
            self._rename(job.device, device)
        if not complete:
            self._cases.broke_off(device, (scanned.folder, scanned.written), at)
            return
        folder = str(scanned.folder)
        store.put_state(device, "last", state, at, folder)
        if outcome.baseline:
            store.put_state(device, "baseline", state, at, folder)
        self._cases.settle(
            device, scanned.folder, at, changed=outcome.changed, baseline=outcome.baseline
        )
        store.change(
            "UPDATE silences SET until = ? WHERE device = ? AND until IS NULL",
            at.isoformat(), device,
        )  # fmt: skip

    def _rename(self, old: str, new: str) -> None:
        """A phone answered for the first time behind an address: what was noted of that is its."""
        store = self._store
        store.change("DELETE FROM devices WHERE device = ? AND heard_at IS NULL", old)
        store.change("UPDATE cases SET device = ? WHERE device = ? AND why <> 'baseline'", new, old)
        store.change("UPDATE OR IGNORE silences SET device = ? WHERE device = ?", new, old)

    def _row(self, looked: Looked, scanned: Scanned, state: State, at: datetime) -> DeviceRow:
        job, of_phone, complete = looked.job, scanned.report.device, looked.error is None
        device, pace = state.line.device, self._settings.pace
        old = self._store.device(device) or self._store.device(job.device)
        deep = complete and job.due.profile == pace.deep_profile
        return DeviceRow(
            device=device,
            platform=state.line.platform,
            model=of_phone.model if of_phone else None,
            build=of_phone.build if of_phone else None,
            first_at=old.first_at if old else at,
            heard_at=at if complete else old.heard_at if old else None,
            deep_at=at if deep else old.deep_at if old else None,
            verdict=scanned.report.verdict,
            profile=job.due.profile,
            interval=pace.interval,
            present=old.present if old else True,
            failed=0 if complete else (old.failed + 1 if old else 1),
            dropped=old.dropped if old else 0,
        )

    def _put_scan(
        self,
        looked: Looked,
        device: str,
        at: datetime,
        *,
        scanned: Scanned | None = None,
        outcome: _Outcome | None = None,
        detail: str | None = None,
    ) -> None:
        whole = scanned is not None and looked.error is None
        if detail is None and looked.error is not None:
            detail = reason(looked.error)
        if detail is not None:
            detail = unnamed(detail, looked.job.target, device, self._settings.scan.privacy)
        self._store.put_scan(
            device,
            at=at,
            seconds=round(looked.seconds, 3),
            profile=looked.job.due.profile,
            trigger=looked.job.due.trigger,
            verdict=scanned.report.verdict if scanned is not None and whole else None,
            coverage=scanned.report.coverage.percent if scanned is not None and whole else None,
            findings=json.dumps(outcome.open if outcome else {}),
            new=outcome.new if outcome else 0,
            changes=len(outcome.changes) if outcome else 0,
            detail=detail,
        )

    def _stays(self, looked: Looked, outcome: _Outcome) -> bool:
        keep = self._settings.keep_cases
        lasting = outcome.changed and keep != "last"
        return keep == "all" or outcome.baseline or lasting or looked.error is not None

    def _calls_for_more(self, told: list[Told], profile: str) -> bool:
        least = self._settings.deepen_at
        if least is None or profile == self._settings.pace.deep_profile:
            return False
        return any(
            each.turn == "new" and not each.quiet
            and LEVELS.index(each.known.level) >= LEVELS.index(least)
            for each in told
        )  # fmt: skip


class _Outcome(Struct, frozen=True, kw_only=True):
    """What a scan shows, beside what was known."""

    device: str
    known: dict[str, Known]  # before it
    told: list[Told]
    changes: tuple[tuple[str, ChangeLine], ...]
    at: datetime
    open: dict[str, int]
    new: int
    baseline: bool  # it is the baseline of later ones
    changed: bool


def _as_said(now: dict[str, Known], outcome: _Outcome) -> Iterator[Known]:
    """Yield the findings of a scan, with what somebody said of them while it was judged."""
    for told in outcome.told:
        known = told.known
        said = now.get(known.fingerprint)
        if said is not None and said != outcome.known.get(known.fingerprint):
            known = structs.replace(
                known,
                acknowledged_at=said.acknowledged_at,
                acknowledged_by=said.acknowledged_by,
                suppressed_until=said.suppressed_until,
                note=said.note,
            )
        yield known


def _open(known: dict[str, Known], told: list[Told]) -> dict[str, int]:
    """Count the findings that are there now, by level."""
    now = {**known, **{each.known.fingerprint: each.known for each in told}}
    counted = Counter(each.level for each in now.values() if each.open)
    return {level: counted[level] for level in reversed(LEVELS) if counted[level]}
