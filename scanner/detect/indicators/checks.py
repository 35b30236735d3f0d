"""Checks of indicators: one for each type of observable of each feed.

A check passes only where every field that carries its type, and that this platform has, could be
looked at on every entity, and where all personal content could be that somebody asked for. A match
stays a finding in spite of all gaps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import UNSET, Struct

from scanner.detect import sigma
from scanner.detect.checks import gap_message, unstated_message
from scanner.detect.facts import ScanFacts
from scanner.detect.indicators.carriers import CARRIERS, LISTED, Carrier, carriers
from scanner.detect.indicators.content import ContentReach, compare_content
from scanner.detect.indicators.findings import check_id, findings, make_finding
from scanner.detect.indicators.index import Index
from scanner.detect.indicators.sightings import Seen, holding, look
from scanner.detect.reach import Reach
from scanner.model.artifact import Artifact
from scanner.model.entities import App, Entity
from scanner.model.evidence import Gap, Reason
from scanner.model.findings import Check, Finding, Message, Status
from scanner.model.indicators import FeedLine, IndicatorSet
from scanner.model.observables import ObservableType
from scanner.snapshot import Snapshot

_UNUSABLE_LISTED = 1000
_ADDRESSES = ("https://", "http://")
_SHARED_STORAGE = "/storage/"
# What persons write and visit: on a phone, the code of apps says little of it.
_CONTENT: frozenset[ObservableType] = frozenset({"email", "url"})
_Checked = tuple[Check, tuple[Finding, ...]]


class Look(Struct, frozen=True, kw_only=True):
    """The comparison of one field, as the reach of a scan is asked for it: never decided before."""

    entity: type[Entity]
    field: str
    names: tuple[str, ...] = ()

    @property
    def category(self) -> str:
        return sigma.category(self.entity)

    def evaluate(self, entity: Any) -> sigma.Truth:
        """Whether an entity could match: False only for one that the field says nothing of."""
        name = getattr(entity, "name", UNSET)
        return False if self.names and name is not UNSET and name not in self.names else None

    def fields(self) -> tuple[str, ...]:
        return (self.field,)

    def explain(self, entity: Entity) -> tuple[sigma.Held, ...]:
        return ()


class Examination(Struct, frozen=True, kw_only=True):
    """What the checks of one device have in common."""

    snapshot: Snapshot
    index: Index
    platform: str
    reach: Reach
    facts: ScanFacts
    carriers: tuple[Carrier, ...]  # of the platform
    content: ContentReach
    seen: Seen


def inspect_indicators(
    snapshot: Snapshot,
    index: Index,
    *,
    platform: str,
    gaps: Sequence[Gap],
    statements: Sequence[Artifact],
    facts: ScanFacts,
) -> Iterator[_Checked]:
    """Yield the check of each type of each feed with its findings, by feed and type.

    All feeds are compared in one pass over the entities.
    """
    reach = Reach(statements, gaps, facts)
    known = tuple(each for each in carriers(platform) if reach.knows(each.entity, each.field))
    seen = look(snapshot, index, known, _installed(snapshot, reach))
    compare_content(snapshot, index, seen)
    content = ContentReach(snapshot, statements=statements, gaps=gaps, facts=facts)
    examination = Examination(
        snapshot=snapshot,
        index=index,
        platform=platform,
        reach=reach,
        facts=facts,
        carriers=known,
        content=content,
        seen=seen,
    )
    found = _all_findings(examination)
    for number, counts in enumerate(index.counts):
        for type in sorted(counts.types):
            own = found.get((number, type), {})
            ordered = tuple(own[id] for id in sorted(own))
            yield _check(examination, number, type, ordered), ordered


def summary(index: Index) -> IndicatorSet:
    """Return the indicators as a report names them."""
    lines = tuple(
        FeedLine(
            id=feed.id,
            title=feed.title,
            kind=feed.kind,
            sha256=feed.sha256,
            published_at=feed.published_at,
            fetched_at=feed.fetched_at,
            signature=feed.signature,
            tlp=feed.tlp,
            types=dict(sorted(counts.types.items())),
            expired=counts.expired,
            not_yet_valid=counts.not_yet_valid,
            revoked=counts.revoked,
            unusable=feed.unusable_count + counts.crowded,
            origin=feed.origin if (feed.origin or "").startswith(_ADDRESSES) else None,
        )
        for feed, counts in zip(index.feeds, index.counts, strict=True)
    )
    digests = "\n".join(sorted(feed.sha256 for feed in index.feeds))
    unusable = [message for feed in index.feeds for message in feed.unusable]
    return IndicatorSet(
        digest=hashlib.sha256(digests.encode()).hexdigest(),
        feeds=lines,
        unusable=tuple(unusable[:_UNUSABLE_LISTED]),
    )


def _installed(snapshot: Snapshot, reach: Reach) -> frozenset[str] | None:
    """Return the packages that some user has; None where an app may have been missed."""
    apps = list(snapshot.every(App))
    if not apps or reach.shortfall(Look(entity=App, field="package")) is not None:
        return None
    return frozenset(app.package for app in apps if app.installed is not False)


def _all_findings(
    examination: Examination,
) -> dict[tuple[int, ObservableType], dict[str, Finding]]:
    """Return the findings by feed and type, each id once."""
    seen, feeds = examination.seen, examination.index.feeds
    found: dict[tuple[int, ObservableType], dict[str, Finding]] = {}
    for (number, type, _), sightings in seen.sightings.items():
        own = found.setdefault((number, type), {})
        made = findings(feeds[number], sightings, examination.snapshot, examination.facts)
        own.update((each.id, each) for each in made)
    for parts in seen.patterns.values():
        for group in holding(parts):
            number, type = group[0].found.feed, group[0].found.indicator.type
            made_of = make_finding(feeds[number], group, examination.snapshot, examination.facts)
            found.setdefault((number, type), {}).setdefault(made_of.id, made_of)
    return found


def _check(
    examination: Examination, number: int, type: ObservableType, found: Sequence[Finding]
) -> Check:
    index, seen = examination.index, examination.seen
    status, reason, detail = _status(examination, number, type, found)
    return Check(
        rule=check_id(index.feeds[number], type),
        kind="indicators",
        rule_class="compromise",
        status=status,
        reason=reason,
        detail=detail,
        examined=seen.compared.get(type, 0),
        matched=len(found),
        unknown=sum(count for carrier, count in seen.unstated.items() if type in carrier.meets()),
    )


_Decision = tuple[Status, Reason | None, Message | None]


def _status(
    examination: Examination, number: int, type: ObservableType, found: Sequence[Finding]
) -> _Decision:
    if found:
        return ("review" if all(each.review for each in found) else "finding"), None, None
    asked = {type} | examination.index.counts[number].others.get(type, set())
    content = examination.content
    if short := content.shortfall(asked):
        return short
    concerned: list[Carrier] = []
    for each in sorted(asked):
        own = [carrier for carrier in examination.carriers if each in carrier.meets()]
        if content.asked and each in _CONTENT:
            continue
        if not own or (each in _CONTENT and examination.facts.kinds is None):
            return _uncarried(each, content)
        concerned += _needed(examination, own)
    held = [each for each in concerned if examination.facts.concerns([each.entity])]
    read = tuple(dict.fromkeys(name for each in sorted(asked) for name in content.sources(each)))
    if not held and not read:
        return "not_applicable", None, Message("check.subject_kind")
    return (
        _shortfall(examination, held)
        or _unread(examination, number, asked)
        or _passed([*held, *_beside(examination, asked)], read)
    )


def _needed(examination: Examination, own: Sequence[Carrier]) -> Sequence[Carrier]:
    """Return the carriers of a type that a check hangs on: not those beside others of them."""
    entities = {each.entity for each in own if examination.facts.concerns([each.entity])}
    return [each for each in own if each.beside not in entities]


def _uncarried(type: ObservableType, content: ContentReach) -> _Decision:
    """Say why nothing of this platform carries a type."""
    if type not in _CONTENT and any(type in carrier.meets() for carrier in CARRIERS):
        return "not_applicable", None, Message("check.not_on_platform")
    return content.unasked()


def _shortfall(examination: Examination, concerned: Sequence[Carrier]) -> _Decision | None:
    """Say which field could not be looked at; None where all could."""
    reach, unstated = examination.reach, examination.seen.unstated
    for carrier in concerned:
        look = Look(entity=carrier.entity, field=carrier.field, names=carrier.names)
        if short := reach.shortfall(look):
            return "not_examined", short.reason, gap_message(short)
    for carrier in concerned:
        if count := unstated.get(carrier, 0):
            look = Look(entity=carrier.entity, field=carrier.field, names=carrier.names)
            detail = unstated_message(look, carrier.field, count, reach)
            return "not_examined", "field_not_stated", detail
    return None


def _unread(examination: Examination, number: int, asked: set[ObservableType]) -> _Decision | None:
    """Say what is left out of every examination, because it may be personal."""
    if not LISTED.isdisjoint(asked):
        return "not_examined", "privacy_policy", Message("check.names_not_read")
    if examination.platform != "android" or asked.isdisjoint({"file_name", "file_path"}):
        return None
    feed = examination.index.feeds[number]
    if "file_name" in asked or any(
        each.type == "file_path" and each.value.startswith(_SHARED_STORAGE)
        for each in feed.indicators
    ):
        return "not_examined", "privacy_policy", Message("check.file_names_not_read")
    return None


def _beside(examination: Examination, asked: set[ObservableType]) -> Iterator[Carrier]:
    """Yield what was looked at although no check hangs on it."""
    for carrier in examination.carriers:
        if carrier.beside is None or asked.isdisjoint(carrier.meets()):
            continue
        if any(True for _ in examination.snapshot.joined(carrier.entity)):
            yield carrier


def _passed(concerned: Sequence[Carrier], read: Sequence[str]) -> _Decision:
    names = dict.fromkeys(sigma.category(carrier.entity) for carrier in concerned)
    if not read:
        return "pass", None, Message("check.compared_with", {"entities": ", ".join(names)})
    params: dict[str, str | int] = {"sources": ", ".join(read)}
    if names:
        params["entities"] = ", ".join(names)
    return "pass", None, Message("check.compared_with_content", params)
