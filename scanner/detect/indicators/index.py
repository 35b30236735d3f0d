"""The index of all indicators of one examination: what a value that a phone states matches.

A dictionary for each type of observable, so that the time of a search depends on the value alone,
never on the number of indicators. Both sides are in their normal forms (`normal.py`).

- A domain matches itself and every name below it, never one that only ends alike:
  `evil.example.com` matches `a.evil.example.com`, and `www.example.com` does not match
  `example.com`. A search goes from name to parent and stops at the public suffix.
- A URL matches by its whole normal form; its host matches domains and addresses as well.
- An address matches itself, and the networks that it lies in.
- A path matches itself and everything below it, by whole parts: `/x/abc` matches `/x/abc/d` and
  not `/x/abcd`. Its last part matches names of files.
- The name of a process matches as a whole; where the platform cuts names, one of exactly that
  length also matches as the part that is left of a longer one.
- All else matches as a whole.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from scanner.detect.indicators import hosts, paths, urls
from scanner.detect.indicators.cut import CUTS, Cut, Cuts
from scanner.detect.indicators.entries import Entries
from scanner.detect.indicators.networks import Networks
from scanner.detect.indicators.normal import observe
from scanner.detect.indicators.suffixes import public_suffixes
from scanner.model.indicators import Atom, Feed, Indicator
from scanner.model.observables import ObservableType

VALUE_LIMIT = 1024  # indicators of one value; more of them say nothing new
Relation = Literal["is", "below", "in", "cut"]


class Found(Struct, frozen=True, gc=False):
    """One indicator that a value matches, or a part of its pattern."""

    feed: int  # its place among the feeds
    indicator: Indicator
    relation: Relation  # below a domain or folder, in a network, or the name was cut
    atom: Atom  # of the pattern: what was matched
    part: int = 0  # of a pattern with AND; 0 is the indicator's own value


class Counts(Struct, kw_only=True):
    """How many indicators of a feed count, and how many do not and why."""

    types: dict[ObservableType, int]
    others: dict[ObservableType, set[ObservableType]]  # that patterns with AND ask for as well
    expired: int = 0
    not_yet_valid: int = 0
    revoked: int = 0
    crowded: int = 0  # of a value that too many share


class Index:
    """Indicators by type and value. Made by `Index.of`."""

    def __init__(self, feeds: Sequence[Feed]) -> None:
        self.feeds = tuple(feeds)
        self.counts = tuple(Counts(types={}, others={}) for _ in feeds)
        self._starts: list[int] = []
        self._parts: list[tuple[int, int]] = []  # of patterns with AND: number, part
        self._tables: dict[ObservableType, dict[str, Entries]] = {}
        self._networks = Networks()
        self._cuts: Cuts | None = None
        self._search: dict[ObservableType, Callable[[str], Iterator[Found]]] = {
            "domain": self._host,
            "file_path": self._path,
            "ip": self._host,
            "url": self._url,
        }

    @classmethod
    def of(
        cls, feeds: Sequence[Feed], now: datetime | None, known_by: datetime | None = None
    ) -> Index:
        """Index what counts at `now`; None: every date does.

        `known_by`: when the examiner asked, if that was later: what became known of an address
        after a recording was made holds for the recording, too.
        """
        index = cls(feeds)
        start = 0
        for feed, counts in zip(index.feeds, index.counts, strict=True):
            index._starts.append(start)
            for number, indicator in enumerate(feed.indicators, start=start):
                if _is_valid(indicator, now, known_by or now, counts):
                    index._add(indicator, number, counts)
            start += len(feed.indicators)
        return index

    def __len__(self) -> int:
        """Return how many indicators count."""
        return sum(sum(counts.types.values()) for counts in self.counts)

    def find(self, type: ObservableType, value: str, *, platform: str = "") -> tuple[Found, ...]:
        """Return what a value matches, as a phone states it.

        `platform` says how names of processes are cut; without it they are taken as whole.
        """
        if not self._tables:
            return ()  # no indicator at all, and there may be much to compare
        if type == "process" and (cuts := CUTS.get(platform)):
            return tuple(self._process(value, cuts))
        search = self._search.get(type)
        if search is not None:
            return tuple(search(value))
        table = self._tables.get(type)
        if table is None:
            return ()
        entries = table.get(value)
        if entries is None:
            try:
                entries = table.get(observe(type, value))
            except ValueError:
                return ()
        return () if entries is None else tuple(self._found(entries, "is"))

    def asks(self, types: Iterable[ObservableType]) -> bool:
        """Whether any indicator, or part of one, is of one of these types."""
        return any(type in self._tables for type in types)

    def _add(self, indicator: Indicator, number: int, counts: Counts) -> None:
        type, also = indicator.type, indicator.also
        if not also:
            entered = self._enter(type, indicator.value, number)
        else:
            entered = True
            atoms = ((type, indicator.value), *also)
            for part, (other, value) in enumerate(atoms):
                self._parts.append((number, part))
                entered &= self._enter(other, value, -len(self._parts))
            counts.others.setdefault(type, set()).update(other for other, _ in also)
        if entered:
            counts.types[type] = counts.types.get(type, 0) + 1
        else:
            counts.crowded += 1

    def _enter(self, type: ObservableType, value: str, entry: int) -> bool:
        table: dict[Any, Entries] = self._tables.setdefault(type, {})
        key: str | int = value
        if type == "ip" and "/" in value:
            table, key = self._networks.table(value)
        known = table.setdefault(key, entry)
        if known is entry:
            return True
        if isinstance(known, int):
            table[key] = [known, entry]
            return True
        if len(known) < VALUE_LIMIT:
            known.append(entry)
            return True
        return False

    def _found(self, entries: Entries, relation: Relation) -> Iterator[Found]:
        for entry in (entries,) if isinstance(entries, int) else entries:
            number, part = self._parts[-entry - 1] if entry < 0 else (entry, 0)
            feed = bisect_right(self._starts, number) - 1
            indicator = self.feeds[feed].indicators[number - self._starts[feed]]
            atom = indicator.also[part - 1] if part else (indicator.type, indicator.value)
            yield Found(feed, indicator, relation, atom, part)

    def _host(self, text: str) -> Iterator[Found]:
        if not ("domain" in self._tables or "ip" in self._tables):
            return
        try:
            type, value = urls.host_of(text) if "://" in text else hosts.host(text)
        except ValueError:
            return
        yield from self._address(value) if type == "ip" else self._domain(value)

    def _domain(self, value: str) -> Iterator[Found]:
        table = self._tables.get("domain")
        if table is None:
            return
        name, dot = value, value.find(".")
        while dot > 0:  # a single name is no domain
            entries = table.get(name)
            if entries is not None:
                if name is not value and public_suffixes().holds(name):
                    return
                yield from self._found(entries, "is" if name is value else "below")
            name = name[dot + 1 :]
            dot = name.find(".")

    def _address(self, value: str) -> Iterator[Found]:
        table = self._tables.get("ip")
        if table is None or "/" in value:
            return
        if (entries := table.get(value)) is not None:
            yield from self._found(entries, "is")
        for entries in self._networks.find(value):
            yield from self._found(entries, "in")

    def _url(self, text: str) -> Iterator[Found]:
        table = self._tables.get("url")
        try:
            url = None if table is None else urls.parse(text)
            type, value = urls.host_of(text) if url is None else url.host
        except ValueError:
            return
        if table is not None and url is not None:
            for written in dict.fromkeys((str(url), str(url._replace(scheme="")))):
                if (entries := table.get(written)) is not None:
                    yield from self._found(entries, "is")
        yield from self._address(value) if type == "ip" else self._domain(value)

    def _path(self, text: str) -> Iterator[Found]:
        if (names := self._tables.get("file_name")) is not None:
            entries = names.get(paths.name(text))
            if entries is not None:
                yield from self._found(entries, "is")
        table = self._tables.get("file_path")
        if table is None:
            return
        try:
            value = paths.path(text)
        except ValueError:
            return
        for above in paths.upwards(value):
            entries = table.get(above)
            if entries is not None:
                yield from self._found(entries, "is" if above is value else "below")

    def _process(self, text: str, cuts: Iterable[Cut]) -> Iterator[Found]:
        name = paths.name(text)
        table = self._tables.get("process")
        if table is not None and (entries := table.get(name)) is not None:
            yield from self._found(entries, "is")
        if self._cuts is None:
            self._cuts = Cuts(self._tables)
        for entries in self._cuts.find(name, cuts):
            yield from self._found(entries, "cut")


def _is_valid(
    indicator: Indicator, now: datetime | None, known_by: datetime | None, counts: Counts
) -> bool:
    if indicator.revoked:
        counts.revoked += 1
        return False
    if now is None or known_by is None:
        return True
    if indicator.valid_until is not None and indicator.valid_until <= now:
        counts.expired += 1
        return False
    if indicator.valid_from is not None and indicator.valid_from > known_by:
        counts.not_yet_valid += 1
        return False
    return True
