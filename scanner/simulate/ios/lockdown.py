"""lockdownd: the daemon of an iPhone that states values, pairs, and starts services.

Messages are property lists with their length before them; each reply repeats the request's name.
Without a session it tells a few values and takes a pairing; with the reply to StartSession the
connection becomes TLS. Requests that would change the phone are refused.
"""

from __future__ import annotations

import asyncio
import ssl
import uuid
from collections.abc import Callable
from typing import Any

from scanner.formats.plists import Map
from scanner.simulate.counters import Event
from scanner.simulate.ios.device import SimulatedIPhone
from scanner.simulate.ios.faults import LOCKDOWND
from scanner.simulate.ios.wire import receive, upgrade, xml

PORT = 62078
_PROHIBITED = {"SetValue": "SetProhibited", "RemoveValue": "SetProhibited"}


async def serve_lockdownd(
    phone: SimulatedIPhone, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Serve one connection to lockdownd until it ends."""
    writer = phone.metered(LOCKDOWND, writer)
    await phone.hush(LOCKDOWND, reader)
    session = Session(phone)
    while not session.ended:
        message = await receive(reader)
        reply = session.answer(message)
        writer.write(phone.frame(_fault_name(message), xml(reply)))
        if session.upgrade is not None:
            # Nothing may be waited for in between, or the client's hello is read as a message.
            context, session.upgrade = session.upgrade, None
            await upgrade(writer, context)
        await writer.drain()


class Session:
    """One connection to lockdownd: whom it belongs to, once that is known."""

    def __init__(self, phone: SimulatedIPhone) -> None:
        self._phone = phone
        self._host: str | None = None
        self._id = ""
        self.upgrade: ssl.SSLContext | None = None
        self.ended = False

    def answer(self, message: Map) -> Map:
        """Return the reply to a message."""
        request = _text(message, "Request")
        self._phone.called(LOCKDOWND, message)
        answers: dict[str, Callable[[Map], Map]] = {
            "QueryType": lambda _: {"Type": "com.apple.mobile.lockdown"},
            "GetValue": self._value,
            "Pair": self._pair,
            "StartSession": self._start_session,
            "StopSession": self._stop_session,
            "StartService": self._start_service,
        }
        answer = answers.get(request)
        refusal = _error(_PROHIBITED.get(request, "InvalidRequest"))
        reply = answer(message) if answer else refusal
        if "Error" in reply:
            self._phone.tell(Event("refused", f"{request}: {reply['Error']}"))
        return {"Request": request, **reply}

    def _value(self, message: Map) -> Map:
        domain, key = _text(message, "Domain"), _text(message, "Key")
        asked = {name: message[name] for name in ("Domain", "Key") if message.get(name)}
        values: Map | None
        if domain:
            values = self._phone.recorded.domain(domain) if self._host else None
        else:
            values = self._phone.values() if self._host else self._phone.public_values()
        if values is None or (key and key not in values):
            return {**asked, **_error("MissingValue" if self._host else "GetProhibited")}
        return {**asked, "Value": values[key] if key else values}

    def _pair(self, message: Map) -> Map:
        phone = self._phone
        if not phone.takes_private_keys and _holds_private_key(message.get("PairRecord")):
            return _error("InvalidPairRecord")
        if phone.trust == "locked":
            return _error("PasswordProtected")
        if phone.trust == "pending" or phone.asks > 0:
            phone.asks -= 1
            return _error("PairingDialogResponsePending")
        if phone.trust == "denied":
            return _error("UserDeniedPairing")
        try:
            return {"EscrowBag": phone.trust_host(message["PairRecord"])}
        except (ssl.SSLError, KeyError, TypeError):
            return _error("InvalidPairRecord")

    def _start_session(self, message: Map) -> Map:
        host = _text(message, "HostID")
        context = self._phone.context_of(host)
        if self._host is not None:
            return _error("SessionActive")
        if context is None:
            return _error("InvalidHostID")
        if self._phone.trust == "locked":
            return _error("PasswordProtected")
        self._host, self._id, self.upgrade = host, str(uuid.uuid4()).upper(), context
        return {"SessionID": self._id, "EnableSessionSSL": True}

    def _stop_session(self, message: Map) -> Map:
        if self._host is None or message.get("SessionID") != self._id:
            return _error("SessionInactive")
        self.ended = True
        return {"Result": "Success"}

    def _start_service(self, message: Map) -> Map:
        service, faults = _text(message, "Service"), self._phone.faults
        if self._host is None:
            return _error("SessionInactive")
        if service in faults.locked_services:
            return {"Service": service, **_error("PasswordProtected")}
        if service in faults.refuse or not self._phone.recorded.offers(service):
            return {"Service": service, **_error("InvalidService")}
        port = self._phone.open_port(service, self._host)
        return {"Service": service, "Port": port, "EnableServiceSSL": True}


def _fault_name(message: Map) -> str:
    """Return the name under which a fault spoils the reply: only values are ever spoilt."""
    if _text(message, "Request") != "GetValue":
        return ""
    return "/".join(filter(None, (LOCKDOWND, _text(message, "Domain"))))


def _holds_private_key(record: Any) -> bool:
    """Whether a record tells what only the computer is to know, under whatever name."""
    given = record.items() if isinstance(record, dict) else ()
    return any(
        name.endswith("PrivateKey") or (isinstance(value, bytes) and b"PRIVATE KEY" in value)
        for name, value in given
    )


def _error(name: str) -> Map:
    return {"Error": name}


def _text(message: Map, key: str) -> str:
    value: Any = message.get(key)
    return value if isinstance(value, str) else ""
