"""JSON feeds as objects that are not decoded yet, within bounds and with the place of an error."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from scanner.errors import RuleError

_BYTE = re.compile(r"\(byte (\d+)\)")
_REMEDY = "get the feed again from its source"


class Document(Struct):
    """The keys by which the kinds of JSON feeds are told apart."""

    type: Raw | UnsetType = UNSET
    objects: list[Raw] | UnsetType = UNSET
    event: Raw | UnsetType = msgspec.field(name="Event", default=UNSET)
    response: Raw | UnsetType = UNSET
    attributes: Raw | UnsetType = msgspec.field(name="Attribute", default=UNSET)
    parts: Raw | UnsetType = msgspec.field(name="Object", default=UNSET)

    @property
    def misp(self) -> bool:
        """Whether it is an event of MISP, or several."""
        keys = (self.event, self.response, self.attributes, self.parts)
        return self.objects is UNSET and any(key is not UNSET for key in keys)

    @property
    def stix(self) -> bool:
        """Whether it is a bundle of STIX, or one object of it."""
        return self.objects is not UNSET or (self.type is not UNSET and not self.misp)


_DOCUMENT = msgspec.json.Decoder(Document)
_RAW = msgspec.json.Decoder(Raw)
_RAWS = msgspec.json.Decoder(list[Raw])
_START = 4096  # bytes that tell a list from an object
_BROKEN = (msgspec.MsgspecError, RecursionError)


def documents(data: bytes, path: str) -> list[tuple[Raw, Document]]:
    """Return the objects of a JSON feed: one, those of a list, or those of lines.

    RuleError with the byte where the text is no JSON.
    """
    try:
        raws = _raws(data)
        return [(raw, _DOCUMENT.decode(raw)) for raw in raws]
    except _BROKEN as error:
        raise _refused(error, data, path) from None


def _raws(data: bytes) -> list[Raw]:
    if data[:_START].lstrip().startswith(b"["):
        return _RAWS.decode(data)
    try:
        return [_RAW.decode(data)]
    except msgspec.DecodeError as error:
        if "trailing characters" not in str(error):
            raise
    return _RAW.decode_lines(data)


def objects_of(raw: Raw, document: Document) -> Iterator[Raw]:
    """Yield the objects of a bundle, or the one object; the bundle is empty afterwards."""
    if isinstance(document.objects, UnsetType):
        yield raw
        return
    objects = document.objects
    objects.reverse()
    while objects:  # what is not kept of a file is gone before its indicators are made
        yield objects.pop()


def _refused(error: Exception, data: bytes, path: str) -> RuleError:
    if isinstance(error, RecursionError):
        return RuleError(path, "file", "nested too deep", remedy=_REMEDY)
    reason = str(error)
    if found := _BYTE.search(reason):
        line = data.count(b"\n", 0, int(found[1])) + 1
        return RuleError(path, f"line {line}", reason, remedy=_REMEDY)
    line = data.count(b"\n") + 1
    where = f"line {line}" if "truncated" in reason else "file"
    return RuleError(path, where, f"no JSON of a feed: {reason}", remedy=_REMEDY)
