"""One connection of an adb server to a simulated phone: the device's side of the protocol."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Coroutine
from typing import Any, Literal

from msgspec import Struct

from scanner.errors import ScannerError
from scanner.simulate import shell
from scanner.simulate.counters import Counters, Event
from scanner.simulate.faults import Faults
from scanner.simulate.keys import TOKEN_SIZE, PublicKey
from scanner.simulate.pace import Pace
from scanner.simulate.packets import MAX_PAYLOAD, VERSION, Packet, read_packet
from scanner.simulate.phone import Phone
from scanner.simulate.stream import Stream, StreamClosed
from scanner.simulate.sync import FileService
from scanner.simulate.userland import Userland

State = Literal["device", "recovery", "sideload", "rescue", "bootloader", "offline"]
Auth = Literal["accept", "authorized", "unauthorized"]
_TOKEN, _SIGNATURE = 1, 2
_ALLOWING = 0  # the number of no stream


class Served(Struct, kw_only=True):
    """What all connections of one phone share."""

    phone: Phone
    userland: Userland
    faults: Faults
    pace: Pace
    counters: Counters
    state: State
    auth: Auth
    keys: list[PublicKey]
    allow_after: float | None
    go_away: Callable[[], object]  # closes the listening socket
    dropped: bool = False  # a drop happens once
    locked: bool = False


class Connection:
    """Speaks with one adb server until either side ends."""

    def __init__(
        self, served: Served, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._served, self._reader, self._writer = served, reader, writer
        self._streams: dict[int, Stream] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._opened = 0
        self._online = False
        self._payload = MAX_PAYLOAD
        self._delayed = False
        self._token = os.urandom(TOKEN_SIZE)
        self._leaving = False

    async def run(self) -> None:
        """Answer packets until the connection ends."""
        try:
            while True:
                await self._answer(await read_packet(self._reader))
        except (EOFError, ConnectionError, ScannerError):
            pass
        finally:
            tasks = [*self._tasks.values()]
            for stream in self._streams.values():
                self._end(stream)
            if allowing := self._tasks.get(_ALLOWING):
                allowing.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._writer.close()
            with contextlib.suppress(ConnectionError):
                await self._writer.wait_closed()

    def abort(self) -> None:
        """End at once, whether or not the other side takes what was sent."""
        self._writer.transport.abort()

    async def drop(self) -> None:
        """Go away like a pulled cable; what was sent before still arrives."""
        if self._leaving:
            return
        if self._served.faults.stays_away:
            self._served.go_away()
        self._served.counters.tell(Event("dropped"))
        self._leaving = True
        with contextlib.suppress(OSError):
            self._writer.write_eof()
        await asyncio.sleep(0.05)  # closing at once may reset, and so take back, what was sent
        self._writer.close()

    async def _answer(self, packet: Packet) -> None:
        stream = self._streams.get(packet.second)
        match packet.command:
            case b"CNXN":
                await self._greet(packet)
            case b"AUTH":
                await self._check(packet)
            case b"OPEN":
                await self._open(packet)
            case b"OKAY" if stream:
                stream.acknowledged(packet.payload)
            case b"WRTE" if stream:
                stream.received(packet.payload)
            case b"WRTE":
                await self._send(Packet(b"CLSE", 0, packet.first))
            case b"CLSE" if stream:
                self._end(stream)

    async def _greet(self, packet: Packet) -> None:
        self._payload = min(packet.second, MAX_PAYLOAD)
        _, _, features = packet.payload.rstrip(b"\0").partition(b"features=")
        delayed = b"delayed_ack" in features.split(b",")
        self._delayed = delayed and "delayed_ack" in self._served.phone.features
        if self._served.state == "offline":
            return
        if self._served.auth == "accept" or self._online:
            await self._welcome()
        else:
            await self._send(Packet(b"AUTH", _TOKEN, 0, self._token))

    async def _check(self, packet: Packet) -> None:
        served = self._served
        known = () if served.auth == "unauthorized" else served.keys
        if packet.first == _SIGNATURE:
            if any(key.signed(self._token, packet.payload) for key in known):
                await self._welcome()
            else:
                await self._send(Packet(b"AUTH", _TOKEN, 0, self._token))
        elif served.auth == "authorized" and served.allow_after is not None:
            key = PublicKey.parse(packet.payload)
            self._start(_ALLOWING, self._allow(key, served.allow_after))

    async def _allow(self, key: PublicKey, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._served.keys.append(key)
        await self._welcome()

    async def _welcome(self) -> None:
        phone, self._online = self._served.phone, True
        facts = (
            f"ro.product.name={phone.product}",
            f"ro.product.model={phone.model}",
            f"ro.product.device={phone.device}",
            f"features={','.join(phone.features)}",
        )
        banner = f"{self._served.state}::{';'.join(facts)}".encode()
        self._served.counters.tell(Event("online", self._served.state))
        await self._send(Packet(b"CNXN", VERSION, MAX_PAYLOAD, banner))

    async def _open(self, packet: Packet) -> None:
        service = packet.payload.partition(b"\0")[0].decode("utf-8", "surrogateescape")
        kind = service.partition(":")[0].partition(",")[0]
        served, faults = self._served, self._served.faults
        before = served.counters.open(kind, service)
        if before == faults.drop_after_streams:
            await self.drop()
            return
        if faults.lock_after_streams is not None and before >= faults.lock_after_streams:
            self._lock()
            if faults.locked_refuses:
                await self._refuse(packet.first, service)
                await self.drop()
                return
        refuses = faults.refuse_after_streams is not None and before >= faults.refuse_after_streams
        if refuses or not self._online or not self._serves(service):
            await self._refuse(packet.first, service)
            return
        self._opened += 1
        stream = Stream(
            self._send,
            self._opened,
            packet.first,
            payload=self._payload,
            window=packet.second if self._delayed else None,
        )
        self._streams[stream.local] = stream
        self._start(stream.local, self._serve(stream, service))

    def _serves(self, service: str) -> bool:
        name, colon, _ = service.partition(":")
        kind, *options = name.split(",")
        if not colon or self._served.state not in ("device", "recovery"):
            return False
        if "v2" in options and "shell_v2" not in self._served.phone.features:
            return False
        return kind in ("shell", "exec", "sync")

    async def _serve(self, stream: Stream, service: str) -> None:
        served = self._served
        name, _, command = service.partition(":")
        try:
            await served.pace.opening()
            await stream.accept()
            if name == "sync":
                await self._files(stream).run()
            elif "v2" in name.split(","):
                await shell.run_v2(stream, served.userland, command, served.faults.frames)
            else:
                await shell.run(stream, served.userland, command)
        except (StreamClosed, OSError):
            pass  # nobody listens any more, or the command cannot be started: the stream ends
        finally:
            self._streams.pop(stream.local, None)
            self._tasks.pop(stream.local, None)
            with contextlib.suppress(StreamClosed, ConnectionError):
                await stream.close()

    def _end(self, stream: Stream) -> None:
        # Once only: a second cancellation would interrupt the first one's clean-up.
        if not stream.closed:
            stream.end()
            self._tasks[stream.local].cancel()

    def _files(self, stream: Stream) -> FileService:
        return FileService(
            stream,
            self._served.userland.tree,
            features=self._served.phone.features,
            fault=self._served.faults.sync,
            hostile_names=self._served.faults.hostile_names,
            refuse=self._served.counters.refuse,
        )

    def _lock(self) -> None:
        if not self._served.locked:
            self._served.locked = True
            self._served.userland.lock()
            self._served.counters.tell(Event("locked"))

    def _start(self, number: int, work: Coroutine[Any, Any, None]) -> None:
        self._tasks[number] = asyncio.create_task(work)

    async def _refuse(self, remote: int, service: str) -> None:
        self._served.counters.refuse(service)
        await self._send(Packet(b"CLSE", 0, remote))

    async def _send(self, packet: Packet) -> None:
        last = False
        if packet.command == b"WRTE":
            await self._served.pace.sending(len(packet.payload))
            packet, last = self._within_limit(packet)
            self._served.counters.sent(len(packet.payload))
        if self._leaving or self._writer.is_closing():
            raise StreamClosed
        if packet.payload or not last:
            self._writer.write(packet.encode())
            await self._writer.drain()
        if last:
            await self.drop()
            raise StreamClosed

    def _within_limit(self, packet: Packet) -> tuple[Packet, bool]:
        """Cut the packet at which the phone goes away; whether it is the last."""
        limit, served = self._served.faults.drop_after_bytes, self._served
        if limit is None or served.dropped:
            return packet, False
        left = limit - served.counters.bytes_sent
        if len(packet.payload) < left:
            return packet, False
        served.dropped = True
        return packet._replace(payload=packet.payload[:left]), True
