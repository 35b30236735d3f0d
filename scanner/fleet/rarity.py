"""How rare the facts of a device are among its peers, itself left out.

A fact counts by two bounds: that of its share in the peer group says whether it is out of place
(from 0: usual there, to 1: nobody else has it), that of its share on the platform how much that
tells, in bits. So a fact that nobody has weighs the same in a group of 30 as in one of 900.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import nlargest

from msgspec import Struct

from scanner.fleet.facets import BY_NAME
from scanner.fleet.groups import Group, Groups
from scanner.fleet.meanings import MEANING, MISSING
from scanner.fleet.statistics import bits, wilson_upper
from scanner.fleet.table import Row, Table

TOP = 3  # facts of a facet that count
CORE = 0.98  # a fact that so many of a group have is missed where it lacks
SHARED = 3  # devices of one new build that have a fact in common: it came with the build

# What a device may lack; elsewhere a value takes the place of another, which says it already.
_LACKING = frozenset(
    {
        "certificate_authority",
        "device_owner",
        "device_admin",
        "profile",
        "restriction",
        "vpn",
        "accessibility_service",
        "process",
        "system_app",
        "mount",
        "app",
    }
)


class Odd(Struct, frozen=True, kw_only=True):
    """One fact that few peers share, or that nearly all have and the device lacks."""

    number: int
    peers: int  # others in the group that have it, or lack it, as the device does
    of: int  # others in the group
    upper: float
    rarity: float  # bits
    lacking: bool = False


class Peers:
    """The rare facts of one group, by number, as they are for each device that has them."""

    def __init__(self, table: Table, group: Group, platform: Group) -> None:
        self._table, self.group, self._platform = table, group, platform
        self.narrow = group.basis == "model_build"
        self._rare = {odd.number: odd for odd in self._find_rare()}
        self._core = self._find_core()

    def compared(self, facet: str) -> bool:
        """Whether a facet can be compared with these peers: others' builds differ by nature."""
        return self.narrow or not MEANING[facet].of_build

    def odd(self, row: Row, own: Group | None) -> dict[str, list[Odd]]:
        """Return what is odd of a device, the rarest first, by facet or what lacks of it."""
        found: dict[str, list[Odd]] = {}
        for number in row.facts:
            odd = self._rare.get(number)
            if odd is not None:
                facet = self._table.facts[number][0]
                if not _came_with(own, number, facet):
                    found.setdefault(facet, []).append(odd)
        mine = set(row.facts)
        for facet, core in self._core.items():
            if facet in row.read and (lacking := core.keys() - mine):
                found[MISSING + facet] = [core[number] for number in lacking]
        value = self._table.facts.__getitem__
        return {
            name: nlargest(8, sorted(odds, key=lambda odd: value(odd.number)), key=_rarity)
            for name, odds in sorted(found.items())
        }

    def _find_rare(self) -> Iterator[Odd]:
        tally, wide = self.group.tally, self._platform.tally
        for number, have in tally.have.items():
            facet = self._table.facts[number][0]
            of = tally.readers.get(facet, 0) - 1
            if of < 1 or have - 1 > of / 2 or not self.compared(facet):
                continue
            peers = min(have - 1, of)  # one that was read in part counts, and is no reader
            upper = wilson_upper(peers, of)
            place = bits(upper) / bits(wilson_upper(0, of))
            others = min(wide.have[number] - 1, wide.readers[facet] - 1)
            weight = bits(wilson_upper(others, wide.readers[facet] - 1))
            if place * weight > 0.0:
                yield Odd(number=number, peers=peers, of=of, upper=upper, rarity=place * weight)

    def _find_core(self) -> dict[str, dict[int, Odd]]:
        """Return what nearly all have, by facet, as it is for a device that lacks it."""
        tally, wide = self.group.tally, self._platform.tally
        core: dict[str, dict[int, Odd]] = {}
        for number, have in tally.have.items():
            facet = self._table.facts[number][0]
            of = tally.readers.get(facet, 0) - 1
            if facet not in _LACKING or not self.compared(facet) or have < CORE * of or of < 1:
                continue
            lacking = max(0, tally.readers[facet] - have - 1)
            upper = wilson_upper(lacking, of)
            readers = wide.readers[facet]
            if wide.have[number] >= CORE * (readers - 1):
                far = bits(wilson_upper(max(0, readers - wide.have[number] - 1), readers - 1))
                rarity = far
            else:
                rarity = bits(upper)
            core.setdefault(facet, {})[number] = Odd(
                number=number, peers=lacking, of=of, upper=upper, rarity=rarity, lacking=True
            )
        return core


def oddities(table: Table, groups: Groups, rows: list[Row]) -> Iterator[dict[str, list[Odd]]]:
    """Yield what is odd of each device, by facet."""
    known: dict[object, Peers] = {}
    for row in rows:
        group = groups.of(row)
        peers = known.get(group.key)
        if peers is None:
            peers = known[group.key] = Peers(table, group, groups.platform(row))
        yield peers.odd(row, None if peers.narrow else groups.own_build(row))


def _came_with(own: Group | None, number: int, facet: str) -> bool:
    """Whether a fact is that of a build too new for a group of its own: most of it share it."""
    if own is None or BY_NAME[facet].kind == "app":
        return False
    have = own.tally.have[number]
    return have >= SHARED and 2 * have > own.tally.readers.get(facet, 0)


def _rarity(odd: Odd) -> float:
    return odd.rarity
