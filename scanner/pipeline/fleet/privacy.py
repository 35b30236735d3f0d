"""What of a fleet's comparison leaves at a level of privacy.

Facts of apps (A) are clear at `share`; observations (N) there on lines that were singled out: of
the work list, of what all have, of what appeared. Counts of all values show them at `case` only. At
`public` both are pseudonyms, the same in all comparisons of one installation.
"""

from __future__ import annotations

from typing import TypeVar

from msgspec import structs

from scanner.case import pseudonym
from scanner.fleet.facets import BY_NAME
from scanner.model.fleet import (
    Appeared,
    DeviceLine,
    FacetCount,
    FleetReport,
    Rare,
    Refused,
    Uniform,
)
from scanner.model.privacy import PrivacyLevel

Valued = TypeVar("Valued", Appeared, FacetCount, Rare, Uniform)
_HIDDEN: dict[PrivacyLevel, frozenset[str]] = {
    "public": frozenset("AN"),
    "share": frozenset(),
    "case": frozenset(),
}


def redacted(report: FleetReport, level: PrivacyLevel, key: bytes) -> FleetReport:
    """Return a report as a level shows it; `key` is that of the installation's pseudonyms."""
    if level == "case":
        return report
    hidden = _HIDDEN[level]
    shown = structs.replace(
        report,
        privacy=level,
        lines=tuple(_line(each, level, key) for each in report.lines),
        uniform=tuple(_value(each, hidden, key) for each in report.uniform),
        appeared=tuple(_value(each, hidden, key) for each in report.appeared),
        counts=tuple(_value(each, hidden | {"N"}, key) for each in report.counts),
    )
    if level == "share":
        return shown
    return structs.replace(shown, refused=tuple(_refused(each, key) for each in report.refused))


def _line(line: DeviceLine, level: PrivacyLevel, key: bytes) -> DeviceLine:
    hidden = _HIDDEN[level]
    return structs.replace(
        line,
        path=line.path if level == "share" else "",
        facts=tuple(_value(each, hidden, key) for each in line.facts),
        missing=tuple(_value(each, hidden, key) for each in line.missing),
        not_in_reference=tuple(_value(each, hidden, key) for each in line.not_in_reference),
    )


def _value(each: Valued, hidden: frozenset[str], key: bytes) -> Valued:
    privacy = BY_NAME[each.facet].privacy
    if privacy not in hidden:
        return each
    return structs.replace(each, value=pseudonym(key, privacy, each.value))


def _refused(each: Refused, key: bytes) -> Refused:
    """Return a refused case without its path, which people choose."""
    error = "is not as it was written" if each.tampered else "cannot be compared"
    return Refused(path=pseudonym(key, "N", each.path), error=error, tampered=each.tampered)
