"""The services of a simulated iPhone: those of recorded calls, and the table of all others."""

from __future__ import annotations

import asyncio
import plistlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from scanner.formats.plists import Map, plist_of
from scanner.simulate.counters import Event
from scanner.simulate.ios.afc import serve_crash_reports
from scanner.simulate.ios.device import SimulatedIPhone
from scanner.simulate.ios.instruments import serve_instruments
from scanner.simulate.ios.os_trace import serve_os_trace
from scanner.simulate.ios.packets import serve_packets
from scanner.simulate.ios.phone import CRASH_REPORTS, INSTRUMENTS, OS_TRACE, PCAPD
from scanner.simulate.ios.wire import receive, xml

Handler = Callable[[SimulatedIPhone, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Serves one connection to a service, which is TLS already; an error of `wire.GONE` ends it."""

SERVICES: Mapping[str, Handler] = {
    OS_TRACE: serve_os_trace,
    PCAPD: serve_packets,
    CRASH_REPORTS: serve_crash_reports,
    INSTRUMENTS: serve_instruments,
}
"""Services that speak a protocol of their own."""

_INSTALLATION_PROXY = "com.apple.mobile.installation_proxy"
_UNKNOWN: Mapping[str, Map] = {
    "com.apple.mobile.MCInstall": {"Status": "Error", "ErrorChain": [{"ErrorCode": 1}]},
    "com.apple.mobile.diagnostics_relay": {"Status": "UnknownRequest"},
    "com.apple.misagent": {"Status": 0xE8008001},
}


def answering_calls(service: str) -> Handler:
    """Return what serves a service by its recorded calls: a message, a reply, and so on."""

    async def serve(
        phone: SimulatedIPhone, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while True:
            message = await receive(reader)
            phone.called(service, message)
            payload = phone.recorded_reply(service, message)
            if payload is None:
                phone.tell(Event("refused", f"{service}: nothing recorded for this call"))
                payload = xml(_UNKNOWN.get(service, {"Error": "UnknownCommand"}))
            elif service == _INSTALLATION_PROXY:
                payload = _as_asked(payload, message)
            writer.write(phone.frame(service, payload))
            await writer.drain()

    return serve


def _as_asked(payload: bytes, message: Map) -> bytes:
    """Leave out of a Lookup's reply what the message did not ask for, as the phone does."""
    options = message.get("ClientOptions")
    wanted = options.get("ReturnAttributes") if isinstance(options, dict) else None
    reply = plist_of(payload)
    apps = reply.get("LookupResult") if isinstance(reply, dict) else None
    if not isinstance(wanted, list) or not isinstance(apps, dict):
        return payload
    kept = {app: _only(facts, wanted) for app, facts in apps.items()}
    if kept == apps:
        return payload
    # In the form of the recording: XML cannot hold every text that a binary list can.
    form = plistlib.FMT_BINARY if payload.startswith(b"bplist") else plistlib.FMT_XML
    return plistlib.dumps({**reply, "LookupResult": kept}, fmt=form)


def _only(facts: Any, wanted: list[Any]) -> Any:
    if not isinstance(facts, dict):
        return facts
    return {name: value for name, value in facts.items() if name in wanted}
