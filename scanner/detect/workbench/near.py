"""Near misses: entities that a rule does not match, and the few fields that kept it from it.

Distance is the number of tests that would have to come out otherwise, by the cheapest way through
the condition. An entity of which no test of the rule holds at all is not near, however short the
rule is.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import UNSET, Struct

from scanner.detect.checks import about, plain
from scanner.detect.groups import Groups, Seen
from scanner.detect.rules import Base, Correlation, Rule, identity
from scanner.detect.sigma import Node, fields, read, weigh
from scanner.detect.sigma.truth import VALUES_SHOWN, Junction, Leaf, Negation, Reference
from scanner.model.findings import Match, Subject
from scanner.snapshot import Joined

FARTHEST = 3  # tests that did not come out
NOT_STATED = "(not stated)"


class Near(Struct, frozen=True, kw_only=True):
    """An entity that a rule nearly matches: what held, and what did not, with what was there."""

    subject: Subject
    missed: tuple[Match, ...]  # the pattern is what the rule asks, the values are what was there
    held: int  # tests that came out as asked


class _Way(Struct, frozen=True, kw_only=True):
    """The cheapest way to make a condition come out as asked."""

    held: int
    missed: tuple[tuple[Leaf | Reference, bool], ...] = ()  # each with what was wanted of it

    @property
    def rank(self) -> tuple[int, int]:
        return len(self.missed), -self.held


def near_misses(rule: Rule | Base, entities: Iterable[Joined], limit: int) -> tuple[Near, ...]:
    """Return the entities that come closest to a rule which they do not match, the closest first.

    Those of which it is undecided are no misses.
    """
    if limit <= 0:
        return ()
    ranked = (
        (way.rank, number, joined, way)
        for number, joined in enumerate(entities)
        if rule.evaluate(joined.entity) is False
        and (way := _way(rule.node, joined.entity, wanted=True)).held
        and 0 < len(way.missed) <= FARTHEST
    )
    closest = heapq.nsmallest(limit, ranked, key=lambda each: each[:2])
    return tuple(_near(rule, joined, way) for _, _, joined, way in closest)


def near_groups(rule: Correlation, groups: Groups, limit: int) -> tuple[Near, ...]:
    """Return the groups in which most, but not all, base rules of a correlation match."""
    ranked = (
        (sum(not each.matched for each in seen), number, key, seen)
        for number, (key, seen) in enumerate(groups.by_key.items())
        if any(each.matched for each in seen) and not all(each.matched for each in seen)
    )
    closest = heapq.nsmallest(max(limit, 0), ranked, key=lambda each: each[:2])
    return tuple(_near_group(rule, key, seen) for _, _, key, seen in closest)


def _near_group(rule: Correlation, key: tuple[Any, ...], seen: tuple[Seen, ...]) -> Near:
    pairs = tuple(zip(rule.bases, seen, strict=True))
    first = next(base for base, each in pairs if each.matched)
    named = {name: plain(value) for name, value in zip(first.group, key, strict=True)}
    return Near(
        subject=Subject(entity=first.category, key=named),
        missed=tuple(
            Match(field=base.category, pattern=f"one is: {base.title}", values=("none",))
            for base, each in pairs
            if not each.matched
        ),
        held=sum(bool(each.matched) for each in seen),
    )


def _way(node: Node, entity: Any, *, wanted: bool) -> _Way:
    match node:
        case Negation():
            return _way(node.part, entity, wanted=not wanted)
        case Junction():
            ways = [_way(part, entity, wanted=wanted) for part in node.parts]
            if node.every is wanted:
                return _Way(
                    held=sum(way.held for way in ways),
                    missed=tuple(one for way in ways for one in way.missed),
                )
            return min(ways, key=lambda way: way.rank)
    if weigh(node, entity) is wanted:
        return _Way(held=int(wanted))  # that something is not there brings nothing closer
    return _Way(held=0, missed=((node, wanted),))


def _near(rule: Rule | Base, joined: Joined, way: _Way) -> Near:
    key = {name: plain(value) for name, value in identity(joined.entity).items()}
    return Near(
        subject=Subject(entity=rule.category, key=key, about=about(joined.entity)),
        missed=tuple(match for one in way.missed for match in _missed(rule, joined, *one)),
        held=way.held,
    )


def _missed(
    rule: Rule | Base, joined: Joined, leaf: Leaf | Reference, wanted: bool
) -> Iterator[Match]:
    words = leaf.words if wanted else f"not: {leaf.words}"
    names = (leaf.field, leaf.other) if isinstance(leaf, Reference) else (leaf.field,)
    for name in names:
        yield Match(
            field=name,
            pattern=words,
            values=values_of(read(joined.entity, name)),
            privacy=fields(rule.entity)[name].privacy,
            evidence=joined.evidence_of(name),
        )


def values_of(value: object) -> tuple[str | int | None, ...]:
    """Return what is there of a field, as a report can hold it; a long list is cut."""
    if value is UNSET:
        return (NOT_STATED,)
    if isinstance(value, tuple):
        return tuple(plain(one) for one in value[:VALUES_SHOWN])
    return (plain(value),)
