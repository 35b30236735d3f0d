"""A client of DTX that only reads: it sends the few calls of `allowed.SELECTORS`, and no others.

The library's own client is not used here: it takes messages of 128 MiB, and writes out the words of
an error as a tree, so that an archive of 2 KB whose every level names the next one twice holds the
process for good. Here a message is bounded before it is read, and while it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from scanner.errors import NotAvailable, ParseError
from scanner.formats import dtx
from scanner.formats.dtx import ACKNOWLEDGED, ANSWER, CALL, ERROR, Message
from scanner.formats.keyed_archive import Value, archive
from scanner.sources.ios.allowed import (
    CAPABILITIES,
    GREETING,
    REQUEST_CHANNEL,
    require_channel,
    require_selector,
)

_OURS = {"com.apple.private.DTXBlockCompression": 0, "com.apple.private.DTXConnection": 1}


class DtxClient:
    """One connection; calls follow one another.

    `limit` is for the bytes received in all: NotAvailable("truncated") beyond them. `on_bytes` gets
    each of them. ConnectionResetError where the phone hangs up.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        limit: int,
        on_bytes: Callable[[bytes], None],
    ) -> None:
        self._reader, self._writer = reader, writer
        self._left, self._on_bytes = limit, on_bytes
        self._assembly = dtx.Assembly()
        self._header: dtx.Header | None = None  # of the fragment that is being read
        self._sent = 0
        self._channels = [GREETING]

    async def greet(self) -> None:
        """Exchange what both sides can do; nothing of it is used, compression is off."""
        await self._call(0, CAPABILITIES, _OURS, expects_answer=False)
        while True:
            message = await self._receive()
            if message.kind == CALL and message.value() == CAPABILITIES:
                return

    async def open(self, identifier: str) -> int:
        """Open the channel of a service; NotAvailable where the phone has none of that name.

        ValueError, before a byte is sent, for one in which nothing may be called.
        """
        require_channel(identifier)
        channel = len(self._channels)
        self._channels.append(identifier)
        await self._call(0, REQUEST_CHANNEL, channel, identifier)
        await self._answer()
        return channel

    async def ask(self, channel: int, selector: str) -> Value:
        """Call without arguments and return the answer. ValueError for what may not be called."""
        await self._call(channel, selector)
        return await self._answer()

    async def tell(self, channel: int, selector: str) -> None:
        """Call without arguments where no answer comes. ValueError for what may not be called."""
        await self._call(channel, selector, expects_answer=False)

    async def told(self, channel: int) -> Value:
        """Return the next thing that a channel sends without being asked; safe to cancel."""
        while True:
            message = await self._receive()
            # Channels that we opened are negative in what the phone begins.
            begun = message.conversation % 2 == 0 and message.channel == -channel
            if begun and message.kind == ANSWER:
                return message.value()

    async def _call(
        self, channel: int, selector: str, *arguments: Value, expects_answer: bool = True
    ) -> None:
        require_selector(self._channels[channel], selector)
        self._sent += 1
        await self._send(
            Message(
                kind=CALL,
                identifier=self._sent,
                channel=channel,
                expects_answer=expects_answer,
                arguments=dtx.pack_arguments(arguments),
                payload=archive(selector),
            )
        )

    async def _send(self, message: Message) -> None:
        for part in dtx.encode(message):
            self._writer.write(part)
        await self._writer.drain()

    async def _answer(self) -> Value:
        """Return the answer to the last call; NotAvailable where the phone refuses it."""
        while True:
            message = await self._receive()
            if message.conversation % 2 == 0 or message.identifier != self._sent:
                continue
            if message.kind == ERROR:
                detail = "the developer services refuse what is asked"
                raise NotAvailable("unsupported_version", detail)
            if message.kind not in (ACKNOWLEDGED, ANSWER):
                raise ParseError("an answer of the developer services expected")
            return message.value() if message.kind == ANSWER else None

    async def _receive(self) -> Message:
        """Return the next message; where this is cancelled, the next call goes on where it was."""
        while True:
            if self._header is None:
                self._header = dtx.header_of(await self._read(dtx.HEADER_SIZE))
            header = self._header
            body = await self._read(header.extra + header.body)
            self._header = None
            message = self._assembly.feed(header, body[header.extra :])
            if message is None:
                continue
            if message.expects_answer:
                conversation = (message.conversation + 1) & 0xFFFF_FFFF
                await self._send(
                    Message(ACKNOWLEDGED, message.identifier, conversation, message.channel)
                )
            return message

    async def _read(self, size: int) -> bytes:
        if size > self._left:
            raise NotAvailable("truncated", "the developer services send more than is taken")
        try:
            data = await self._reader.readexactly(size)
        except asyncio.IncompleteReadError as error:
            self._on_bytes(error.partial)
            raise ConnectionResetError from error
        self._left -= size
        self._on_bytes(data)
        return data
