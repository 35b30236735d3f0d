"""Apply a correlation to the snapshot of a device: one check, and a finding for each group.

Its condition may hold for what was not seen as well as for what was: so unlike a rule on one
entity, a correlation is true only where nothing that a gap may hide could change the answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET, Struct

from scanner.detect.checks import (
    NAMED,
    Tally,
    asked_value,
    gap_message,
    make_check,
    make_finding,
    make_pass,
    matches,
    plain,
    speaks_of,
    unstated,
    unstated_message,
)
from scanner.detect.facts import ScanFacts
from scanner.detect.groups import Groups, Key, Seen, gather, judge, judged
from scanner.detect.reach import DERIVED, Reach, Shortfall
from scanner.detect.rules import Base, Correlation, identity
from scanner.detect.sigma import Count, Truth, fields, whole
from scanner.model.findings import Check, Finding, Match, Message, Subject
from scanner.snapshot import Joined, Snapshot

ENTITIES_SHOWN = 8  # of one base rule in one finding
_SIGNS = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<", "eq": "is", "neq": "is not"}


class Hidden(Struct, frozen=True, kw_only=True):
    """What may be there of the entities of a base rule although nobody saw it."""

    shortfalls: tuple[Shortfall, ...]
    unstated: str | None  # the value of a named entity that nothing lists
    user: int | None  # the place of the user in a group's key

    def hides(self, key: Key | None) -> bool:
        """Whether it could belong to a group; None: to any."""
        if self.unstated is not None:
            return True
        if key is None or self.user is None:
            return bool(self.shortfalls)
        whose = key[self.user]
        return any(short.users is None or whose in short.users for short in self.shortfalls)


def correlate(
    rule: Correlation, snapshot: Snapshot, reach: Reach, facts: ScanFacts
) -> tuple[Check, tuple[Finding, ...]]:
    """Return the check of a correlation with its findings."""
    hidden = [_hidden(base, snapshot, reach) for base in rule.bases]
    groups = gather(rule, snapshot.joined)
    tally = Tally(findings=[], examined=groups.examined, unknown=groups.undecided)
    unknown = False
    for key, seen, truth in judged(rule, groups, lambda number, key: hidden[number].hides(key)):
        if truth and key is not None:
            tally.findings.append(_finding(rule, key, seen, snapshot, facts))
        unknown = unknown or truth is None
    check = _decide(rule, tally, unknown, groups, hidden=hidden, reach=reach)
    return check, tuple(tally.findings)


def _hidden(base: Base, snapshot: Snapshot, reach: Reach) -> Hidden:
    value = asked_value(base)
    if value is not None and base.entity in NAMED:
        listed = any(speaks_of(base, joined.entity) for joined in snapshot.joined(base.entity))
        value = None if listed else value
    # What is derived may follow from another user's entities: then a gap concerns every group.
    derived = any((base.entity, whole(field)) in DERIVED for field in base.fields())
    return Hidden(
        shortfalls=tuple(reach.shortfalls(base)),
        unstated=value,
        user=base.group.index("user") if "user" in base.group and not derived else None,
    )


def _decide(
    rule: Correlation,
    tally: Tally,
    unknown: bool,
    groups: Groups,
    *,
    hidden: list[Hidden],
    reach: Reach,
) -> Check:
    if tally.findings:
        return make_check(rule, "review" if rule.review else "finding", tally)
    if unknown:
        for each in hidden:
            if each.shortfalls:
                short = each.shortfalls[0]
                return make_check(rule, "not_examined", tally, short.reason, gap_message(short))
        detail = _unstated(rule, tally, groups, hidden, reach)
        return make_check(rule, "not_examined", tally, "field_not_stated", detail)
    return make_pass(rule, tally, rule.bases[0].category)


def _unstated(
    rule: Correlation, tally: Tally, groups: Groups, hidden: list[Hidden], reach: Reach
) -> Message | None:
    for number, joined in groups.unknown:
        base = rule.bases[number]
        if field := unstated(base, joined.entity):
            return unstated_message(base, field, tally.unknown, reach)
    for base, hides in zip(rule.bases, hidden, strict=True):
        if hides.unstated:
            return unstated_message(base, hides.unstated, 1, reach)
    for seen in groups.by_key.values():
        for base, each in _pairs(rule, seen):
            for joined in each.matched:
                if field := unstated(base, joined.entity):
                    return unstated_message(base, field, 1, reach)
    return None


def _finding(
    rule: Correlation, key: Key, seen: tuple[Seen, ...], snapshot: Snapshot, facts: ScanFacts
) -> Finding:
    matched = tuple(_matches(rule, seen))
    first = next((base for base, each in _pairs(rule, seen) if each.matched), rule.bases[0])
    subject = {name: plain(value) for name, value in zip(first.group, key, strict=True)}
    return make_finding(
        rule,
        Subject(entity=first.category, key=subject),
        matched,
        evidence=(id for match in matched for id in match.evidence),
        vouched=(
            joined.provenance_of(field)
            for base, each in _pairs(rule, seen)
            for joined in each.matched[:ENTITIES_SHOWN]
            for field in base.fields()
        ),
        explained=_explained(rule, seen, snapshot, facts),
    )


def _pairs(rule: Correlation, seen: tuple[Seen, ...]) -> Iterator[tuple[Base, Seen]]:
    return zip(rule.bases, seen, strict=True)


def _matches(rule: Correlation, seen: tuple[Seen, ...]) -> Iterator[Match]:
    """Yield what was counted, then what each base rule matched, and which of them matched none."""
    condition, kind = rule.relation.condition, rule.relation.kind
    if isinstance(condition, Count) and not kind.startswith("temporal"):
        counted = len({id(joined) for each in seen for joined in each.matched})
        asked = f"{kind} {_SIGNS[condition.operator]} {condition.bound}"
        yield Match(field="matches", pattern=asked, values=(counted,))
    for base, each in _pairs(rule, seen):
        if not each.matched:
            yield Match(field=base.category, pattern=f"none is: {base.title}", values=(0,))
        for joined in each.matched[:ENTITIES_SHOWN]:
            yield from _described(base, joined)


def _described(base: Base, joined: Joined) -> Iterator[Match]:
    """Yield what tells an entity from others of its group, and why it matches."""
    known = fields(base.entity)
    for name, value in identity(joined.entity).items():
        if name not in base.group and value is not None and value is not UNSET:
            yield Match(
                field=f"{base.category}.{name}",
                pattern="names it",
                values=(plain(value),),
                privacy=known[name].privacy,
                evidence=joined.evidence_of(name),
            )
    yield from matches(base, joined, f"{base.category}.")


def _explained(
    rule: Correlation, seen: tuple[Seen, ...], snapshot: Snapshot, facts: ScanFacts
) -> Message | None:
    """Say how the scan explains a finding: without what it left there would be none."""
    messages: list[Message] = []
    rest = []
    for each in seen:
        kept = []
        for joined in each.matched:
            said = facts.explain(joined.entity, snapshot)
            if said is None:
                kept.append(joined)
            else:
                messages.append(said)
        rest.append(Seen(matched=kept, possible=each.possible, more=each.more))
    if not messages:
        return None
    without: Truth = judge(rule, tuple(rest))
    return None if without is True else messages[0]
