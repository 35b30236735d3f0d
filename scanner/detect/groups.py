"""The entities that the base rules of a correlation match, by group, and what is true of a group.

Three values throughout. An entity of which a base rule is undecided may belong to the matches; one
whose group is not stated may belong to any group; and where a gap may hide entities, any number of
them may be there. So a count is a range, and a condition on it is unknown where both answers fit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import Any

from msgspec import UNSET, Struct

from scanner.detect import ranges
from scanner.detect.ordered import in_order
from scanner.detect.rules import Base, Correlation
from scanner.detect.sigma import Count, Formula, Named, Truth, fields, read
from scanner.model.entities import Entity
from scanner.snapshot import Joined

Key = tuple[Any, ...]
Hides = Callable[[int, Key | None], bool]
"""Whether entities of a base rule, by its number, may be hidden from a group; None: of any."""


class Seen(Struct, kw_only=True):
    """What one base rule found in one group."""

    matched: list[Joined]
    possible: list[Joined]  # of which it is undecided
    more: bool = False  # others may belong here that cannot be named

    @property
    def truth(self) -> Truth:
        """Whether any entity of the group matches."""
        if self.matched:
            return True
        return None if self.possible or self.more else False


class Groups(Struct, frozen=True, kw_only=True):
    """All groups of one correlation, in the order in which they were seen."""

    by_key: dict[Key, tuple[Seen, ...]]  # a `Seen` for each base rule
    unplaced: tuple[Joined | None, ...]  # for each base rule the first entity of no known group
    examined: int  # entities on which the base rules were decided
    undecided: int
    unknown: tuple[tuple[int, Joined], ...]  # of each base rule the first undecided, by its number


def gather(
    correlation: Correlation, entities: Callable[[type[Entity]], Iterable[Joined]]
) -> Groups:
    """Ask the base rules about all entities, and put what may match into its groups."""
    bases, grouped = correlation.bases, bool(correlation.relation.group_by)
    groups: dict[Key, tuple[Seen, ...]] = {} if grouped else {(): _nothing(bases)}
    unplaced: list[Joined | None] = [None] * len(bases)
    unknown: dict[int, Joined] = {}
    examined = undecided = 0
    for number, base in enumerate(bases):
        for joined in entities(base.entity):
            truth = base.evaluate(joined.entity)
            keys = places(joined.entity, base.group) if truth is not False else ()
            if truth is not None and keys is not None:
                examined += 1
            else:
                undecided += 1
                unknown.setdefault(number, joined)
            if keys is None:
                unplaced[number] = unplaced[number] or joined
                continue
            for key in keys:
                if key not in groups:
                    groups[key] = _nothing(bases)
                seen = groups[key][number]
                (seen.matched if truth else seen.possible).append(joined)
    return Groups(
        by_key=groups,
        unplaced=tuple(unplaced),
        examined=examined,
        undecided=undecided,
        unknown=tuple(unknown.items()),
    )


def places(entity: Entity, names: tuple[str, ...]) -> tuple[Key, ...] | None:
    """Return the groups of an entity: one for each element of a list, none for a stated None.

    None where a field is not stated: it may belong to any group.
    """
    values = [read(entity, name) for name in names]
    if any(value is UNSET or (type(value) is tuple and UNSET in value) for value in values):
        return None
    listed = (value if isinstance(value, tuple) else (value,) for value in values)
    named = [name in entity.key for name in names]  # there None names one thing as well
    return tuple(
        dict.fromkeys(
            key
            for key in product(*listed)
            if all(value is not None or is_name for value, is_name in zip(key, named, strict=True))
        )
    )


def _nothing(bases: Sequence[Base]) -> tuple[Seen, ...]:
    return tuple(Seen(matched=[], possible=[]) for _ in bases)


def judged(
    correlation: Correlation, groups: Groups, hides: Hides
) -> Iterator[tuple[Key | None, tuple[Seen, ...], Truth]]:
    """Yield each group with its truth, and last, as None, one that nobody saw but that may be."""
    for key, seen in groups.by_key.items():
        for number, each in enumerate(seen):
            each.more = groups.unplaced[number] is not None or hides(number, key)
        yield key, seen, judge(correlation, seen)
    if correlation.relation.group_by:
        unseen = _nothing(correlation.bases)
        for number, each in enumerate(unseen):
            each.more = groups.unplaced[number] is not None or hides(number, None)
        yield None, unseen, judge(correlation, unseen)


def judge(correlation: Correlation, seen: tuple[Seen, ...]) -> Truth:
    """Say whether a correlation holds for a group. A named group without any match is none."""
    held = _condition(correlation, seen)
    if not correlation.relation.group_by or held is False:
        return held
    there = ranges.any_of([each.truth for each in seen])
    return ranges.all_of([held, there])


def _condition(correlation: Correlation, seen: tuple[Seen, ...]) -> Truth:
    relation, condition = correlation.relation, correlation.relation.condition
    if isinstance(condition, Formula | Named):
        truths = {base.name: each.truth for base, each in zip(correlation.bases, seen, strict=True)}
        return _formula(condition, truths)
    match relation.kind:
        case "temporal":
            return _compared(condition, _fulfilled(seen))
        case "temporal_ordered":
            fulfilled = _compared(condition, _fulfilled(seen))
            return ranges.all_of([fulfilled, in_order(correlation.bases, seen, relation.seconds)])
        case "event_count":
            return _compared(condition, _events(seen))
        case "value_count":
            return _compared(condition, _values(correlation.bases, seen))
    return _measured(correlation, condition, seen)


def _formula(formula: Formula | Named, truths: dict[str, Truth]) -> Truth:
    if isinstance(formula, Named):
        return truths[formula.rule]
    parts = [_formula(part, truths) for part in formula.parts]
    match formula.word:
        case "and":
            return ranges.all_of(parts)
        case "or":
            return ranges.any_of(parts)
    return ranges.contrary(parts[0])


def _compared(condition: Count, found: ranges.Range) -> Truth:
    return ranges.compare(found, condition.operator, condition.bound)


def _fulfilled(seen: tuple[Seen, ...]) -> ranges.Range:
    truths = [each.truth for each in seen]
    return ranges.Range(truths.count(True), len(truths) - truths.count(False))


def _events(seen: tuple[Seen, ...]) -> ranges.Range:
    """Count entities; one that several base rules match counts once."""
    sure = {id(joined) for each in seen for joined in each.matched}
    maybe = {id(joined) for each in seen for joined in each.possible} - sure
    if any(each.more for each in seen):
        return ranges.Range(len(sure), math.inf)
    return ranges.Range(len(sure), len(sure) + len(maybe))


def _values(bases: Sequence[Base], seen: tuple[Seen, ...]) -> ranges.Range:
    """Count different values; what is not stated may be one more, or more than one in a list."""
    sure: set[Key] = set()
    maybe: set[Key] = set()
    unstated: float = math.inf if any(each.more for each in seen) else 0
    for base, each in zip(bases, seen, strict=True):
        lists = any(fields(base.entity)[name].many for name in base.value)
        for target, members in ((sure, each.matched), (maybe, each.possible)):
            for joined in members:
                found = places(joined.entity, base.value)
                target.update(found or ())
                if found is None:
                    unstated += math.inf if lists else 1
    return ranges.Range(len(sure), len(sure | maybe) + unstated)


def _measured(correlation: Correlation, condition: Count, seen: tuple[Seen, ...]) -> Truth:
    """Compare a sum, a mean or a percentile; unknown where any number may be missing."""
    if any(each.more or each.possible for each in seen):
        return None
    numbers: list[float] = []
    for base, each in zip(correlation.bases, seen, strict=True):
        (field,) = base.value
        stated = [read(joined.entity, field) for joined in each.matched]
        if UNSET in stated:
            return None
        numbers += [value for value in stated if value is not None]
    measured = ranges.measure(correlation.relation.kind, numbers, condition.percentile)
    if measured is None:
        return False
    return _compared(condition, ranges.Range(measured, measured))
