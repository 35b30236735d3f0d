"""What nearly all devices have and the reference lacks, and what it has and they lack.

A push to every phone makes no phone differ from the others: only something from outside the fleet
shows it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import structs

from scanner.fleet.facets import BY_NAME, ORDER
from scanner.fleet.groups import LEAST, Group, Groups, Key, build_of, keys_of, named
from scanner.fleet.meanings import MEANING
from scanner.fleet.table import Row, Table, Tally
from scanner.model.fleet import FacetCount, Uniform

NEARLY_ALL = 0.9
LISTED = 200
_OF_EACH = 20  # values of a facet that are counted in the report, the most frequent
_PER_DEVICE = 12


class Reference:
    """What the devices of the reference have, by platform and, where it depends on it, by build."""

    def __init__(self, table: Table, rows: Sequence[Row]) -> None:
        self._table = table
        self.rows = rows
        by_key: dict[Key, list[Row]] = defaultdict(list)
        for row in rows:
            for key in keys_of(row):
                by_key[key].append(row)
        self._tallies = {key: Tally.of(each) for key, each in by_key.items()}

    def knows(self, key: Key, facet: str) -> bool:
        """Whether the reference can say anything of a facet, for this platform or build."""
        tally = self._tallies.get(key)
        return tally is not None and tally.readers.get(facet, 0) > 0

    def has(self, key: Key, number: int) -> bool:
        """Whether any of them has a fact."""
        tally = self._tallies.get(key)
        return tally is not None and tally.have[number] > 0

    def common(self, key: Key) -> Iterator[int]:
        """Yield what all of them have that could be read."""
        tally = self._tallies.get(key)
        if tally is not None:
            for number, have in tally.have.items():
                if have == tally.readers.get(self._table.named(number)[0]):
                    yield number


def uniform(table: Table, groups: Groups, reference: Reference) -> list[Uniform]:
    """List the differences of nearly all devices to the reference, of the fleet and of groups."""
    lines: list[tuple[Uniform, Group]] = []
    wide: set[tuple[str, str, str, bool]] = set()
    platforms = [each for each in groups.all.values() if each.basis == "platform"]
    narrow = [each for each in groups.all.values() if each.basis == "model_build"]
    for group in (*platforms, *(each for each in narrow if len(each.rows) >= LEAST)):
        for line in _differences(table, group, reference):
            matter = line.platform, line.facet, line.value, line.lost
            if matter not in wide:
                lines.append((line, group))
        wide |= {
            (one.platform, one.facet, one.value, one.lost) for one, _ in lines if not one.group
        }
    lines.sort(key=lambda each: _order(each[0]))
    return list(_dated(table, lines[:LISTED]))


def _order(line: Uniform) -> tuple[object, ...]:
    place = ORDER[line.facet], -line.devices, line.value, line.platform
    return (line.group is not None, *place, line.group or "", line.lost)


def _differences(table: Table, group: Group, reference: Reference) -> Iterator[Uniform]:
    of_build = group.basis == "model_build"
    everywhere: Key = ("platform", group.key[1])
    tally = group.tally
    for number, have in tally.have.items():
        facet, _ = table.named(number)
        differs = MEANING[facet].of_build  # these are held against the same build only
        key = group.key if differs else everywhere
        nearly = 0 < NEARLY_ALL * tally.readers.get(facet, 0) <= have
        compared = (of_build or not differs) and reference.knows(key, facet)
        if nearly and compared and not reference.has(key, number):
            yield _line(table, group, number)
    for number in reference.common(group.key if of_build else everywhere):
        facet, _ = table.named(number)
        readers = tally.readers.get(facet, 0)
        rare = readers and tally.have[number] <= (1 - NEARLY_ALL) * readers
        if rare and MEANING[facet].of_build is of_build:
            yield _line(table, group, number, lost=True)


def _line(table: Table, group: Group, number: int, *, lost: bool = False) -> Uniform:
    facet, value = table.named(number)
    have = group.tally.have[number]
    return Uniform(
        facet=facet,
        value=value,
        platform=group.key[1],
        group=named(group.key) if group.basis == "model_build" else None,
        devices=have,
        of=max(group.tally.readers.get(facet, 0), have),
        lost=lost,
    )


def _dated(table: Table, lines: Sequence[tuple[Uniform, Group]]) -> Iterator[Uniform]:
    """Yield lines with the first and the last date that devices state, reading each row once."""
    wanted: dict[Key, set[int]] = defaultdict(set)
    rows: dict[Key, Sequence[Row]] = {}
    for line, group in lines:
        number = table.number(line.facet, line.value)
        if number is not None:
            wanted[group.key].add(number)
            rows[group.key] = group.rows
    dates: dict[tuple[Key, int], list[str]] = defaultdict(list)
    for key, numbers in wanted.items():
        for row in rows[key]:
            for number, since in table.dated(row):
                if since is not None and number in numbers:
                    dates[key, number].append(since)
    for line, group in lines:
        found = dates.get((group.key, table.number(line.facet, line.value) or 0), [])
        yield structs.replace(
            line, first_since=min(found, default=None), last_since=max(found, default=None)
        )


def beyond(table: Table, row: Row, platform: Group, reference: Reference) -> Iterator[Uniform]:
    """Yield what one device has and the reference lacks, without the long tail of apps."""
    own, everywhere = build_of(row), ("platform", row.platform)
    found = []
    for number in row.facts:
        facet, value = table.named(number)
        key = own if MEANING[facet].of_build else everywhere
        if BY_NAME[facet].kind != "system" or key is None or not reference.knows(key, facet):
            continue
        if not reference.has(key, number):
            found.append((ORDER[facet], value, number))
    for _, _, number in sorted(found)[:_PER_DEVICE]:
        yield _line_of_device(table, platform.tally, row, number)


def _line_of_device(table: Table, tally: Tally, row: Row, number: int) -> Uniform:
    facet, value = table.named(number)
    have = tally.have[number]
    since = table.since(row, number)
    return Uniform(
        facet=facet,
        value=value,
        platform=row.platform,
        devices=have,
        of=max(tally.readers.get(facet, 0), have),
        first_since=since,
        last_since=since,
    )


def counts(table: Table, platforms: Iterable[Group]) -> list[FacetCount]:
    """Count how many devices have which value, the most frequent values of each facet."""
    found: Mapping[tuple[str, str], list[FacetCount]] = defaultdict(list)
    for group in platforms:
        for number, have in group.tally.have.items():
            facet, value = table.named(number)
            found[group.key[1], facet].append(
                FacetCount(
                    facet=facet,
                    value=value,
                    platform=group.key[1],
                    devices=have,
                    of=max(group.tally.readers.get(facet, 0), have),
                )
            )
    lines = []
    for each in found.values():
        each.sort(key=lambda line: (-line.devices, line.value))
        lines += each[:_OF_EACH]
    lines.sort(key=lambda line: (ORDER[line.facet], line.platform, -line.devices, line.value))
    return lines
