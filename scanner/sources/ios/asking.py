"""Puts requests to a phone: each over a connection of its own, many at once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager, nullcontext

from pymobiledevice3.exceptions import PyMobileDevice3Exception
from pymobiledevice3.usbmux import MuxDevice

from scanner.errors import DeviceError, DeviceLost, NotAvailable, ParseError
from scanner.model.requests import (
    AnyRequest,
    CrashFile,
    CrashReports,
    Instruments,
    Lockdown,
    LogStream,
    Packets,
    ServiceCall,
)
from scanner.sources.ios import mux
from scanner.sources.ios.afc import Afc
from scanner.sources.ios.allowed import CRASH_AREA, LOG, PACKETS, require_call
from scanner.sources.ios.connection import PIECE, Connection, map_of
from scanner.sources.ios.crash_area import CrashArea
from scanner.sources.ios.feed import Feed, LimitReached
from scanner.sources.ios.instruments import instruments
from scanner.sources.ios.lanes import Lane
from scanner.sources.ios.lockdown import Lockdown as Client
from scanner.sources.ios.lockdown import begun
from scanner.sources.ios.pairing_record import PairingRecord
from scanner.sources.ios.plan import message_of
from scanner.sources.ios.refusals import BROKEN_OFF, REFUSED, place_of, reason_of_word
from scanner.sources.ios.streams import log_stream, packets

log = logging.getLogger(__name__)

_AT_ONCE = 6  # calls of services; streams run beside them
_BETWEEN = 0.7  # seconds from the answer to one turn of a call to the next turn
_SEEN = 0.7  # seconds for which a phone that was there still is
_VALUE_WITHIN = 5.0  # seconds: others wait for their turn
_ALIVE_WITHIN = 3.0  # seconds
_REFUSAL = 64 * 1024  # bytes: a refusal of lockdownd is short
_MARK = b"\x01"


class Phone:
    """A phone whose pairing holds: two sessions, so that no value waits for a service to start."""

    def __init__(self, device: MuxDevice, address: str, record: PairingRecord) -> None:
        self.device, self.address, self.record = device, address, record
        self.values: Client | None = None
        self._services: Client | None = None
        self._opening, self._checking = asyncio.Lock(), asyncio.Lock()
        self._slots, self._values_turn = asyncio.Semaphore(_AT_ONCE), asyncio.Lock()
        self._last_seen = 0.0

    async def open(self) -> None:
        """Begin the session in which values are asked for."""
        self.values = await begun(self.device, self.address, self.record)

    async def close(self) -> None:
        """End the sessions."""
        for client in (self.values, self._services):
            if client is not None:
                await client.leave()

    def requests(self) -> int:
        """Return how many requests lockdownd was asked, starts of services among them."""
        return sum(client.requests for client in (self.values, self._services) if client)

    async def services(self) -> Client:
        """Return the session in which services are started."""
        async with self._opening:
            if self._services is None:
                self._services = await begun(self.device, self.address, self.record)
            return self._services

    async def value(self, domain: str | None, key: str | None) -> bytes:
        """Return lockdownd's answer about a domain, or one value of it, as it came."""
        if self.values is None:
            raise DeviceError("The session with the phone is not open.")
        options = {"Domain": domain, "Key": key}
        given = {name: value for name, value in options.items() if value is not None}
        return await self.values.reply("GetValue", given)

    async def fill(self, lane: Lane, deadline: float | None) -> None:
        """Put the requests of a lane, one after the other. DeviceLost where the phone is gone.

        A call that the phone has left without a word is not put again.
        """
        try:
            async with self._turn_of(lane):
                silent = False
                for turn, request in enumerate(lane.requests):
                    if turn and not silent:
                        await asyncio.sleep(_BETWEEN)
                    feed = Feed(lane, request, deadline)
                    if silent:
                        await feed.break_off(TimeoutError())
                    else:
                        await self._put(feed)
                        silent = feed.silent
        finally:
            lane.finish()

    def _turn_of(self, lane: Lane) -> AbstractAsyncContextManager[None]:
        """Return what a lane waits for: values for each other, calls for a place among a few."""
        if isinstance(lane.requests[0], Lockdown):
            return self._values_turn
        is_call = isinstance(lane.requests[0], ServiceCall)
        return self._slots if is_call and len(lane.requests) == 1 else nullcontext()

    async def _put(self, feed: Feed) -> None:
        try:
            await self._ask(feed)
        except LimitReached:
            await feed.end_at_limit()
        except REFUSED as error:
            if isinstance(error, BROKEN_OFF) and not feed.is_over():
                await self._require_here()
            await feed.break_off(error)
        except mux.OF_ANOTHER_FORM as error:  # costs this request; its text may quote the phone
            log.warning("unexpected %s", place_of(error))
            await feed.break_off(ParseError("an answer of another form than is known"))
        else:
            await feed.end()

    async def _ask(self, feed: Feed) -> None:
        request: AnyRequest = feed.request
        match request:
            case Lockdown():
                await self._ask_lockdown(request, feed)
            case ServiceCall():
                async with self._service(request.service, feed) as connection:
                    await _call(connection, request, feed)
            case LogStream():
                async with self._service(LOG, feed) as connection:
                    await log_stream(connection, feed, request)
            case Packets():
                async with self._service(PACKETS, feed) as connection:
                    await packets(connection, feed, request)
            case CrashReports():
                async with self._service(CRASH_AREA, feed) as connection:
                    await CrashArea(Afc(connection, feed.received), feed).list(request)
            case CrashFile():
                async with self._service(CRASH_AREA, feed) as connection:
                    await CrashArea(Afc(connection, _uncounted), feed).copy(request)
            case Instruments():
                await self._watch(request, feed)
            case _:
                raise NotAvailable("source_absent", "an iPhone is not asked for this")

    async def _ask_lockdown(self, request: Lockdown, feed: Feed) -> None:
        async with feed.waiting(_VALUE_WITHIN):
            data = await self.value(request.domain, request.key)
        word = _refusal(data)
        if word is not None:
            raise NotAvailable(*reason_of_word(word))
        await feed.write(data)

    async def _watch(self, request: Instruments, feed: Feed) -> None:
        async with feed.waiting():
            client = await self.services()
        lines = instruments(client, request, on_bytes=feed.received)
        async with aclosing(lines):
            async for line in lines:
                await feed.write(line)

    @asynccontextmanager
    async def _service(self, name: str, feed: Feed) -> AsyncIterator[Connection]:
        async with feed.waiting():
            connection = await (await self.services()).start(name)
        feed.asked_now()
        try:
            yield connection
        finally:
            await connection.close()

    async def _require_here(self) -> None:
        """DeviceLost where usbmuxd has the phone no longer, or lockdownd answers nothing."""
        async with self._checking:
            if time.monotonic() - self._last_seen < _SEEN:
                return
            await require_here(self.device, self.address)
            self._last_seen = time.monotonic()


