"""Entitlements: what a program asks to be allowed, as a property list in XML and again in DER.

The kernel of iOS 15 and later reads DER, others the XML; two that differ were once a way to be
allowed more. In DER: APPLICATION 16 { INTEGER 1, CONTEXT 16 { SEQUENCE { UTF8String, value } } },
before that a SET of such sequences. Sources: Apple's libCoreEntitlements (decompiled), technote
TN3125; files of Xcode 12 to 15.
"""

from __future__ import annotations

from scanner.errors import ParseError
from scanner.formats.plists import Map, Value, plist_of

NAME_LIMIT, COUNT_LIMIT = 255, 2000
XML_MAGIC, DER_MAGIC = 0xFADE7171, 0xFADE7172
_BOOLEAN, _INTEGER, _OCTETS, _TEXT = 0x01, 0x02, 0x04, 0x0C
_LIST, _SET, _MAP, _OUTER = 0x30, 0x31, 0xB0, 0x70
_DEPTH, _VALUES = 32, 20_000
_LONG = 0x80


def from_xml(blob: bytes) -> Map:
    """Read the blob of entitlements in XML; ParseError where it is none."""
    value = plist_of(_content(blob, XML_MAGIC).rstrip(b"\0")) if len(blob) > 8 else {}  # noqa: PLR2004
    if not isinstance(value, dict):
        raise ParseError("entitlements with names expected")
    return value


def from_der(blob: bytes) -> Map:
    """Read the blob of entitlements in DER; ParseError where it is none."""
    data = _content(blob, DER_MAGIC)
    tag, content, end = _element(data, 0)
    if end != len(data):
        raise ParseError("entitlements and nothing else expected")
    left = [_VALUES]
    if tag == _SET:
        return _map(content, 0, left)
    if tag != _OUTER:
        raise ParseError("entitlements in DER expected")
    tag, _, at = _element(content, 0)
    inner, names, end = _element(content, at)
    if tag != _INTEGER or inner != _MAP or end != len(content):
        raise ParseError("entitlements of a known version expected")
    return _map(names, 0, left)


def asked(entitlements: Map) -> tuple[str, ...] | None:
    """Return the names of those that are asked for; None for none."""
    names = (name[:NAME_LIMIT] for name in sorted(entitlements) if entitlements[name] is not False)
    return tuple(names)[:COUNT_LIMIT] or None


def _content(blob: bytes, magic: int) -> bytes:
    if int.from_bytes(blob[:4]) != magic:
        raise ParseError("entitlements expected")
    return blob[8:]


def _map(data: bytes, depth: int, left: list[int]) -> Map:
    found: Map = {}
    at = 0
    while at < len(data):
        tag, pair, at = _element(data, at)
        name_tag, name, behind = _element(pair, 0)
        if tag != _LIST or name_tag != _TEXT:
            raise ParseError("entitlements with names expected")
        key = _decoded(name)
        if key in found:
            raise ParseError("entitlements that stand there once expected")
        value_tag, value, end = _element(pair, behind)
        if end != len(pair):
            raise ParseError("entitlements with one value each expected")
        found[key] = _value(value_tag, value, depth + 1, left)
    return found


def _value(tag: int, data: bytes, depth: int, left: list[int]) -> Value:
    left[0] -= 1
    if depth > _DEPTH or left[0] < 0:
        raise ParseError(f"entitlements of at most {_VALUES} values expected")
    match tag:
        case t if t == _BOOLEAN and len(data) == 1:
            return data != b"\0"
        case t if t == _INTEGER and data:
            return int.from_bytes(data[:16], signed=True)
        case t if t == _TEXT:
            return _decoded(data)
        case t if t == _OCTETS:
            return data
        case t if t == _LIST:
            return list(_list(data, depth, left))
        case t if t in {_MAP, _SET}:
            return _map(data, depth, left)
    raise ParseError("entitlements with known values expected")


def _list(data: bytes, depth: int, left: list[int]) -> list[Value]:
    found: list[Value] = []
    at = 0
    while at < len(data):
        tag, value, at = _element(data, at)
        found.append(_value(tag, value, depth + 1, left))
    return found


def _element(data: bytes, at: int) -> tuple[int, bytes, int]:
    """Return tag, content and end of the element at a place."""
    if at + 2 > len(data):
        raise ParseError("whole entitlements in DER expected")
    tag, size = data[at], data[at + 1]
    at += 2
    if size >= _LONG:
        more = size - _LONG
        if not 0 < more <= 4 or at + more > len(data):  # noqa: PLR2004  bytes of a length
            raise ParseError("whole entitlements in DER expected")
        size = int.from_bytes(data[at : at + more])
        at += more
    if at + size > len(data):
        raise ParseError("whole entitlements in DER expected")
    return tag, data[at : at + size], at + size


def _decoded(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise ParseError("entitlements in UTF-8 expected") from None
