"""Acquisition: from a device to a case."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from msgspec import Struct, structs

from scanner.artifacts import ARTIFACTS
from scanner.case import OpenCase, device_lock
from scanner.errors import Cancelled, DeviceLost, ScannerError
from scanner.model.artifact import Artifact
from scanner.model.events import EvidenceAdded, Finished, Progress, Started
from scanner.model.evidence import Evidence, Unanswered
from scanner.model.findings import Message
from scanner.model.report import Acquisition
from scanner.model.requests import AnyRequest
from scanner.model.source import Answer
from scanner.pipeline.begin import Trail, open_case
from scanner.pipeline.host import now
from scanner.pipeline.options import Options
from scanner.pipeline.plan import profile_named, requests, selected, waves
from scanner.pipeline.reading import EvidenceReader
from scanner.pipeline.target import LiveSource, open_live
from scanner.snapshot import Snapshot
from scanner.worker import Worker


class Acquired(Struct, frozen=True, kw_only=True):
    """A finished acquisition: where the case lies, and the digest for the operator to note."""

    folder: Path
    digest: str | None  # sha256 of the tag manifest; None: the case is incomplete and stays open
    acquisition: Acquisition
    round_trips: int


def acquire(target: str | None = None, *, options: Options | None = None) -> Acquired:
    """Collect what a profile asks for into a case, without examining it.

    A device that goes away, a time budget that runs out and a cancelled call leave a valid case
    that is marked incomplete; DeviceLost and Cancelled are raised only where nothing was
    collected. Blocks; acquisitions of several devices may run in several threads.
    """
    options = options or Options()
    complete = False
    try:
        with acquiring(target, options) as running:
            running.collect()
            acquisition = running.record_end()
            complete = acquisition.complete
            return Acquired(
                folder=running.case.path,
                digest=running.close_case() if complete else None,
                acquisition=acquisition,
                round_trips=running.source.round_trips,
            )
    finally:
        options.emit(Finished(complete=complete, verdict=None, findings=0))


@contextlib.contextmanager
def acquiring(target: str | None, options: Options) -> Iterator[Acquiring]:
    """Open the device and a case for it; both are closed at the end, whatever happens."""
    profile_named(options.profile)  # a wrong name is said before any device is touched
    trail = Trail()
    with contextlib.ExitStack() as stack:
        # Its start takes as long as the first questions: both go on together.
        worker = stack.enter_context(Worker(readable=None, preload=["scanner.artifacts"]))
        source = stack.enter_context(
            contextlib.closing(open_live(target, options.adb, trail.record))
        )
        stack.enter_context(device_lock(source.device_id))
        case = stack.enter_context(open_case(source, options))
        trail.into(case)
        stack.callback(source.close)  # once more, before the case: leaving is an action as well
        worker.confine([case.path / "data" / "evidence"])
        running = Acquiring(source, case, worker, options)
        options.emit(
            Started(
                device=case.acquisition.device,
                profile=case.acquisition.profile,
                requests=len(list(running.requests(running.reader.artifacts))),
            )
        )
        yield running


class Acquiring:
    """One acquisition that runs: its device, its case, and what is known so far."""

    def __init__(
        self, source: LiveSource, case: OpenCase, worker: Worker, options: Options
    ) -> None:
        self.source, self.case, self.options = source, case, options
        began = case.acquisition
        snapshot = Snapshot(began.platform, host_keys=began.host_keys)
        artifacts = selected(ARTIFACTS, began.platform, profile_named(began.profile))
        self.reader = EvidenceReader(artifacts, snapshot, worker)
        self._interrupted: Message | None = None
        self._error: ScannerError | None = None
        self._unanswered: list[Unanswered] = []
        budget = options.time_budget
        self._deadline = time.monotonic() + budget if budget is not None else None
        for evidence in case.evidence:  # of a case that is resumed
            self.reader.read(evidence, case.file(evidence))

    def requests(self, artifacts: list[Artifact] | tuple[Artifact, ...]) -> Iterator[AnyRequest]:
        """Yield what is still to be asked for some artifacts, given what is known."""
        have = {evidence.request for evidence in self.case.evidence if not _broken_off(evidence)}
        for request in requests(artifacts, self.reader.snapshot, self.case.acquisition.users):
            if request not in have:
                yield request

    def collect(self) -> None:
        """Ask for everything, wave by wave, reading each answer while the next ones arrive."""
        try:
            for wave in waves(self.reader.artifacts):
                # Left only when all is read: the next wave depends on it.
                with ThreadPoolExecutor(1, thread_name_prefix="reading") as pool:
                    for reading in self._ask(wave, pool):
                        reading.result()
        except DeviceLost as error:
            self._error, self._interrupted = error, Message("interrupted.device_lost")
        except Cancelled as error:
            self._error, self._interrupted = error, Message("interrupted.cancelled")
        except KeyboardInterrupt:
            self._error = Cancelled("the acquisition was interrupted")
            self._interrupted = Message("interrupted.cancelled")

    def _ask(self, wave: list[Artifact], pool: ThreadPoolExecutor) -> list[Future[None]]:
        asked = list(self.requests(wave))
        readings: list[Future[None]] = []
        answers = self.source.fetch_all(asked, deadline=self._deadline)
        with contextlib.closing(answers):
            for done, answer in enumerate(answers, start=1):
                if isinstance(answer, Unanswered):
                    self._unanswered.append(answer)
                    late = answer.reason == "timeout"
                else:
                    evidence = self._add(answer)
                    readings.append(pool.submit(self._read, evidence))
                    late = evidence.outcome.cut == "timeout"
                if late and self._deadline is not None and time.monotonic() >= self._deadline:
                    self._interrupted = Message("interrupted.deadline")
                self.options.emit(Progress(phase="acquire", done=done, total=len(asked)))
                if self.options.cancel is not None and self.options.cancel.is_set():
                    raise Cancelled("the acquisition was cancelled")
        return readings

    def _add(self, answer: Answer) -> Evidence:
        evidence = self.case.add(answer)
        self.options.emit(
            EvidenceAdded(
                id=evidence.id,
                artifact=self.reader.name_of(evidence.request),
                request=str(evidence.request),
                size=evidence.size,
            )
        )
        return evidence

    def _read(self, evidence: Evidence) -> None:
        self.reader.read(evidence, self.case.file(evidence))

    def close_case(self) -> str:
        """Leave the device and close the case, in this order: leaving is an action as well."""
        self.source.close()
        return self.case.close()

    def record_end(self) -> Acquisition:
        """Ask the device for its state once more, and write down how the acquisition ended.

        Raises what interrupted it where nothing at all was collected.
        """
        locked = None
        if not isinstance(self._error, DeviceLost):
            with contextlib.suppress(DeviceLost):
                locked = self.source.probe().locked
        ended = structs.replace(
            self.case.acquisition,
            ended_at=now(),
            complete=self._interrupted is None,
            interrupted=self._interrupted,
            locked_at_end=locked,
            unanswered=tuple(self._unanswered),
            sandbox=self.reader.sandbox,
        )
        self.case.note(ended)
        self.reader.snapshot.at(ended.ended_at)
        if self._error is not None and not self.case.evidence:
            raise self._error
        return ended


def _broken_off(evidence: Evidence) -> bool:
    """Whether an answer ended before the device had said all, and not for being too long."""
    return evidence.outcome.cut is not None and evidence.size < evidence.request.limit
