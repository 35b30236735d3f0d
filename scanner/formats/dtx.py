"""Messages of DTX, the protocol of Apple's developer services: read and written within bounds.

A message travels in fragments. Each has a header of 32 bytes, all numbers little-endian: magic
0x1F3D5B79, u32 size of the header, u16 index, u16 count, u32 size, u32 identifier, u32
conversation (0: who speaks first, 1: the answer), i32 channel, u32 flags (1: an answer is
expected). The first of several fragments has no body, and its size is that of the whole message.
The message: u8 kind, three bytes, u32 size of the arguments, u32 size of arguments and payload,
u32; then the arguments as a list of typed values, then the payload, a keyed archive. The layout is
that of captures of Apple's programs, and of two public implementations that agree (go-ios,
pymobiledevice3).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scanner.errors import ParseError
from scanner.formats.keyed_archive import Value, archive, unarchive
from scanner.model.requests import MiB

HEADER_SIZE = 32
MESSAGE_LIMIT = 8 * MiB
"""Bytes of the longest message that is read; 1,000 processes are about 0.3 MiB."""

ACKNOWLEDGED, CALL, ANSWER, ERROR = 0, 2, 3, 4
"""Kinds of messages that are read and written; 1 is raw data, 7 a compressed one."""

_MAGIC = 0x1F3D5B79
_HEADER = struct.Struct("<IIHHIIIiI")
_PREFIX = struct.Struct("<BBBBIII")
_LIST = struct.Struct("<IIQ")
_LIST_TYPE = 0x1F0
_U32 = struct.Struct("<I")
_TEXT, _BUFFER, _INT32, _INT64, _DOUBLE, _NULL = 1, 2, 3, 6, 9, 10
_FIXED = {_INT32: struct.Struct("<i"), _INT64: struct.Struct("<q"), _DOUBLE: struct.Struct("<d")}
_HEADER_LIMIT = 256
_FRAGMENT = 64 * 1024
_OPEN_LIMIT = 16  # messages of which some fragments are there
_EXPECTS_ANSWER = 1


class Message(NamedTuple):
    """One message, with what it carries still packed."""

    kind: int
    identifier: int
    conversation: int = 0
    channel: int = 0
    expects_answer: bool = False
    arguments: bytes = b""
    payload: bytes = b""

    def value(self) -> Value:
        """Return the payload: the name of what is called, or an answer; None without one."""
        return unarchive(self.payload) if self.payload else None


class Header(NamedTuple):
    """The header of one fragment."""

    extra: int  # bytes of the header that follow the known ones
    part: int  # from 0
    parts: int
    size: int
    identifier: int
    conversation: int
    channel: int
    flags: int

    @property
    def body(self) -> int:
        """Bytes that follow the header."""
        return 0 if self.part == 0 and self.parts > 1 else self.size


def header_of(data: bytes) -> Header:
    """Return the header that 32 bytes are; ParseError for others and for sizes out of bounds."""
    magic, length, *fields = _HEADER.unpack(data)
    header = Header(length - HEADER_SIZE, *fields)
    if magic != _MAGIC or not HEADER_SIZE <= length <= _HEADER_LIMIT:
        raise ParseError("the header of a DTX message expected")
    least = 1 if header.part else _PREFIX.size
    if header.part >= header.parts or header.size < least:
        raise ParseError("a fragment of a DTX message expected")
    if header.size > MESSAGE_LIMIT:
        raise ParseError(f"a DTX message of at most {MESSAGE_LIMIT} bytes expected")
    return header


class Assembly:
    """Puts the fragments of messages together; what is kept of unfinished ones is bounded."""

    def __init__(self) -> None:
        self._open: dict[int, tuple[Header, list[bytes]]] = {}
        self._held = 0

    def feed(self, header: Header, body: bytes) -> Message | None:
        """Take one fragment; the message where it was the last of it."""
        if header.parts == 1:
            return message_of(header, body)
        if header.part == 0:
            if header.identifier in self._open or len(self._open) >= _OPEN_LIMIT:
                raise ParseError(f"at most {_OPEN_LIMIT} unfinished DTX messages expected")
            self._open[header.identifier] = header, []
            return None
        first, bodies = self._open.get(header.identifier, (header, []))
        if first is header or header.parts != first.parts or header.part != len(bodies) + 1:
            raise ParseError("the fragments of a DTX message in their order expected")
        bodies.append(body)
        self._held += len(body)
        if self._held > 2 * MESSAGE_LIMIT:
            raise ParseError(
                f"unfinished DTX messages of at most {2 * MESSAGE_LIMIT} bytes expected"
            )
        if header.part < header.parts - 1:
            return None
        del self._open[header.identifier]
        whole = b"".join(bodies)
        self._held -= len(whole)
        return message_of(first, whole)


def message_of(header: Header, data: bytes) -> Message:
    """Return the message that the bodies of its fragments are; ParseError where sizes disagree."""
    if len(data) != header.size or len(data) < _PREFIX.size:
        raise ParseError("a DTX message of the stated size expected")
    kind, _, _, _, arguments, total, _ = _PREFIX.unpack_from(data)
    if total != len(data) - _PREFIX.size or arguments > total:
        raise ParseError("a DTX message with agreeing sizes expected")
    middle = _PREFIX.size + arguments
    return Message(
        kind=kind,
        identifier=header.identifier,
        conversation=header.conversation,
        channel=header.channel,
        expects_answer=bool(header.flags & _EXPECTS_ANSWER),
        arguments=data[_PREFIX.size : middle],
        payload=data[middle:],
    )


def encode(message: Message) -> Iterator[bytes]:
    """Yield the fragments of a message, each with its header."""
    total = len(message.arguments) + len(message.payload)
    prefix = _PREFIX.pack(message.kind, 0, 0, 0, len(message.arguments), total, 0)
    data = prefix + message.arguments + message.payload
    if len(data) <= _FRAGMENT:
        yield _header(message, 0, 1, len(data)) + data
        return
    count = 1 + -(-len(data) // _FRAGMENT)
    yield _header(message, 0, count, len(data))
    for index in range(1, count):
        part = data[(index - 1) * _FRAGMENT : index * _FRAGMENT]
        yield _header(message, index, count, len(part)) + part


def _header(message: Message, index: int, count: int, size: int) -> bytes:
    return _HEADER.pack(
        _MAGIC,
        HEADER_SIZE,
        index,
        count,
        size,
        message.identifier,
        message.conversation,
        message.channel,
        _EXPECTS_ANSWER if message.expects_answer else 0,
    )


def pack_arguments(values: Sequence[Value]) -> bytes:
    """Return the arguments of a call: whole numbers as 32 bits, all else as archives."""
    if not values:
        return b""
    body = b"".join(_U32.pack(_NULL) + _packed(value) for value in values)
    return _LIST.pack(_LIST_TYPE, 0, len(body)) + body


def _packed(value: Value) -> bytes:
    if isinstance(value, int) and not isinstance(value, bool):
        return _U32.pack(_INT32) + _FIXED[_INT32].pack(value)
    data = archive(value)
    return _U32.pack(_BUFFER) + _U32.pack(len(data)) + data


def unpack_arguments(data: bytes) -> list[Value]:
    """Return the arguments of a call; ParseError for what is no list of them."""
    if not data:
        return []
    try:
        kind, _, length = _LIST.unpack_from(data)
        if kind & 0xFF != _LIST_TYPE & 0xFF or length != len(data) - _LIST.size:
            raise ParseError("a list of arguments expected")
        values, position = [], _LIST.size
        while position < len(data):
            _, position = _primitive(data, position)  # the key of a list is null
            value, position = _primitive(data, position)
            values.append(value)
    except struct.error as error:
        raise ParseError("a whole list of arguments expected") from error
    return values


def _primitive(data: bytes, position: int) -> tuple[Value, int]:
    (kind,) = _U32.unpack_from(data, position)
    position += _U32.size
    if kind == _NULL:
        return None, position
    if fixed := _FIXED.get(kind):
        return fixed.unpack_from(data, position)[0], position + fixed.size
    if kind not in (_TEXT, _BUFFER):
        raise ParseError("an argument of a known type expected")
    (length,) = _U32.unpack_from(data, position)
    position += _U32.size
    part = data[position : position + length]
    if len(part) != length:
        raise ParseError("an argument of the stated size expected")
    if kind == _TEXT:
        return part.decode("utf-8", "replace"), position + length
    return (unarchive(part) if part else None), position + length
