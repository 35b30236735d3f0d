"""A simulated phone: what `adb connect` finds at 127.0.0.1."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Self

from scanner.errors import UsageError
from scanner.simulate.connection import Auth, Connection, Served, State
from scanner.simulate.counters import Counters, Event
from scanner.simulate.faults import Faults, Line
from scanner.simulate.keys import PublicKey
from scanner.simulate.pace import Pace
from scanner.simulate.phone import Argv, Phone
from scanner.simulate.userland import ShellKind, Userland

_HOST = "127.0.0.1"
_EMULATORS = range(5554, 5586)  # ports that an adb server looks at by itself
_TURNS = 3  # of the loop, until a connection that was accepted is made
_READ_AHEAD = 4 * 1024 * 1024


class SimulatedPhone:
    """Serves a recorded phone over the real adb protocol, from a thread of its own.

    `auth`: `accept` asks for nothing; `authorized` lets a host in that signs with one of `keys`
    (lines of an `adbkey.pub`), others `allow_after` seconds after they sent their key, or never
    where it is None; `unauthorized` lets nobody in. Everything may be read from any thread.

    Whoever can reach the port runs commands on this machine: as a bare user in a chroot, or, with
    the host's shell, as the user who simulates. Only this machine can reach it.
    """

    def __init__(
        self,
        phone: Phone,
        *,
        port: int = 0,
        auth: Auth = "accept",
        keys: Sequence[bytes] = (),
        allow_after: float | None = None,
        faults: Faults | None = None,
        line: Line | None = None,
        shell: ShellKind = "auto",
        state: State = "device",
        on_event: Callable[[Event], None] | None = None,
    ) -> None:
        if port in _EMULATORS:
            raise UsageError(f"port {port} is one that adb takes for an emulator's")
        self.phone, self._port, self._shell = phone, port, shell
        self._faults, self._line = faults or Faults(), line or Line()
        self._auth, self._state, self._allow_after = auth, state, allow_after
        self._keys = [PublicKey.parse(key) for key in keys]
        self._counters = Counters(on_event)
        self._connections: dict[Connection, asyncio.Task[None]] = {}
        self._thread: threading.Thread | None = None
        self._ran: tuple[Argv, ...] = ()
        self._ended = False
        self.address = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def opened(self) -> Counter[str]:
        """Streams that were asked for, by kind: shell, exec, sync ..."""
        return self._counters.opened

    @property
    def services(self) -> tuple[str, ...]:
        """The exact names under which streams were asked for, in order."""
        return self._counters.services

    @property
    def commands(self) -> tuple[Argv, ...]:
        """Recorded commands that ran in the phone's shell, in order."""
        return self._userland.ran() if self._thread else self._ran

    @property
    def refused(self) -> Counter[str]:
        """Services and sync requests that were refused; `sync SEND` would have been a write."""
        return self._counters.refused

    @property
    def bytes_sent(self) -> int:
        """Bytes of stream data that left the phone."""
        return self._counters.bytes_sent

    @property
    def shell(self) -> str:
        """What runs the commands: chroot or host."""
        return self._userland.kind

    def start(self) -> None:
        """Listen. UsageError where the port is taken or the phone cannot be built."""
        self._userland = Userland(self.phone, self._faults, self._shell)
        self._ended = False
        ready: Future[int] = Future()
        name = f"phone {self.phone.product}"
        self._thread = threading.Thread(target=self._run, args=(ready,), name=name, daemon=True)
        self._thread.start()
        try:
            self.address = f"{_HOST}:{ready.result()}"
        except OSError as error:
            self._thread.join()  # its loop is closed: there is nothing to stop
            self.stop()
            raise UsageError(f"port {self._port}: {error.strerror}") from error
        self._counters.tell(Event("listening", self.address))

    def stop(self) -> None:
        """Vanish: close everything, end what runs, remove the temporary folder."""
        if self._thread is None:
            return
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()
        self._thread = None
        self._ran = self._userland.ran()
        self._userland.remove()

    def drop(self) -> None:
        """Cut the connections, as a pulled cable does; the phone can be connected to again."""
        asyncio.run_coroutine_threadsafe(self._drop(), self._loop).result()

    def _run(self, ready: Future[int]) -> None:
        try:
            asyncio.run(self._serve(ready))
        except OSError as error:
            ready.set_exception(error)

    async def _serve(self, ready: Future[int]) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connected, _HOST, self._port, limit=_READ_AHEAD)
        self._served = self._share(lambda: self._leave(server))
        ready.set_result(server.sockets[0].getsockname()[1])
        await self._stopped.wait()
        self._ended = True
        await self._leave(server)
        for connection in self._connections:
            connection.abort()
        await asyncio.gather(*self._connections.values(), return_exceptions=True)

    def _leave(self, server: asyncio.Server) -> asyncio.Task[None]:
        """Let nobody connect any more; who is being let in still comes in.

        asyncio loses a connection that it accepted and whose server closes before it is made.
        """
        for listening in server.sockets:
            self._loop.remove_reader(listening.fileno())
        self._leaving = asyncio.create_task(_close(server))
        return self._leaving

    def _share(self, go_away: Callable[[], object]) -> Served:
        return Served(
            phone=self.phone,
            userland=self._userland,
            faults=self._faults,
            pace=Pace(self._line),
            counters=self._counters,
            state=self._state,
            auth=self._auth,
            keys=self._keys,
            allow_after=self._allow_after,
            go_away=go_away,
        )

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._ended:  # accepted before the end, and told of after it: nobody would close it
            writer.transport.abort()
            return
        connection = Connection(self._served, reader, writer)
        task = asyncio.create_task(connection.run())
        self._connections[connection] = task
        task.add_done_callback(lambda _: self._connections.pop(connection, None))

    async def _drop(self) -> None:
        await asyncio.gather(*(connection.drop() for connection in [*self._connections]))


async def _close(server: asyncio.Server) -> None:
    for _ in range(_TURNS):
        await asyncio.sleep(0)
    server.close()


def serve(
    phone: Phone,
    *,
    port: int = 0,
    faults: Faults | None = None,
    line: Line | None = None,
    auth: Auth = "accept",
    allow_after: float | None = None,
    shell: ShellKind = "auto",
    state: State = "device",
    on_event: Callable[[Event], None] | None = None,
) -> None:
    """Serve a phone until interrupted; the first event says at which address."""
    simulated = SimulatedPhone(
        phone,
        port=port,
        auth=auth,
        allow_after=allow_after,
        faults=faults,
        line=line,
        shell=shell,
        state=state,
        on_event=on_event,
    )
    try:
        simulated.start()
        threading.Event().wait()
    except KeyboardInterrupt:
        return
    finally:
        simulated.stop()
