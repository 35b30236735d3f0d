"""The benchmarks as tables, for a list on the terminal and for the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import UNSET, Struct

from scanner.benchmarks.data import Catalogue, Requirement
from scanner.benchmarks.values import asked, said


class BenchmarkEntry(Struct, frozen=True, kw_only=True):
    """One benchmark that is shipped."""

    id: str
    platform: str
    title: str
    version: str
    level: str
    requirements: int
    decidable: int  # by something that a scan can read
    source: str


class RequirementEntry(Struct, frozen=True, kw_only=True):
    """One requirement as a benchmark words it."""

    id: str
    title: str
    ids: tuple[str, ...]
    asks: str  # allowCloudBackup = false; empty: nothing that is read decides it
    absent: str  # what an absent key means; empty: it is not known
    supervised: bool
    only_fails: bool  # what is read can show that it is not met, and nothing else
    undecidable: str  # a word: why nothing that is read decides it
    source: str


def listed(catalogues: Iterable[Catalogue]) -> Iterator[BenchmarkEntry]:
    """Yield every benchmark."""
    for catalogue in catalogues:
        for each in catalogue.benchmarks:
            own = list(catalogue.of(each.id))
            yield BenchmarkEntry(
                id=each.id,
                platform=catalogue.platform,
                title=each.title,
                version=each.version,
                level=each.level,
                requirements=len(own),
                decidable=sum(bool(one.conditions) for one in own),
                source=each.source,
            )


def tables(
    catalogues: Iterable[Catalogue],
) -> Iterator[tuple[BenchmarkEntry, tuple[RequirementEntry, ...]]]:
    """Yield every benchmark with its requirements."""
    for catalogue in catalogues:
        families = {each.id: each.family for each in catalogue.benchmarks}
        for entry in listed([catalogue]):
            family = families[entry.id]
            yield entry, tuple(_entry(each, entry.id, family) for each in catalogue.of(entry.id))


def _entry(requirement: Requirement, benchmark: str, family: str) -> RequirementEntry:
    conditions = requirement.asked(benchmark)
    absent = (said(each.default) for each in conditions if each.default is not UNSET)
    return RequirementEntry(
        id=requirement.id,
        title=requirement.title,
        ids=requirement.ids.get(family, ()),
        asks=("; " if requirement.join == "all" else " or ").join(map(asked, conditions)),
        absent="; ".join(absent),
        supervised=any(each.supervised for each in conditions),
        only_fails=requirement.shows == "failure",
        undecidable=requirement.undecidable or "",
        source=requirement.source,
    )
