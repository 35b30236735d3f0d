"""A comparison for a terminal: what needs a look, what is ordinary, what cannot be told."""

from __future__ import annotations

from scanner.formats.text import safe_text
from scanner.model.changes import Diff
from scanner.model.findings import LEVELS
from scanner.report.change_words import ChangeShown
from scanner.report.changes import DiffOutline
from scanner.report.shown import Shown
from scanner.report.since import Since
from scanner.report.terminal import COLORS, TerminalPage

_MOST = 8  # changes, findings: the rest is counted, and stands in the document
_FEW = 3
_TITLE = 100  # characters


def render(diff: Diff, of: DiffOutline, *, color: bool, width: int, language: str) -> str:
    """Return a diff as lines of at most `width` columns."""
    page = TerminalPage(color=color, width=width, language=language)
    since, line = of.since, diff.comparison.new
    page.print(f"{page.t('diff.title')} - {safe_text(line.device, 60)}", "dim")
    page.print(f"{since.headline}.", COLORS[since.worst] if since.worst else "bold")
    page.print(of.means, indent=2)
    page.print(of.means_not, indent=2)
    page.heading("diff.changed")
    write_changes(page, since)
    page.heading("since.findings")
    page.print(page.t("diff.verdicts", old=of.old_verdict, new=of.new_verdict), indent=2)
    write_findings(page, since)
    page.heading("since.untold")
    if since.untold or since.unplaced or not of.unseen:
        write_untold(page, since)
    for each in of.unseen[:_MOST]:
        what = "; ".join(safe_text(name, 60) for name in each.what[:_FEW])
        page.row("-", f"{each.reason}: {what}")
    page.rest(len(of.unseen) - _MOST)
    page.heading("safety.title")
    page.print(page.t("safety.short"), "bold", indent=2)
    page.print(page.t("safety.short_who"), indent=2)
    page.heading("ui.todo")
    for title, list_ in (("ui.now", of.now), ("ui.do_not", of.do_not)):
        if list_:
            page.print(f"{page.t(title)}:", "bold", indent=2)
            for step in list_[:_MOST]:
                page.row("-", step.text)
            page.rest(len(list_) - _MOST)
    return page.done()


def write_since(page: TerminalPage, since: Since) -> None:
    """Write the section of a report that was compared with a baseline."""
    page.heading("since.title")
    write_changes(page, since)
    said = page.t(
        "since.findings_short",
        new=len(since.new),
        unchanged=len(since.unchanged),
        gone=len(since.gone),
        unsure=len(since.unsure),
    )
    page.print(said, indent=2)
    if since.untold or since.unplaced:
        page.print(f"{page.t('since.untold')}:", "bold", indent=2)
        write_untold(page, since, _FEW)


def write_changes(page: TerminalPage, since: Since) -> None:
    """Write the changes that need a look, and count the others."""
    page.print(since.lead, indent=2)
    for note in since.notes:
        page.print(note, "dim", indent=2)
    widest = max(len(page.named("level", level)) for level in LEVELS)
    for each in since.grave[:_MOST]:
        level = each.line.level
        page.row(page.named("level", level), change_words(each), COLORS[level], widest=widest)
    page.rest(len(since.grave) - _MOST)
    if since.kind != "changed":
        nothing = since.kind == "nothing"
        page.print(page.t("since.nothing" if nothing else "since.grave_none"), indent=2)
    if since.ordinary:
        count = page.t("since.ordinary_short", count=len(since.ordinary))
        tally = ", ".join(f"{said} ({number})" for said, number in since.tally[:_FEW])
        page.print(f"{count} {tally}.", indent=2)
    if (more := since.comparison.more) > 0:
        page.print(page.t("since.more", count=more), indent=2)


def write_findings(page: TerminalPage, since: Since) -> None:
    """Write the findings that are new, gone, or were not checked again."""
    _listed(page, "since.findings_new", since.new)
    if not since.new and not since.unplaced:
        page.print(page.t("since.findings_new_none"), indent=2)
    if count := len(since.unchanged):
        page.print(page.t("since.findings_unchanged", count=count), indent=2)
    _listed(page, "since.findings_gone", since.gone)
    _listed(page, "since.findings_unsure", since.unsure)


def write_untold(page: TerminalPage, since: Since, most: int = _MOST) -> None:
    """Write what one of the two states does not say, and findings that only one could show."""
    for said in since.untold[:most]:
        page.row("-", said)
    page.rest(len(since.untold) - most)
    _listed(page, "since.findings_unplaced", since.unplaced)
    if not (since.untold or since.unplaced):
        page.print(page.t("since.untold_none"), indent=2)


def change_words(each: ChangeShown) -> str:
    """Return a change in one sentence."""
    who = f" ({safe_text(each.subject, 80)})" if each.subject else ""
    said = f": {safe_text(each.said, 200)}" if each.said else "."
    return f"{safe_text(each.title, _TITLE)}{who}{said}"


def _listed(page: TerminalPage, title: str, findings: tuple[Shown, ...]) -> None:
    if not findings:
        return
    page.print(f"{page.t(title)}:", "bold", indent=2)
    widest = max(len(page.named("level", level)) for level in LEVELS)
    for each in findings[:_MOST]:
        who = " ".join(filter(None, [each.kind, safe_text(each.subject, 160)]))
        level = each.finding.level
        words = f"{safe_text(each.title, _TITLE)} ({who})"
        page.row(page.named("level", level), words, COLORS[level], widest=widest)
    page.rest(len(findings) - _MOST)
