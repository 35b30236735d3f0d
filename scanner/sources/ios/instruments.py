"""The developer services of an iPhone: which processes run, and which connections there are.

They answer only where a person has switched developer mode on and a developer image is mounted,
and from iOS 17 on only through a tunnel. None of it is ever brought about here: what does not run
yet is `unsupported_version`. What is called stands in `allowed.SELECTORS`: the two of the
handshake, and then one list to ask for, or one watch to begin and end.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from datetime import datetime
from typing import Any

from scanner.errors import NotAvailable, ParseError
from scanner.formats import plists
from scanner.formats.instruments import Connection, RunningProcess, endpoint, line
from scanner.formats.keyed_archive import Value
from scanner.model.requests import Instruments
from scanner.sources.ios.allowed import NETWORK, PROCESSES
from scanner.sources.ios.developer import developer_stream
from scanner.sources.ios.dtx import DtxClient
from scanner.sources.ios.tunnel import Address

_TEXT_LIMIT = 1024
_PROCESS_LIMIT = 20_000
_CONNECTION_LIMIT = 20_000
_INTERFACE_LIMIT = 1_000
_PID_LIMIT = 2**31
_TRANSPORTS = {1: "tcp", 2: "udp"}  # the kind of a connection
_FAREWELL = 1.0  # seconds for the answer to the end of a watch


async def instruments(
    lockdown: Any,
    request: Instruments,
    *,
    on_bytes: Callable[[bytes], None] = lambda _data: None,
    tunnels: Address | None = None,
) -> AsyncGenerator[bytes, None]:
    """Yield the JSON lines of `scanner.formats.instruments`.

    `lockdown` is the library's client of a session; `on_bytes` gets every byte received; `tunnels`
    is where the list of tunnels is asked for. NotAvailable says why there is no answer, or no more
    of it (`truncated`); ParseError, ConnectionResetError and TimeoutError mean what they say. Any
    of them may come after some lines.
    """
    watched = request.what == "network"
    async with contextlib.AsyncExitStack() as stack:
        async with asyncio.timeout(request.timeout):
            reader, writer = await stack.enter_async_context(developer_stream(lockdown, tunnels))
            client = DtxClient(reader, writer, limit=request.limit, on_bytes=on_bytes)
            await client.greet()
            channel = await client.open(NETWORK if watched else PROCESSES)
            answer = None if watched else await client.ask(channel, "runningProcesses")
        if not watched:
            for process in processes_of(answer):
                yield line(process)
            return
        async for connection in _watched(client, channel, request.seconds):
            yield line(connection)


def processes_of(value: Value) -> Iterator[RunningProcess]:
    """Yield the processes of a list; ParseError for what is none, and after the last for odd ones.

    The keys are those that public clients read from iOS 12 to 18: pid, name, realAppName (a path),
    isApplication, startDate.
    """
    if not isinstance(value, list) or not value:
        raise ParseError("a list of running processes expected")
    if len(value) > _PROCESS_LIMIT:
        raise ParseError(f"at most {_PROCESS_LIMIT} running processes expected")
    odd = 0
    for one in value:
        process = _process(one if isinstance(one, dict) else {})
        if process is None:
            odd += 1
        else:
            yield process
    if odd:
        raise ParseError("processes with a number and a name expected")


def _process(fields: plists.Map) -> RunningProcess | None:
    pid, name = plists.number(fields, "pid"), plists.text(fields, "name", limit=_TEXT_LIMIT)
    if pid is None or name is None:
        return None
    started = fields.get("startDate")
    return RunningProcess(
        pid=pid,
        name=name,
        path=plists.text(fields, "realAppName", limit=_TEXT_LIMIT) or None,
        started=started.isoformat() if isinstance(started, datetime) else None,
        application=plists.flag(fields, "isApplication"),
    )


async def _watched(client: DtxClient, channel: int, seconds: float) -> AsyncIterator[Connection]:
    """Yield each connection once, for as long as is watched."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    network = Network()
    await client.tell(channel, "startMonitoring")
    while loop.time() < until and len(network.seen) < _CONNECTION_LIMIT:
        try:
            async with asyncio.timeout_at(until):
                event = await client.told(channel)
        except TimeoutError:
            break
        if connection := network.connection(event):
            yield connection
    with contextlib.suppress(ParseError, NotAvailable, OSError, TimeoutError):
        async with asyncio.timeout(_FAREWELL):
            await client.ask(channel, "stopMonitoring")
    if len(network.seen) >= _CONNECTION_LIMIT:
        raise NotAvailable("truncated", f"at least {_CONNECTION_LIMIT} connections")
    if network.odd:
        raise ParseError("events of the network in the form that is known expected")


class Network:
    """What the events of one watch add up to; `odd` counts those that could not be read."""

    def __init__(self) -> None:
        self.seen: set[Connection] = set()
        self.odd = 0
        self._interfaces: dict[int, str] = {}

    def connection(self, event: Value) -> Connection | None:
        """Take an event, `[kind, fields]`; the connection where it tells of a new one."""
        found = None
        match event:
            case [0, [int(index), str(name), *_]] if len(self._interfaces) < _INTERFACE_LIMIT:
                self._interfaces[index] = name[:_TEXT_LIMIT]
            case [1, list(fields)]:
                found = self._connection(fields)
                self.odd += found is None
            case [2, list()]:
                pass  # its traffic
            case _:
                self.odd += 1
        if found is None or found in self.seen:
            return None
        self.seen.add(found)
        return found

    def _connection(self, fields: list[Value]) -> Connection | None:
        """Read local and remote address, interface, pid, three numbers, and the kind."""
        match fields:
            case [
                bytes(local),
                bytes(remote),
                int(interface),
                int(pid),
                _,
                _,
                _,
                int(kind),
                *_,
            ] if abs(pid) < _PID_LIMIT:
                pass
            case _:
                return None
        try:
            (address, port), (other, other_port) = endpoint(local), endpoint(remote)
        except ParseError:
            return None
        protocol = _TRANSPORTS.get(kind, "other")
        if ":" in address and protocol != "other":
            protocol += "6"
        return Connection(
            protocol=protocol,
            local_address=address,
            local_port=port,
            remote_address=other if other_port else None,
            remote_port=other_port or None,
            pid=pid,
            interface=self._interfaces.get(interface),
        )
