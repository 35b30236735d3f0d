"""The summary for a terminal: what a person must know, on about one screen."""

from __future__ import annotations

import io
from collections.abc import Iterable
from itertools import islice

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scanner.formats.text import safe_text
from scanner.model.findings import LEVELS, Level, Message
from scanner.model.report import Report, Verdict
from scanner.report import indications
from scanner.report.apps import AppRow
from scanner.report.messages import named, text
from scanner.report.outline import Outline, Shown, Step, alike, by_level, outline

NARROWEST = 40  # columns
_MOST = 6  # findings of a kind, reasons: the rest is counted, and stands in the full report
_FEW = 3  # steps, kinds of data
_COLORS: dict[Level, str] = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
    "informational": "dim",
}
_VERDICT_COLORS: dict[Verdict, str] = {
    "compromise_confirmed": "bold red",
    "suspicious": "bold yellow",
    "inconclusive": "bold magenta",
    "nothing_found_in_what_was_examined": "bold",
}


def render(report: Report, *, color: bool = False, width: int = 80, language: str = "en") -> str:
    """Return the summary: lines of at most `width` columns (40 or more), with SGR codes if `color`.

    Colour repeats what words say. Whether a terminal wants colour is the caller's to know.
    """
    page = io.StringIO()
    console = Console(
        file=page,
        width=max(width, NARROWEST),
        force_terminal=color,
        color_system="standard" if color else None,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        _environ={},
    )
    _Summary(report, console, language).write()
    return "".join(f"{line.rstrip()}\n" for line in page.getvalue().split("\n")[:-1])


