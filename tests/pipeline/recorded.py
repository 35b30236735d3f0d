"""Examining recordings again and again, parsing each distinct part once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from scanner.artifacts import ARTIFACTS
from scanner.detect import RulePack, ScanFacts, inspect, load
from scanner.errors import NotAvailable, ParseError
from scanner.formats.container import RecordedFile
from scanner.model.evidence import Evidence, Locator, Outcome, evidence_id
from scanner.model.recording import Header, Part
from scanner.model.requests import Survey
from scanner.pipeline.plan import wanted_of_recordings
from scanner.pipeline.reading import EvidenceReader
from scanner.snapshot import Snapshot
from scanner.sources.recorded import survey

DECIDED_WORSE = {"finding", "review", "not_examined"}


class Remembering:
    """Runs parsers in this process, and each over the same bytes once."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], list[object]] = {}
        self.sha256 = ""

    def call(self, parse, file, limits) -> Iterator[object]:
        key = (parse.__module__, parse.__name__, self.sha256, str(file.request), file.exit_code)
        if key not in self._known:
            self._known[key] = list(ended(parse, file))
        for each in self._known[key]:
            if isinstance(each, Exception):
                raise each
            yield each


def ended(parse: Any, file: Any) -> Iterator[object]:
    """Yield what a parser states, and last the error with which it ended."""
    try:
        yield from parse(file)
    except (NotAvailable, ParseError) as error:
        yield error


def parts(path: Path) -> list[Part]:
    """Survey a recording in this process; a file that stays the same once."""
    state = path.stat()
    key = (
        (state.st_ino, state.st_mtime_ns, state.st_size) if path.is_file() else time.monotonic_ns()
    )
    return _surveyed(path, key)


@lru_cache(maxsize=4)
def _surveyed(path: Path, _state: object) -> list[Part]:
    request = Survey(wanted=wanted_of_recordings(ARTIFACTS))
    found = list(survey(RecordedFile(request, path, Locator())))
    assert isinstance(found[0], Header)
    return [each for each in found if isinstance(each, Part)]


def evidence_of(part: Part) -> Evidence:
    """Return a part that some artifact reads as evidence."""
    assert part.request is not None
    assert part.sha256 is not None
    return Evidence(
        id=evidence_id(str(part.locator), part.request),
        request=part.request,
        origin=str(part.locator),
        locator=part.locator,
        sha256=part.sha256,
        size=part.size,
        outcome=Outcome(exit_code=None if part.cut else 0, cut=part.cut),
        started_at=datetime(2026, 11, 21, tzinfo=UTC),
    )


@cache
def _rules() -> RulePack:
    return load()


def statuses(
    path: Path, worker: Remembering, *, without: frozenset[Locator] = frozenset()
) -> dict[str, str]:
    """Return the status of each check, leaving out the parts at some places."""
    reader = EvidenceReader(ARTIFACTS, Snapshot("android", host_keys=None), worker, recorded=True)
    for part in parts(path):
        if part.request is None or part.sha256 is None or part.locator in without:
            continue
        evidence = evidence_of(part)
        worker.sha256 = part.sha256
        code = evidence.outcome.exit_code
        file = RecordedFile(part.request, path, part.locator, id=evidence.id, exit_code=code)
        reader.read(evidence, file)
    checks = inspect(
        reader.snapshot,
        _rules(),
        platform="android",
        gaps=reader.gaps((), None),
        statements=reader.artifacts,
        facts=ScanFacts(),
    )
    return {check.rule: check.status for check, _ in checks}


def passed_wrongly(whole: dict[str, str], less: dict[str, str]) -> list[str]:
    """List the checks that pass with less evidence and did not with more."""
    return [
        rule for rule, status in less.items() if status == "pass" and whole[rule] in DECIDED_WORSE
    ]