async def require_here(device: MuxDevice, address: str) -> None:
    """DeviceLost where usbmuxd has the phone no longer, or lockdownd answers nothing."""
    try:
        async with asyncio.timeout(_ALIVE_WITHIN):
            found = await mux.listed(address)
            if all(one.devid != device.devid for one in found):
                raise _gone("went away")
            await (await Client.connect(device, address)).close()
    except (TimeoutError, PyMobileDevice3Exception, OSError, EOFError) as error:
        raise _gone("does not answer any more") from error


def _gone(what: str) -> DeviceLost:
    return DeviceLost(
        f"The iPhone {what}.",
        remedy="Plug it in again, unlock it, keep it unlocked, and start again.",
    )


async def _call(connection: Connection, request: ServiceCall, feed: Feed) -> None:
    """Send one message and write the one answer to it."""
    message = message_of(request)
    require_call(request.service, message)
    async with feed.waiting():
        await connection.send_message(message)
        if request.service == LOG and await connection.recvall(1) != _MARK:
            raise ParseError("the mark of an answer expected")
        size = await connection.length()
    while size:
        async with feed.waiting():
            piece = await connection.recv_any(min(size, PIECE))
        if not piece:
            raise ConnectionResetError
        size -= len(piece)
        await feed.write(piece)


def _refusal(data: bytes) -> str | None:
    """Return the word with which lockdownd refuses; None for an answer that is none."""
    if len(data) > _REFUSAL:
        return None
    try:
        word = map_of(data).get("Error")
    except PyMobileDevice3Exception:
        return None  # no property list: evidence all the same
    return word if isinstance(word, str) else None


def _uncounted(_data: bytes) -> None:
    """Take what is kept as it came."""


async def fill(phone: Phone, lanes: Sequence[Lane], deadline: float | None) -> None:
    """Fill lanes at the same time. DeviceError, and the others end, where one finds none there."""
    lost: DeviceError | None = None
    try:
        async with asyncio.TaskGroup() as group:
            for lane in lanes:
                group.create_task(phone.fill(lane, deadline))
    except* DeviceError as errors:
        lost = next(error for error in errors.exceptions if isinstance(error, DeviceError))
    finally:
        for lane in lanes:
            lane.finish()
    if lost is not None:
        raise lost
