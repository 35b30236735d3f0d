"""Asking a simulated iPhone for its developer services, and what came of it."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from contextlib import contextmanager

from scanner.errors import NotAvailable, ParseError
from scanner.model.requests import Instruments
from scanner.simulate.ios import SERVICES, Usbmuxd
from scanner.simulate.ios.instruments import serve_instruments
from scanner.simulate.ios.phone import INSTRUMENTS
from scanner.sources.ios.instruments import instruments
from tests.simulate.ios.developer_phones import session

LIST = Instruments(what="processes", timeout=5)
WATCH = Instruments(what="network", seconds=0.3, timeout=5)

READ_ONLY = {
    ("", "_notifyOfPublishedCapabilities:"),
    ("", "_requestChannelWithCode:identifier:"),
    ("com.apple.instruments.server.services.deviceinfo", "runningProcesses"),
    ("com.apple.instruments.server.services.networking", "startMonitoring"),
    ("com.apple.instruments.server.services.networking", "stopMonitoring"),
}
"""Every call that a phone may see, by channel."""


@contextmanager
def nowhere():
    """Yield an address of this computer where nobody listens, and nobody can begin to."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()


class Asked:
    """What came of asking: lines, the error at the end, the bytes received, the seconds."""

    def __init__(self):
        self.lines, self.error, self.received, self.seconds = [], None, [], 0.0


async def asked(lockdown, request, tunnels):
    result, started = Asked(), time.monotonic()
    try:
        async for line in instruments(
            lockdown, request, on_bytes=result.received.append, tunnels=tunnels
        ):
            result.lines.append(line)
    except (NotAvailable, ParseError, OSError) as error:
        result.error = error
    result.seconds = time.monotonic() - started
    return result


def ask(phone, folder, *requests, handler=serve_instruments, tunnels="nowhere"):
    """Ask for the developer services; `tunnels` is an address, or None for that of the variable."""

    async def run(address, where):
        async with session(phone, address, folder) as lockdown:
            return [await asked(lockdown, request, where) for request in requests]

    services = {**SERVICES, INSTRUMENTS: handler}
    with nowhere() as unheard, Usbmuxd([phone], services=services) as mux:
        return asyncio.run(run(mux.address, unheard if tunnels == "nowhere" else tunnels))


def fields(entries):
    return [json.loads(entry) for entry in entries]


def called(phone):
    return {
        (message["channel"], message["selector"])
        for _, message in phone.calls
        if "selector" in message
    }
