"""The phone's side of DTX: a handshake, channels by name, calls on them and their answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from scanner.errors import ParseError
from scanner.formats import dtx
from scanner.formats.dtx import ACKNOWLEDGED, ANSWER, CALL, ERROR, Message
from scanner.formats.keyed_archive import Failure, Value, archive

Tell = Callable[[bytes], Awaitable[None]]
"""Sends an archive on the channel of the call, without being asked for it."""

Selector = Callable[[Tell], Awaitable[bytes | None]]
"""Answers one call: an archive; None where there is nothing to say but that it was heard."""

Called = Callable[[str, str], None]
"""Is told of each call, before it is answered: the channel's name and the selector."""

_CAPABILITIES = "_notifyOfPublishedCapabilities:"
_REQUEST_CHANNEL = "_requestChannelWithCode:identifier:"
_CANCEL_CHANNEL = "_channelCanceled:"
_CONTROL = ""
_NOT_THERE = Failure("DTXMessage", 1)


class DtxServer:
    """One connection; `services` are the channels by name, and the selectors of each."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        services: Mapping[str, Mapping[str, Selector]],
        called: Called,
    ) -> None:
        self._reader, self._writer = reader, writer
        self._services, self._called = services, called
        self._channels: dict[int, str] = {0: _CONTROL}
        self._assembly = dtx.Assembly()
        self._sent = 0

    async def run(self) -> None:
        """Answer until the other side leaves: EOFError. ConnectionError for what is no message."""
        capabilities = {"com.apple.private.DTXConnection": 1, **dict.fromkeys(self._services, 1)}
        await self._begin(
            Message(
                CALL,
                0,
                arguments=dtx.pack_arguments([capabilities]),
                payload=archive(_CAPABILITIES),
            )
        )
        try:
            while True:
                message = await self._message()
                if message.kind == CALL:
                    await self._answer(message)
        except ParseError as error:
            raise ConnectionAbortedError("not a message of DTX") from error

    async def _message(self) -> Message:
        while True:
            header = dtx.header_of(await self._reader.readexactly(dtx.HEADER_SIZE))
            body = await self._reader.readexactly(header.extra + header.body)
            message = self._assembly.feed(header, body[header.extra :])
            if message is not None:
                return message

    async def _answer(self, message: Message) -> None:
        selector = str(message.value())
        channel = self._channels.get(message.channel, _CONTROL)
        arguments = dtx.unpack_arguments(message.arguments)
        self._called(channel, selector)
        kind, payload = ACKNOWLEDGED, b""
        if channel == _CONTROL:
            if not self._control(selector, arguments):
                kind, payload = ERROR, archive(_NOT_THERE)
        elif (answering := self._services[channel].get(selector)) is None:
            kind, payload = ERROR, archive(_NOT_THERE)
        elif (answer := await answering(self._teller(message.channel))) is not None:
            kind, payload = ANSWER, answer
        if message.expects_answer:
            conversation = message.conversation + 1
            await self._send(
                Message(kind, message.identifier, conversation, message.channel, payload=payload)
            )

    def _control(self, selector: str, arguments: list[Value]) -> bool:
        match selector, arguments:
            case (_, [dict()]) if selector == _CAPABILITIES:
                return True
            case (_, [int(code), str(name)]) if selector == _REQUEST_CHANNEL:
                if name in self._services:
                    self._channels[code] = name
                return name in self._services
            case (_, [int(code)]) if selector == _CANCEL_CHANNEL:
                return self._channels.pop(code, None) is not None
        return False

    def _teller(self, channel: int) -> Tell:
        async def tell(payload: bytes) -> None:
            # What the phone begins on a channel of the other side bears its negative number.
            await self._begin(Message(ANSWER, 0, channel=-channel, payload=payload))

        return tell

    async def _begin(self, message: Message) -> None:
        self._sent += 1
        await self._send(message._replace(identifier=self._sent))

    async def _send(self, message: Message) -> None:
        for part in dtx.encode(message):
            self._writer.write(part)
        await self._writer.drain()
