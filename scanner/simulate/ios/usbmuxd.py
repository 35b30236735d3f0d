"""A simulated usbmuxd with simulated iPhones at its cables."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Literal, Self

from scanner.errors import UsageError
from scanner.simulate.ios.device import SimulatedIPhone
from scanner.simulate.ios.mux_client import Cables, MuxClient
from scanner.simulate.ios.services import SERVICES, Handler
from scanner.simulate.ios.wire import GONE

Connection = Literal["USB", "Network"]

_HOST = "127.0.0.1"
_FAREWELL = 0.2  # seconds
_TURNS = 5  # of the loop, until a connection that was accepted is served


class Usbmuxd:
    """Serves phones over usbmuxd's protocol, from a thread of its own.

    `address` is what stands in USBMUXD_SOCKET_ADDRESS. `path` is a Unix socket that is served as
    well. Only this machine can reach it. Everything public may be read from any thread.
    """

    def __init__(
        self,
        phones: Sequence[SimulatedIPhone],
        *,
        port: int = 0,
        path: Path | None = None,
        services: Mapping[str, Handler] = SERVICES,
    ) -> None:
        self._port, self._path = port, path
        self._cables = Cables(phones, services)
        self._clients: dict[asyncio.WriteTransport, asyncio.Task[None]] = {}
        self._broken: list[BaseException] = []
        self._thread: threading.Thread | None = None
        self.address = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def saved(self) -> dict[str, bytes]:
        """Pair records that computers had it keep, by UDID."""
        return dict(self._cables.saved)

    @property
    def requests(self) -> tuple[str, ...]:
        """The kinds of the messages that it was sent, in order."""
        return tuple(self._cables.requests)

    def start(self) -> None:
        """Listen. UsageError where the port or the path is taken.

        Started again after a stop, it listens where it did, and counts its phones from 1.
        """
        self._cables.renumber()
        ready: Future[int] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(ready,), name="usbmuxd", daemon=True
        )
        self._thread.start()
        try:
            self._port = ready.result()
            self.address = f"{_HOST}:{self._port}"
        except OSError as error:
            self._thread.join()
            self._thread = None
            where = f"port {self._port}" if self._path is None else str(self._path)
            raise UsageError(f"{where}: {error.strerror}") from error

    def stop(self) -> None:
        """Close everything. What went wrong in a service, and is no fault asked for, is raised."""
        if self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()
        self._thread = None
        if self._broken:
            raise self._broken[0]

    def restart(self) -> None:
        """Stop and start at the same port, with the phones that are there, counted from 1."""
        self.stop()
        self.start()

    def plug(self, phone: SimulatedIPhone, *connections: Connection) -> None:
        """Attach a phone, a new one or one that was unplugged; by default as it is recorded."""
        kinds = connections or phone.recorded.connections
        self._do(lambda: self._cables.plug(phone, kinds))

    def unplug(self, phone: SimulatedIPhone, connection: Connection | None = None) -> None:
        """Let a phone go away, as when its cable is pulled; or one of its connections only."""
        if connection is None:
            self._do(phone.go_away)
        else:
            self._do(lambda: self._cables.unplug(phone, connection))

    def _do(self, act: Callable[[], None]) -> None:
        """Run something in the thread that serves; where none does, here."""

        async def go() -> None:
            act()

        if self._thread is None:
            act()
        else:
            asyncio.run_coroutine_threadsafe(go(), self._loop).result()

    def _run(self, ready: Future[int]) -> None:
        try:
            asyncio.run(self._serve(ready))
        except OSError as error:
            ready.set_exception(error)

    async def _serve(self, ready: Future[int]) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connected, _HOST, self._port)
        servers: list[asyncio.Server] = [server]
        try:
            if self._path is not None:
                servers.append(await asyncio.start_unix_server(self._connected, self._path))
            ready.set_result(server.sockets[0].getsockname()[1])
            await self._stopped.wait()
        finally:
            await self._end_accepting(servers)
            await self._end_clients()
            if self._path is not None:
                self._path.unlink(missing_ok=True)

    async def _end_accepting(self, servers: Sequence[asyncio.Server]) -> None:
        # A server that is closed while it takes a connection leaves that socket open.
        for each in servers:
            for listening in each.sockets:
                self._loop.remove_reader(listening.fileno())
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        for each in servers:
            each.close()

    async def _end_clients(self) -> None:
        tasks = [*self._clients.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for transport in self._clients:  # a task that had not begun has closed nothing
            transport.abort()
        await asyncio.sleep(0)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        transport = writer.transport
        task = asyncio.create_task(self._serve_client(reader, writer))
        self._clients[transport] = task
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken.append(error)

    async def _serve_client(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        transport = writer.transport
        try:
            with suppress(*GONE):
                await MuxClient(self._cables, reader, writer).run()
            await _farewell(writer)
        finally:
            transport.abort()
            self._clients.pop(transport, None)


async def _farewell(writer: asyncio.StreamWriter) -> None:
    """Close a connection as TLS does, without waiting long for a client that does not answer."""
    writer.close()
    with suppress(TimeoutError, *GONE):
        async with asyncio.timeout(_FAREWELL):
            await writer.wait_closed()
