"""Personal content, compared with indicators: what comes of it names indicators, never content.

Each value that content names is compared as a field would be. A match is entered as a
`ContentMatch`: the source, the indicator as its feed writes it, how many records name it, and the
first and the last day. The value that was read is not kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from msgspec import Struct

from scanner.detect.facts import ScanFacts
from scanner.detect.indicators.carriers import MEETS, Carrier
from scanner.detect.indicators.index import Found, Index
from scanner.detect.indicators.sightings import Seen, Sighting, enter
from scanner.model.artifact import Artifact
from scanner.model.entities import ContentMatch, ContentSource
from scanner.model.evidence import Gap, Provenance, Reason
from scanner.model.findings import Message, Status
from scanner.model.observables import ObservableType, Tlp
from scanner.snapshot import Snapshot
from scanner.snapshot.mentions import Mentioned

# What content is looked at for: a source that was not read keeps their checks from passing.
ADDRESSES: frozenset[ObservableType] = frozenset({"domain", "email", "ip", "url"})
_CARRIER = Carrier(entity=ContentMatch, field="indicator", searches=())
# Indicators whose value may not stand where an entity is shown: reports go further than they may.
_CLOSED: frozenset[Tlp | None] = frozenset({"amber+strict", "red"})
_CONTENT_ONLY: frozenset[ObservableType] = frozenset({"email", "url"})

_Key = tuple[str, ObservableType, str]  # source, type and value: as in ContentMatch
_Decision = tuple[Status, Reason | None, Message | None]


class _Matched(Struct, kw_only=True):
    """What is known of one indicator in one source."""

    count: int = 0
    first_day: str | None = None
    last_day: str | None = None
    stated: dict[str, tuple[Provenance, int]] = {}  # by evidence: who vouches for it, and its rank
    found: dict[tuple[int, int, int], Found] = {}


def compare_content(snapshot: Snapshot, index: Index, seen: Seen) -> None:
    """Compare all that content names, and enter what matches into the snapshot and `seen`."""
    matched: dict[_Key, _Matched] = {}
    shown = _Shown(index)
    for (source, kind, value), mentioned in snapshot.mentions:
        for type in MEETS.get(kind, (kind,)):
            seen.compared[type] += 1
        keys: dict[_Key, list[Found]] = {}
        for found in index.find(kind, value, platform=snapshot.platform):
            keys.setdefault((source, found.atom[0], shown.value(found)), []).append(found)
        for key, all_found in keys.items():
            _take(matched.setdefault(key, _Matched()), all_found, mentioned)
    _state(snapshot, matched)
    _enter_all(snapshot, matched, seen)


def _take(own: _Matched, all_found: Iterable[Found], mentioned: Mentioned) -> None:
    own.count += mentioned.count
    days = (own.first_day, own.last_day, mentioned.first_day, mentioned.last_day)
    if known := [day for day in days if day is not None]:
        own.first_day, own.last_day = min(known), max(known)
    for evidence in mentioned.evidence:
        own.stated.setdefault(evidence, (mentioned.provenance, mentioned.rank))
    for found in all_found:
        own.found.setdefault((found.feed, id(found.indicator), found.part), found)


def _state(snapshot: Snapshot, matched: Mapping[_Key, _Matched]) -> None:
    for (source, type, value), own in matched.items():
        match = ContentMatch(
            source=source,
            indicator_type=type,
            indicator=value,
            count=own.count,
            first_day=own.first_day,
            last_day=own.last_day,
        )
        for evidence, (provenance, rank) in own.stated.items():
            snapshot.add(match, evidence=evidence, provenance=provenance, rank=rank)


def _enter_all(snapshot: Snapshot, matched: Mapping[_Key, _Matched], seen: Seen) -> None:
    by_name = {(key[0], str(key[1]), key[2]): own for key, own in matched.items()}
    for joined in snapshot.joined(ContentMatch) if matched else ():
        match = joined.entity
        if not isinstance(match, ContentMatch):
            continue
        own = by_name.get((match.source, match.indicator_type, match.indicator))
        for found in own.found.values() if own else ():
            enter(seen, Sighting(joined, _CARRIER, match.indicator, found, historic=False))


class _Shown:
    """The values of indicators as an entity may hold them."""

    def __init__(self, index: Index) -> None:
        self._feeds = index.feeds
        self._places: dict[int, dict[int, int]] = {}  # of indicators, by feed

    def value(self, found: Found) -> str:
        """Return the value of a pattern's part; of one that few may read, only its place."""
        feed = self._feeds[found.feed]
        if (found.indicator.tlp or feed.tlp) not in _CLOSED:
            return found.atom[1]
        places = self._places.get(found.feed)
        if places is None:
            places = {id(each): number for number, each in enumerate(feed.indicators)}
            self._places[found.feed] = places
        part = f".{found.part}" if found.part else ""
        return f"withheld:{feed.id}:{places[id(found.indicator)]}{part}"


class ContentReach:
    """How far personal content was looked at: nothing of it unless somebody asked for it."""

    def __init__(
        self,
        snapshot: Snapshot,
        *,
        statements: Sequence[Artifact],
        gaps: Sequence[Gap],
        facts: ScanFacts,
    ) -> None:
        concerned = facts.concerns([ContentSource])
        self._names = frozenset(_reading_content(statements if concerned else ()))
        self._could = any(True for _ in _reading_content(facts.not_selected))
        self._sources = tuple(snapshot.every(ContentSource))
        self._cut = snapshot.mentions.cut
        # What is not there was not kept; anything else was there and could not be read.
        self._gaps = [
            gap for gap in gaps if gap.artifact in self._names and gap.reason != "source_absent"
        ]

    @property
    def asked(self) -> bool:
        """Whether content was asked for."""
        return bool(self._names)

    def sources(self, type: ObservableType) -> tuple[str, ...]:
        """Return the names of the sources that were read and may name values of a type."""
        return tuple(each.name for each in self._sources if type in _met_by(each))

    def shortfall(self, types: Iterable[ObservableType]) -> _Decision | None:
        """Say what of the content was not compared with indicators of some types."""
        asked = set(types)
        if not self.asked or asked.isdisjoint(ADDRESSES):
            return None
        for gap in self._gaps:
            params: dict[str, str | int] = {
                "artifact": gap.artifact,
                "reason": gap.reason,
                "users": "",
            }
            return "not_examined", gap.reason, Message("check.gap", params)
        if self._cut:
            detail = Message("check.content_cut", {"sources": ", ".join(sorted(self._cut))})
            return "not_examined", "truncated", detail
        for type in sorted(asked & _CONTENT_ONLY):
            if not self.sources(type):
                return "not_examined", "source_absent", Message("check.no_content")
        return None

    def unasked(self) -> _Decision:
        """Say that content is not looked at, and how it would be where that can be asked for."""
        message = "check.content_not_asked" if self._could else "check.content_not_read"
        return "not_examined", "privacy_policy", Message(message)


def _reading_content(artifacts: Iterable[Artifact]) -> Iterator[str]:
    for artifact in artifacts:
        if any(stated.entity is ContentSource for stated in artifact.states):
            yield artifact.name


def _met_by(source: ContentSource) -> Iterator[str]:
    for kind in source.carries if isinstance(source.carries, tuple) else ():
        yield from MEETS.get(cast("ObservableType", kind), (kind,))
