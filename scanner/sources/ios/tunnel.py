"""The developer services of iOS 17 and later, through a tunnel that runs already.

The tunnels are those of `pymobiledevice3 remote tunneld`, which a person starts; it tells them by
HTTP on this computer. Through a tunnel the phone says by RemoteXPC which services it has.

Every program of this computer may listen where the tunnels are told, so nothing rests on what is
told there: it leads to an address near by and nowhere else, what answers must name the UDID of the
phone that is examined, and whatever is read is a claim of the system (`os_claimed`), no more.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from ipaddress import ip_address, ip_network
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from scanner.errors import NotAvailable, ParseError
from scanner.formats import plists
from scanner.model.requests import MiB
from scanner.sources.ios.allowed import INSTRUMENTS_TUNNELLED
from scanner.sources.ios.tunnel_peer import introduced

ADDRESS_VARIABLE = "SCANNER_TUNNELD_ADDRESS"
"""Where the tunnels are told, HOST:PORT, if elsewhere than usual."""

Address = tuple[str, int]
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_USUAL = ("127.0.0.1", 49151)
_LIST_WITHIN = 3.0  # seconds
_FAREWELL = 1.0
_NEAR = tuple(
    map(
        ip_network,
        (
            "127.0.0.0/8",
            "10.0.0.0/8",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "169.254.0.0/16",
            "::1/128",
            "fe80::/10",
            "fc00::/7",
        ),
    )
)  # a tunnel ends on this computer, or on a phone beside it


class _Tunnel(Struct, frozen=True, rename="kebab"):
    """One tunnel, as tunneld tells it."""

    tunnel_address: Annotated[str, Meta(max_length=64)]
    tunnel_port: Annotated[int, Meta(gt=0, lt=65536)]


_PHONES = msgspec.json.Decoder(dict[str, msgspec.Raw])  # what is told of others matters to none
_TUNNELS = msgspec.json.Decoder(list[_Tunnel])


@contextlib.asynccontextmanager
async def tunnelled(udid: str, tunnels: Address | None) -> AsyncIterator[Stream]:
    """Connect to the developer services of a phone; NotAvailable says what is missing.

    `tunnels` is where the list of tunnels is asked for; None: where the variable says, or as usual.
    """
    host, port = await _tunnel_to(udid, tunnels or _address())
    async with connected(host, port) as (reader, writer):
        peer = await introduced(reader, writer)
        if plists.mapping(peer, "Properties").get("UniqueDeviceID") != udid:
            raise NotAvailable("unsupported_version", "the tunnel leads to another phone")
        service = plists.mapping(plists.mapping(peer, "Services"), INSTRUMENTS_TUNNELLED)
        if not service:
            raise NotAvailable("unsupported_version", "no developer image is mounted")
        # The first connection stays open: with its end the phone forgets what it offered.
        async with connected(host, _port(service.get("Port"))) as stream:
            yield stream


@contextlib.asynccontextmanager
async def connected(host: str, port: int) -> AsyncIterator[Stream]:
    """Connect by TCP; NotAvailable where that fails. At the end the connection is gone."""
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError as error:
        detail = "the tunnel to the developer services does not answer"
        raise NotAvailable("unsupported_version", detail) from error
    try:
        yield reader, writer
    finally:
        await leave(writer)


async def leave(writer: asyncio.StreamWriter) -> None:
    """Close at once: a phone that does not say goodbye is not waited for."""
    writer.transport.abort()
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(_FAREWELL):
            await writer.wait_closed()


async def _tunnel_to(udid: str, address: Address) -> Address:
    """Return where a tunnel to a phone begins; NotAvailable for none, and for one elsewhere."""
    try:
        async with asyncio.timeout(_LIST_WITHIN), connected(*address) as (reader, writer):
            writer.write(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
            await writer.drain()
            answer = await _all(reader)
        told = _PHONES.decode(answer.partition(b"\r\n\r\n")[2])[udid]
        (tunnel, *_) = _TUNNELS.decode(told)
    except (NotAvailable, OSError, ValueError, KeyError, RecursionError) as error:
        detail = "no tunnel to the developer services runs"
        raise NotAvailable("unsupported_version", detail) from error
    return _near(tunnel.tunnel_address), tunnel.tunnel_port


def _near(text: str) -> str:
    """Return an address, no name, on this computer or beside it; NotAvailable for any other."""
    try:
        address = ip_address(text)
        near = any(address in network for network in _NEAR)
    except ValueError:
        near = False
    if not near:
        detail = "the tunnel that is told of leads to no phone at this computer"
        raise NotAvailable("unsupported_version", detail)
    return text


async def _all(reader: asyncio.StreamReader) -> bytes:
    data = b""
    while len(data) < MiB and (piece := await reader.read(MiB - len(data))):
        data += piece
    return data


def _port(stated: Any) -> int:
    text = stated if isinstance(stated, str) else ""
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) < 65536):  # noqa: PLR2004 - a port
        raise ParseError("the port of a service expected")
    return int(text)


def _address() -> Address:
    """Return where the tunnels are told; NotAvailable where the variable says nothing of the kind.

    The variable is this person's own, so that it may name any host.
    """
    said = os.environ.get(ADDRESS_VARIABLE)
    if not said:
        return _USUAL
    host, _, port = said.rpartition(":")
    try:
        where = host.removeprefix("[").removesuffix("]"), _port(port)
    except ParseError:
        where = "", 0
    if not where[0]:
        raise NotAvailable("unsupported_version", f"{ADDRESS_VARIABLE} is not HOST:PORT")
    return where
