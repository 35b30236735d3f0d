"""Requirements on the examination itself: how much was looked at, with what, and what was found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from math import ceil

from scanner.certify.outcome import Facts, Outcome, gravest, met, not_examined, not_met
from scanner.certify.requirements import (
    CaseAge,
    ChecksExamined,
    Complete,
    CoverageAtLeast,
    Feeds,
    Gaps,
    NoFindings,
    ScanProfile,
    UsersReadable,
    VerdictIs,
    span,
)
from scanner.model.evidence import Gap
from scanner.model.findings import LEVELS, Check, Finding
from scanner.model.indicators import FeedLine

_PROFILES = ("quick", "standard", "deep")
_DONE = frozenset({"pass", "finding", "review"})
_LEEWAY = timedelta(minutes=10)  # between the clocks of two computers


def complete(_: Complete, facts: Facts) -> Outcome:
    """Decide whether the acquisition ended and its case was closed."""
    if facts.acquisition.complete and facts.report.run.case_digest is not None:
        return met()
    why = facts.acquisition.interrupted
    said = f" ({why.id})" if why is not None else ""
    return not_met("incomplete", detail=f"the acquisition was not completed{said}")


def users_readable(_: UsersReadable, facts: Facts) -> Outcome:
    """Decide whether every user could be read."""
    unreadable = facts.report.coverage.users_unreadable
    if unreadable:
        listed = ", ".join(map(str, unreadable))
        return not_examined("no_permission", detail=f"users that could not be read: {listed}")
    if facts.acquisition.users is not None:
        listed = ", ".join(map(str, facts.acquisition.users))
        return not_examined("not_selected", detail=f"only these users were asked for: {listed}")
    if unread := facts.lists_of_users():
        return not_examined(unread.reason, detail=f"the list was not read: {unread.artifact}")
    return met(counts={"users": len(facts.report.device.users) if facts.report.device else 0})


def coverage(requirement: CoverageAtLeast, facts: Facts) -> Outcome:
    """Decide whether enough of what applies was examined."""
    known = facts.report.coverage
    counts = {"percent": known.percent, "examined": known.examined, "checks": known.applicable}
    # Not rounded: 89.6 of 100 are not 90.
    if known.examined * 100 >= requirement.percent * known.applicable and known.applicable:
        return met(counts=counts)
    return not_examined("coverage", detail="too few of the checks could be made", counts=counts)


def checks_examined(requirement: ChecksExamined, facts: Facts) -> Outcome:
    """Decide whether some checks were made."""
    by_rule = {check.rule: check for check in facts.report.checks}
    outcomes = [_was_made(by_rule.get(id), id) for id in requirement.rules]
    for tag in requirement.tags:
        tagged = [line.id for line in facts.report.rules.rules if tag in line.tags]
        concerned = [by_rule[id] for id in tagged if id in by_rule]
        if not any(check.status != "not_applicable" for check in concerned):
            outcomes.append(not_examined("not_selected", detail=f"no rule bears the tag {tag}"))
        outcomes += [_was_made(check, check.rule) for check in concerned]
    return gravest(outcomes)


def no_findings(requirement: NoFindings, facts: Facts) -> Outcome:
    """Decide whether nothing grave was found where everything was looked at that could show it."""
    found = _found(requirement, facts)
    concerned = _concerned(requirement, facts)
    made = sum(check.status in _DONE for check in concerned)
    counts = {"findings": len(found), "examined": made, "checks": len(concerned)}
    if found:
        return not_met(
            "findings",
            detail="findings of the level, or above it",
            counts=counts,
            named=tuple(dict.fromkeys(each.rule for each in found)),
            findings=tuple(each.id for each in found),
            evidence=tuple(dict.fromkeys(id for each in found for id in each.evidence)),
        )
    if not concerned or made < ceil(requirement.examined * len(concerned) / 100):
        missing = tuple(check.rule for check in concerned if check.status not in _DONE)
        return not_examined(
            "coverage",
            detail="nothing was found, and too few of the checks that could find it were made",
            counts=counts,
            named=missing,
        )
    return met(counts=counts)


def verdict(requirement: VerdictIs, facts: Facts) -> Outcome:
    """Decide whether the report came to a verdict that is allowed."""
    found = facts.report.verdict
    if found in requirement.one_of:
        return met(detail=found)
    if found == "inconclusive":
        return not_examined("coverage", detail=found)
    return not_met("verdict", detail=found)


def case_age(requirement: CaseAge, facts: Facts) -> Outcome:
    """Decide whether the phone was examined lately."""
    age, most = facts.issued_at - facts.acquisition.now, span(requirement.at_most)
    hours = {"hours": int(age.total_seconds() // 3600)}
    if age < -_LEEWAY:
        return not_met("in_the_future", detail="the case is of a later time", counts=hours)
    if most is None or age > most:
        return not_met(
            "too_old", detail=f"the case is older than {requirement.at_most}", counts=hours
        )
    return met(counts=hours)


def feeds(requirement: Feeds, facts: Facts) -> Outcome:
    """Decide whether the indicators were of late."""
    used = (
        {feed.id: feed for feed in facts.report.indicators.feeds} if facts.report.indicators else {}
    )
    wanted = requirement.ids or tuple(used)
    if not wanted:
        return not_met("missing", detail="it was held against no feed of indicators")
    return gravest(_is_late(used.get(id), id, requirement, facts.issued_at) for id in wanted)


def scan_profile(requirement: ScanProfile, facts: Facts) -> Outcome:
    """Decide whether enough was asked for."""
    if facts.recorded:
        if requirement.recordings:
            return met(detail=f"a recording: {facts.acquisition.transport}")
        return not_met("recording", detail="a recording was examined, and not the phone itself")
    known = facts.acquisition.profile
    if known in _PROFILES and _PROFILES.index(known) >= _PROFILES.index(requirement.at_least):
        return met(detail=known)
    return not_met("too_little", detail=f"the profile was {known}")


def gaps(requirement: Gaps, facts: Facts) -> Outcome:
    """Decide whether nothing was left unread but what the policy allows."""

    def is_allowed(gap: Gap) -> bool:
        return any(
            fnmatchcase(gap.artifact, each.artifact) and each.reason in {None, gap.reason}
            for each in requirement.allow
        )

    left = [gap for gap in facts.report.gaps if not is_allowed(gap)]
    counts = {"gaps": len(facts.report.gaps), "not_allowed": len(left)}
    if not left:
        return met(counts=counts)
    named = (f"{gap.artifact}: {gap.reason}" for gap in left)
    return not_examined(
        left[0].reason,
        detail="something was not read, and the policy does not allow that",
        counts=counts,
        named=tuple(dict.fromkeys(named)),
    )


def _found(requirement: NoFindings, facts: Facts) -> list[Finding]:
    """Return the findings that a requirement speaks of, but for what the scan itself explains."""
    least = LEVELS.index(requirement.level)
    return [
        each
        for each in facts.report.findings
        if each.rule_class in requirement.classes
        and LEVELS.index(each.level) >= least
        and (requirement.review or not each.review)
        and each.rule not in requirement.except_rules
        and each.explained_by_scan is None
    ]


def _concerned(requirement: NoFindings, facts: Facts) -> list[Check]:
    """Return the checks that could find it; those of unknown level could."""
    # A trace of what is gone is found by the checks that look for what is there.
    classes = {"compromise" if each == "historic" else each for each in requirement.classes}
    levels = {line.id: line.level for line in facts.report.rules.rules}
    least = LEVELS.index(requirement.level)
    return [
        check
        for check in facts.report.checks
        if check.rule_class in classes
        and check.status != "not_applicable"
        and check.rule not in requirement.except_rules
        and LEVELS.index(levels.get(check.rule, "critical")) >= least
    ]


def _was_made(check: Check | None, id: str) -> Outcome:
    if check is None:
        return not_examined("not_selected", detail=f"no such check was loaded: {id[:200]}")
    if check.status in _DONE or check.status == "not_applicable":
        return met()
    return not_examined(check.reason or check.status, detail=f"not made: {id[:200]}")


def _is_late(feed: FeedLine | None, id: str, requirement: Feeds, at: datetime) -> Outcome:
    if feed is None:
        return not_met("missing", detail=f"it was not held against the feed {id}")
    if requirement.signed and feed.signature != "valid":
        return not_met("signature", detail=f"the signature of {id} is {feed.signature}")
    dates = [each for each in (feed.published_at, feed.fetched_at) if each is not None]
    if not dates:
        return not_examined("field_not_stated", detail=f"nothing says how old the feed {id} is")
    most = span(requirement.at_most)
    if most is None or at - max(dates) > most:
        return not_met("too_old", detail=f"the feed {id} is older than {requirement.at_most}")
    return met()


def not_made(checks: Iterable[Check]) -> dict[str, int]:
    """Count the checks that were not made, by why."""
    found: dict[str, int] = {}
    for check in checks:
        if check.status in {"not_examined", "error"}:
            reason = check.reason or check.status
            found[reason] = found.get(reason, 0) + 1
    return found
