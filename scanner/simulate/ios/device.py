"""A simulated iPhone: what it is, whom it trusts, and what was asked of it."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from typing import Literal

from msgspec import Struct

from scanner.formats.plists import Map
from scanner.simulate.counters import Event
from scanner.simulate.faults import Line
from scanner.simulate.ios.faults import IosFaults
from scanner.simulate.ios.identity import (
    certificate_pem,
    escrow_bag,
    pair_record,
    public_pem,
    server_context,
)
from scanner.simulate.ios.phone import IPhone
from scanner.simulate.ios.wire import MeteredWriter, framed
from scanner.simulate.pace import Pace

Trust = Literal["paired", "unpaired", "denied", "pending", "locked", "forgotten"]
"""`paired`: this computer has a pair record, and the phone knows it.
`unpaired`: a person will tap Trust. `denied`: will tap Don't Trust. `pending`: will not tap at all.
`locked`: not unlocked since it started. `forgotten`: the record is one that the phone has dropped.
"""

_FIRST_PORT = 49152
_STRANGER = "stranger"


class Opened(Struct, frozen=True):
    """A service that lockdownd has started, waiting for its one connection."""

    service: str
    host: str


class SimulatedIPhone:
    """Serves a recorded iPhone to whoever connects by way of a simulated usbmuxd.

    `asks` is how often a computer is told to wait for the person before the answer is known.
    A phone takes a pairing with or without the computer's private keys in it, which it has no use
    for; here one that holds any is refused, unless `takes_private_keys`.
    Everything public may be read from any thread.
    """

    def __init__(
        self,
        recorded: IPhone,
        *,
        trust: Trust = "paired",
        faults: IosFaults | None = None,
        line: Line | None = None,
        asks: int = 1,
        takes_private_keys: bool = False,
        on_event: Callable[[Event], None] | None = None,
    ) -> None:
        self.recorded, self.trust, self.faults = recorded, trust, faults or IosFaults()
        self.pace, self.asks = Pace(line or Line()), asks
        self.here, self.takes_private_keys = True, takes_private_keys
        self.on_gone: Callable[[], None] = lambda: None
        self._on_event = on_event
        self._calls: list[tuple[str, Map]] = []
        self._turns: dict[int, int] = {}
        self._hosts: dict[str, ssl.SSLContext] = {}
        self._ports: dict[int, Opened] = {}
        self._next_port = _FIRST_PORT
        self._connections: set[asyncio.StreamWriter] = set()
        if trust in {"paired", "locked"}:
            self.trust_host(pair_record(recorded.udid))

    @property
    def udid(self) -> str:
        return self.recorded.udid

    @property
    def calls(self) -> list[tuple[str, Map]]:
        """What was asked: the service, or `lockdownd`, and the message."""
        return list(self._calls)

    @property
    def pair_record(self) -> Map | None:
        """The record that this computer has had of the phone from before."""
        known = self.trust in {"paired", "locked", "forgotten"}
        return pair_record(self.udid) if known else None

    def called(self, service: str, message: Map) -> None:
        """Note a call. ConnectionError where it is the one with which the phone goes away."""
        self._calls.append((service, message))
        limit = self.faults.goes_away_after
        if limit is not None and len(self._calls) >= limit:
            self.go_away()
            raise ConnectionResetError("the phone went away")

    def tell(self, event: Event) -> None:
        if self._on_event is not None:
            self._on_event(event)

    def go_away(self) -> None:
        """Be unplugged: every connection breaks. In the thread that serves only."""
        if not self.here:
            return
        self.here = False
        self.tell(Event("dropped", self.udid))
        self.on_gone()
        for connection in [*self._connections]:
            connection.transport.abort()

    async def serving(
        self, writer: asyncio.StreamWriter, serve: Callable[[], Awaitable[None]]
    ) -> None:
        """Serve one connection; it breaks when the phone goes away."""
        self._connections.add(writer)
        try:
            await serve()
        finally:
            self._connections.discard(writer)

    def metered(self, service: str, writer: asyncio.StreamWriter) -> asyncio.StreamWriter:
        """Return the face of a connection that keeps the faults of its service."""
        return MeteredWriter(writer, self.pace, self.faults.drop_after.get(service))

    async def hush(self, service: str, reader: asyncio.StreamReader) -> None:
        """Wait as long as a slow service does; a silent one waits until nobody listens."""
        await asyncio.sleep(self.faults.slow.get(service, 0))
        if service in self.faults.silent:
            while await reader.read(65536):
                pass
            raise EOFError("nobody listens any more")

    def values(self) -> Map:
        """Return what lockdownd states without a domain."""
        now = time.time() + self.recorded.clock_offset
        known = self.recorded.domain("") or {}
        mine = {"DevicePublicKey": public_pem(self.udid), "UniqueDeviceID": self.udid}
        return {**known, **mine, "TimeIntervalSince1970": now}

    def public_values(self) -> Map:
        """Return what lockdownd tells computers that it does not trust."""
        public = {*self.recorded.public, "DevicePublicKey"}
        return {key: value for key, value in self.values().items() if key in public}

    def trust_host(self, record: Map) -> bytes:
        """Trust a computer from now on; return its escrow bag.

        ssl.SSLError, KeyError or TypeError where the record does not fit this phone.
        """
        owner, certificate = self.udid, record["DeviceCertificate"]
        context = server_context(owner, certificate)
        if self.faults.foreign_key:
            context = server_context(_STRANGER, certificate_pem(_STRANGER))
        self._hosts[record["HostID"]] = context
        return escrow_bag(self.udid)

    def context_of(self, host: str) -> ssl.SSLContext | None:
        """Return what TLS with a computer is served with; None where it is not trusted."""
        return self._hosts.get(host)

    def open_port(self, service: str, host: str) -> int:
        """Start a service; return the port that takes its one connection."""
        port, self._next_port = self._next_port, self._next_port + 1
        self._ports[port] = Opened(service, host)
        self.tell(Event("opened", service))
        return port

    def take_port(self, port: int) -> Opened | None:
        """Return the service that waits at a port, which then takes no other connection."""
        return self._ports.pop(port, None)

    def recorded_reply(self, service: str, message: Map) -> bytes | None:
        """Return the reply recorded for a message, each call's in its turn; None without one."""
        for number, call in enumerate(self.recorded.calls):
            if call.answers(service, message):
                turn = self._turns.get(number, 0)
                self._turns[number] = turn + 1
                return self.recorded.read(call.replies[min(turn, len(call.replies) - 1)])
        return None

    def frame(self, service: str, payload: bytes) -> bytes:
        """Return a reply in its frame, with the faults of its service."""
        payload = self.faults.replace.get(service, payload)
        return framed(payload, lie=service in self.faults.oversized)
