"""A fleet for people: which phones to look at first, and what all of them were given."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import import_module

from msgspec import Struct

from scanner.formats.text import safe_text
from scanner.model.evidence import Reason
from scanner.model.findings import LEVELS, Message
from scanner.model.fleet import DeviceLine, FleetReport, PeerGroup, Rare, Uniform
from scanner.report.formats import require_format
from scanner.report.messages import catalogue, named, text

FORMATS = ("html", "text")
ROWS = 500  # of each table; the document has all
# Compatibility Definition of Android, 3.2.2: BRAND/PRODUCT/DEVICE:RELEASE/ID/INCREMENTAL:TYPE/TAGS
_FINGERPRINT = re.compile(r"[^/:]+/[^/:]+/[^/:]+:[^/:]+/([^/:]+)(?:/[^/:]+)?:[^/:]+/[^/:]+")
_FACTS = 12  # of one phone: the rest is counted

_SAID = {
    "deviant": ("fleet.headline_deviant", "fleet.means_deviant"),
    "uniform": ("fleet.headline_uniform", "fleet.means_uniform"),
    "appeared": ("fleet.headline_appeared", "fleet.means_appeared"),
    "none": ("fleet.headline_none", "fleet.means_none"),
    "unscored": ("fleet.headline_unscored", "fleet.means_unscored"),
}
_IDS = {
    "title": "fleet.title",
    "document": "fleet.document_title",
    "skip": "fleet.skip",
    "footer": "fleet.footer",
}


class FactShown(Struct, frozen=True, kw_only=True):
    """One fact with its figures in words."""

    facet: str
    value: str
    said: str  # on 0 of 412 peers, upper bound 0.9 %
    notes: tuple[str, ...] = ()


class LineShown(Struct, frozen=True, kw_only=True):
    """One phone of the work list."""

    number: int
    line: DeviceLine
    state: str  # deviant, within, unscored
    title: str
    known: str  # model and build, as short as they are known by
    figures: str
    group: str
    rare: tuple[FactShown, ...]
    missing: tuple[FactShown, ...]
    beyond: tuple[FactShown, ...]  # not on the reference
    more: int  # facts beyond those listed
    unread: str | None
    verdict: str | None


class GroupShown(Struct, frozen=True, kw_only=True):
    """One peer group, and whether it is large enough."""

    group: PeerGroup
    said: str


class FleetOutline(Struct, frozen=True, kw_only=True):
    """A comparison of a fleet, arranged."""

    kind: str  # deviant, uniform, unscored, appeared, none
    headline: str
    means: str
    means_not: str
    compared: str
    deviants: int
    lines: tuple[LineShown, ...]
    uniform: tuple[FactShown, ...]  # the fleet has it and the reference lacks it
    lost: tuple[FactShown, ...]  # the other way round
    appeared: tuple[FactShown, ...]
    groups: tuple[GroupShown, ...]
    small: int  # groups whose baseline is too small
    unread: tuple[tuple[str, str, int], ...]  # facet, reason, listed phones
    notes: tuple[str, ...]


def render(
    report: FleetReport, fmt: str, *, color: bool = False, width: int = 80, language: str = "en"
) -> str:
    """Return a comparison of a fleet in one of `FORMATS`; colour and width are of the text.

    UsageError: there is no such format.
    """
    require_format(fmt, FORMATS)
    of = outline(report, language)
    if fmt == "html":
        return _html(report, of, language)
    made: str = import_module("scanner.report.fleet_text").render(
        report, of, color=color, width=width, language=language
    )
    return made


def outline(report: FleetReport, language: str = "en") -> FleetOutline:
    """Arrange a comparison of a fleet for reading."""
    words = _Words(language)
    deviants = sum(line.deviant for line in report.lines)
    pushed = [each for each in report.uniform if not each.lost]
    kind = _kind(report, deviants, len(pushed))
    counts = {"deviant": deviants, "uniform": len(pushed)}
    params: dict[str, str | int] = {"count": counts.get(kind, 0), "devices": report.devices}
    headline, means = _SAID[kind]
    return FleetOutline(
        kind=kind,
        headline=text(Message(headline, params), language),
        means=words(means),
        means_not=words("fleet.means_not"),
        compared=words("fleet.compared", devices=report.devices, given=report.given),
        deviants=deviants,
        lines=tuple(words.line(each, number) for number, each in enumerate(report.lines, start=1)),
        uniform=tuple(words.uniform(each) for each in pushed),
        lost=tuple(words.uniform(each) for each in report.uniform if each.lost),
        appeared=tuple(words.appeared(report)),
        groups=tuple(GroupShown(group=each, said=words.group(each)) for each in report.groups),
        small=sum(not group.scored for group in report.groups),
        unread=tuple(_unread(report.lines, words)),
        notes=tuple(text(each, language) for each in report.notes),
    )


def short_build(build: str | None) -> str | None:
    """Return the id of a build; of an Android fingerprint the part that names the build."""
    found = _FINGERPRINT.fullmatch(build) if build else None
    return found[1] if found else build


def percent(share: float) -> str:
    """Return a share as a person reads it: `0.9`, `12`, `<0.1`."""
    if not math.isfinite(share):
        return "?"
    value = share * 100
    if 0 < value < 0.1:  # noqa: PLR2004  the smallest that is written out
        return "<0.1"
    return f"{value:.1f}" if value < 10 else f"{value:.0f}"  # noqa: PLR2004  two digits are enough


class _Words:
    """The words of facts and figures, in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, id: str, **params: str | int) -> str:
        return text(Message(id, params), self.language)

    def facet(self, name: str) -> str:
        found = catalogue(self.language).get(f"facet.{name}")
        return found if isinstance(found, str) else safe_text(name.replace("_", " "), 60)

    def group(self, group: PeerGroup) -> str:
        return self("fleet.group", size=group.size, basis=group.basis)

    def line(self, line: DeviceLine, number: int) -> LineShown:
        state = "deviant" if line.deviant else "unscored" if line.score is None else "within"
        facts = len(line.facts), len(line.missing), len(line.not_in_reference)
        unread = ", ".join(self.facet(name) for name in line.unread)
        verdict = (
            self("fleet.verdict_said", verdict=line.verdict) if line.verdict is not None else None
        )
        return LineShown(
            number=number,
            line=line,
            state=state,
            title=safe_text(line.device, 80),
            known=safe_text(" ".join(filter(None, [line.model, short_build(line.build)])), 80),
            figures=self._figures(line),
            group=self.group(line.group),
            rare=tuple(self.rare(each) for each in line.facts[:_FACTS]),
            missing=tuple(self.lacking(each) for each in line.missing[:_FACTS]),
            beyond=tuple(self.uniform(each) for each in line.not_in_reference[:_FACTS]),
            more=sum(max(count - _FACTS, 0) for count in facts),
            unread=self("fleet.unread", what=unread) if unread else None,
            verdict=verdict,
        )

    def rare(self, fact: Rare) -> FactShown:
        upper = percent(fact.upper)
        said = self("fleet.rare", peers=fact.peers, of=fact.of, upper=upper)
        notes = [] if fact.counted else [self("fleet.not_counted")]
        return self._fact(fact, said, notes)

    def lacking(self, fact: Rare) -> FactShown:
        return self._fact(fact, self("fleet.missing", peers=fact.peers, of=fact.of), [])

    def uniform(self, each: Uniform) -> FactShown:
        days = [day for day in (each.first_since, each.last_since) if day]
        notes = [self("fleet.since", day=" - ".join(dict.fromkeys(days)))] if days else []
        where = each.group or (named("platform", each.platform, self.language))
        notes += [safe_text(where, 120)] if where else []
        said = self("fleet.uniform_count", devices=each.devices, of=each.of)
        return FactShown(
            facet=self.facet(each.facet), value=each.value, said=said, notes=tuple(notes)
        )

    def appeared(self, report: FleetReport) -> Iterator[FactShown]:
        for each in report.appeared:
            said = self(
                "fleet.appeared_count",
                devices=each.devices,
                of=each.of,
                before=each.before,
                undated=each.undated,
            )
            days = [day for day in (each.first, each.last) if day]
            notes = [safe_text(" - ".join(dict.fromkeys(days)), 80)] if days else []
            notes += [named("platform", each.platform, self.language)] if each.platform else []
            yield FactShown(
                facet=self.facet(each.facet), value=each.value, said=said, notes=tuple(notes)
            )

    def _fact(self, fact: Rare, said: str, notes: list[str]) -> FactShown:
        if fact.since:
            notes = [self("fleet.since", day=fact.since), *notes]
        return FactShown(
            facet=self.facet(fact.facet), value=fact.value, said=said, notes=tuple(notes)
        )

    def _figures(self, line: DeviceLine) -> str:
        if line.score is None:
            return self("fleet.unscored")
        score = f"{line.score:.1f}"
        chance = line.p_value if line.chance is None else line.chance
        if chance is None:
            return self("fleet.score", score=score)
        return self("fleet.score_p", score=score, p=f"{chance:.2g}")


