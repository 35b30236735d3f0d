"""Acquisition: from a device to a case."""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from msgspec import structs

from scanner.artifacts import ARTIFACTS
from scanner.case import OpenCase, device_lock
from scanner.case.begin import MINIMUM_FREE
from scanner.errors import Cancelled, DeviceLost, ScannerError
from scanner.model.artifact import Reading
from scanner.model.events import EvidenceAdded, Finished, Progress, Started
from scanner.model.evidence import Evidence, Unanswered
from scanner.model.findings import Message
from scanner.model.report import Acquisition
from scanner.model.requests import AnyRequest, AppBytes, as_planned
from scanner.model.source import Answer, Probe
from scanner.pipeline.app_cache import StaleCopy
from scanner.pipeline.app_pulls import AppPulls, Room
from scanner.pipeline.begin import Trail, open_case
from scanner.pipeline.handing_on import HandingOn, Inspection, cache_of
from scanner.pipeline.host import now
from scanner.pipeline.options import PHONE_PROFILE, Options
from scanner.pipeline.plan import (
    Wave,
    expand,
    profile_named,
    requests,
    require_known,
    selected_for,
    waves,
)
from scanner.pipeline.privacy import asked_at
from scanner.pipeline.reading import EvidenceReader, snapshot_of
from scanner.pipeline.results import Acquired
from scanner.pipeline.scan_recording import acquire_recording
from scanner.pipeline.target import LiveSource, as_path, open_live
from scanner.worker import Worker

log = logging.getLogger(__name__)

_GO_ON = "The case is valid and incomplete: `scanner acquire --resume` goes on with it."


def acquire(target: str | None = None, *, options: Options | None = None) -> Acquired:
    """Collect what a profile asks for into a case, without examining it.

    A device that goes away, a time budget that runs out and a cancelled call leave a valid case
    that is marked incomplete; DeviceLost and Cancelled are raised only where nothing was
    collected. Of a recording, named by its path, the case names what it holds. Blocks;
    acquisitions of several devices may run in several threads.
    """
    options = options or Options()
    if (path := as_path(target)) is not None:
        return acquire_recording(path, options=options)
    complete = False
    try:
        with starting() as worker, acquiring(target, options, worker, examine=False) as running:
            running.collect()
            running.record_end()
            acquisition = running.settle()
            complete = acquisition.complete
            return Acquired(
                folder=running.case.path,
                digest=running.case.close() if complete else None,
                acquisition=acquisition,
                round_trips=running.source.round_trips,
                error=running.error,
            )
    finally:
        options.emit(Finished(complete=complete, verdict=None, findings=0))


def starting() -> Worker:
    """Start the parsers' process, which takes as long as the first questions to a phone."""
    return Worker(readable=None, preload=["scanner.artifacts"])


@contextlib.contextmanager
def acquiring(
    target: str | None, options: Options, worker: Worker, *, examine: bool = True
) -> Iterator[Acquiring]:
    """Open the device and a case for it; both are closed at the end, whatever happens.

    Without `examine` no more is read than what other requests wait for.
    """
    profile_named(
        options.profile or PHONE_PROFILE
    )  # wrong names are said before any device is touched
    require_known(ARTIFACTS, options.include)
    trail = Trail()
    with contextlib.ExitStack() as stack:
        source = stack.enter_context(
            contextlib.closing(open_live(target, options.adb, options.usbmux, trail.record))
        )
        stack.enter_context(device_lock(source.device_id))
        case = stack.enter_context(open_case(source, options))
        trail.into(case)
        stack.callback(source.close)  # once more, before the case: leaving is an action as well
        worker.confine([case.evidence_folder])
        running = Acquiring(source, case, worker, options, examine=examine)
        options.emit(
            Started(
                device=case.acquisition.device,
                profile=case.acquisition.profile,
                requests=sum(1 for _ in running.requests(running.readings())),
            )
        )
        yield running


