"""What personal content names, while it waits for the indicators.

Nothing here is stated of the device: no entity, no count and no line of an output is made of it.
It is held by value, so that a page that was visited a thousand times takes the place of one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import UNSET, Struct, structs

from scanner.model.entities import ContentSource, Mention
from scanner.model.evidence import Provenance
from scanner.model.observables import ObservableType
from scanner.snapshot.joined import Claim, Joined, join

HELD = 1_000_000  # different values of all sources

_Key = tuple[str, ObservableType, str]


class Mentioned(Struct, kw_only=True):
    """One value of one source, in all that was read."""

    count: int  # records that name it
    first_day: str | None  # UTC, 2026-11-02; None: no record says when
    last_day: str | None
    evidence: tuple[str, ...]
    provenance: Provenance
    rank: int  # the place of the artifact in the registry

    def __repr__(self) -> str:
        return "Mentioned()"


class Mentions:
    """The values that content names, and where more were named than could be held."""

    def __init__(self, held: int = HELD) -> None:
        self._held = held
        self._values: dict[_Key, Mentioned] = {}
        self.cut: frozenset[str] = frozenset()  # sources of which not every value is held

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Mentions({len(self)})"

    def __iter__(self) -> Iterator[tuple[_Key, Mentioned]]:
        """Yield source, type and value with what is known of them, in the order of arrival."""
        yield from self._values.items()

    def add(self, mention: Mention, *, evidence: str, provenance: Provenance, rank: int) -> None:
        """Add what a record names."""
        key = mention.source, mention.kind, mention.value
        known = self._values.get(key)
        if known is None:
            if len(self._values) >= self._held:
                self.cut |= {mention.source}
                return
            self._values[key] = Mentioned(
                count=mention.count,
                first_day=mention.day,
                last_day=mention.day,
                evidence=(evidence,),
                provenance=provenance,
                rank=rank,
            )
            return
        known.count += mention.count
        known.first_day = _least(known.first_day, mention.day)
        known.last_day = _most(known.last_day, mention.day)
        if evidence not in known.evidence:
            known.evidence += (evidence,)


def joined_source(claims: Sequence[Claim]) -> Joined:
    """Join a source that several files are: what they hold adds up."""
    joined = join(claims, {})
    own = [each.entity for each in claims if isinstance(each.entity, ContentSource)]
    source = structs.replace(
        joined.entity,
        carries=_all(each.carries for each in own),
        records=_sum(each.records for each in own),
        values=_sum(each.values for each in own),
    )
    evidence = tuple(dict.fromkeys(each.evidence for each in claims))
    return Joined(source, dict.fromkeys(joined.evidence, evidence), joined.provenance)


def _sum(numbers: Iterable[object]) -> object:
    stated = [each for each in numbers if isinstance(each, int)]
    return sum(stated) if stated else UNSET


def _all(lists: Iterable[object]) -> object:
    stated = [each for each in lists if isinstance(each, tuple)]
    return tuple(dict.fromkeys(one for each in stated for one in each)) if stated else UNSET


def _least(one: str | None, other: str | None) -> str | None:
    return other if one is None else one if other is None else min(one, other)


def _most(one: str | None, other: str | None) -> str | None:
    return other if one is None else one if other is None else max(one, other)
