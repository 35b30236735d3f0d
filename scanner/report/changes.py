"""A diff for people: what changed, what it may mean, and what cannot be told."""

from __future__ import annotations

from importlib import import_module

from msgspec import Struct

from scanner.model.changes import Diff
from scanner.model.findings import Message
from scanner.report.formats import require_format
from scanner.report.messages import named, text
from scanner.report.outline import Unseen, unseen
from scanner.report.shown import Shown, Words, changes_by_finding, show
from scanner.report.since import Since, arrange
from scanner.report.steps import Step, steps

FORMATS = ("html", "text")
SAFETY = ("safety.noticed", "safety.removal", "safety.plan", "safety.device")
_DO_NOT = (
    "do_not.remove_first",
    "advice.do_not_confront",
    "do_not.search_here",
    "do_not.rely_on_report",
)
_ALWAYS = {
    "changed": ("advice.save_evidence_first", "advice.seek_help", "do.keep_report", *_DO_NOT),
    "ordinary": ("do.keep_worry", "do.keep_report", "do_not.rely_on_report"),
    "nothing": ("do.keep_worry", "do.keep_report", "do_not.rely_on_report"),
}
# An earlier state that was no better does not make a state one to be careless with.
_AS_CHANGED = frozenset({"compromise_confirmed", "suspicious"})
_MEANS = {
    "changed": ("diff.means_changed", "diff.means_not_changed"),
    "ordinary": ("diff.means_ordinary", "diff.means_not_same"),
    "nothing": ("diff.means_nothing", "diff.means_not_same"),
}
_IDS = {
    "title": "diff.title",
    "document": "diff.document_title",
    "skip": "diff.skip",
    "footer": "diff.footer",
}


class DiffOutline(Struct, frozen=True, kw_only=True):
    """A diff, arranged."""

    since: Since
    shown: tuple[Shown, ...]  # findings of the new state
    old_verdict: str  # in words
    new_verdict: str
    means: str
    means_not: str
    unseen: tuple[Unseen, ...]
    now: tuple[Step, ...]
    later: tuple[Step, ...]
    do_not: tuple[Step, ...]


def render(
    diff: Diff, fmt: str, *, color: bool = False, width: int = 80, language: str = "en"
) -> str:
    """Return a diff in one of `FORMATS`; colour and width are of the text. UsageError: no such."""
    require_format(fmt, FORMATS)
    of = outline(diff, language)
    if fmt == "html":
        return _html(diff, of, language)
    made: str = import_module("scanner.report.changes_text").render(
        diff, of, color=color, width=width, language=language
    )
    return made


def outline(diff: Diff, language: str = "en") -> DiffOutline:
    """Arrange a diff for reading."""
    words = Words(
        rules={rule.id: rule for rule in diff.rules},
        changes=changes_by_finding(diff.comparison.changes),
        language=language,
    )
    shown = show(diff.findings, words)
    since = arrange(diff.comparison, shown, words.show, language)
    care = "changed" if diff.new_verdict in _AS_CHANGED else since.kind
    now, later, do_not = steps((*since.new, *since.unplaced), _ALWAYS[care], language)
    means, means_not = _MEANS[since.kind]
    return DiffOutline(
        since=since,
        shown=shown,
        old_verdict=named("verdict", diff.old_verdict, language),
        new_verdict=named("verdict", diff.new_verdict, language),
        means=text(Message(means), language),
        means_not=text(Message(means_not), language),
        unseen=tuple(unseen(diff.gaps, language)),
        now=now,
        later=later,
        do_not=do_not,
    )


def _html(diff: Diff, of: DiffOutline, language: str) -> str:
    line, old = diff.comparison.new, diff.comparison.old
    contents = [
        ("changed", "diff.changed"),
        ("findings", "since.findings"),
        ("untold", "since.untold"),
        ("safety", "safety.title"),
        ("todo", "ui.todo"),
        ("details", "ui.details_part"),
    ]
    made: str = import_module("scanner.report.html").document(
        "diff.html.j2",
        language,
        family="diff",
        ids=_IDS,
        headline=of.since.headline,
        worst=of.since.worst,
        means=of.means,
        means_not=of.means_not,
        eyebrow=(
            line.device,
            named("platform", line.platform, language),
            f"{old.taken_at:%Y-%m-%d %H:%M} - {line.taken_at:%Y-%m-%d %H:%M}",
        ),
        contents=contents,
        d=diff,
        since=of.since,
        shown=of.shown,
        old_verdict=of.old_verdict,
        new_verdict=of.new_verdict,
        unseen=of.unseen,
        safety_ids=SAFETY,
        case=line.case,
        now=of.now,
        later=of.later,
        do_not=of.do_not,
        finding_numbers={each.finding.id: each.number for each in of.shown},
        finding_titles={each.finding.id: each.title for each in of.shown},
    )
    return made
