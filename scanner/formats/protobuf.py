"""The wire format of protocol buffers: the fields of one message, without its schema.

Source: protobuf.dev/programming-guides/encoding. A field is a varint key (number << 3 | wire type)
and a varint, 8 bytes, a length with bytes, or 4 bytes. Groups (wire types 3 and 4) are of proto2
and refused. An inner message is bytes, read again where somebody wants it: there is no recursion.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.errors import ParseError

_FIELDS = 1_000_000
_VARINT_BYTES = 10
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FIXED = {_FIXED64: 8, _FIXED32: 4}


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield (number, value) of each field; a varint and a fixed number as they stand, unsigned.

    ParseError for what is no message, is cut, or has more than a million fields.
    """
    position, view = 0, memoryview(message)
    for _ in range(_FIELDS):
        if position == len(view):
            return
        key, position = _varint(view, position)
        number, kind = key >> 3, key & 7
        if not number:
            raise ParseError("the number of a protobuf field expected")
        if kind == _VARINT:
            value, position = _varint(view, position)
            yield number, value
            continue
        if kind == _BYTES:
            size, position = _varint(view, position)
        elif kind in _FIXED:
            size = _FIXED[kind]
        else:
            raise ParseError("a known protobuf wire type expected")
        if size > len(view) - position:
            raise ParseError("a whole protobuf field expected")
        data = bytes(view[position : position + size])
        position += size
        yield number, data if kind == _BYTES else int.from_bytes(data, "little")
    raise ParseError(f"at most {_FIELDS} protobuf fields expected")


def _varint(view: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for index in range(_VARINT_BYTES):
        if position + index >= len(view):
            raise ParseError("a whole protobuf number expected")
        byte = view[position + index]
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:  # noqa: PLR2004  the last byte has no continuation bit
            return value & (1 << 64) - 1, position + index + 1
    raise ParseError(f"a protobuf number of at most {_VARINT_BYTES} bytes expected")
