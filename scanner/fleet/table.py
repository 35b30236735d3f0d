"""A fleet as numbers: each fact is stored once, each device keeps an array of numbers."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct, structs

from scanner.fleet.facets import BY_NAME
from scanner.model.evidence import Reason
from scanner.model.fleet import DeviceFacts

_NEVER = 0  # the number of "does not say since when"


class Row(Struct, frozen=True, kw_only=True, eq=False):
    """One case: who it is, and the numbers of its facts."""

    about: DeviceFacts  # without its facets
    path: str
    facts: array[int]  # numbers, each once
    since: array[int]  # of the same place
    read: frozenset[str]  # facets that were read whole
    why: dict[str, Reason]  # those that were not

    @property
    def platform(self) -> str:
        return self.about.platform

    @property
    def age(self) -> tuple[datetime, str, str]:
        return self.about.taken_at, self.about.case, self.path


class Table:
    """All facts by number, and one row for each case."""

    def __init__(self) -> None:
        self.facts: list[tuple[str, str]] = []  # facet, value
        self.times: list[str | None] = [None]
        self.rows: list[Row] = []
        self._numbers: dict[tuple[str, str], int] = {}
        self._times: dict[str | None, int] = {None: _NEVER}

    def add(self, device: DeviceFacts, path: str = "") -> Row:
        """Take the facts of one case; what stands in a facet that nobody knows is left out."""
        row = self.row(device, path)
        self.rows.append(row)
        return row

    def row(self, device: DeviceFacts, path: str = "") -> Row:
        """Return the row of a case without adding it."""
        found: dict[int, int] = {}
        read: set[str] = set()
        why: dict[str, Reason] = {}
        for name, facet in device.facets.items():
            if name not in BY_NAME or device.platform not in BY_NAME[name].platforms:
                continue
            if facet.unread is None:
                read.add(name)
            else:
                why[name] = facet.unread
            for fact in facet.facts:
                found[self._number((name, fact.value))] = self._time(fact.since)
        return Row(
            about=structs.replace(device, facets={}),
            path=path,
            facts=array("I", found),
            since=array("I", found.values()),
            read=frozenset(read),
            why=why,
        )

    def named(self, number: int) -> tuple[str, str]:
        """Return facet and value of a fact."""
        return self.facts[number]

    def number(self, facet: str, value: str) -> int | None:
        """Return the number of a fact; None where no device has it."""
        return self._numbers.get((facet, value))

    def dated(self, row: Row) -> Iterator[tuple[int, str | None]]:
        """Yield the facts of a row, each with since when it is there."""
        for number, since in zip(row.facts, row.since, strict=True):
            yield number, self.times[since]

    def since(self, row: Row, number: int) -> str | None:
        """Return since when a row has a fact."""
        try:
            return self.times[row.since[row.facts.index(number)]]
        except ValueError:
            return None

    def _number(self, fact: tuple[str, str]) -> int:
        number = self._numbers.get(fact)
        if number is None:
            number = self._numbers[fact] = len(self.facts)
            self.facts.append(fact)
        return number

    def _time(self, since: str | None) -> int:
        number = self._times.get(since)
        if number is None:
            number = self._times[since] = len(self.times)
            self.times.append(since)
        return number


class Tally(Struct, frozen=True, kw_only=True):
    """How many of some devices have each fact, and how many could have shown it."""

    size: int
    have: Counter[int]
    readers: dict[str, int]  # by facet

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Tally:
        """Count some devices."""
        have: Counter[int] = Counter()
        readers: dict[str, int] = defaultdict(int)
        size = 0
        for row in rows:
            size += 1
            have.update(row.facts)
            for facet in row.read:
                readers[facet] += 1
        return cls(size=size, have=have, readers=dict(readers))


def newest(rows: Iterable[Row]) -> tuple[list[Row], dict[str, list[Row]]]:
    """Return the newest row of each device, in the order of devices, and all rows of each."""
    by_device: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_device[row.about.device].append(row)
    for each in by_device.values():
        each.sort(key=lambda row: row.age)
    return [by_device[name][-1] for name in sorted(by_device)], by_device
