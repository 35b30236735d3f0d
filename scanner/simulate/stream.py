"""One stream of an adb connection, with its flow control.

Without delayed acknowledgement one WRTE is in flight until the other side's OKAY; with it, as many
bytes as the other side granted.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable

from scanner.simulate.packets import Packet

WINDOW = 32 * 1024 * 1024  # bytes that we grant with delayed acknowledgement
Send = Callable[[Packet], Awaitable[None]]


class StreamClosed(EOFError):
    """The other side closed the stream, or the connection is gone."""


class Stream:
    """The device's end of a stream."""

    def __init__(
        self, send: Send, local: int, remote: int, *, payload: int, window: int | None
    ) -> None:
        self._send, self.local, self.remote = send, local, remote
        self._payload = payload  # bytes that the other side takes in one packet
        self._window = window  # bytes granted to us; None: one packet at a time
        self._delayed = window is not None
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._incoming: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._rest = b""
        self.closed = False

    async def accept(self) -> None:
        await self._acknowledge(WINDOW)

    async def write(self, data: bytes) -> None:
        """Send data; StreamClosed where nobody listens any more."""
        for start in range(0, len(data), self._payload):
            await self._may_write.wait()
            if self.closed:
                raise StreamClosed
            part = data[start : start + self._payload]
            if self._window is None:
                self._may_write.clear()
            else:
                self._window -= len(part)
                if self._window <= 0:
                    self._may_write.clear()
            await self._send(Packet(b"WRTE", self.local, self.remote, part))

    async def read_some(self) -> bytes:
        """Return what comes next. StreamClosed at the end."""
        if self._rest:
            data, self._rest = self._rest, b""
            return data
        taken = await self._incoming.get()
        if taken is None:
            self._incoming.put_nowait(None)
            raise StreamClosed
        await self._acknowledge(len(taken))
        return taken

    async def read(self, size: int) -> bytes:
        """Return exactly `size` bytes. StreamClosed where they do not come."""
        parts = bytearray()
        while len(parts) < size:
            parts += await self.read_some()
        self._rest = bytes(parts[size:])
        return bytes(parts[:size])

    def received(self, data: bytes) -> None:
        self._incoming.put_nowait(data)

    def acknowledged(self, payload: bytes) -> None:
        if self._window is None:
            self._may_write.set()
        elif len(payload) == 4:  # noqa: PLR2004 - an int32: the bytes taken
            self._window += struct.unpack("<i", payload)[0]
            if self._window > 0:
                self._may_write.set()

    def end(self) -> None:
        """Take note that the other side is gone."""
        self.closed = True
        self._may_write.set()
        self._incoming.put_nowait(None)

    async def close(self) -> None:
        if not self.closed:
            self.end()
            await self._send(Packet(b"CLSE", self.local, self.remote))

    async def _acknowledge(self, size: int) -> None:
        payload = struct.pack("<I", size) if self._delayed else b""
        await self._send(Packet(b"OKAY", self.local, self.remote, payload))
