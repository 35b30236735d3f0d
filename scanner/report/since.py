"""What differs from an earlier state, arranged for reading: what needs a look first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from msgspec import Struct

from scanner.model.changes import ChangeLine, Comparison
from scanner.model.findings import LEVELS, Finding, Level, Message
from scanner.report.change_words import ChangeShown, describe, untold
from scanner.report.messages import text
from scanner.report.shown import Shown


class Since(Struct, frozen=True, kw_only=True):
    """A comparison, arranged."""

    comparison: Comparison
    kind: str  # changed, ordinary, nothing
    headline: str
    lead: str  # which state it was compared with
    grave: tuple[ChangeShown, ...]  # above informational, the gravest first
    ordinary: tuple[ChangeShown, ...]
    tally: tuple[tuple[str, int], ...]  # ordinary ones by what they are
    levels: tuple[tuple[Level, int], ...]
    new: tuple[Shown, ...]
    unchanged: tuple[Shown, ...]
    gone: tuple[Shown, ...]
    unsure: tuple[Shown, ...]  # of the baseline, whose checks were not made now
    unplaced: tuple[Shown, ...]  # of the new state: the baseline could not have shown them
    untold: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def worst(self) -> Level | None:
        """The gravest level of what needs a look; None: nothing is above informational."""
        levels = (
            *(each.line.level for each in self.grave),
            *(each.finding.level for each in self.new if needs_look(each.finding)),
        )
        return max(levels, key=LEVELS.index, default=None)


def needs_look(finding: Finding) -> bool:
    """Whether a finding is above informational, and neither explained nor set aside."""
    told = finding.explained_by_scan or finding.suppressed
    return finding.level != "informational" and told is None


def arrange(
    comparison: Comparison,
    shown: Iterable[Shown],
    words: Callable[[Finding], Shown],
    language: str = "en",
) -> Since:
    """Arrange a comparison; `shown` are the findings of the new state, `words` words those gone."""
    found = sorted(shown, key=lambda each: (-LEVELS.index(each.finding.level), each.number))
    changes = [describe(line, at, language) for at, line in enumerate(comparison.changes, start=1)]
    grave = sorted(
        (each for each in changes if each.line.level != "informational"),
        key=lambda each: (-LEVELS.index(each.line.level), each.number),
    )
    ordinary = [each for each in changes if each.line.level == "informational"]
    new = tuple(each for each in found if each.finding.baseline_state == "new")
    # An app that appeared is ordinary; what rules on apps find of it may not be.
    looks = len(grave) + sum(
        needs_look(each.finding) for each in new if each.finding.subject.entity != "change"
    )
    kind = "changed" if looks else "ordinary" if ordinary or comparison.more else "nothing"
    counted = Counter(each.line.level for each in changes)
    return Since(
        comparison=comparison,
        kind=kind,
        headline=_headline(kind, looks, language),
        lead=_lead(comparison, language),
        grave=tuple(grave),
        ordinary=tuple(ordinary),
        tally=_tally((each.line for each in ordinary), language),
        levels=tuple((level, counted[level]) for level in reversed(LEVELS)),
        new=new,
        unchanged=tuple(each for each in found if each.finding.baseline_state == "unchanged"),
        gone=tuple(words(each) for each in comparison.absent),
        unsure=tuple(words(each) for each in comparison.unsettled_findings),
        unplaced=tuple(each for each in found if each.finding.baseline_state is None),
        untold=tuple(untold(each, language) for each in comparison.unsettled),
        notes=tuple(text(each, language) for each in comparison.notes),
    )


def _headline(kind: str, looks: int, language: str) -> str:
    if kind == "changed":
        return text(Message("diff.headline_changed", {"count": looks}), language)
    quiet = "diff.headline_ordinary" if kind == "ordinary" else "diff.headline_nothing"
    return text(Message(quiet), language)


def _lead(comparison: Comparison, language: str) -> str:
    old, new = comparison.old.taken_at, comparison.new.taken_at
    seconds = abs((new - old).total_seconds())
    days = int(seconds // 86400)
    hours = int(seconds // 3600)
    minutes = int(seconds // 60)
    params: dict[str, str | int] = {
        "at": old.strftime("%Y-%m-%d %H:%M %Z").strip(),
        "count": days or hours or minutes,
    }
    id = "since.lead_days" if days else "since.lead_hours" if hours else "since.lead_minutes"
    return text(Message(id, params), language)


def _tally(lines: Iterable[ChangeLine], language: str) -> tuple[tuple[str, int], ...]:
    counted = Counter((line.entity, line.change) for line in lines)
    return tuple(
        (
            text(Message(f"change_tally.{change}", {"entity": entity}), language),
            count,
        )
        for (entity, change), count in counted.most_common()
    )
