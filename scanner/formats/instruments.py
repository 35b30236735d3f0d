"""What the developer services of an iPhone list, reduced to JSON lines: of our own making.

One line for each process or connection. Arguments of processes never stand in one.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from scanner.errors import ParseError
from scanner.formats.lines import ended_lines
from scanner.model.evidence import EvidenceFile

Port = Annotated[int, Meta(ge=0, le=65535)]

_LINES_LIMIT = 200_000
_IPV4, _IPV6 = 16, 28  # bytes of a sockaddr_in and a sockaddr_in6
_FAMILIES = {_IPV4: (2, 4, 8), _IPV6: (30, 8, 24)}  # AF_INET, AF_INET6 of Darwin; the address


class RunningProcess(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One process of the list."""

    pid: int
    name: str  # of an application what stands below its icon
    path: str | None  # of the executable; of an application it may be that of its bundle
    started: str | None  # ISO 8601, UTC
    application: bool | None  # of the kind that a person opens


class Connection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One connection that was there, or began, while the network was watched."""

    protocol: str  # tcp, tcp6, udp, udp6, other
    local_address: str
    local_port: Port
    remote_address: str | None  # None: it has no other end
    remote_port: Port | None
    pid: int
    interface: str | None


_Entry = TypeVar("_Entry", RunningProcess, Connection)
_ENCODER = msgspec.json.Encoder()
_PROCESS = msgspec.json.Decoder(RunningProcess)
_CONNECTION = msgspec.json.Decoder(Connection)


def line(entry: RunningProcess | Connection) -> bytes:
    """Return the line that an entry is, with its end."""
    return _ENCODER.encode(entry) + b"\n"


def read_processes(file: EvidenceFile) -> Iterator[RunningProcess]:
    """Yield processes; ParseError for other lines, and where there is none: no phone runs none."""
    return _read(file, _PROCESS, "a running process")


def read_connections(file: EvidenceFile) -> Iterator[Connection]:
    """Yield connections; ParseError for other lines."""
    yield from _read(file, _CONNECTION, "")


def _read(
    file: EvidenceFile, decoder: msgspec.json.Decoder[_Entry], needed: str
) -> Iterator[_Entry]:
    number = 0
    for number, text in enumerate(ended_lines(file), start=1):
        if number > _LINES_LIMIT:
            raise ParseError(f"at most {_LINES_LIMIT} lines expected")
        try:
            yield decoder.decode(text)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise ParseError("a process or connection in JSON expected", line=number) from error
    if needed and not number:
        raise ParseError(f"{needed} expected")


def endpoint(data: bytes) -> tuple[str, int]:
    """Return address and port of a socket address of Darwin; ParseError for other families.

    u8 length, u8 family, u16 port (big-endian), then sockaddr_in or sockaddr_in6.
    """
    family, start, end = _FAMILIES.get(data[0] if data else 0, (0, 0, 0))
    if not family or len(data) < data[0] or data[1] != family:
        raise ParseError("an internet address expected")
    return str(ipaddress.ip_address(data[start:end])), int.from_bytes(data[2:4], "big")
