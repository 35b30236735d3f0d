"""Which requests an iPhone can be asked, as messages, and which go together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from scanner.formats.plists import Map
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
from scanner.sources.ios.allowed import CRASH_AREA, LOG, PACKETS, SERVICES, require_call

_ASKED = (
    Lockdown,
    ServiceCall,
    LogStream,
    Packets,
    CrashReports,
    CrashFile,
    Instruments,
)


def is_asked(request: AnyRequest) -> bool:
    """Whether it is for iPhones. ValueError for a call that may not be made at all."""
    if isinstance(request, ServiceCall):
        if request.service not in SERVICES:
            raise ValueError(f"the service {request.service} may not be started")
        require_call(request.service, message_of(request))
    return isinstance(request, _ASKED)


def rows(requests: Sequence[AnyRequest]) -> list[list[AnyRequest]]:
    """Return what is asked beside each other; turns of one call follow each other.

    Values come last: lockdownd answers them one after the other, which takes no time.
    """
    found: dict[AnyRequest, list[AnyRequest]] = {}
    values: list[AnyRequest] = []
    for request in requests:
        if isinstance(request, Lockdown):
            values.append(request)
        else:
            found.setdefault(_first(request), []).append(request)
    turns = [sorted(row, key=_turn) for row in found.values()]
    return [*turns, *([one] for one in values)]


def message_of(call: ServiceCall) -> Map:
    """Return the message of a call: a dot in a name leads into a dictionary."""
    message: Map = {}
    for name, value in call.arguments:
        *path, last = name.split(".")
        inner: Any = message
        for part in path:
            inner = inner.setdefault(part, {})
        inner[last] = list(value) if isinstance(value, tuple) else value
    return message


def words(request: AnyRequest) -> tuple[str, ...]:
    """Return a request as the audit has it."""
    match request:
        case Lockdown():
            said: tuple[str | None, ...] = ("GetValue", request.domain, request.key)
        case ServiceCall():
            said = tuple(str(structs.replace(request, turn=1)).split(" "))
        case LogStream():
            said = (LOG, "StartActivity")
        case Packets():
            said = (PACKETS,)
        case CrashReports():
            said = (CRASH_AREA, "list")
        case CrashFile():
            said = (CRASH_AREA, "read", request.path)
        case _:
            said = tuple(str(request).split(" "))
    return tuple(filter(None, said))


def operation(request: AnyRequest) -> str:
    """Return what a request does, in the word of the audit."""
    match request:
        case Lockdown():
            return "lockdown"
        case ServiceCall():
            return "service"
        case CrashReports() | CrashFile():
            return "afc"
        case _:
            return "stream"


def _first(request: AnyRequest) -> AnyRequest:
    return structs.replace(request, turn=1) if isinstance(request, ServiceCall) else request


def _turn(request: AnyRequest) -> int:
    return request.turn if isinstance(request, ServiceCall) else 0
