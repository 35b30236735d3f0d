"""A live iPhone as a source of answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING

from scanner.errors import DeviceError, DeviceLost
from scanner.model.evidence import Unanswered
from scanner.model.requests import AnyRequest
from scanner.model.source import Answer, DeviceAction, OnAction, Probe
from scanner.sources.ios import mux, plan, probe
from scanner.sources.ios.lanes import Began, Lane, Skipped
from scanner.sources.ios.session import Session, result_of
from scanner.sources.live import LiveAnswer, next_ready

if TYPE_CHECKING:
    from scanner.sources.ios.asking import Phone

ORIGIN = "usbmux"
_ENDING = 10.0  # seconds that what is left of an iteration gets to end


class IosSource:
    """A phone that usbmuxd reaches, and that trusts this computer. Several threads may ask it.

    `on_action` is told, in the thread that asks, each thing done to the device. `round_trips`
    counts requests to lockdownd, starts of services among them. `host_keys` is the fingerprint of
    the certificate by which the phone knows this computer.
    """

    platform = "ios"

    def __init__(
        self, session: Session, phone: Phone, transport: str, on_action: OnAction | None
    ) -> None:
        self._session, self._phone = session, phone
        self.transport = transport
        self.device_id = self.serial = phone.device.serial
        self.host_keys: tuple[str, ...] = (phone.record.fingerprint,)
        self.on_action = on_action
        self._closing, self._closed = threading.Lock(), False

    @property
    def round_trips(self) -> int:
        return self._phone.requests()

    def probe(self) -> Probe:
        """Ask for clock and lock state. DeviceLost where the phone does not answer."""
        try:
            probed, actions = self._session.run(probe.ask(self._phone))
        except DeviceError as error:
            raise _lost(error) from error
        for action in actions:
            self._tell(action)
        return probed

    def fetch_all(
        self, requests: Sequence[AnyRequest], *, deadline: float | None = None
    ) -> Generator[Answer | Unanswered]:
        """Answer each request once, as they come. DeviceLost when the phone goes away.

        `deadline` is on the monotonic clock. Answers are read in turn; closing the iterator ends
        everything that still runs for it.
        """
        asked = [request for request in requests if plan.is_asked(request)]
        for request in requests:
            if request not in asked:
                yield Unanswered(
                    request=request,
                    reason="source_absent",
                    detail="an iPhone is not asked for this",
                )
        if asked:
            yield from self._fetch(plan.rows(asked), deadline)

    def close(self) -> None:
        """Leave the device."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
            try:
                self._session.run(self._phone.close())
            finally:
                self._session.close()
        self._tell(DeviceAction(op="disconnect", argv=(self.transport,)))

    def _fetch(
        self, rows: Sequence[Sequence[AnyRequest]], deadline: float | None
    ) -> Iterator[Answer | Unanswered]:
        from scanner.sources.ios.asking import fill  # noqa: PLC0415 - a second's import

        changed, ended = threading.Condition(), threading.Event()
        lanes = [Lane(row, changed) for row in rows]

        async def work() -> None:
            try:
                await fill(self._phone, lanes, deadline)
            finally:
                ended.set()

        running = self._session.start(work())
        try:
            while (lane := next_ready(lanes, changed)) is not None:
                yield from self._next(lane)
            result_of(running)
        except DeviceError as error:
            raise _lost(error) from error
        finally:
            running.cancel()
            ended.wait(_ENDING)

    def _next(self, lane: Lane) -> Iterator[Answer | Unanswered]:
        event = lane.get()
        if isinstance(event, Skipped):
            if event.asked:
                self._tell(_action(event.request, seconds=event.seconds))
            yield Unanswered(request=event.request, reason=event.reason, detail=event.detail)
        elif isinstance(event, Began):
            answer = LiveAnswer(event.request, ORIGIN, event.at, lane)
            try:
                yield answer
                answer.finish()
            finally:  # also where the reader leaves early: the device did it either way
                self._tell(
                    _action(
                        answer.request,
                        seconds=answer.so_far().seconds,
                        size=answer.size,
                        sha256=answer.digest.hexdigest(),
                    )
                )

    def _tell(self, action: DeviceAction) -> None:
        if self.on_action is not None:
            self.on_action(action)


def open_ios(
    udid: str | None = None, *, address: str | None = None, on_action: OnAction | None = None
) -> IosSource:
    """Open the iPhone with a UDID, or the only one attached.

    `address` is usbmuxd's, HOST:PORT or a path, if not the usual one. DeviceError, with what to do,
    where there is no such phone or something stands in its way. The caller closes the source.
    """
    where = mux.address_of(address)
    if not mux.is_running(where):
        raise mux.none_running()
    began = time.monotonic()
    session = Session()
    try:
        phone, transport = session.run(_opened(udid, where))
    except BaseException:
        session.close()
        raise
    source = IosSource(session, phone, transport, on_action)
    try:
        if on_action is not None:
            on_action(DeviceAction(op="connect", argv=(transport,)))
            milliseconds = round((time.monotonic() - began) * 1000)
            on_action(
                DeviceAction(op="lockdown", argv=("StartSession",), milliseconds=milliseconds)
            )
    except BaseException:
        source.on_action = None  # it has had its say
        source.close()
        raise
    return source


async def _opened(udid: str | None, address: str) -> tuple[Phone, str]:
    from scanner.sources.ios import opening  # noqa: PLC0415 - a second's import

    device = await opening.chosen(udid, address)
    return await opening.opened(device, address), opening.transport_of(device)


def _action(
    request: AnyRequest, *, seconds: float, size: int = 0, sha256: str | None = None
) -> DeviceAction:
    return DeviceAction(
        op=plan.operation(request),
        argv=plan.words(request),
        bytes=size,
        sha256=sha256,
        milliseconds=round(seconds * 1000),
    )


def _lost(error: DeviceError) -> DeviceLost:
    if isinstance(error, DeviceLost):
        return error
    return DeviceLost(str(error), remedy=error.remedy)
