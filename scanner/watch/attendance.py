"""Which phones are there, which cannot be asked, and of which nothing is heard."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from msgspec import structs

from scanner.watch.messages import Came
from scanner.watch.phones import Phone, Phones, name_of, unnamed
from scanner.watch.schedule import Course
from scanner.watch.settings import Settings
from scanner.watch.store.rows import DeviceRow
from scanner.watch.store.store import Store
from scanner.watch.telling import Telling

_PASSING = ("offline", "authorizing", "connecting")  # states on the way to another one


class Attendance:
    """The phones of a watch, as they come and go."""

    def __init__(self, store: Store, telling: Telling, settings: Settings) -> None:
        self._store, self._telling, self._settings = store, telling, settings
        self.phones = Phones()

    def remember(self) -> None:
        """Go on with the phones of an earlier run: each is silent since its last scan."""
        rows = self._store.rows("SELECT device FROM silences WHERE until IS NULL")
        silent = {device for (device,) in rows}
        wanted = {self._device_of(target) for target in self._settings.targets}
        for row in self._store.devices():
            if wanted and row.device not in wanted:
                continue
            phone = self.phones.add(self._phone(row.device, row.platform, row))
            phone.course.silent = row.device in silent
            if not self._settings.once:  # nobody watched meanwhile, as in a sleep of the computer
                phone.course.slept(self._telling.at)
            if row.present or row.obstacle:
                self._telling.keep((), self._noting(row.device, present=False, obstacle=None))
        for target in self._settings.targets:
            device = self._device_of(target)
            if self.phones.get(device) is None:
                self._meet(target, device)

    def came(self, message: Came) -> None:
        """A phone is there, or in another state."""
        target = message.target
        if self._settings.targets and target not in self._settings.targets:
            return
        device = self._device_of(target)
        phone = self.phones.of(target) or self.phones.get(device) or self._meet(target, device)
        self.phones.bind(target, phone)
        before, phone.there[target] = phone.there.get(target), message.state
        if message.ready:
            self._ready(phone, target)
            return
        phone.ready.pop(target, None)
        if phone.ready:
            return
        phone.course.went()
        if message.state not in _PASSING and before != message.state:
            self.waiting(phone, target, message.obstacle or message.state)

    def went(self, target: str) -> None:
        """A phone is there no more, at least not under this target."""
        phone = self.phones.of(target)
        if phone is None:
            return
        phone.ready.pop(target, None)
        phone.there.pop(target, None)
        self.phones.unbind(target)
        if phone.ready:
            return
        phone.course.went()
        if not phone.there:
            phone.obstacle = None
            event = self._telling.event("detached", device=phone.device, target=target)
            self._telling.keep((event,), self._noting(phone.device, present=False, obstacle=None))

    def missing(self, there: Iterable[str]) -> None:
        """Say of phones that were named and are not there that they cannot be scanned."""
        for target in sorted({*self._settings.targets}.difference(there)):
            device = self._device_of(target)
            self._telling.tell("failed", device=device, target=target, detail="it is not attached")

    def waiting(self, phone: Phone, target: str, why: str) -> None:
        """A phone is there and cannot be asked: said once for each reason."""
        why = unnamed(why, target, phone.device, self._settings.scan.privacy)
        if phone.obstacle == why:
            return
        phone.obstacle = why
        event = self._telling.event("waiting", device=phone.device, target=target, detail=why)
        self._telling.keep((event,), self._noting(phone.device, present=True, obstacle=why))

    def find_silent(self) -> None:
        """Say once of a phone that it was not scanned for longer than it should be."""
        for phone in self.phones:
            course = phone.course
            if course.silent or self._telling.at < course.silent_at or course.running is not None:
                continue
            course.silent = True
            there = "it is attached and could not be scanned" if phone.ready else "it is not there"
            event = self._telling.event(
                "silent", device=phone.device, target=phone.target, detail=phone.obstacle or there
            )
            since = self._telling.now - timedelta(seconds=self._telling.at - course.heard)
            self._telling.keep((event,), self._silence(phone.device, since))

    def another(self, phone: Phone, target: str) -> None:
        """Behind an address another phone answers: it is met anew, with no baseline."""
        name = name_of(target)
        if phone.device == name:
            return
        self._telling.keep((), lambda: self._store.change("DELETE FROM names WHERE name = ?", name))
        there = phone.there.get(target)
        self.went(target)
        if there is not None:
            self.came(Came(target=target, ready=there == "device", state=there))

    def counts(self) -> dict[str, int]:
        """Return how many phones are in which state, for a heartbeat."""
        phones = [*self.phones]
        return {
            "phones": len(phones),
            "attached": sum(bool(each.ready) for each in phones),
            "waiting": sum(each.obstacle is not None for each in phones),
            "silent": sum(each.course.silent for each in phones),
            "scanning": sum(each.course.running is not None for each in phones),
        }

    def _ready(self, phone: Phone, target: str) -> None:
        if target in phone.ready:
            if phone.obstacle is not None:  # it may have been unlocked, or paired
                phone.course.came()
            return
        first = not phone.ready
        phone.ready[target] = None
        phone.obstacle = None
        if first:
            phone.course.came()
            event = self._telling.event("attached", device=phone.device, target=target)
            self._telling.keep((event,), self._noting(phone.device, present=True, obstacle=None))

    def _meet(self, target: str, device: str) -> Phone:
        row = self._store.device(device)
        phone = self.phones.add(self._phone(device, target.partition(":")[0], row))
        if row is None:
            new = DeviceRow(
                device=device,
                platform=phone.platform,
                first_at=self._telling.now,
                interval=self._settings.pace.interval,
            )
            self._telling.keep((), lambda: self._store.put_device(new))
        return phone

    def _phone(self, device: str, platform: str, row: DeviceRow | None) -> Phone:
        now, at = self._telling.now, self._telling.at

        def when(moment: datetime | None) -> float | None:
            # A time that lies ahead was written by a clock that has been set back since.
            return None if moment is None else at + min(0.0, (moment - now).total_seconds())

        last, deep = (when(row.heard_at), when(row.deep_at)) if row else (None, None)
        return Phone(device, platform, Course(self._settings.pace, at, last=last, deep=deep))

    def _device_of(self, target: str) -> str:
        name = name_of(target)
        return self._store.device_of(name) or name

    def _noting(self, device: str, **changed: Any) -> Any:
        def write() -> None:
            row = self._store.device(device)
            if row is not None:
                self._store.put_device(structs.replace(row, **changed))

        return write

    def _silence(self, device: str, since: datetime) -> Any:
        return lambda: self._store.change(
            "INSERT OR IGNORE INTO silences VALUES (?, ?, NULL)", device, since.isoformat()
        )
