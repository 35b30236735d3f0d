"""Objects of any class in a keyed archive of Apple, looked up one by one.

`keyed_archive` reads an archive into a tree of well-known classes. Here nothing is read ahead: an
object is a dictionary of its members, each of them followed when it is asked for, so an archive
that holds itself costs nothing. `$top` may name several objects.

Layout: swift-corelibs-foundation, NSKeyedArchiver.swift; of NSUUID and NSURL as archives show it.
"""

from __future__ import annotations

import plistlib
import uuid
from collections.abc import Iterator
from typing import Any

from scanner.errors import ParseError
from scanner.formats import plists

Value = Any  # Keyed | str | bytes | int | float | bool | None
_BYTES = 16  # of a UUID


class Keyed:
    """One object: the name of its class, and its members by their names."""

    def __init__(self, objects: list[plists.Value], members: plists.Map) -> None:
        self._objects, self._members = objects, members

    @property
    def kind(self) -> str:
        """The name of its class; empty where it has none."""
        described = _numbered(self._objects, self._members.get("$class"))
        name = described.get("$classname") if isinstance(described, dict) else None
        return name if isinstance(name, str) else ""

    def names(self) -> Iterator[str]:
        """Yield the names of its members."""
        return (name for name in self._members if name != "$class")

    def get(self, name: str) -> Value:
        """Return a member; None where there is none. ParseError for a number without an object."""
        return self._opened(self._members.get(name))

    def object(self, name: str) -> Keyed | None:
        """Return a member that is an object; None for any other."""
        found = self.get(name)
        return found if isinstance(found, Keyed) else None

    def text(self, name: str, *, limit: int = 1000) -> str | None:
        """Return a text, or the text of an address, cut at `limit` characters."""
        found = self.get(name)
        if isinstance(found, Keyed):
            found = found.get("NS.relative") or found.get("NS.string")
        return found[:limit] if isinstance(found, str) else None

    def flag(self, name: str) -> bool | None:
        """Return a boolean, also where it is written as 0 or 1; None where there is none."""
        return plists.flag({name: self.get(name)}, name)

    def uuid(self, name: str) -> str | None:
        """Return a UUID, in upper case; None where there is none."""
        found = self.object(name)
        data = found.get("NS.uuidbytes") if found else None
        if not isinstance(data, bytes) or len(data) != _BYTES:
            return None
        return str(uuid.UUID(bytes=data)).upper()

    def items(self, name: str) -> Iterator[Value]:
        """Yield what a member that is a list, a set or a dictionary holds."""
        found = self.object(name)
        listed = found._members.get("NS.objects") if found else None  # noqa: SLF001
        for each in listed if isinstance(listed, list) else ():
            yield self._opened(each)

    def _opened(self, value: plists.Value) -> Value:
        found = _numbered(self._objects, value)
        return Keyed(self._objects, found) if isinstance(found, dict) else found


def top_of(data: bytes) -> Keyed:
    """Return the objects that an archive names at its top; ParseError for what is none."""
    document = plists.plist_of(data)
    archive = document if isinstance(document, dict) else {}
    objects = plists.entries(archive, "$objects")
    top = archive.get("$top")
    if archive.get("$archiver") != "NSKeyedArchiver" or not objects or not isinstance(top, dict):
        raise ParseError("a keyed archive expected")
    return Keyed(objects, top)


def _numbered(objects: list[plists.Value], value: plists.Value) -> plists.Value:
    """Return the object that a number stands for; anything else as it is."""
    if not isinstance(value, plistlib.UID):
        return value
    if value.data >= len(objects):
        raise ParseError("a number of an object of the archive expected")
    return objects[value.data] if value.data else None  # the first one is `$null`