class _Summary:
    """The sections of the summary, in the order in which they are read."""

    def __init__(self, report: Report, console: Console, language: str) -> None:
        self.report, self.console, self.language = report, console, language
        self.outline: Outline = outline(report, language)

    def write(self) -> None:
        self._verdict()
        self._looked()
        self._found()
        self._not_seen()
        self._safety()
        self._todo()

    def _t(self, id: str, **params: str | int) -> str:
        return text(Message(id, params), self.language)

    def _named(self, family: str, value: str) -> str:
        return named(family, value, self.language)

    def _say(self, messages: Iterable[Message]) -> list[str]:
        return [text(message, self.language) for message in messages]

    def _verdict(self) -> None:
        report = self.report
        acquisition, device = report.run.acquisition, report.device
        parts = [self._t("ui.title")]
        if device:
            names = [name for name in (device.manufacturer, device.model) if name]
            parts.append(safe_text(" ".join(names) or device.pseudonym, 60))
        if acquisition:
            if acquisition.recorded_at:
                parts.append(f"{self._t('ui.recorded')} {acquisition.recorded_at:%Y-%m-%d}")
            parts.append(acquisition.started_at.strftime("%Y-%m-%d %H:%M %Z"))
        self._print(" - ".join(parts), "dim")
        self._print(self.outline.verdict + ".", _VERDICT_COLORS[report.verdict])
        self._print(self.outline.means, indent=2)
        self._print(self.outline.means_not, indent=2)
        if acquisition and not acquisition.complete:
            why = text(acquisition.interrupted or Message("interrupted.killed"), self.language)
            self._print(f"{self._t('ui.unfinished')} {why}", "bold", indent=2)

    def _looked(self) -> None:
        coverage = self.report.coverage
        self._heading("ui.looked")
        if coverage.applicable:
            said = self._t(
                "ui.coverage",
                examined=coverage.examined,
                applicable=coverage.applicable,
                percent=coverage.percent,
            )
            self._print(said, indent=2)
            if coverage.percent < coverage.minimum:
                self._print(self._t("ui.coverage_minimum", minimum=coverage.minimum), indent=2)
        else:
            self._print(self._t("ui.coverage_none"), indent=2)
        if tally := ", ".join(f"{name} {count}" for name, count in self.outline.entities):
            self._print(f"{tally}.", indent=2)
        self._apps()
        if compared := indications.short(self.report):
            self._print(text(compared, self.language), indent=2)

    def _apps(self) -> None:
        """Say of each file of an app what it is and who signed it; of many, whose does not hold."""
        rows = self.outline.apps.rows
        if not rows:
            return
        counts = dict(self.outline.apps.counts)
        holds, fails = counts.get("signature_holds", 0), counts.get("signature_fails", 0)
        if len(rows) > _FEW:
            rest = len(rows) - holds - fails
            said = self._t("ui.apps_counted", holds=holds, fails=fails, rest=rest)
            self._print(said, indent=2)
            rows = tuple(row for row in rows if row.holds == "signature_fails" or row.line.debug)
        for row in rows[:_MOST]:
            self._row("-", self._app(row))
        self._rest(len(rows) - _MOST)

    def _app(self, row: AppRow) -> str:
        line = row.line
        kind = self._named("app_file_kind", line.kind) if line.kind else ""
        name = " ".join(filter(None, (line.package or kind, line.version)))
        parts = [f"{self._t('ui.signature')} {self._t(f'ui.{row.holds}')}"]
        if row.signers:
            parts.append(f"{self._t('ui.signer')} {', '.join(row.signers[:_FEW])}")
        if line.debug:
            parts.append(self._t("ui.signer_debug"))
        known = f" ({safe_text(name, 80)})" if name and name != row.title else ""
        said = f"{safe_text(row.title, 60)}{known}: {'; '.join(parts)}."
        return " ".join([said, *row.why[:1]])

    def _found(self) -> None:
        self._heading("ui.found")
        arranged = self.outline
        self._findings("ui.compromise", "ui.none_compromise", arranged.compromise)
        if arranged.historic:
            self._findings("ui.historic", "ui.none", arranged.historic)
        self._findings(arranged.posture_title, "ui.none_posture", arranged.posture)
        self._exposure(arranged)

    def _exposure(self, arranged: Outline) -> None:
        if arranged.lacks:
            said = text(arranged.lacks, self.language)
            certain = (each.cve for each in arranged.lacking if each.branch_fixed)
            names = ", ".join(safe_text(each, 40) for each in islice(certain, _FEW))
            self._print(f"{said} {names}.", indent=2)
        if arranged.campaigns:
            names = safe_text(", ".join(arranged.campaigns), 300)
            self._print(self._t("ui.exposure_campaigns", names=names), indent=2)
        if count := arranged.doubtful:
            self._print(self._t("ui.exposure_doubtful", count=count), indent=2)
        if count := arranged.undecided:
            self._print(self._t("ui.exposure_undecided", count=count), indent=2)

    def _findings(self, title: str, none: str, findings: tuple[Shown, ...]) -> None:
        if not findings:
            self._print(self._t(none), indent=2)
            return
        counts = [
            f"{self._named('level', level)} {count}" for level, count in by_level(findings) if count
        ]
        self._print(": ".join(filter(None, [self._t(title), ", ".join(counts)])), "bold", indent=2)
        widest = max(len(self._named("level", level)) for level in LEVELS)
        groups = alike(findings)
        for group in groups[:_MOST]:
            level, words = group[0].finding.level, self._alike(group)
            self._row(self._named("level", level), words, _COLORS[level], widest=widest)
        self._rest(sum(len(group) for group in groups[_MOST:]))

    def _alike(self, group: tuple[Shown, ...]) -> str:
        first, finding = group[0], group[0].finding
        subjects = [safe_text(each.subject, 60) for each in group[:_FEW] if each.subject]
        if len(group) > _FEW:
            subjects.append(self._t("ui.more", count=len(group) - _FEW))
        who = " ".join(filter(None, [first.kind, "; ".join(subjects)]))
        notes = [
            self._t(id)
            for id, held in (
                ("ui.review", finding.review),
                ("ui.explained", finding.explained_by_scan),
                ("ui.suppressed", finding.suppressed),
            )
            if held
        ]
        return ". ".join([f"{safe_text(first.title, 100)} ({who})", *notes])

    def _not_seen(self) -> None:
        self._heading("ui.not_seen")
        coverage = self.report.coverage
        if coverage.users_unreadable:
            users = ", ".join(map(str, coverage.users_unreadable))
            self._print(f"{self._t('ui.users_unreadable')}: {safe_text(users)}.", indent=2)
        for each in self.outline.unseen[:_MOST]:
            what = "; ".join(safe_text(name, 60) for name in each.what[:_FEW])
            more = len(each.what) - _FEW
            rest = f"; {self._t('ui.more', count=more)}" if more > 0 else ""
            self._row("-", f"{self._named('reason', each.reason)}: {what}{rest}")
        self._rest(len(self.outline.unseen) - _MOST)
        if kinds := ", ".join(self.outline.uncompared):
            self._print(self._t("ui.uncompared", kinds=kinds), indent=2)
        aside = self.report.rules.unusable
        for said in self._say(aside[:_MOST]):
            self._row("-", said)
        self._rest(len(aside) - _MOST)
        for said in self._say(coverage.reach):
            self._print(said, indent=2)
        if coverage.cannot_see:
            self._print(self._t("ui.never_short", count=len(coverage.cannot_see)), indent=2)

    def _safety(self) -> None:
        self._heading("safety.title")
        acquisition = self.report.run.acquisition
        short = "safety.short" if self.report.device else "safety.file"
        self._print(self._t(short), "bold", indent=2)
        self._print(self._t("safety.short_who"), indent=2)
        case = (
            self._t("safety.case", case=acquisition.case)
            if acquisition
            else self._t("safety.case_unknown")
        )
        self._print(case, indent=2)

    def _todo(self) -> None:
        self._heading("ui.todo")
        self._steps("ui.now", self.outline.now)
        self._steps("ui.do_not", self.outline.do_not)
        if later := len(self.outline.later):
            self._print(self._t("ui.later_short", count=later), indent=2)
        self._print(self._t("ui.in_full"), indent=2)

    def _steps(self, title: str, steps: tuple[Step, ...]) -> None:
        if steps:
            self._print(f"{self._t(title)}:", "bold", indent=2)
            for step in steps[:_FEW]:
                self._row("-", step.text)
            self._rest(len(steps) - _FEW)

    def _heading(self, id: str) -> None:
        self.console.line()
        self._print(self._t(id).upper(), "bold")

    def _rest(self, count: int) -> None:
        if count > 0:
            self._print(f"  {self._t('ui.more', count=count)}", "dim", indent=2)

    def _row(self, label: str, words: str, style: str = "", *, widest: int = 1) -> None:

        row = Table.grid(padding=(0, 1, 0, 0))
        row.add_column(width=widest)
        row.add_column(overflow="fold")
        row.add_row(Text(label, style), Text(words))
        self._indented(row, 2)

    def _print(self, words: str, style: str = "", *, indent: int = 0) -> None:

        self._indented(Text(words, style, overflow="fold"), indent)

    def _indented(self, content: RenderableType, indent: int) -> None:

        self.console.print(Padding(content, (0, 0, 0, indent)))
