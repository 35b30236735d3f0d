"""RemoteXPC: how an iPhone tells, through a tunnel, which services it has and where.

Messages are dictionaries of XPC in frames of HTTP/2. A frame: u24 length, u8 kind, u8 flags, u32
stream (big-endian). A message: u32 0x29B00B92, u32 flags, u64 size, u64 number; where it carries
anything u32 0x42133742, u32 5, and an object (little-endian): u32 type, then what the type says,
texts and data filled up to four bytes. As pymobiledevice3 11 has it, remote/xpc_message.py and
remote/remotexpc.py, read off traffic of Apple's remoted.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

from scanner.errors import ParseError
from scanner.model.requests import MiB

Value = Any  # dict[str, Value] | list[Value] | str | bytes | int | float | bool | UUID | None

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
FRAME_HEADER = 9
DATA, HEADERS, RESET, SETTINGS, GO_AWAY, WINDOW = 0, 1, 3, 4, 7, 8
ACKNOWLEDGE, END_HEADERS = 0x1, 0x4
"""Flags of SETTINGS and of HEADERS."""

ALWAYS, HAS_DATA, FIRST_OF_REPLIES = 0x1, 0x100, 0x400000
"""Flags of messages."""

MESSAGE_LIMIT = MiB
"""Bytes of all that is taken of one message; a list of services has about 0.1 MiB."""

_DEPTH_LIMIT = 16
_WRAPPER = struct.Struct("<IIQQ")
_PAYLOAD = struct.Struct("<II")
_MAGIC, _PAYLOAD_MAGIC, _VERSION = 0x29B00B92, 0x42133742, 5
_U32 = struct.Struct("<I")
_NULL, _BOOL, _DATA, _TEXT, _UUID = 0x1000, 0x2000, 0x8000, 0x9000, 0xA000
_UINT64, _LIST, _DICTIONARY = 0x4000, 0xE000, 0xF000
_NUMBERS = {
    0x3000: struct.Struct("<q"),
    _UINT64: struct.Struct("<Q"),
    0x5000: struct.Struct("<d"),
    0x7000: struct.Struct("<q"),  # nanoseconds since 1970
}


class FrameHeader(NamedTuple):
    """The header of one frame of HTTP/2."""

    length: int
    kind: int
    flags: int
    stream: int


def frame(kind: int, stream: int, payload: bytes = b"", flags: int = 0) -> bytes:
    """Return a frame of HTTP/2."""
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def frame_header(data: bytes) -> FrameHeader:
    """Return the header that nine bytes are; ParseError for a frame that is too long."""
    high, low, kind, flags, stream = struct.unpack(">BHBBI", data)
    length = high << 16 | low
    if length > MESSAGE_LIMIT:
        raise ParseError(f"a frame of at most {MESSAGE_LIMIT} bytes expected")
    return FrameHeader(length, kind, flags, stream & 0x7FFF_FFFF)


def settings(**values: int) -> bytes:
    """Return the payload of SETTINGS."""
    numbers = {"streams": 3, "window": 4}
    return b"".join(struct.pack(">HI", numbers[name], value) for name, value in values.items())


def message(flags: int, number: int = 0, value: Value = ...) -> bytes:
    """Return a message; without a value it carries none."""
    body = b"" if value is ... else _PAYLOAD.pack(_PAYLOAD_MAGIC, _VERSION) + _packed(value)
    return _WRAPPER.pack(_MAGIC, flags, len(body), number) + body


class Messages:
    """Takes the data of one stream apart into the values of messages."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Value]:
        """Yield what the messages that are whole now carry. ParseError for other data."""
        self._buffer += data
        while len(self._buffer) >= _WRAPPER.size:
            magic, _, size, _ = _WRAPPER.unpack_from(self._buffer)
            if magic != _MAGIC or size > MESSAGE_LIMIT:
                raise ParseError("a message of XPC expected")
            end = _WRAPPER.size + size
            if len(self._buffer) < end:
                return
            body = bytes(self._buffer[_WRAPPER.size : end])
            del self._buffer[:end]
            if body:
                yield _value_of(body)