class Acquiring:
    """One acquisition that runs: its device, its case, and what is known so far."""

    def __init__(
        self,
        source: LiveSource,
        case: OpenCase,
        worker: Worker,
        options: Options,
        *,
        examine: bool,
        inspection: Inspection | None = None,
    ) -> None:
        self.source, self.case, self.options = source, case, options
        began = case.acquisition
        snapshot = snapshot_of(began)
        artifacts = selected_for(began)
        self.reader = EvidenceReader(artifacts, snapshot, worker)
        self._interrupted: Message | None = None
        self.error: ScannerError | None = None
        self._unanswered: list[Unanswered] = []
        budget = options.time_budget
        self._deadline = time.monotonic() + budget if budget is not None else None
        self._reading: dict[str, list[Future[None]]] = defaultdict(list)
        self._answered: set[AnyRequest] = set()
        self._waves = list(waves(artifacts))
        self._read_first = {name for wave in self._waves for name in wave.after}
        self._examine = examine
        cache = cache_of(case, options)
        self._pulls = AppPulls(
            source,
            snapshot,
            Room(self._deadline, lambda: shutil.disk_usage(case.path).free - MINIMUM_FREE),
            transfer=options.apps,
            min_sdk=options.min_sdk,
            cache=cache,
        )
        self.handing_on = HandingOn(case, self._pulls, cache, inspection)
        self._before = case.evidence  # of a case that is resumed
        self._taking, self._stopping = threading.Lock(), threading.Event()
        self._ending: Future[Probe] | None = None
        for evidence in self._before:
            self._answered.add(as_planned(evidence.request))
            is_app = isinstance(evidence.request, AppBytes)
            if not is_app and self._is_to_be_read(self.reader.names_of(evidence.request)):
                self.reader.read(evidence, case.file(evidence))

    def readings(self) -> Iterator[Reading]:
        """Yield all readings of the profile."""
        for artifact in self.reader.artifacts:
            yield from artifact.readings

    def requests(self, readings: Iterable[Reading]) -> Iterator[AnyRequest]:
        """Yield what is still to be asked for some readings, given what is known."""
        have = {as_planned(each.request) for each in self.case.evidence if self._is_enough(each)}
        for request in requests(readings, self.reader.snapshot, self.case.acquisition.users):
            if as_planned(request) not in have:
                yield request

    def collect(self) -> None:
        """Ask for everything, wave by wave, while what came is read beside it."""
        try:
            with (
                ThreadPoolExecutor(1, thread_name_prefix="reading") as self._reading_pool,
                ThreadPoolExecutor(len(self._waves), thread_name_prefix="asking") as asking,
                self.handing_on,
            ):
                for evidence in self._before:
                    if isinstance(evidence.request, AppBytes) and self._is_enough(evidence):
                        self._hand_on(evidence, self.reader.names_of(evidence.request))
                self._ask(self._waves, asking)
                self._ending = _beside(self.source.probe)
                self._await(self._reading.keys())
                self.handing_on.settle()
        except DeviceLost as error:
            self.error, self._interrupted = error, Message("interrupted.device_lost")
        except Cancelled as error:
            self.error, self._interrupted = error, Message("interrupted.cancelled")
        except KeyboardInterrupt:
            self.error = Cancelled("the acquisition was interrupted", remedy=_GO_ON)
            self._interrupted = Message("interrupted.cancelled")

    def _ask(self, coming: Sequence[Wave], asking: ThreadPoolExecutor) -> None:
        """Ask for a wave, and beside it for the next as soon as what that waits for was read.

        So a large answer of one wave keeps no other waiting; each thread takes in turn.
        """
        wave, later = coming[0], coming[1:]
        beside: Future[None] | None = None
        try:
            for _ in self._answers(wave):
                if later and beside is None and self._is_answered(later[0].after):
                    beside = asking.submit(self._ask, later, asking)
        except DeviceLost:
            if beside is not None:  # it takes what has come, and finds the device lost itself
                wait([beside])
            raise
        except BaseException:
            self._stopping.set()
            if beside is not None:
                wait([beside])
            raise
        if beside is not None:
            beside.result()
        elif later:
            self._await(later[0].after)
            self._ask(later, asking)

    def _answers(self, wave: Wave) -> Iterator[None]:
        """Take the answers of a wave, one at each step."""
        asked = list(self.requests(wave.readings))
        with contextlib.closing(self._from_phone(asked)) as answers:
            for done, answer in enumerate(answers, start=1):
                with self._taking:
                    self._take(answer)
                    self.options.emit(Progress(phase="acquire", done=done, total=len(asked)))
                yield

    def _from_phone(self, asked: Sequence[AnyRequest]) -> Generator[Answer | Unanswered]:
        apps = [one for one in asked if isinstance(one, AppBytes)]
        others = [one for one in asked if not isinstance(one, AppBytes)]
        if others:
            answers = self.source.fetch_all(others, deadline=self._deadline)
            with contextlib.closing(answers):
                yield from answers
        if apps:
            yield from self._pulls.answers(apps)

    def _is_answered(self, artifacts: Iterable[str]) -> bool:
        """Whether all that some artifacts ask for was answered; waits until it is read."""
        chosen = [each for each in self.reader.artifacts if each.name in artifacts]
        for artifact in chosen:
            for reading in artifact.readings:
                asked = map(as_planned, expand(reading, self.reader.snapshot))
                if not self._answered.issuperset(asked):
                    return False
        self._await(artifact.name for artifact in chosen)
        return True

    def _await(self, artifacts: Iterable[str]) -> None:
        """Wait until all that came so far of some artifacts is read."""
        for name in artifacts:
            for reading in self._reading[name]:
                reading.result()

    def _take(self, answer: Answer | Unanswered) -> None:
        if isinstance(answer, Unanswered):
            self._unanswered.append(answer)
            late = answer.reason == "timeout"
        else:
            names = self.reader.names_of(answer.request)
            try:
                evidence = self._add(answer, names)
            except StaleCopy:
                return  # it is pulled instead
            self._hand_on(evidence, names)
            late = evidence.outcome.cut == "timeout"
        self._answered.add(as_planned(answer.request))
        if late and self._deadline is not None and time.monotonic() >= self._deadline:
            self._interrupted = Message("interrupted.deadline")
            self.error = _out_of_time()
        asked_to_stop = self.options.cancel is not None and self.options.cancel.is_set()
        if asked_to_stop or self._stopping.is_set():
            raise Cancelled("the acquisition was cancelled", remedy=_GO_ON)

    def _hand_on(self, evidence: Evidence, names: Sequence[str]) -> None:
        """Let an evidence be read beside what comes next.

        Not so half a file of an app, which looks like one that was tampered with.
        """
        outcome = evidence.outcome
        if isinstance(evidence.request, AppBytes) and outcome.cut is not None:
            self.reader.miss(evidence, outcome.cut, outcome.detail)
            return
        self.handing_on.give(evidence)
        if self._is_to_be_read(names) and not self.handing_on.takes(evidence):
            reading = self._reading_pool.submit(self._read, evidence)
            for name in names:
                self._reading[name].append(reading)

    def _add(self, answer: Answer, artifacts: Sequence[str]) -> Evidence:
        evidence = self.case.add(answer)
        asked = asked_at(self.options.privacy, evidence.request)
        log.info("acquired %s (%d bytes)", asked, evidence.size)
        self.options.emit(
            EvidenceAdded(
                id=evidence.id,
                artifact=", ".join(artifacts),
                request=asked,
                size=evidence.size,
            )
        )
        return evidence

    def _is_to_be_read(self, artifacts: Iterable[str]) -> bool:
        return self._examine or not self._read_first.isdisjoint(artifacts)

    def _read(self, evidence: Evidence) -> None:
        self.reader.read(evidence, self.case.file(evidence))

    def _is_enough(self, evidence: Evidence) -> bool:
        """Whether an evidence need not be asked for once more."""
        if isinstance(evidence.request, AppBytes) and evidence.request.ranges:
            return self.options.apps != "whole" and evidence.outcome.cut is None
        return not _broken_off(evidence)

    def record_end(self) -> None:
        """Write down how the acquisition ended; the lock state is still to come.

        Raises what interrupted it where nothing at all was collected.
        """
        ended = structs.replace(
            self.case.acquisition,
            ended_at=now(),
            complete=self._interrupted is None,
            interrupted=self._interrupted,
            unanswered=tuple(self._unanswered),
            sandbox=self.reader.sandbox,
        )
        self.case.note(ended)
        self.reader.snapshot.at(ended.ended_at)
        if self.error is not None and not self.case.evidence:
            raise self.error

    def settle(self) -> Acquisition:
        """Add the device's last answer, which was awaited beside other work, and leave it."""
        if self._ending is not None:
            with contextlib.suppress(DeviceLost):
                locked = self._ending.result().locked
                self.case.note(structs.replace(self.case.acquisition, locked_at_end=locked))
        self.source.close()
        return self.case.acquisition


def _beside(ask: Callable[[], Probe]) -> Future[Probe]:
    """Ask for something in a thread of its own."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="ending")
    try:
        return pool.submit(ask)
    finally:
        pool.shutdown(wait=False)


def _out_of_time() -> ScannerError:
    return ScannerError(
        "The time budget was over before the phone had answered everything.",
        remedy="Go on with a longer --time-budget, or without one.",
    )


def _broken_off(evidence: Evidence) -> bool:
    """Whether an answer ended before the device had said all, and not for being too long."""
    return evidence.outcome.cut is not None and evidence.size < evidence.request.limit
