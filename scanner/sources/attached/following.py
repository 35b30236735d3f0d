"""Follows the adb server and usbmuxd at once, through their restarts.

Each is listened to by a thread of its own, which waits for what the server sends: nobody looks at
the bus again and again. Both threads tell into one bounded queue.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Collection, Generator
from datetime import UTC, datetime
from typing import NoReturn, Protocol

from scanner.errors import DeviceError, ScannerError
from scanner.model.source import Attached, Obstacle
from scanner.sources.attached.adb import Adb
from scanner.sources.attached.attachment import Attachment, Backoff, Kind, ServerName
from scanner.sources.attached.roster import PASSING, Roster, View
from scanner.sources.attached.usbmux import Usbmux
from scanner.sources.attached.wire import Ending, Wire
from scanner.sources.ios import mux

_WAITING = 1024  # events that nobody took yet; then the servers are not read either
_LOOK = 0.25  # seconds from one look at `stop` to the next
_FIRST_AGAIN, _LAST_AGAIN = 0.5, 60.0  # seconds; adb before 30 pushes no `unauthorized`
_LEAVE_WITHIN = 0.5  # seconds for the threads to end


class _Server(Protocol):
    """What knows which phones there are."""

    name: ServerName

    def open(self) -> Wire: ...
    def first(self, wire: Wire) -> View: ...
    def look(self) -> View: ...
    def read(self, wire: Wire) -> View: ...
    def gone(self) -> DeviceError: ...
    def odd(self) -> DeviceError: ...


def now() -> datetime:
    """Return the time of this computer."""
    return datetime.now(UTC)


def follow(
    *,
    host: str | None = None,
    port: int | None = None,
    usbmux: str | None = None,
    stop: threading.Event,
    servers: Collection[ServerName] = ("adb", "usbmux"),
    clock: Callable[[], datetime] = now,
    backoff: Backoff = Backoff(),  # noqa: B008 - it cannot be changed
    settle: float = 2.0,
) -> Generator[Attachment]:
    """Tell which phones come, change and go, until `stop` is set; first those that are there.

    `host` and `port` are the adb server's, `usbmux` the address of usbmuxd, if not the usual ones;
    `servers` says which of the two are followed, `clock` dates what is told. A server that is
    missing or breaks off is told once as `trouble`, and tried again, after `backoff`, for ever.
    When it is there again only what differs is told: a phone that it has not found `settle` seconds
    later is gone. An adb server is started where none runs, and where one ended and was not started
    again in ten seconds; none is ever ended.

    What nobody takes waits in the servers. UsageError for an address of usbmuxd that is none.
    """
    ending = Ending()
    followed: list[_Server] = []
    if "adb" in servers:
        followed.append(Adb(host, port, ending))
    if "usbmux" in servers:
        address = mux.address_of(usbmux)
        mux.is_running(address)
        followed.append(Usbmux(address, ending))
    events: queue.Queue[Attachment] = queue.Queue(_WAITING)
    lines = [
        _Line(server, events, ending, clock=clock, backoff=backoff, settle=settle)
        for server in followed
    ]
    return _joined(lines, events, stop, ending)


def _joined(
    lines: Collection[_Line],
    events: queue.Queue[Attachment],
    stop: threading.Event,
    ending: Ending,
) -> Generator[Attachment]:
    threads = [
        threading.Thread(target=line.run, name=f"follow {line.name}", daemon=True) for line in lines
    ]
    try:
        for thread in threads:
            thread.start()
        while not stop.is_set():
            try:
                event = events.get(timeout=_LOOK)
            except queue.Empty:
                if not all(thread.is_alive() for thread in threads):
                    raise RuntimeError("a thread that follows phones has failed") from None
                continue
            yield event
    finally:
        ending.end()
        until = time.monotonic() + _LEAVE_WITHIN
        for thread in threads:  # one that is starting a server is left behind
            thread.join(max(until - time.monotonic(), 0))


class _Line:
    """Follows one server."""

    def __init__(
        self,
        server: _Server,
        events: queue.Queue[Attachment],
        ending: Ending,
        *,
        clock: Callable[[], datetime],
        backoff: Backoff,
        settle: float,
    ) -> None:
        self.name = server.name
        self._server, self._events, self._ending = server, events, ending
        self._clock, self._backoff, self._settle = clock, backoff, settle
        self._roster = Roster()
        self._troubled = False
        self._opened: float | None = None

    def run(self) -> None:
        """Listen, again and again, until the end."""
        pause = self._backoff.first
        while not self._ending.is_set:
            self._opened = None
            trouble = self._listen()
            if not self._troubled:
                self._troubled = True
                self._put(self._event("trouble", trouble=trouble))
            # One that stood for a while was no vain attempt; one that breaks at once is.
            stood = 0.0 if self._opened is None else time.monotonic() - self._opened
            pause = self._backoff.first if stood > pause else pause
            self._ending.wait(pause)
            pause = min(2 * pause, self._backoff.longest)

    def _listen(self) -> Obstacle:
        """Tell what comes by one connection; return why it is over."""
        try:
            with self._server.open() as wire:
                self._follow(wire, self._server.first(wire))
        except ScannerError as error:
            return Obstacle(str(error), error.remedy)
        except OSError as error:
            silent = isinstance(error, TimeoutError)
            said = self._server.odd() if silent else self._server.gone()
            return Obstacle(str(said), said.remedy)

    def _follow(self, wire: Wire, view: View) -> NoReturn:
        self._opened = time.monotonic()
        if self._troubled:
            self._troubled = False
            self._put(self._event("recovered"))
        self._roster.begin_anew()
        settles = time.monotonic() + self._settle if self._roster else None
        patience = _FIRST_AGAIN
        while True:
            self._tell(view, settled=settles is None)
            again = time.monotonic() + patience if _passing(view) else None
            until = min((each for each in (settles, again) if each is not None), default=None)
            if wire.wait(until):
                view, patience = self._server.read(wire), _FIRST_AGAIN
            elif until == settles:
                settles = None
            else:
                view, patience = self._look(wire, view), min(2 * patience, _LAST_AGAIN)

    def _look(self, wire: Wire, known: View) -> View:
        """Ask for the phones; what was sent in the meantime is not known yet, and goes first."""
        view = self._server.look()
        return known if wire.wait(time.monotonic()) else view

    def _tell(self, view: View, *, settled: bool) -> None:
        for kind, phone in self._roster.news(view, settled=settled):
            self._put(self._event(kind, phone))

    def _event(
        self, kind: Kind, phone: Attached | None = None, trouble: Obstacle | None = None
    ) -> Attachment:
        return Attachment(
            kind=kind, at=self._clock(), server=self.name, phone=phone, trouble=trouble
        )

    def _put(self, event: Attachment) -> None:
        while not self._ending.is_set:
            try:
                self._events.put(event, timeout=_LOOK)
            except queue.Full:
                continue
            return


def _passing(view: View) -> bool:
    return any(seen.phone.state in PASSING for seen in view.values())