def _value_of(body: bytes) -> Value:
    try:
        if _PAYLOAD.unpack_from(body) != (_PAYLOAD_MAGIC, _VERSION):
            raise ParseError("an object of XPC expected")
        value, _ = _read(body, _PAYLOAD.size, 0)
    except struct.error as error:
        raise ParseError("a whole object of XPC expected") from error
    return value


def _read(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    """Return the object at a place, and where it ends."""
    if depth > _DEPTH_LIMIT:
        raise ParseError(f"an object of XPC of at most {_DEPTH_LIMIT} levels expected")
    (kind,) = _U32.unpack_from(data, at)
    at += _U32.size
    if kind in _NUMBERS:
        return _NUMBERS[kind].unpack_from(data, at)[0], at + _NUMBERS[kind].size
    match kind:
        case 0x1000:
            return None, at
        case 0x2000:
            return bool(_U32.unpack_from(data, at)[0]), at + _U32.size
        case 0x8000 | 0x9000:
            (size,) = _U32.unpack_from(data, at)
            part = _part(data, at + _U32.size, size)
            value = part.rstrip(b"\0").decode("utf-8", "replace") if kind == _TEXT else part
            return value, at + _U32.size + _filled(size)
        case 0xA000:
            return uuid.UUID(bytes=_part(data, at, 16)), at + 16
        case 0xE000 | 0xF000:
            (count,) = _U32.unpack_from(data, at + _U32.size)
            return _container(data, at + 2 * _U32.size, count, depth + 1, named=kind != _LIST)
    raise ParseError("an object of XPC of a known type expected")


def _container(data: bytes, at: int, count: int, depth: int, *, named: bool) -> tuple[Value, int]:
    keys, values = [], []
    for _ in range(count):  # each takes four bytes at the least, so the data are soon at an end
        if named:
            end = data.find(b"\0", at)
            if end < 0:
                raise ParseError("a name that ends expected")
            keys.append(data[at:end].decode("utf-8", "replace"))
            at += _filled(end + 1 - at)
        value, at = _read(data, at, depth)
        values.append(value)
    return (dict(zip(keys, values, strict=True)) if named else values), at


def _part(data: bytes, at: int, size: int) -> bytes:
    part = data[at : at + size]
    if len(part) != size:
        raise ParseError("an object of XPC of the stated size expected")
    return part


def _filled(size: int) -> int:
    return -(-size // 4) * 4


def _packed(value: Value) -> bytes:
    """Return an object; whole numbers are written without a sign."""
    match value:
        case None:
            kind, body = _NULL, b""
        case bool():
            kind, body = _BOOL, _U32.pack(value)
        case int():
            kind, body = _UINT64, _NUMBERS[_UINT64].pack(value)
        case str():
            kind, body = _TEXT, _sized(value.encode() + b"\0")
        case bytes():
            kind, body = _DATA, _sized(value)
        case uuid.UUID():
            kind, body = _UUID, value.bytes
        case list():
            kind, body = _LIST, _counted([_packed(one) for one in value])
        case dict():
            members = [_padded(key.encode() + b"\0") + _packed(one) for key, one in value.items()]
            kind, body = _DICTIONARY, _counted(members)
        case _:
            raise TypeError(f"no form in XPC: {type(value).__name__}")
    return _U32.pack(kind) + body


def _counted(members: list[bytes]) -> bytes:
    body = _U32.pack(len(members)) + b"".join(members)
    return _U32.pack(len(body)) + body


def _sized(data: bytes) -> bytes:
    return _U32.pack(len(data)) + _padded(data)


def _padded(data: bytes) -> bytes:
    return data.ljust(_filled(len(data)), b"\0")
