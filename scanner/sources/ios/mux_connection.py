"""One connection to usbmuxd whose packets are bounded; imported where usbmuxd is asked."""

from __future__ import annotations

import socket

from pymobiledevice3.exceptions import MuxException
from pymobiledevice3.usbmux import PlistMuxConnection

from scanner.model.requests import MiB

__all__ = ["MuxConnection", "MuxException"]

_LENGTH = 4  # bytes in front of a packet, which count as its own
_PACKET_LIMIT = 4 * MiB
_exactly = PlistMuxConnection._recv_exactly  # noqa: SLF001 - of its own class


class MuxConnection(PlistMuxConnection):
    """The library's client, which by itself takes packets of 4 GiB."""

    @staticmethod
    async def _recv_packet(sock: socket.socket) -> bytes:
        head = await _exactly(sock, _LENGTH)
        size = int.from_bytes(head, "little")
        if not _LENGTH <= size <= _PACKET_LIMIT:
            raise MuxException("a packet of another size than usbmuxd sends")
        return head + await _exactly(sock, size - _LENGTH)
