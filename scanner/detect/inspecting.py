"""Apply rules to the snapshot of a device, and decide the status of each check.

A check passes only where its rule was decided on everything it speaks of. What could not be looked
at makes it `not_examined`, whatever was seen beside; a match stays a finding in spite of all gaps.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.detect.checks import (
    NAMED,
    Tally,
    about,
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
from scanner.detect.correlate import correlate
from scanner.detect.facts import ScanFacts
from scanner.detect.reach import Reach, of_change
from scanner.detect.rules import AnyRule, Correlation, Rule, RulePack, identity
from scanner.model.artifact import Artifact
from scanner.model.entities import Entity
from scanner.model.evidence import Gap
from scanner.model.findings import Check, Finding, Message, Subject
from scanner.snapshot import Joined, Snapshot


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
            yield make_check(rule, "not_applicable", Tally(findings=[]), detail=detail), ()
        elif not facts.concerns(_entities(rule)):
            detail = Message("check.subject_kind")
            yield make_check(rule, "not_applicable", Tally(findings=[]), detail=detail), ()
        elif facts.baseline is None and of_change(rule):
            detail = Message("check.no_baseline")
            yield make_check(rule, "not_applicable", Tally(findings=[]), detail=detail), ()
        elif isinstance(rule, Correlation):
            yield correlate(rule, snapshot, reach, facts)
        else:
            tally = _evaluate(rule, snapshot, facts)
            yield _decide(rule, tally, reach), tuple(tally.findings)


def _entities(rule: AnyRule) -> list[type[Entity]]:
    bases = rule.bases if isinstance(rule, Correlation) else (rule,)
    return [base.entity for base in bases]


def _evaluate(rule: Rule, snapshot: Snapshot, facts: ScanFacts) -> Tally:
    tally = Tally(findings=[])
    evaluate, named = rule.evaluate, rule.entity in NAMED
    count = 0
    for count, joined in enumerate(snapshot.joined(rule.entity), start=1):  # noqa: B007
        truth = evaluate(joined.entity)
        if truth is None:
            tally.unknown += 1
            tally.unstated = tally.unstated or unstated(rule, joined.entity)
        elif truth:
            tally.findings.append(_finding(rule, joined, snapshot, facts))
        if named and not tally.spoken_of:
            tally.spoken_of = speaks_of(rule, joined.entity)
    tally.examined = count - tally.unknown
    return tally


def _decide(rule: Rule, tally: Tally, reach: Reach) -> Check:
    if tally.findings:
        return make_check(rule, "review" if rule.review else "finding", tally)
    if short := reach.shortfall(rule):
        return make_check(rule, "not_examined", tally, short.reason, gap_message(short))
    if not tally.spoken_of and not tally.unknown:
        tally.unstated = asked_value(rule)
    if tally.unstated is not None:
        detail = unstated_message(rule, tally.unstated, tally.unknown, reach)
        return make_check(rule, "not_examined", tally, "field_not_stated", detail)
    return make_pass(rule, tally, rule.category)


def _finding(rule: Rule, joined: Joined, snapshot: Snapshot, facts: ScanFacts) -> Finding:
    matched = tuple(matches(rule, joined))
    stated = {match.field for match in matched} or set(rule.entity.key)
    key = {name: plain(value) for name, value in identity(joined.entity).items()}
    return make_finding(
        rule,
        Subject(entity=rule.category, key=key, about=about(joined.entity)),
        matched,
        evidence=(id for field in stated for id in joined.evidence_of(field)),
        vouched=(joined.provenance_of(field) for field in stated),
        explained=facts.explain(joined.entity, snapshot),
    )
