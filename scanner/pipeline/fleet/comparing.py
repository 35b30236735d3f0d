"""A fleet, compared: thousands of cases, read as a stream."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from scanner.case import installation_key
from scanner.errors import CaseError, UsageError
from scanner.fleet import compare
from scanner.model.events import OnEvent, Progress
from scanner.model.fleet import DeviceFacts, FleetReport, Refused
from scanner.model.privacy import PrivacyLevel
from scanner.pipeline.fleet.cases import Read, lost, named, pieces, read_piece
from scanner.pipeline.fleet.document import decoded
from scanner.pipeline.fleet.executors import Executor, executor
from scanner.pipeline.fleet.privacy import redacted

LINES = 50


def compare_fleet(
    paths: Sequence[Path | str],
    *,
    reference: Sequence[Path | str] = (),
    between: tuple[datetime, datetime] | None = None,
    jobs: int | None = None,
    dask: str | None = None,
    privacy: PrivacyLevel = "share",
    limit: int | None = LINES,
    on_event: OnEvent | None = None,
) -> FleetReport:
    """Compare the cases of a fleet, with each other and with cases of the reference.

    `paths` are cases, folders of cases, recordings, or `@FILE` with one path a line. Each case is
    verified first; one that is not as it was written, or cannot be read, is listed in `refused` and
    costs no other one anything. `between` asks what came in a window of time. `dask` is the address
    of a scheduler, or `local`; whoever reads, the report is the same, byte for byte.

    UsageError where nothing is named or a reference is not there, CaseError where a reference
    cannot be read, WorkerKilled where processes that read cases die again and again.
    """
    if between is not None and between[0] >= between[1]:
        raise UsageError(
            "the window ends as it begins, or before", remedy="name the earlier time first"
        )
    given, trusted = list(named(paths)), list(named(reference))
    if not given:
        raise UsageError("no case is named", remedy="name cases, or folders that hold some")
    cases = _Cases(given, trusted, on_event)
    report = compare(
        cases.devices(executor(jobs, dask)),
        reference=cases.reference(),
        window=between,
        limit=limit,
        given=len(given),
        refused=cases.refusals(),
    )
    return redacted(report, privacy, installation_key())


class _Cases:
    """The cases of a fleet and of its reference, all read in one pass."""

    def __init__(
        self, given: Sequence[str], trusted: Sequence[str], on_event: OnEvent | None
    ) -> None:
        self._given, self._trusted = frozenset(given), frozenset(trusted)
        self._paths = tuple(dict.fromkeys((*trusted, *given)))
        self._on_event = on_event
        self._known: list[DeviceFacts] = []
        self._refused: list[Refused] = []

    def devices(self, where: Executor) -> Iterator[tuple[str, DeviceFacts]]:
        """Yield the devices that are compared, as their cases are read."""
        done = 0
        for reads in where.map_unordered(read_piece, pieces(self._paths), _lost):
            for each in reads:
                found = _decoded(each)
                if isinstance(found, Refused):
                    self._refuse(found)
                    continue
                if each.path in self._trusted:
                    self._known.append(found)
                if each.path in self._given:
                    yield each.path, found
            done += len(reads)
            if self._on_event is not None:
                self._on_event(Progress(phase="compare", done=done, total=len(self._paths)))

    def reference(self) -> Iterator[DeviceFacts]:
        """Yield the devices of the reference, once all cases were read."""
        yield from self._known

    def refusals(self) -> Iterator[Refused]:
        """Yield what could not be read, once all cases were read."""
        yield from self._refused

    def _refuse(self, refused: Refused) -> None:
        if refused.path in self._trusted:
            kind = CaseError if os.path.lexists(refused.path) else UsageError
            raise kind(
                f"{refused.path}: cannot be the reference: {refused.error}",
                remedy=refused.remedy or "give a case that `scanner verify` accepts",
            )
        self._refused.append(refused)


def _lost(path: str) -> list[Read]:
    return [lost(path)]


def _decoded(read: Read) -> DeviceFacts | Refused:
    if read.refused is not None or read.facts is None:
        return read.refused or Refused(path=read.path, error="holds no facts")
    try:
        facts = decoded(read.facts, read.path)
    except CaseError as error:
        text = str(error).removeprefix(f"{read.path}: ")
        return Refused(path=read.path, error=text, remedy=error.remedy)
    if read.of not in {None, (facts.device, facts.platform, facts.case)}:
        return Refused(
            path=read.path,
            error="its facts are of another phone or case than its record",
            remedy="do not trust it; scan the phone again",
            tampered=True,
        )
    return facts
