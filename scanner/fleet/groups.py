"""Peer groups: the devices that one is compared with, the narrowest that is large enough."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from scanner.fleet.table import Row, Tally
from scanner.model.fleet import PeerGroup

LEAST = 20  # devices: 19 others give p-values down to 0.05

Key = tuple[str, ...]


def keys_of(row: Row) -> tuple[Key, ...]:
    """Return the groups that a device belongs to, the narrowest first, unnamed ones left out."""
    about = row.about
    keys: list[Key] = []
    if about.model and about.build:
        keys.append(("model_build", about.platform, about.model, about.build))
    if about.manufacturer and about.release:
        keys.append(("vendor_release", about.platform, about.manufacturer, about.release))
    keys.append(("platform", about.platform))
    return tuple(keys)


def build_of(row: Row) -> Key | None:
    """Return the group of a device's own model and build, however small."""
    first = keys_of(row)[0]
    return first if first[0] == "model_build" else None


def named(key: Key) -> str:
    """Return how a group is called."""
    return " · ".join(key[2:]) or key[1]


class Group:
    """Some devices, and how often each fact is among them."""

    def __init__(self, key: Key, rows: Sequence[Row]) -> None:
        self.key, self.rows = key, rows

    @property
    def basis(self) -> str:
        return self.key[0]

    @cached_property
    def tally(self) -> Tally:
        return Tally.of(self.rows)

    @property
    def peers(self) -> PeerGroup:
        return PeerGroup(
            name=named(self.key),
            basis=self.basis,
            size=len(self.rows),
            scored=len(self.rows) >= LEAST,
        )


class Groups:
    """All groups of a fleet."""

    def __init__(self, rows: Iterable[Row]) -> None:
        members: dict[Key, list[Row]] = defaultdict(list)
        for row in rows:
            for key in keys_of(row):
                members[key].append(row)
        self.all = {key: Group(key, rows) for key, rows in members.items()}

    def of(self, row: Row) -> Group:
        """Return the narrowest group of a device that is large enough; else its platform."""
        keys = keys_of(row)
        wide = (key for key in keys if len(self.all[key].rows) >= LEAST)
        return self.all[next(wide, keys[-1])]

    def platform(self, row: Row) -> Group:
        """Return all devices of the platform."""
        return self.all[keys_of(row)[-1]]

    def own_build(self, row: Row) -> Group | None:
        """Return the devices of the same model and build, however few."""
        key = build_of(row)
        return None if key is None else self.all[key]
