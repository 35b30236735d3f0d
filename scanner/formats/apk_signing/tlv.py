"""ASN.1 values as signers of apps really wrote them: BER, of which DER is the strict form.

Source: ITU-T X.690. Lengths may be longer than needed or left open, numbers may be padded: the
platform reads that, libraries that verify refuse it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

from msgspec import Struct

from scanner.errors import ParseError

INTEGER, BITS, OCTETS, OID, SEQUENCE, SET = 0x02, 0x03, 0x04, 0x06, 0x30, 0x31
NULL = b"\x05\x00"
_CONSTRUCTED, _HIGH, _MORE = 0x20, 0x1F, 0x80
_DEPTH = 64  # of values of open length in each other
_LENGTH_BYTES = 4
_OID_LIMIT = 64  # bytes
_WIDE = 1 << 62  # a part of an object identifier is smaller


class Value(Struct, frozen=True, gc=False):
    """One value: where its bytes stand."""

    data: bytes
    tag: int  # the first byte
    start: int
    inside: int  # where the contents begin
    stop: int  # where they end
    end: int  # where the value ends

    @property
    def contents(self) -> bytes:
        return self.data[self.inside : self.stop]

    @property
    def encoded(self) -> bytes:
        return self.data[self.start : self.end]

    def __iter__(self) -> Iterator[Value]:
        """Yield the values within."""
        at = self.inside
        while at < self.stop:
            value = read(self.data, at, self.stop)
            yield value
            at = value.end


def read(data: bytes, at: int = 0, end: int | None = None, depth: int = 0) -> Value:
    """Return the value at a place; ParseError where there is none."""
    end = len(data) if end is None else end
    start = at
    if at + 2 > end:
        raise ParseError("an ASN.1 value expected")
    tag = data[at]
    at += 1
    if tag & _HIGH == _HIGH:
        at = _after_tag(data, at, end)
    if at >= end:
        raise ParseError("the length of an ASN.1 value expected")
    size = data[at]
    at += 1
    if size == _MORE:
        stop, after = _open(data, at, end, tag, depth)
        return Value(data, tag, start, at, stop, after)
    if size > _MORE:
        count = size - _MORE
        if count > _LENGTH_BYTES or at + count > end:
            raise ParseError("the length of an ASN.1 value expected")
        size = int.from_bytes(data[at : at + count], "big")
        at += count
    if at + size > end:
        raise ParseError("an ASN.1 value that ends where it is expected")
    return Value(data, tag, start, at, at + size, at + size)


def _after_tag(data: bytes, at: int, end: int) -> int:
    for each in range(at, min(at + _LENGTH_BYTES, end)):
        if not data[each] & _MORE:
            return each + 1
    raise ParseError("the tag of an ASN.1 value expected")


def _open(data: bytes, at: int, end: int, tag: int, depth: int) -> tuple[int, int]:
    """Return where contents of open length end, and where the value does."""
    if depth > _DEPTH:
        raise ParseError("ASN.1 values less deep in each other expected")
    if not tag & _CONSTRUCTED:
        stop = data.find(b"\0\0", at, end)
        if stop < 0:
            raise ParseError("the end of an ASN.1 value expected")
        return stop, stop + 2
    while at < end:
        if data.startswith(b"\0\0", at) and at + 2 <= end:
            return at, at + 2
        at = read(data, at, end, depth + 1).end
    raise ParseError("the end of an ASN.1 value expected")


def expect(value: Value | None, tag: int) -> Value:
    """Return a value that has to be of a kind; ParseError where it is not."""
    if value is None or value.tag != tag:
        raise ParseError("an ASN.1 value of another kind expected")
    return value


def members(value: Value | None, at_least: int) -> list[Value]:
    """Return the values of a sequence; ParseError where they are fewer."""
    found = list(expect(value, SEQUENCE))
    if len(found) < at_least:
        raise ParseError(f"at least {at_least} values in a sequence expected")
    return found


def integer(value: Value | None) -> int:
    """Return a number, which may be negative."""
    return int.from_bytes(expect(value, INTEGER).contents, "big", signed=True)


def identifier(value: Value | None) -> str:
    """Return an object identifier in digits and dots."""
    return _dotted(expect(value, OID).contents)


@functools.lru_cache(maxsize=256)
def _dotted(contents: bytes) -> str:
    if not contents or len(contents) > _OID_LIMIT or contents[-1] & _MORE:
        raise ParseError("an object identifier expected")
    parts: list[int] = []
    part = 0
    for byte in contents:
        part = part << 7 | byte & 0x7F
        if part > _WIDE:
            raise ParseError("an object identifier of smaller parts expected")
        if not byte & _MORE:
            parts.append(part)
            part = 0
    first = min(parts[0] // 40, 2)
    return ".".join(map(str, (first, parts[0] - 40 * first, *parts[1:])))


def algorithm(value: Value | None) -> tuple[str, bytes]:
    """Return the name of a method, and its parameters as they are written."""
    found = members(value, 1)
    return identifier(found[0]), found[1].encoded if len(found) > 1 else b""


def encoded(tag: int, contents: bytes) -> bytes:
    """Return a value in DER."""
    size = len(contents)
    if size < _MORE:
        return bytes((tag, size)) + contents
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _MORE | len(length))) + length + contents


def natural(value: Value | None) -> bytes:
    """Return an integer in DER that is never negative: a leading zero may have been left out."""
    digits = expect(value, INTEGER).contents.lstrip(b"\0")
    return encoded(INTEGER, b"\0" + digits if not digits or digits[0] & 0x80 else digits)
