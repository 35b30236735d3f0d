"""A comparison of a fleet for a terminal: the work list first, each phone with its facts."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.formats.text import safe_text
from scanner.model.fleet import FleetReport
from scanner.report.fleet import FactShown, FleetOutline, LineShown
from scanner.report.terminal import TerminalPage

_MOST = 20  # phones
_FEW = 4  # facts of one phone
_SOME = 8


def render(report: FleetReport, of: FleetOutline, *, color: bool, width: int, language: str) -> str:
    """Return a comparison of a fleet as lines of at most `width` columns."""
    page = TerminalPage(color=color, width=width, language=language)
    page.print(f"{page.t('fleet.title')} - {of.compared}", "dim")
    page.print(f"{of.headline}.", "bold yellow" if of.kind in {"deviant", "uniform"} else "bold")
    page.print(of.means, indent=2)
    page.print(of.means_not, indent=2)
    for note in of.notes:
        page.print(note, "dim", indent=2)
    if report.reference or of.uniform or of.lost:
        page.heading("fleet.uniform")
        _facts(page, of.uniform)
        if not of.uniform:
            page.print(page.t("fleet.uniform_none"), indent=2)
        if of.lost:
            page.print(f"{page.t('fleet.uniform_lost')}:", "bold", indent=2)
            _facts(page, of.lost)
    if report.window:
        page.heading("fleet.appeared")
        _facts(page, of.appeared)
        if not of.appeared:
            page.print(page.t("fleet.appeared_none"), indent=2)
    page.heading("fleet.work")
    for line in of.lines[:_MOST]:
        _line(page, line)
    more = len(of.lines) - _MOST if len(of.lines) > _MOST else 0
    if more + report.more > 0:
        page.print(page.t("fleet.work_more", count=more + report.more), indent=2)
    if not of.lines:
        page.print(page.t("fleet.work_none"), indent=2)
    _not_compared(page, report, of)
    return page.done()


def _line(page: TerminalPage, each: LineShown) -> None:
    line = each.line
    name = f"{each.title} ({each.known})" if each.known else each.title
    state = page.t(f"fleet.{each.state}")
    figures = f", {each.figures}" if each.state != "unscored" else ""
    words = f"{name}: {state}{figures}; {each.group}"
    page.row(f"{each.number:3}.", words, "bold" if line.deviant else "", widest=4)
    few = _FEW if line.deviant else _FEW // 2
    for fact in (*each.rare[:few], *each.missing[:few]):
        page.row("-", _said(fact), indent=7)
    for fact in each.beyond[:few]:
        page.row("-", f"{page.t('fleet.not_in_reference')}: {_said(fact)}", indent=7)
    shown = sum(min(len(some), few) for some in (each.rare, each.missing, each.beyond))
    listed = len(each.rare) + len(each.missing) + len(each.beyond) + each.more
    if listed > shown:
        page.print(page.t("ui.more", count=listed - shown), "dim", indent=9)
    if line.deviant:
        if each.unread:
            page.print(safe_text(each.unread, 300), "dim", indent=7)
        page.print(safe_text(line.path, 200), "dim", indent=7)


def _facts(page: TerminalPage, facts: Iterable[FactShown]) -> None:
    every = list(facts)
    for fact in every[:_SOME]:
        page.row("-", _said(fact))
    page.rest(len(every) - _SOME)


def _said(fact: FactShown) -> str:
    value = safe_text(fact.value, 100)
    notes = f" ({'; '.join(safe_text(note, 120) for note in fact.notes)})" if fact.notes else ""
    return f"{fact.facet}: {value}, {fact.said}{notes}"


def _not_compared(page: TerminalPage, report: FleetReport, of: FleetOutline) -> None:
    page.heading("fleet.refused")
    for each in report.refused[:_SOME]:
        page.row("-", f"{safe_text(each.path, 200)}: {safe_text(each.error, 200)}")
    page.rest(len(report.refused) - _SOME)
    if not report.refused:
        page.print(page.t("fleet.refused_none"), indent=2)
    if report.superseded > 0:
        page.print(page.t("fleet.superseded", count=report.superseded), indent=2)
    if of.small:
        page.print(page.t("fleet.small_groups", count=of.small), indent=2)
    for facet, reason, count in of.unread[:_FEW]:
        page.row("-", page.t("fleet.unread_line", facet=facet, reason=reason, count=count))
    page.rest(len(of.unread) - _FEW)
