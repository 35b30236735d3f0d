"""Keyed archives of objects of any class, as an iPhone writes them."""

from __future__ import annotations

import plistlib
import uuid
from typing import Any, NamedTuple


class Made(NamedTuple):
    """An object: the name of its class and its members."""

    kind: str
    members: dict[str, Any]


def object_of(kind: str, **members: Any) -> Made:
    """Return an object of a class."""
    return Made(kind, members)


def uuid_of(text: str) -> Made:
    """Return a UUID as NSUUID writes it."""
    return Made("NSUUID", {"NS.uuidbytes": uuid.UUID(text).bytes})


def url_of(text: str) -> Made:
    """Return an address as NSURL writes it."""
    return Made("NSURL", {"NS.base": None, "NS.relative": text})


def archive_of(**top: Any) -> bytes:
    """Return the archive of some objects, by their names."""
    objects: list[Any] = ["$null"]
    numbers = {name: _placed(objects, value) for name, value in top.items()}
    return plistlib.dumps(
        {
            "$version": 100_000,
            "$archiver": "NSKeyedArchiver",
            "$top": numbers,
            "$objects": objects,
        },
        fmt=plistlib.FMT_BINARY,
        sort_keys=False,
    )


def _placed(objects: list[Any], value: Any) -> Any:
    if value is None:
        return plistlib.UID(0)
    if isinstance(value, bool | int | float):
        return value  # stands in place
    number = len(objects)
    objects.append(value)
    if isinstance(value, list | tuple) and not isinstance(value, Made):
        value = Made("NSArray", {"NS.objects": value})
    if isinstance(value, Made):
        members = {
            name: [_placed(objects, each) for each in member]
            if name == "NS.objects"
            else member
            if isinstance(member, bytes)
            else _placed(objects, member)
            for name, member in value.members.items()
        }
        described = len(objects)
        objects.append({"$classname": value.kind, "$classes": [value.kind, "NSObject"]})
        objects[number] = members | {"$class": plistlib.UID(described)}
    return plistlib.UID(number)
