"""A statement, made of an examination and what the policy's requirements came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from scanner.certify.decide import decide, not_applicable
from scanner.certify.examined import not_made
from scanner.certify.outcome import Facts
from scanner.certify.policy import Policy
from scanner.certify.statement import (
    PREDICATE_TYPE,
    SAYS,
    TYPE,
    CaseLine,
    DeviceLine,
    Digest,
    FeedDate,
    GapLine,
    KnowledgeLine,
    PolicyLine,
    Predicate,
    ReportLine,
    Statement,
    SubjectLine,
)
from scanner.model.findings import Message
from scanner.model.report import Device, Report

_GAPS = 200
_LENGTH = 200  # characters of a text of the phone


def make_statement(
    facts: Facts,
    device: Device,
    policy: Policy,
    *,
    subject: SubjectLine,
    digest_of: str,
    examiner: str | None,
    valid_until: datetime,
    words: Callable[[Message], str],
) -> Statement:
    """Decide every requirement, and say what came of it and what could not be looked at."""
    report = facts.report
    lines = tuple(decide(policy, facts))
    met = all(line.result == "met" for line in lines)
    return Statement(
        type=TYPE,
        subject=(subject,),
        predicate_type=PREDICATE_TYPE,
        predicate=Predicate(
            says=SAYS,
            result="requirements_met" if met else "requirements_not_met",
            level=_level(facts),
            device=_device(device),
            case=_case(facts, digest_of),
            policy=PolicyLine(title=policy.title, sha256=policy.sha256),
            examined_with=_knowledge(report),
            report=_report(report),
            requirements=lines,
            not_applicable=not_applicable(policy, facts),
            gaps=_gaps(report),
            more_gaps=max(len(report.gaps) - _GAPS, 0),
            cannot_see=tuple(map(words, report.coverage.cannot_see)),
            examiner=_short(examiner),
            issued_at=facts.issued_at,
            valid_until=valid_until,
        ),
    )


def subject_of(case: str, sha256: str) -> SubjectLine:
    """Return the subject that names a case."""
    return SubjectLine(name=case[:_LENGTH], digest=Digest(sha256=sha256))


def _level(facts: Facts) -> Literal["none", "L1", "L2"]:
    """Return how far the examination went: the configuration (L1), and traces beside it (L2)."""
    known, acquisition = facts.report.coverage, facts.acquisition
    if not acquisition.complete or known.users_unreadable or acquisition.users is not None:
        return "none"
    wide = facts.recorded or acquisition.profile in {"standard", "deep"}
    return "L2" if wide and known.percent >= known.minimum else "L1"


def _device(device: Device) -> DeviceLine:
    return DeviceLine(
        pseudonym=device.pseudonym,
        platform=device.platform,
        manufacturer=_short(device.manufacturer),
        model=_short(device.model),
        release=_short(device.release),
        build=_short(device.build),
        security_patch=_short(device.security_patch),
    )


def _case(facts: Facts, digest_of: str) -> CaseLine:
    acquisition = facts.acquisition
    clock = acquisition.clock
    return CaseLine(
        digest_of=digest_of,
        complete=acquisition.complete,
        started_at=acquisition.started_at,
        ended_at=acquisition.ended_at,
        examined_as_of=acquisition.now,
        transport=acquisition.transport,
        profile=acquisition.profile,
        clock_skew_seconds=round(clock.skew_seconds) if clock else None,
        operator=_short(acquisition.operator),
    )


def _knowledge(report: Report) -> KnowledgeLine:
    indicators = report.indicators
    return KnowledgeLine(
        tool=report.run.tool,
        version=report.run.version,
        rules=len(report.rules.rules),
        rules_sha256=report.rules.digest,
        indicators_sha256=indicators.digest if indicators else None,
        feeds=tuple(
            FeedDate(
                id=feed.id,
                sha256=feed.sha256,
                published_at=feed.published_at,
                fetched_at=feed.fetched_at,
                signature=feed.signature,
            )
            for feed in (indicators.feeds if indicators else ())
        ),
    )


def _report(report: Report) -> ReportLine:
    found = Counter(f"{each.rule_class}.{each.level}" for each in report.findings)
    return ReportLine(
        verdict=report.verdict,
        privacy=report.privacy,
        coverage_percent=report.coverage.percent,
        checks_examined=report.coverage.examined,
        checks_applicable=report.coverage.applicable,
        findings=dict(found),
        not_examined=not_made(report.checks),
    )


def _gaps(report: Report) -> tuple[GapLine, ...]:
    return tuple(
        GapLine(artifact=gap.artifact, reason=gap.reason, user=gap.user, count=gap.count)
        for gap in report.gaps[:_GAPS]
    )


def _short(text: str | None) -> str | None:
    return None if text is None else text[:_LENGTH]
