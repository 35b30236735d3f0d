"""A simulated tunneld, and the end of each tunnel on a simulated iPhone of iOS 17 or later.

tunneld tells by HTTP which tunnels there are. At the end of one the phone says by RemoteXPC which
services it has: here only the developer services, and only where the phone is recorded with them.
The encryption of a real tunnel is not simulated: what goes through one is what is served here.
"""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from typing import Any, Self

import msgspec

from scanner.errors import ParseError
from scanner.formats import remote_xpc
from scanner.simulate.ios.device import SimulatedIPhone
from scanner.simulate.ios.instruments import serve_instruments
from scanner.simulate.ios.wire import GONE

DEVELOPER_SERVICES = "com.apple.instruments.dtservicehub"
DISCOVERY = "remoted"
"""What the service that tells of all others is called in faults and calls."""

_HOST = "127.0.0.1"
_REQUEST_LIMIT = 65536
_ROOT = 1
_PIECE = 16384  # bytes of a frame

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Tunneld:
    """Serves the tunnels of phones from a thread of its own; only this machine can reach them.

    `address` is host and port where they are told. Everything public may be read from any thread.
    """

    def __init__(self, phones: Sequence[SimulatedIPhone]) -> None:
        self._phones = tuple(phones)
        self._tasks: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []
        self._tunnels: dict[str, list[dict[str, Any]]] = {}
        self._thread: threading.Thread | None = None
        self.address = (_HOST, 0)

    def __enter__(self) -> Self:
        ready: Future[int] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(ready)), name="tunneld", daemon=True
        )
        self._thread.start()
        self.address = (_HOST, ready.result())
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._stopped.set)
            self._thread.join()

    async def _serve(self, ready: Future[int]) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        for phone in self._phones:
            discovery = await self._listen(
                functools.partial(self._discover, phone, await self._port_of(phone))
            )
            tunnel = {"tunnel-address": _HOST, "tunnel-port": discovery, "interface": "simulated"}
            self._tunnels[phone.udid] = [tunnel]
        ready.set_result(await self._listen(self._tell))
        await self._stopped.wait()
        for server in self._servers:
            server.close()
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _port_of(self, phone: SimulatedIPhone) -> int | None:
        """Return the port of the developer services; None where no image is mounted."""
        if phone.recorded.instruments is None:
            return None

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await phone.hush(DEVELOPER_SERVICES, reader)
            metered = phone.metered(DEVELOPER_SERVICES, writer)
            await serve_instruments(phone, reader, metered, DEVELOPER_SERVICES)

        return await self._listen(serve)

    async def _listen(self, serve: Serve) -> int:
        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(_until_gone(serve, reader, writer))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        server = await asyncio.start_server(connected, _HOST, 0)
        self._servers.append(server)
        port: int = server.sockets[0].getsockname()[1]
        return port

    async def _tell(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = msgspec.json.encode(self._tunnels)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n")
        writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    async def _discover(
        self,
        phone: SimulatedIPhone,
        port: int | None,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Take an introduction, answer with what the phone is, and keep the connection."""
        await phone.hush(DISCOVERY, reader)
        writer = phone.metered(DISCOVERY, writer)
        try:
            phone.called(DISCOVERY, await _introduction(reader, writer))
        except ParseError as error:
            raise ConnectionAbortedError("not RemoteXPC") from error
        flags = remote_xpc.ALWAYS | remote_xpc.HAS_DATA
        said = phone.faults.replace.get(DISCOVERY) or remote_xpc.message(
            flags, 2, _said(phone, port)
        )
        for at in range(0, len(said), _PIECE):
            writer.write(remote_xpc.frame(remote_xpc.DATA, _ROOT, said[at : at + _PIECE]))
        await writer.drain()
        while await reader.read(_REQUEST_LIMIT):
            pass


async def _introduction(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> dict[str, Any]:
    """Read frames until the other side says who it is."""
    if await reader.readexactly(len(remote_xpc.PREFACE)) != remote_xpc.PREFACE:
        raise ParseError("HTTP/2 expected")
    messages = remote_xpc.Messages()
    writer.write(remote_xpc.frame(remote_xpc.SETTINGS, 0, remote_xpc.settings(streams=100)))
    await writer.drain()
    while True:
        header = remote_xpc.frame_header(await reader.readexactly(remote_xpc.FRAME_HEADER))
        payload = await reader.readexactly(header.length)
        if header.kind == remote_xpc.SETTINGS and not header.flags & remote_xpc.ACKNOWLEDGE:
            writer.write(remote_xpc.frame(remote_xpc.SETTINGS, 0, flags=remote_xpc.ACKNOWLEDGE))
        if header.kind == remote_xpc.DATA and header.stream == _ROOT:
            for value in messages.feed(payload):
                if isinstance(value, dict) and value.get("MessageType") == "Handshake":
                    return value


def _said(phone: SimulatedIPhone, port: int | None) -> dict[str, Any]:
    values = phone.values()
    properties = {
        "UniqueDeviceID": phone.udid,
        "ProductType": values.get("ProductType"),
        "OSVersion": values.get("ProductVersion"),
        "BuildVersion": values.get("BuildVersion"),
    }
    services = {}
    if port is not None:
        services[DEVELOPER_SERVICES] = {"Port": str(port), "Properties": {"UsesRemoteXPC": False}}
    return {"MessageType": "Handshake", "Properties": properties, "Services": services}


async def _until_gone(
    serve: Serve, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        await serve(reader, writer)
    except (asyncio.LimitOverrunError, *GONE):
        pass
    finally:
        writer.close()
        try:
            async with asyncio.timeout(0.2):
                await writer.wait_closed()
        except (TimeoutError, *GONE):
            writer.transport.abort()