def _kind(report: FleetReport, deviants: int, pushed: int) -> str:
    if deviants:
        return "deviant"
    if pushed:
        return "uniform"
    if all(line.score is None for line in report.lines):
        return "unscored"
    return "appeared" if report.appeared else "none"


def _unread(lines: Iterable[DeviceLine], words: _Words) -> Iterator[tuple[str, str, int]]:
    counted: Counter[tuple[str, Reason]] = Counter()
    for line in lines:
        counted.update(line.unread.items())
    for (facet, reason), count in counted.most_common():
        yield words.facet(facet), named("reason", reason, words.language), count


def finding_words(line: DeviceLine, language: str = "en") -> str:
    """Return the findings of a phone's own examination, by level."""
    return ", ".join(
        f"{named('level', level, language)} {line.findings[level]}"
        for level in reversed(LEVELS)
        if line.findings.get(level)
    )


def _html(report: FleetReport, of: FleetOutline, language: str) -> str:
    contents = [
        ("found", "fleet.looked", True),
        ("uniform", "fleet.uniform", bool(report.reference or report.uniform)),
        ("appeared", "fleet.appeared", report.window is not None),
        ("work", "fleet.work", True),
        ("refused", "fleet.refused", True),
        ("method", "fleet.method", True),
        ("details", "ui.details_part", True),
    ]
    made: str = import_module("scanner.report.html").document(
        "fleet.html.j2",
        language,
        family="fleet",
        ids=_IDS,
        headline=of.headline,
        worst="high" if of.kind in {"deviant", "uniform"} else None,
        means=of.means,
        means_not=of.means_not,
        eyebrow=[of.compared],
        contents=[(id, words) for id, words, there in contents if there],
        f=report,
        of=of,
        rows=ROWS,
        findings=finding_words,
        facet=_Words(language).facet,
        percent=percent,
    )
    return made
