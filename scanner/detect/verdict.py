"""The verdict and the coverage of one examination.

Coverage counts the checks of rules over entities; what YARA rules and indicators were held against
is stated beside it, and of a phone so are the rules on files of apps. Of a phone only the classes
`compromise` and `historic` count, the latter never as confirmed; posture has its own section of the
report. A match that is for a person to review, that the scan itself explains or that the operator
suppressed never makes a device suspicious. One for review at medium or above leaves the verdict
`inconclusive`: it is no finding yet, and "nothing found" would be untrue.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from msgspec import Struct

from scanner.model.artifact import Profile
from scanner.model.findings import LEVELS, Check, Finding
from scanner.model.report import Verdict

# Least coverage in percent, below which nothing found means nothing.
MINIMUM: dict[Profile, int] = {Profile.QUICK: 60, Profile.STANDARD: 75, Profile.DEEP: 90}

_MEDIUM = LEVELS.index("medium")


class Extent(Struct, frozen=True, kw_only=True):
    """How many of the compromise rules that apply were examined."""

    applicable: int
    examined: int

    @property
    def percent(self) -> int:
        """Return the share in whole percent, rounded down; none applicable is none examined."""
        return 100 * self.examined // self.applicable if self.applicable else 0


def extent(checks: Iterable[Check], beside: Collection[str] = ()) -> Extent:
    """Count the compromise rules that apply, and those of them that were examined.

    Rules of bytes and indicators are stated beside it: a phone whose files nobody collected has not
    been examined less for having more of them, nor more for having none. `beside` are the ids of
    rules of which the same is so.
    """
    statuses = [
        check.status
        for check in checks
        if check.rule_class == "compromise" and check.kind == "rule" and check.rule not in beside
    ]
    return Extent(
        applicable=sum(status != "not_applicable" for status in statuses),
        examined=sum(status in {"pass", "finding", "review"} for status in statuses),
    )


def decide(
    checks: Sequence[Check],
    findings: Iterable[Finding],
    *,
    minimum: int,
    complete: bool,
    users_unreadable: Sequence[int] = (),
    of_file: bool = False,
    beside: Collection[str] = (),
) -> Verdict:
    """Decide the verdict; `complete` says whether the acquisition came to its end.

    A file that is no phone's has no posture: what it would do to a phone is all that there is to
    judge (`of_file`). Rules named in `beside` do not count as coverage, what they find does.
    """
    counted = [
        finding
        for finding in findings
        if (of_file or finding.rule_class != "posture")
        and LEVELS.index(finding.level) >= _MEDIUM
        and finding.explained_by_scan is None
        and finding.suppressed is None
    ]
    certain = [finding for finding in counted if not finding.review]
    if any(each.confidence == "confirmed" and each.rule_class != "historic" for each in certain):
        return "compromise_confirmed"
    if certain:
        return "suspicious"
    if counted or not complete or users_unreadable or extent(checks, beside).percent < minimum:
        return "inconclusive"
    return "nothing_found_in_what_was_examined"
