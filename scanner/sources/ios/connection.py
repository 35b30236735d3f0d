"""A connection to a phone: encrypted, to the phone that was paired, and bounded.

pymobiledevice3 encrypts without looking at who answers, and takes frames of 128 MiB. Here the
public key of the peer's certificate must be the one that the pairing recorded, before a byte of
any service is sent or read.
"""

from __future__ import annotations

import asyncio
import plistlib
import ssl
from typing import Any

from pymobiledevice3.exceptions import ConnectionTerminatedError, ProtocolError
from pymobiledevice3.service_connection import ServiceConnection
from pymobiledevice3.usbmux import MuxDevice

from scanner.errors import DeviceError, ParseError
from scanner.formats.plists import Map, plist_of
from scanner.model.requests import MiB
from scanner.sources.ios import mux
from scanner.sources.ios.pairing_record import public_key

PIECE = 64 * 1024  # bytes
_FRAME_LIMIT = 4 * MiB  # of what is read whole
_HANDSHAKE_WITHIN = 10.0  # seconds


class ForeignPeer(DeviceError):
    """What answers has another key than the phone that was paired."""

    def __init__(self) -> None:
        super().__init__(
            "What answers is not the phone that was paired with this computer: its key is another.",
            remedy="Trust nothing between this computer and the phone: use another cable, no hub, "
            "another computer. If the phone was erased since, pair again: `scanner pair`.",
        )


class Connection(ServiceConnection):
    """One stream to lockdownd or a service; with `device_key`, of the paired phone only."""

    max_frame_size = _FRAME_LIMIT
    device_key: bytes | None = None
    _plain: asyncio.StreamWriter | None = None

    @classmethod
    async def open(
        cls,
        device: MuxDevice,
        port: int,
        address: str,
        *,
        device_key: bytes | None,
        context: ssl.SSLContext | None = None,
    ) -> Connection:
        """Connect to a port of a phone; with a context encrypted, and ForeignPeer if not by it."""
        sock = await mux.stream(address, device, port)
        made = await cls.from_socket(sock, ssl_context=context, mux_device=device)
        if not isinstance(made, Connection):
            raise TypeError("a connection of ours expected")
        made.device_key = device_key
        if context is not None:
            await made.require_peer()
        return made

    async def start_tls(self, ssl_context: ssl.SSLContext) -> None:
        """Encrypt from here on; ConnectionTerminatedError where that fails, or ForeignPeer.

        A writer's own start_tls goes on without a transport where the peer leaves in the handshake.
        """
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        try:
            encrypted = await loop.start_tls(
                self.writer.transport,
                protocol,
                ssl_context,
                ssl_handshake_timeout=_HANDSHAKE_WITHIN,
            )
        except OSError as error:
            raise ConnectionTerminatedError from error
        if not isinstance(encrypted, asyncio.WriteTransport):
            raise ConnectionTerminatedError
        protocol.connection_made(encrypted)
        self._plain = self.writer  # it would close what it wrote to when nobody has it any more
        self.reader = reader
        self.writer = asyncio.StreamWriter(encrypted, protocol, reader, loop)
        await self.require_peer()

    async def require_peer(self) -> None:
        """ForeignPeer, and the connection is closed, where the peer has not the recorded key."""
        encrypted = self.writer.get_extra_info("ssl_object")
        certificate = encrypted.getpeercert(binary_form=True) if encrypted is not None else None
        try:
            same = certificate is not None and public_key(certificate) == self.device_key
        except (ValueError, TypeError):
            same = False
        if not same:
            await self.close()
            raise ForeignPeer

    async def close(self) -> None:
        """Leave at once: a phone that says nothing is not waited for to say goodbye."""
        self._closed = True
        self.writer.transport.abort()
        await asyncio.sleep(0)

    async def send_message(self, message: Map) -> None:
        """Send a property list with its length in front."""
        await self.send_prefixed(plistlib.dumps(message))

    async def length(self) -> int:
        """Return the length in front of a message."""
        return int.from_bytes(await self.recvall(4), "big")

    async def send_recv_plist(self, data: Any, endianity: str = ">", fmt: Any = None) -> Map:
        """Send a message and return its answer. ProtocolError for one that is no dictionary."""
        await self.send_message(data)
        return map_of(await self.recv_prefixed(endianity))

    async def recv_plist(self, endianity: str = ">") -> Map:
        """Return the next message. ProtocolError for one that is no dictionary."""
        return map_of(await self.recv_prefixed(endianity))


def map_of(data: bytes) -> Map:
    """Read an answer within bounds. ProtocolError for what is no dictionary."""
    try:
        value = plist_of(data)
    except ParseError as error:
        raise ProtocolError("a property list expected") from error
    if not isinstance(value, dict):
        raise ProtocolError("a dictionary expected")
    return value
