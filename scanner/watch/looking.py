"""One scan of a watch, in a thread of its own: the scan, and what differs from the last one."""

from __future__ import annotations

import hashlib
import threading
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from scanner.case import Case
from scanner.changes import compare
from scanner.errors import ScannerError, UsageError
from scanner.model.changes import ChangeLine, State
from scanner.model.findings import LEVELS
from scanner.pipeline import Options, Scanned, scan
from scanner.pipeline.change import shown
from scanner.pipeline.knowledge import Knowledge
from scanner.pipeline.privacy import Redaction
from scanner.watch.schedule import Due

_QUICK_BUDGET, _BUDGET = (
    600.0,
    3600.0,
)  # seconds: a phone that answers slowly holds no place for ever


class Job(Struct, frozen=True, kw_only=True):
    """A scan that is to be made."""

    device: str  # pseudonym, or that of its target where it was never scanned
    target: str
    due: Due
    folder: Path
    baseline: State | None
    last: State | None
    last_at: datetime | None = None
    cancel: threading.Event


class Looked(Struct, frozen=True, kw_only=True):
    """What became of a scan."""

    job: Job
    scanned: Scanned | None = None
    error: BaseException | None = None  # why there is none, or why it is incomplete
    changes: tuple[tuple[str, ChangeLine], ...] = ()  # since the last one, each with its digest
    more: int = 0  # changes beyond those
    seconds: float = 0.0


def look(job: Job, options: Options, knowledge: Knowledge, formats: tuple[str, ...]) -> Looked:
    """Scan a phone and compare it with its last state; what keeps it from that is the result."""
    try:
        scanned = _scan(job, options, knowledge, formats)
        if scanned.error is not None:
            return Looked(job=job, scanned=scanned, error=scanned.error)
        changes, more = _changes(job, scanned, options)
        return Looked(job=job, scanned=scanned, changes=changes, more=more)
    except ScannerError as error:
        return Looked(job=job, error=error)


def digest(line: ChangeLine) -> str:
    """Return what a change is told by; evidence and level are no part of it."""
    named = (line.entity, sorted(line.identity.items()), line.change, line.field)
    values = (line.old, line.new, line.gained, line.lost)
    return hashlib.sha256(msgspec.json.encode((named, values))).hexdigest()[:16]


def _scan(job: Job, options: Options, knowledge: Knowledge, formats: tuple[str, ...]) -> Scanned:
    profile = job.due.profile
    budget = options.time_budget or (_QUICK_BUDGET if profile == "quick" else _BUDGET)
    chosen = structs.replace(
        options,
        output=job.folder,
        profile=profile,
        time_budget=budget,
        cancel=job.cancel,
        on_event=None,
        resume=False,
    )

    def run(baseline: State | None) -> Scanned:
        return scan(
            job.target,
            options=chosen,
            rules=knowledge.pack,
            indicators=knowledge.feeds,
            formats=formats,
            baseline=baseline,
        )

    try:
        return run(job.baseline)
    except UsageError:
        # Behind an address another phone answers now: it has no baseline yet.
        if job.baseline is None or job.folder.exists():
            raise
        return run(None)


def _changes(
    job: Job, scanned: Scanned, options: Options
) -> tuple[tuple[tuple[str, ChangeLine], ...], int]:
    new = scanned.state
    if job.last is None or job.last.line.device != new.line.device:
        return (), 0
    since = compare(job.last, new)
    redaction = Redaction(options.privacy, Case.open(scanned.folder).device_key)
    # Where a rule is about a change, a level shows more of it: so it stands in the report, too.
    marked = tuple(structs.replace(line, findings=("",)) for line in since.changes)
    plain, full = shown(since, redaction), shown(structs.replace(since, changes=marked), redaction)
    known = _ruled(scanned)
    lines = []
    for line, other in zip(plain.changes, full.changes, strict=True):
        ids = known.get(digest(other), ())
        if ids:
            levels = [each.level for each in scanned.report.findings if each.id in ids]
            level = max(levels, key=LEVELS.index, default=line.level)
            told = structs.replace(other, level=level, findings=ids)
        else:
            told = line
        lines.append((digest(told), told))
    lines.sort(key=lambda each: -LEVELS.index(each[1].level))
    return tuple(lines), since.more


def _ruled(scanned: Scanned) -> dict[str, tuple[str, ...]]:
    """Return the changes since the baseline on which rules had something to say."""
    baseline = scanned.report.baseline
    lines = () if baseline is None else baseline.changes
    return {digest(line): line.findings for line in lines if line.findings}


def reason(error: BaseException) -> str:
    """Return what went wrong, in one line; of an error of ours only where it happened."""
    if isinstance(error, ScannerError):
        return f"{error} {error.remedy}".strip()
    trace, place = error.__traceback__, ""
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"an error of ours: {type(error).__name__} at {place}"
