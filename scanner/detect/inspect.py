"""Apply rules to the snapshot of a device, and decide the status of each check.

A check passes only where its rule was decided on everything it speaks of. What could not be looked
at makes it `not_examined`, whatever was seen beside; a match stays a finding in spite of all gaps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import get_args

import msgspec
from msgspec import UNSET, Struct

from scanner.detect.facts import ScanFacts
from scanner.detect.reach import DERIVED, Reach, Shortfall
from scanner.detect.rules import Rule, RulePack, identity
from scanner.detect.sigma import fields
from scanner.model.artifact import Artifact
from scanner.model.entities import Entity, Property, Setting
from scanner.model.evidence import Gap, Provenance, Reason
from scanner.model.findings import Check, Finding, Match, Message, Status, Subject
from scanner.snapshot import Joined, Snapshot

_STRENGTH: tuple[Provenance, ...] = get_args(Provenance)
# Entities with a name and a value: where the name is not listed, nothing states the value.
_NAMED: tuple[type[Entity], ...] = (Property, Setting)


class Tally(Struct, kw_only=True):
    """What came of one rule on all entities of its type."""

    findings: list[Finding]
    examined: int = 0
    unknown: int = 0
    unstated: str | None = None  # the first field of the rule that an undecided entity lacks
    spoken_of: bool = False  # whether an entity bears a name that the rule asks for


def inspect(
    snapshot: Snapshot,
    pack: RulePack,
    *,
    platform: str,
    gaps: Sequence[Gap],
    statements: Sequence[Artifact],
    facts: ScanFacts,
) -> Iterator[tuple[Check, tuple[Finding, ...]]]:
    """Yield the check of each rule with its findings, in the order of the rules' ids.

    `statements` are the artifacts that this scan asked for; `gaps` includes what could not be
    parsed and what was truncated.
    """
    reach = Reach(statements, gaps, facts)
    for rule in pack.rules:
        if rule.platform != platform:
            detail = Message("check.platform", {"platform": rule.platform})
            yield _check(rule, "not_applicable", Tally(findings=[]), detail=detail), ()
            continue
        tally = _evaluate(rule, snapshot, facts)
        yield _decide(rule, tally, reach), tuple(tally.findings)


def _evaluate(rule: Rule, snapshot: Snapshot, facts: ScanFacts) -> Tally:
    tally = Tally(findings=[])
    evaluate = rule.evaluate
    for joined in snapshot.joined(rule.entity):
        truth = evaluate(joined.entity)
        if truth is None:
            tally.unknown += 1
            tally.unstated = tally.unstated or _unstated(rule, joined.entity)
        else:
            tally.examined += 1
        if truth:
            tally.findings.append(_finding(rule, joined, snapshot, facts))
        if rule.entity in _NAMED and not tally.spoken_of:
            tally.spoken_of = _speaks_of(rule, joined.entity)
    return tally


def _decide(rule: Rule, tally: Tally, reach: Reach) -> Check:
    if tally.findings:
        return _check(rule, "review" if rule.review else "finding", tally)
    if short := reach.shortfall(rule):
        return _check(rule, "not_examined", tally, short.reason, _gap_message(short))
    values = [field for field in rule.fields() if field not in rule.entity.key]
    if rule.entity in _NAMED and values and not tally.spoken_of and not tally.unknown:
        tally.unstated = values[0]
    if tally.unstated is not None:
        artifacts = _stating(rule, tally.unstated, reach)
        params: dict[str, str | int] = {
            "field": tally.unstated,
            "artifact": artifacts,
            "count": max(tally.unknown, 1),
        }
        detail = Message("check.field_not_stated", params)
        return _check(rule, "not_examined", tally, "field_not_stated", detail)
    if not tally.examined:
        detail = Message("check.nothing_to_examine", {"entity": rule.category})
        return _check(rule, "pass", tally, detail=detail)
    return _check(rule, "pass", tally)


def _check(
    rule: Rule,
    status: Status,
    tally: Tally,
    reason: Reason | None = None,
    detail: Message | None = None,
) -> Check:
    return Check(
        rule=rule.id,
        rule_class=rule.rule_class,
        status=status,
        reason=reason,
        detail=detail,
        examined=tally.examined,
        matched=len(tally.findings),
        unknown=tally.unknown,
    )


def _gap_message(short: Shortfall) -> Message | None:
    if not short.artifact:
        return None
    users = "" if short.users is None else ", ".join(str(user) for user in short.users)
    params: dict[str, str | int] = {
        "artifact": short.artifact,
        "reason": short.reason,
        "users": users,
    }
    return Message("check.gap", params)


def _stating(rule: Rule, field: str, reach: Reach) -> str:
    bases = DERIVED.get((rule.entity, field), (field,))
    return ", ".join(
        dict.fromkeys(name for base in bases for name in reach.stating(rule.entity, base))
    )


def _unstated(rule: Rule, entity: Entity) -> str | None:
    return next((name for name in rule.fields() if getattr(entity, name) is UNSET), None)


def _speaks_of(rule: Rule, entity: Entity) -> bool:
    """Whether a rule could match an entity by its key alone."""
    bare = dict.fromkeys(fields(rule.entity), UNSET) | identity(entity)
    return rule.evaluate(rule.entity(**bare)) is not False


def _finding(rule: Rule, joined: Joined, snapshot: Snapshot, facts: ScanFacts) -> Finding:
    known = fields(rule.entity)
    matched = tuple(
        Match(
            field=held.field,
            pattern=held.words,
            values=held.values,
            privacy=known[held.field].privacy,
            evidence=joined.evidence.get(held.field, ()),
        )
        for held in rule.explain(joined.entity)
    )
    stated = {match.field for match in matched} or set(rule.entity.key)
    vouched = [joined.provenance.get(field, "os_claimed") for field in stated]
    evidence = sorted({id for field in stated for id in joined.evidence.get(field, ())})
    key = {name: _plain(value) for name, value in identity(joined.entity).items()}
    return Finding(
        id=_finding_id(rule, key),
        rule=rule.id,
        level=rule.level,
        confidence=rule.confidence,
        rule_class=rule.rule_class,
        review=rule.review,
        provenance=max(vouched, key=_STRENGTH.index, default="os_claimed"),
        subject=Subject(entity=rule.category, key=key),
        matched=matched,
        evidence=tuple(evidence),
        advice=rule.advice,
        explained_by_scan=facts.explain(joined.entity, snapshot),
    )


def _finding_id(rule: Rule, key: dict[str, str | int | None]) -> str:
    named = msgspec.json.encode([rule.id, rule.category, key], order="sorted")
    return hashlib.sha256(named).hexdigest()[:16]


def _plain(value: object) -> str | int | None:
    return value if value is None or isinstance(value, str | int) else str(value)
