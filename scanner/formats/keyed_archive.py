"""Objects as NSKeyedArchiver of Apple writes them: a binary property list of numbered objects.

`$objects` is the table, `$top.root` the number of the outermost one; an object of a class is a
dictionary with `$class`, and what it holds stands by number (swift-corelibs-foundation,
NSKeyedArchiver.swift). What is read here is a tree of bounded size and depth: an archive that holds
itself, or that names one object a million times, is refused. A class that is not known is read as
`Opaque`; its content is not.
"""

from __future__ import annotations

import math
import plistlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from scanner.errors import ParseError
from scanner.formats import plists

Value = Any  # dict[Any, Value] | list[Value] | str | bytes | int | float | bool | datetime | None

DEPTH_LIMIT = 32
NODE_LIMIT = 400_000
_VERSION = 100_000
_BINARY = b"bplist00"
_EPOCH = datetime(2001, 1, 1, tzinfo=UTC)
_DICTIONARIES = frozenset({"NSDictionary", "NSMutableDictionary"})
_LISTS = frozenset({"NSArray", "NSMutableArray", "NSSet", "NSMutableSet"})


class Opaque(NamedTuple):
    """An object of a class that is not read."""

    name: str


class Failure(NamedTuple):
    """An NSError, without the words of it."""

    domain: str
    code: int


def unarchive(data: bytes) -> Value:
    """Return the object of an archive; ParseError for what is none, or larger than is read."""
    if not data.startswith(_BINARY):
        raise ParseError("a keyed archive expected")
    return _Reading(plists.plist_of(data)).root()


def archive(value: Value) -> bytes:
    """Return the archive of a tree of dictionaries, lists, texts, numbers, dates and bytes."""
    writing = _Writing()
    root = writing.add(value)
    return plistlib.dumps(
        {
            "$version": _VERSION,
            "$archiver": "NSKeyedArchiver",
            "$top": {"root": root},
            "$objects": writing.objects,
        },
        fmt=plistlib.FMT_BINARY,
        sort_keys=False,
    )


class _Reading:
    """The table of one archive, and how much of it was followed."""

    def __init__(self, document: Value) -> None:
        document = document if isinstance(document, dict) else {}
        self._objects = plists.entries(document, "$objects")
        self._root = plists.mapping(document, "$top").get("root")
        self._nodes = 0
        known = document.get("$archiver"), document.get("$version")
        if known != ("NSKeyedArchiver", _VERSION) or not isinstance(self._root, plistlib.UID):
            raise ParseError("a keyed archive expected")

    def root(self) -> Value:
        return self._follow(self._root, 0)

    def _follow(self, value: Value, depth: int) -> Value:
        self._nodes += 1
        if self._nodes > NODE_LIMIT or depth > DEPTH_LIMIT:
            raise ParseError(
                f"an archive of at most {NODE_LIMIT} objects in {DEPTH_LIMIT} levels expected"
            )
        value = self._numbered(value)
        return self._object(value, depth + 1) if isinstance(value, dict) else value

    def _numbered(self, value: Value) -> Value:
        """Return the object that a number stands for; anything else as it is."""
        if not isinstance(value, plistlib.UID):
            return value
        if value.data >= len(self._objects):
            raise ParseError("a number of an object of the archive expected")
        return self._objects[value.data] if value.data else None  # the first one is `$null`

    def _object(self, value: plists.Map, depth: int) -> Value:
        name = self._class(value)
        if name in _DICTIONARIES:
            keys = plists.entries(value, "NS.keys")
            values = plists.entries(value, "NS.objects")
            if len(keys) != len(values):
                raise ParseError("as many values as keys expected")
            return {
                key: self._follow(one, depth)
                for key, one in zip((self._key(key) for key in keys), values, strict=True)
            }
        if name in _LISTS:
            return [self._follow(one, depth) for one in plists.entries(value, "NS.objects")]
        read = _SIMPLE.get(name)
        return read(self, value, depth) if read else Opaque(name)

    def _class(self, value: plists.Map) -> str:
        described = self._numbered(value.get("$class"))
        name = described.get("$classname") if isinstance(described, dict) else None
        if not isinstance(name, str):
            raise ParseError("an object with a class expected")
        return name

    def _key(self, key: Value) -> str | int:
        found = self._numbered(key)
        if not isinstance(found, str | int):
            raise ParseError("a text or number as a key expected")
        return found

    def member(self, value: plists.Map, name: str, depth: int) -> Value:
        """Return what stands under a name of an object, in place or by number."""
        return self._follow(value.get(name), depth)


class _Writing:
    """The table of an archive in the making; a text stands in it once."""

    def __init__(self) -> None:
        self.objects: list[Value] = ["$null"]
        self._known: dict[Any, plistlib.UID] = {}

    def add(self, value: Value) -> plistlib.UID:
        if value is None:
            return plistlib.UID(0)
        if isinstance(value, dict):
            number = self._place({})
            keys = [self.add(key) for key in value]
            members = [self.add(one) for one in value.values()]
            self.objects[number.data] = {
                "NS.keys": keys,
                "NS.objects": members,
                "$class": self._class("NSDictionary"),
            }
            return number
        if isinstance(value, Failure):
            return self._failure(value)
        if isinstance(value, list | tuple):
            number = self._place({})
            members = [self.add(one) for one in value]
            self.objects[number.data] = {"NS.objects": members, "$class": self._class("NSArray")}
            return number
        if isinstance(value, datetime):
            seconds = (value - _EPOCH).total_seconds()
            return self._place({"NS.time": seconds, "$class": self._class("NSDate")})
        return self._once((type(value), value), value)

    def _failure(self, value: Failure) -> plistlib.UID:
        number = self._place({})
        self.objects[number.data] = {
            "NSDomain": self.add(value.domain),
            "NSCode": value.code,
            "NSUserInfo": plistlib.UID(0),
            "$class": self._class("NSError"),
        }
        return number

    def _class(self, name: str) -> plistlib.UID:
        return self._once((name,), {"$classname": name, "$classes": [name, "NSObject"]})

    def _once(self, key: tuple[Any, ...], value: Value) -> plistlib.UID:
        if key not in self._known:
            self._known[key] = self._place(value)
        return self._known[key]

    def _place(self, value: Value) -> plistlib.UID:
        self.objects.append(value)
        return plistlib.UID(len(self.objects) - 1)


def _date(reading: _Reading, value: plists.Map, depth: int) -> datetime | None:
    seconds = reading.member(value, "NS.time", depth)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return _EPOCH + timedelta(seconds=seconds) if math.isfinite(seconds) else None
    except OverflowError:
        return None


def _failure(reading: _Reading, value: plists.Map, depth: int) -> Failure:
    domain = reading.member(value, "NSDomain", depth)
    code = reading.member(value, "NSCode", depth)
    return Failure(
        domain[:100] if isinstance(domain, str) else "", code if isinstance(code, int) else 0
    )


_SIMPLE: dict[str, Callable[[_Reading, plists.Map, int], Value]] = {
    "NSDate": _date,
    "NSError": _failure,
    "NSNull": lambda _reading, _value, _depth: None,
    "NSString": lambda reading, value, depth: reading.member(value, "NS.string", depth),
    "NSMutableString": lambda reading, value, depth: reading.member(value, "NS.string", depth),
    "NSData": lambda reading, value, depth: reading.member(value, "NS.data", depth),
    "NSMutableData": lambda reading, value, depth: reading.member(value, "NS.data", depth),
}
