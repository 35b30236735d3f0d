"""A watch over phones: scans each when it comes and then by interval, and tells what is new.

    for event in scanner.watch.watch(Settings(targets=["android:R5CT123"])):
        print(event.event, event.device, event.title)

One loop owns the store and decides; threads scan, follow the phones and serve the sinks. What is
told was kept before: after a kill nothing that was acknowledged is lost, and nothing raised twice.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial

from msgspec import structs

from scanner.errors import Cancelled, DeviceBusy, DeviceError, DeviceLost, ScannerError, UsageError
from scanner.model.watch import WatchEvent
from scanner.pipeline.knowledge import Knowledge, known
from scanner.sinks import Sink
from scanner.watch import following
from scanner.watch.attendance import Attendance
from scanner.watch.cases import CaseFolders
from scanner.watch.clock import Clock, SystemClock, Timekeeper
from scanner.watch.delivering import Deliveries
from scanner.watch.looking import Job, Looked, look, reason
from scanner.watch.messages import Broken, Came, Inbox, Message, ScanNow, Sent, Servers, Stop, Went
from scanner.watch.phones import Phone, name_of
from scanner.watch.recording import Recorded, Recorder
from scanner.watch.schedule import Due
from scanner.watch.settings import Settings
from scanner.watch.store import database
from scanner.watch.store.opening import chosen_baseline, opened
from scanner.watch.store.prune import prune
from scanner.watch.store.store import StoreFull
from scanner.watch.telling import Telling

_PRUNE_EVERY = 3600.0  # seconds

Sinks = Sequence[Sink] | Callable[[str], Sequence[Sink]]
"""Where events go; or what makes that of the random name of the store (`webhook_of` needs it)."""


def watch(
    settings: Settings | None = None, *, sinks: Sinks = (), clock: Clock | None = None
) -> Iterator[WatchEvent]:
    """Watch phones and yield what is to be told, until the caller leaves."""
    return Watch(settings or Settings(), sinks=sinks, clock=clock).events()


class Watch:
    """A watch. `events` runs it; `stop` and `scan_now` may be called from any thread or signal."""

    def __init__(
        self,
        settings: Settings,
        *,
        sinks: Sinks = (),
        clock: Clock | None = None,
        follow: following.Follow | None = None,
    ) -> None:
        """`follow` says which phones come and go; without it adb and usbmuxd of this computer."""
        settings.check()
        self._settings, self._sinks = settings, sinks
        self._clock: Clock = clock or SystemClock()
        self._follow = follow
        self._inbox: Inbox = Inbox()
        self._stopping, self._cancel = threading.Event(), threading.Event()
        self._running: dict[str, Job] = {}
        self._beat_at = self._prune_at = 0.0
        self._expected: str | None = None  # the phone of a chosen baseline that was not met yet

    def stop(self) -> None:
        """End in order: scans that run are cancelled, each with a valid case."""
        self._stopping.set()
        self._cancel.set()
        self._inbox.put(Stop())

    def scan_now(self) -> None:
        """Have every phone scanned as soon as it can be."""
        self._inbox.put(ScanNow())

    def events(self) -> Iterator[WatchEvent]:
        """Run the watch and yield what is to be told. Once for each object.

        UsageError where another watch holds the store; RuleError for a file of rules or indicators
        that is wrong, before any phone is asked. Of a single round also DeviceError, where neither
        adb nor usbmuxd can be asked. CaseError where the store cannot be used, or breaks.
        """
        try:
            yield from self._told()
        except sqlite3.DatabaseError as error:
            raise database.refused(error, self._settings.path) from error

    def _told(self) -> Iterator[WatchEvent]:
        settings = self._settings
        knowledge = known(settings.rules, settings.indicators)
        with ExitStack() as stack:
            stack.enter_context(database.held(settings.path))
            self._open(stack, knowledge)
            yield from self._telling.taken()
            pool = stack.enter_context(
                ThreadPoolExecutor(settings.at_once, thread_name_prefix="scan")
            )
            stack.callback(self._cancel.set)  # before the pool waits for its scans
            self._begin_following(stack)
            while True:
                yield from self._telling.taken()
                if self._ended():
                    break
                self._step(pool, knowledge)
            if settings.once:  # those that waited for their turn were no silent ones
                self._attendance.find_silent()
            self._telling.tell("stopped")
            yield from self._telling.taken()

    def _open(self, stack: ExitStack, knowledge: Knowledge) -> None:
        settings = self._settings
        self._time = Timekeeper(self._clock)
        store, aside = opened(settings.path, self._clock.now())
        stack.callback(store.close)
        self.store = store
        sinks = self._sinks(store.origin) if callable(self._sinks) else self._sinks
        store.begin(sinks, settings.scan.privacy)
        self._deliveries = Deliveries(settings.path, sinks, self._clock, self._inbox)
        self._telling = Telling(store, self._clock, self._deliveries, settings.scan.privacy)
        self._cases = CaseFolders(store, settings.cases, settings.keep_cases)
        self._recorder = Recorder(store, self._cases, settings, self._telling.event)
        self._attendance = Attendance(store, self._telling, settings)
        self._telling.keep((), self._cases.recover)
        if settings.baseline is not None:
            of = chosen_baseline(store, settings.baseline, knowledge, self._clock.now())
            self._expected = of if store.device(of) is None else None
        self._attendance.remember()
        self._deliveries.start()
        stack.callback(self._deliveries.stop)
        self._telling.tell("started", counts={"phones": len(self._attendance.phones)})
        if aside is not None:
            self._telling.tell(
                "trouble",
                detail=f"the store was damaged: it lies in {aside.name} now, and a new one was"
                " begun; what was acknowledged and suppressed is not in it",
            )
        self._beat_at = settings.heartbeat or float("inf")

    def _begin_following(self, stack: ExitStack) -> None:
        settings = self._settings
        if settings.once:
            there = following.present(settings.scan)
            for message in there:
                self._take(message)
            self._attendance.missing(message.target for message in there)
            return
        follow = self._follow or following.following(settings.scan, settings.targets)
        stack.callback(self._stopping.set)
        following.start(follow, self._inbox, self._stopping)

    def _step(self, pool: ThreadPoolExecutor, knowledge: Knowledge) -> None:
        """Do what is due, then wait for the next message or the next thing that will be due."""
        self._tick()
        self._telling.retry()
        full = self._begin_scans(pool, knowledge)
        if not self._settings.once:
            self._attendance.find_silent()
        self._keep_house()
        if self._telling.pending:
            return
        seconds = self._until_next(full=full)
        message = self._clock.wait(self._inbox, seconds, busy=bool(self._running))
        self._tick()
        if message is not None:
            self._take(message)

    def _tick(self) -> None:
        self._telling.at, slept = self._time.tick()
        if slept:
            for phone in self._attendance.phones:
                phone.course.slept(self._telling.at)

    def _until_next(self, *, full: bool) -> float:
        """Return the seconds until something is due; while no scan may begin, none counts."""
        times = [self._beat_at, self._prune_at]
        if self._telling.blocked:
            times.append(self._telling.retry_at)
        for phone in self._attendance.phones:
            due = phone.course.due()
            if due is not None and not full and not self._telling.blocked:
                times.append(due.at)
            if not phone.course.silent and phone.course.running is None:
                times.append(phone.course.silent_at)
        return max(0.0, min(times) - self._telling.at)

    def _ended(self) -> bool:
        if self._stopping.is_set() or not self._settings.once:
            return self._stopping.is_set()
        first = any(each.course.asks_first and each.ready for each in self._attendance.phones)
        return not self._running and (not first or self._telling.blocked)

    def _begin_scans(self, pool: ThreadPoolExecutor, knowledge: Knowledge) -> bool:
        """Begin the scans that are due, as many as may run; say whether no more may."""
        if self._telling.blocked:
            return True
        for phone, due in self._attendance.phones.due(self._telling.at):
            if len(self._running) >= self._settings.at_once:
                return True
            if self._settings.once and not phone.course.asks_first:
                continue
            job = self._job(phone, due)
            if job is None:
                return True
            phone.course.begin(due)
            self._running[phone.device] = job
            future = pool.submit(self._look, job, knowledge)
            future.add_done_callback(partial(self._done, job))
        return False

    def _job(self, phone: Phone, due: Due) -> Job | None:
        """Return what is to be scanned; None where there is no room for its case."""
        store, folders = self.store, []
        now = self._clock.now()
        try:
            store.write(lambda: folders.append(self._cases.new(phone.device, now)))
        except StoreFull as error:
            self._telling.no_room(error)
            return None
        last = baseline = None
        try:
            last = store.state(phone.device, "last", due.profile)
            baseline = store.state(phone.device, "baseline", due.profile)
        except ScannerError as error:
            self._telling.tell("trouble", device=phone.device, detail=reason(error))
        return Job(
            device=phone.device,
            target=phone.target or "",
            due=due,
            folder=folders[-1],
            baseline=baseline.state if baseline else None,
            last=last.state if last else None,
            last_at=last.at if last else None,
            cancel=self._cancel,
        )

    def _look(self, job: Job, knowledge: Knowledge) -> Looked:
        began = self._clock.monotonic()
        looked = look(job, self._settings.scan, knowledge, tuple(self._settings.formats))
        seconds = max(0.0, self._clock.monotonic() - began)
        return structs.replace(looked, seconds=seconds)

    def _done(self, job: Job, future: Future[Looked]) -> None:
        error = future.exception()  # of ours: it is told as such, and the watch goes on
        self._inbox.put(Looked(job=job, error=error) if error else future.result())

    def _take(self, message: Message) -> None:
        if isinstance(message, Came):
            self._attendance.came(message)
        elif isinstance(message, Went):
            self._attendance.went(message.target)
        elif isinstance(message, Looked):
            self._looked(message)
        elif isinstance(message, Servers):
            self._telling.tell("trouble", detail=message.detail)
        elif isinstance(message, ScanNow):
            for phone in self._attendance.phones:
                phone.course.ask("manual")
        elif isinstance(message, Sent):
            self._sent(message)
        elif isinstance(message, Broken):
            raise message.error

    def _looked(self, looked: Looked) -> None:
        job, error = looked.job, looked.error
        self._running.pop(job.device, None)
        phone = self._attendance.phones.get(job.device)
        if phone is None or isinstance(error, Cancelled):
            now = self._clock.now()
            self._telling.keep((), lambda: self._cases.broke_off(job.device, (job.folder,), now))
            return
        if looked.scanned is None and _stands_in_the_way(error):
            self._telling.keep((), lambda: self._cases.drop(job.folder))
            self._attendance.waiting(phone, job.target, reason(error) if error else "")
            phone.course.ended(self._telling.at, scanned=False)
            return
        recorded = self._recorder.record(looked, self._clock.now())
        phone = self._kept(phone, job, recorded)
        phone.course.ended(self._telling.at, scanned=recorded.complete)
        if recorded.complete:
            phone.obstacle, phone.course.silent = None, False
            self._expect(phone.device)
        if recorded.deepen:
            phone.course.ask("finding")
        if isinstance(error, UsageError) and job.baseline is not None:
            self._attendance.another(phone, job.target)
        self._sweep()

    def _kept(self, phone: Phone, job: Job, recorded: Recorded) -> Phone:
        """Keep what a scan leaves; return the phone, which may turn out to be another one."""
        events, device = recorded.events, recorded.device
        if recorded.complete and phone.course.silent:
            heard = self._telling.event("heard", device=device, target=job.target)
            events = (*events, heard)

        def write() -> None:
            recorded.write()
            if recorded.complete:
                self.store.set_device_of(name_of(job.target), device)

        self._telling.keep(events, write)
        if device == phone.device:
            return phone
        old = phone.course
        phone = self._attendance.phones.rename(phone, device, job.target)
        if phone.course is not old:  # it is known by another target already
            old.ended(self._telling.at, scanned=False)
            phone.course.begin(job.due)
        return phone

    def _expect(self, scanned: str) -> None:
        """Say once that a chosen baseline is of none of the phones that were scanned."""
        of, self._expected = self._expected, None
        if of is not None and of != scanned:
            self._telling.tell(
                "trouble",
                device=scanned,
                detail=f"the baseline that was chosen is of another phone ({of}), so this one has a"
                " baseline of its own; a case of another installation is of no phone here",
            )

    def _keep_house(self) -> None:
        at, settings = self._telling.at, self._settings
        if at >= self._beat_at:
            self._beat_at = at + settings.heartbeat
            self._telling.tell("heartbeat", counts=self._attendance.counts())
        if at >= self._prune_at:
            self._prune_at = at + _PRUNE_EVERY
            try:
                prune(
                    self.store,
                    self._clock.now(),
                    keep_days=settings.keep_days,
                    max_mib=settings.max_mib,
                )
            except StoreFull as error:
                self._telling.no_room(error)
            database.keep_ballast(settings.path)
            self._sweep()

    def _sweep(self) -> None:
        if self._telling.blocked:
            return
        try:
            self._cases.sweep()
        except StoreFull as error:
            self._telling.no_room(error)

    def _sent(self, message: Sent) -> None:
        done = message.delivery
        if done.detail is None:
            return
        counts = {"owed": done.owed, "dropped": done.dropped}
        event = self._telling.event("undelivered", detail=done.detail, counts=counts)
        self._telling.keep((event,), lambda: self.store.outbox.told(done.sink, done.dropped))


def _stands_in_the_way(error: BaseException | None) -> bool:
    """Whether a phone could not be asked at all, for a reason that somebody can remove."""
    lost = isinstance(error, DeviceLost | DeviceBusy)
    return isinstance(error, DeviceError) and not lost
