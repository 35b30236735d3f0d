"""Every requirement of a policy, decided on one case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from scanner.certify import examined, powers, system
from scanner.certify.outcome import Facts, Outcome
from scanner.certify.policy import Policy
from scanner.certify.requirements import (
    AppsAbsent,
    AppsPresent,
    BootState,
    CaseAge,
    ChecksExamined,
    Complete,
    CoverageAtLeast,
    Feeds,
    Gaps,
    MinimumSystem,
    NoFindings,
    OnlyApps,
    OnlyAuthorities,
    OnlyProfiles,
    OnlyServers,
    Requirement,
    ScanProfile,
    UsersReadable,
    VerdictIs,
)
from scanner.certify.statement import RequirementLine

_IMPLIED = Complete(id="complete", require="complete")

DECIDED_BY: Mapping[type[Requirement], Callable[[Any, Facts], Outcome]] = {
    Complete: examined.complete,
    UsersReadable: examined.users_readable,
    CoverageAtLeast: examined.coverage,
    ChecksExamined: examined.checks_examined,
    NoFindings: examined.no_findings,
    VerdictIs: examined.verdict,
    CaseAge: examined.case_age,
    Feeds: examined.feeds,
    ScanProfile: examined.scan_profile,
    Gaps: examined.gaps,
    OnlyProfiles: powers.only,
    OnlyAuthorities: powers.only,
    OnlyServers: powers.only,
    OnlyApps: powers.only,
    AppsPresent: powers.present,
    AppsAbsent: powers.absent,
    MinimumSystem: system.minimum_system,
    BootState: system.boot_state,
}


def decide(policy: Policy, facts: Facts) -> Iterator[RequirementLine]:
    """Yield each requirement that applies, with its result; that a case is complete always does."""
    applied = [each for each in policy.requirements if applies(each, facts)]
    if not any(isinstance(each, Complete) for each in applied):
        yield _line(_IMPLIED, examined.complete(_IMPLIED, facts))
    for requirement in applied:
        yield _line(requirement, DECIDED_BY[type(requirement)](requirement, facts))


def not_applicable(policy: Policy, facts: Facts) -> tuple[str, ...]:
    """Return the ids of the requirements that speak of other phones."""
    return tuple(each.id for each in policy.requirements if not applies(each, facts))


def applies(requirement: Requirement, facts: Facts) -> bool:
    """Whether a requirement speaks of this phone; of a model that nobody knows it does."""
    platform = facts.acquisition.platform
    if platform not in requirement.on or platform not in (requirement.platforms or (platform,)):
        return False
    model = facts.report.device.model if facts.report.device else None
    if not requirement.models or model is None:
        return True
    return any(fnmatchcase(model, each) for each in requirement.models)


def _line(requirement: Requirement, outcome: Outcome) -> RequirementLine:
    asked: dict[str, object] = msgspec.to_builtins(requirement)
    return RequirementLine(
        id=requirement.id,
        require=requirement.require,
        asked={
            name: value
            for name, value in asked.items()
            if name not in {"id", "require"} and value not in (None, [], ())
        },
        result=outcome.result,
        reason=outcome.reason,
        detail=outcome.detail,
        counts=outcome.counts,
        named=outcome.named,
        findings=outcome.findings,
        evidence=outcome.evidence,
    )
