"""Findings of indicators: one for each feed, value and subject."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import get_args

import msgspec
from msgspec import structs

from scanner.detect.checks import about, plain
from scanner.detect.facts import ScanFacts
from scanner.detect.indicators.sightings import Sighting
from scanner.detect.indicators.weights import advice, weigh
from scanner.detect.rules import identity
from scanner.detect.sigma import category, fields
from scanner.model.entities import App, AppFile, Entity
from scanner.model.evidence import Provenance
from scanner.model.findings import CONFIDENCES, Finding, Match, RuleClass, Subject
from scanner.model.indicators import Feed, Indicator
from scanner.model.observables import TLPS, IndicatorLine, ObservableType
from scanner.snapshot import Snapshot

_MATCHES = 20  # of one finding
_NAMES = 20  # of the objects that name one value
_STRENGTH: tuple[Provenance, ...] = get_args(Provenance)

_WORDS = {"is": "is {}", "below": "below {}", "in": "in {}", "cut": "cut from {}"}


def check_id(feed: Feed, type: ObservableType) -> str:
    """Return the id of the check of one type of indicators of a feed."""
    return f"indicators:{feed.id}:{type}"


def findings(
    feed: Feed, sightings: Sequence[Sighting], snapshot: Snapshot, facts: ScanFacts
) -> Iterator[Finding]:
    """Yield the findings of one indicator, one for each subject.

    Files below one folder, and sockets or images of one value, are one subject. A package is found
    once for each user who has it installed: what else names it is evidence of that. Where only
    files of apps were examined, it is found in each of them. Where nobody has it, its traces are
    one finding, of the class `historic`.
    """
    for group in _by_subject(sightings):
        yield make_finding(feed, group, snapshot, facts)


def _by_subject(sightings: Sequence[Sighting]) -> Iterator[list[Sighting]]:
    if sightings[0].found.indicator.type != "package":
        subjects: dict[tuple[object, ...], list[Sighting]] = {}
        for sighting in sightings:
            subjects.setdefault(sighting.subject, []).append(sighting)
        yield from subjects.values()
        return
    present = [each for each in sightings if not each.historic]
    kind: type[Entity] = App
    apps = _apps(present, kind)
    if not apps:
        kind = AppFile
        apps = _apps(present, kind)
    others = [each for each in sightings if each.subject not in apps]
    if not apps:
        others.sort(key=lambda each: each.historic)  # what is there comes first
        yield others
        return
    for own in apps.values():
        yield [*own, *(each for each in others if not isinstance(each.joined.entity, kind))]


def _apps(
    sightings: Sequence[Sighting], kind: type[Entity]
) -> dict[tuple[object, ...], list[Sighting]]:
    apps: dict[tuple[object, ...], list[Sighting]] = {}
    for sighting in sightings:
        if isinstance(sighting.joined.entity, kind):
            apps.setdefault(sighting.subject, []).append(sighting)
    return apps


def make_finding(
    feed: Feed, sightings: Sequence[Sighting], snapshot: Snapshot, facts: ScanFacts
) -> Finding:
    """Make the finding of sightings of one indicator; the first one's entity is its subject."""
    first = sightings[0]
    indicator, entity = first.found.indicator, first.joined.entity
    weights = [weigh(each.found, each.carrier) for each in sightings if each.found.part == 0]
    level = weights[0][0]
    confidence = max((each for _, each in weights), key=CONFIDENCES.index)
    historic: RuleClass = "historic" if all(each.historic for each in sightings) else "compromise"
    subject = Subject(
        entity=category(type(entity)),
        key={name: plain(value) for name, value in identity(entity).items()},
        about=about(entity),
    )
    shown = sightings[:_MATCHES]
    key = None if first.many else subject.key
    named = [feed.id, indicator.type, indicator.value, subject.entity, key]
    if indicator.also:
        named.append(indicator.id)
    return Finding(
        id=hashlib.sha256(msgspec.json.encode(named, order="sorted")).hexdigest()[:16],
        rule=check_id(feed, indicator.type),
        level=level,
        confidence=confidence,
        rule_class=historic,
        review=confidence == "low",
        provenance=max(map(_provenance, shown), key=_STRENGTH.index),
        subject=subject,
        matched=tuple(_matches(shown)),
        evidence=tuple(sorted({id for each in shown for id in _evidence(each)})),
        advice=advice(indicator.type),
        explained_by_scan=facts.explain(entity, snapshot),
        indicator=structs.replace(line(feed, indicator), names=_names(feed, sightings)),
    )


def _matches(sightings: Sequence[Sighting]) -> Iterator[Match]:
    """Yield what matched, each value once; fields of other entities have their type before them."""
    kind = type(sightings[0].joined.entity)
    made: dict[tuple[str, str, str], Match] = {}
    for sighting in sightings:
        entity, field = sighting.joined.entity, sighting.carrier.field
        name = field if type(entity) is kind else f"{category(type(entity))}.{field}"
        pattern = _WORDS[sighting.found.relation].format(sighting.found.atom[1])
        key = name, pattern, sighting.value
        evidence = _evidence(sighting)
        if (known := made.get(key)) is not None:
            evidence = tuple(dict.fromkeys((*known.evidence, *evidence)))
            made[key] = structs.replace(known, evidence=evidence)
            continue
        made[key] = Match(
            field=name,
            pattern=pattern,
            values=(sighting.value,),
            privacy=fields(type(entity))[field].privacy,
            evidence=evidence,
        )
    yield from made.values()


def _names(feed: Feed, sightings: Sequence[Sighting]) -> tuple[str, ...]:
    """Return the names of all objects of the feed that name this value, those of the first before.

    A name that fewer people may read than the first object is left out.
    """
    first = sightings[0].found.indicator
    widest = max(_closed(feed, first), TLPS.index("green"))
    names: dict[str, None] = dict.fromkeys(first.names)
    read = {id(first)}
    for sighting in sightings:
        other = sighting.found.indicator
        if id(other) not in read and len(names) < _NAMES:
            read.add(id(other))
            if _closed(feed, other) <= widest:
                names |= dict.fromkeys(other.names)
    return tuple(names)[:_NAMES]


def _closed(feed: Feed, indicator: Indicator) -> int:
    return TLPS.index(indicator.tlp or feed.tlp or "green")


def _evidence(sighting: Sighting) -> tuple[str, ...]:
    return sighting.joined.evidence_of(sighting.carrier.field)


def _provenance(sighting: Sighting) -> Provenance:
    return sighting.joined.provenance_of(sighting.carrier.field)


def line(feed: Feed, indicator: Indicator) -> IndicatorLine:
    """Return the indicator as a finding names it."""
    return IndicatorLine(
        feed=feed.id,
        id=indicator.id,
        type=indicator.type,
        value=indicator.value,
        names=indicator.names,
        confidence=indicator.confidence,
        tlp=indicator.tlp or feed.tlp,
        valid_from=indicator.valid_from,
        valid_until=indicator.valid_until,
        references=indicator.references,
    )
