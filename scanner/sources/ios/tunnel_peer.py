"""What a phone says of itself at the end of a tunnel: by RemoteXPC, which is XPC in HTTP/2."""

from __future__ import annotations

import asyncio
from typing import Any

from scanner.errors import ParseError
from scanner.formats import remote_xpc
from scanner.formats.plists import Map
from scanner.model.requests import MiB

_WINDOW = 16 * MiB
_ROOT, _REPLIES = 1, 3  # streams
_VERSION_FLAGS, _PROTOCOL_VERSION = 0x0100_0000_0000_0006, 7
_RECEIVED_LIMIT = 2 * remote_xpc.MESSAGE_LIMIT


async def introduced(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Map:
    """Introduce ourselves and return what the phone says of itself.

    The order of the frames is that of Apple's own client; the phone takes no other.
    """
    root, data = _ROOT, remote_xpc.DATA
    introduction = remote_xpc.message(
        remote_xpc.ALWAYS | remote_xpc.HAS_DATA, 1, await asyncio.to_thread(_introduction)
    )
    for frame in (
        remote_xpc.PREFACE,
        remote_xpc.frame(remote_xpc.SETTINGS, 0, remote_xpc.settings(streams=100, window=_WINDOW)),
        remote_xpc.frame(remote_xpc.WINDOW, 0, (_WINDOW - 65535).to_bytes(4, "big")),
        remote_xpc.frame(remote_xpc.HEADERS, root, flags=remote_xpc.END_HEADERS),
        remote_xpc.frame(data, root, remote_xpc.message(remote_xpc.ALWAYS, 0, {})),
        remote_xpc.frame(remote_xpc.HEADERS, _REPLIES, flags=remote_xpc.END_HEADERS),
        remote_xpc.frame(data, root, remote_xpc.message(0x201)),
        remote_xpc.frame(
            data,
            _REPLIES,
            remote_xpc.message(remote_xpc.ALWAYS | remote_xpc.FIRST_OF_REPLIES),
        ),
        remote_xpc.frame(data, root, introduction),
    ):
        writer.write(frame)
    await writer.drain()
    return await _first_words(reader, writer)


async def _first_words(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Map:
    messages, left = remote_xpc.Messages(), _RECEIVED_LIMIT
    while left > 0:
        try:
            header = remote_xpc.frame_header(await reader.readexactly(remote_xpc.FRAME_HEADER))
            payload = await reader.readexactly(header.length)
        except asyncio.IncompleteReadError as error:
            raise ConnectionResetError from error
        left -= remote_xpc.FRAME_HEADER + header.length
        if header.kind in (remote_xpc.RESET, remote_xpc.GO_AWAY):
            raise ConnectionResetError
        if header.kind == remote_xpc.SETTINGS and not header.flags & remote_xpc.ACKNOWLEDGE:
            writer.write(remote_xpc.frame(remote_xpc.SETTINGS, 0, flags=remote_xpc.ACKNOWLEDGE))
            await writer.drain()
        if header.kind == remote_xpc.DATA and header.stream == _ROOT:
            for value in messages.feed(payload):
                if isinstance(value, dict) and value:
                    return value
    raise ParseError("what a phone says of itself expected")


def _introduction() -> dict[str, Any]:
    """Return who we are: by the library's own number for this computer.

    A phone that is given two numbers by one computer closes what it offered to the first, which is
    the tunnel's owner.
    """
    from pymobiledevice3.remote.remotexpc import (  # noqa: PLC0415 - needed with a tunnel only
        default_handshake_uuid,
    )

    return {
        "MessageType": "Handshake",
        "MessagingProtocolVersion": _PROTOCOL_VERSION,
        "UUID": default_handshake_uuid(),
        "Properties": {
            "RemoteXPCVersionFlags": _VERSION_FLAGS,
            "SensitivePropertiesVisible": True,
        },
        "Services": {},
    }
