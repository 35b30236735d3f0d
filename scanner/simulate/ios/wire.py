"""What goes over the connections of a simulated iPhone: framed property lists, and their faults."""

from __future__ import annotations

import asyncio
import plistlib
import ssl
import struct
from typing import Any

from scanner.errors import ParseError
from scanner.formats.plists import Map, plist_of
from scanner.simulate.ios.faults import LIE
from scanner.simulate.pace import Pace

REQUEST_LIMIT = 16 * 1024 * 1024
GONE = (OSError, EOFError, ssl.SSLError)
"""How a connection ends that the other side has left."""


class MeteredWriter(asyncio.StreamWriter):
    """A connection that shares the cable with others and can be cut after some bytes."""

    def __init__(self, inner: asyncio.StreamWriter, pace: Pace, allowance: int | None) -> None:
        self._inner, self._pace = inner, pace
        self._left, self._unpaced, self._cut = allowance, 0, False

    def __del__(self, *_: object) -> None:
        """Leave the closing to the connection that this one is a face of."""

    @property
    def transport(self) -> asyncio.WriteTransport:
        return self._inner.transport

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._left is not None:
            self._cut = self._cut or len(data) > self._left
            data = bytes(data)[: self._left]
            self._left -= len(data)
        self._unpaced += len(data)
        self._inner.write(data)

    async def drain(self) -> None:
        size, self._unpaced = self._unpaced, 0
        await self._pace.sending(size)
        await self._inner.drain()
        if self._cut:
            self._inner.close()
            raise ConnectionResetError("cut")

    async def start_tls(self, sslcontext: ssl.SSLContext, **options: Any) -> None:
        if self._cut:
            await self.drain()
        if options:
            raise TypeError("no options of TLS are passed on")
        await upgrade(self._inner, sslcontext)

    def close(self) -> None:
        self._inner.close()

    def is_closing(self) -> bool:
        return self._inner.is_closing()

    async def wait_closed(self) -> None:
        await self._inner.wait_closed()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._inner.get_extra_info(name, default)


async def upgrade(writer: asyncio.StreamWriter, context: ssl.SSLContext) -> None:
    """Serve TLS from now on. ConnectionError where the connection ends in the handshake."""
    before = writer.transport
    try:
        await writer.start_tls(context)
    except AttributeError as error:
        # A connection that ends in the handshake leaves asyncio's writer without its transport,
        # and its finaliser complains of that.
        writer._transport = before  # type: ignore[attr-defined]  # noqa: SLF001
        raise ConnectionResetError("ended in the handshake") from error


async def receive(reader: asyncio.StreamReader) -> Map:
    """Read a message: its length in 4 bytes, the largest first, and a property list.

    ConnectionError for what is no such message; EOFError where the other side has gone.
    """
    (length,) = struct.unpack(">I", await reader.readexactly(4))
    if length > REQUEST_LIMIT:
        raise ConnectionAbortedError("a message that is too long")
    try:
        message = plist_of(await reader.readexactly(length))
    except ParseError as error:
        raise ConnectionAbortedError("not a property list") from error
    if not isinstance(message, dict):
        raise ConnectionAbortedError("not a dictionary")
    return message


def framed(payload: bytes, *, lie: bool = False) -> bytes:
    """Return a message with its length before it, or with a length that it does not have."""
    return struct.pack(">I", LIE if lie else len(payload)) + payload


def xml(value: Any) -> bytes:
    """Return a value as a property list in XML."""
    return plistlib.dumps(value)
