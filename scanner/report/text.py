"""The summary for a terminal: what a person must know, on about one screen."""

from __future__ import annotations

from itertools import islice

from scanner.formats.text import safe_text
from scanner.model.findings import LEVELS, Message
from scanner.model.report import Report, Verdict
from scanner.report import benchmarks, indications
from scanner.report.apps import AppRow
from scanner.report.changes_text import write_since
from scanner.report.messages import text
from scanner.report.outline import Outline, Shown, Step, alike, by_level, outline
from scanner.report.terminal import COLORS, TerminalPage

_MOST = 6  # findings of a kind, reasons: the rest is counted, and stands in the full report
_FEW = 3  # steps, kinds of data
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
    summary = _Summary(report, color=color, width=width, language=language)
    summary.write()
    return summary.done()


class _Summary(TerminalPage):
    """The sections of the summary, in the order in which they are read."""

    def __init__(self, report: Report, *, color: bool, width: int, language: str) -> None:
        super().__init__(color=color, width=width, language=language)
        self.report = report
        self.outline: Outline = outline(report, language)

    def write(self) -> None:
        self._verdict()
        self._looked()
        self._found()
        if self.outline.since:
            write_since(self, self.outline.since)
        self._not_seen()
        self._safety()
        self._todo()

    def _verdict(self) -> None:
        report = self.report
        acquisition, device = report.run.acquisition, report.device
        parts = [self.t("ui.title")]
        if device:
            names = [name for name in (device.manufacturer, device.model) if name]
            parts.append(safe_text(" ".join(names) or device.pseudonym, 60))
        if acquisition:
            if acquisition.recorded_at:
                parts.append(f"{self.t('ui.recorded')} {acquisition.recorded_at:%Y-%m-%d}")
            parts.append(acquisition.started_at.strftime("%Y-%m-%d %H:%M %Z"))
        self.print(" - ".join(parts), "dim")
        self.print(self.outline.verdict + ".", _VERDICT_COLORS[report.verdict])
        self.print(self.outline.means, indent=2)
        self.print(self.outline.means_not, indent=2)
        if acquisition and not acquisition.complete:
            why = text(acquisition.interrupted or Message("interrupted.killed"), self.language)
            self.print(f"{self.t('ui.unfinished')} {why}", "bold", indent=2)

    def _looked(self) -> None:
        coverage = self.report.coverage
        self.heading("ui.looked")
        if coverage.applicable:
            said = self.t(
                "ui.coverage",
                examined=coverage.examined,
                applicable=coverage.applicable,
                percent=coverage.percent,
            )
            self.print(said, indent=2)
            if coverage.percent < coverage.minimum:
                self.print(self.t("ui.coverage_minimum", minimum=coverage.minimum), indent=2)
        else:
            self.print(self.t("ui.coverage_none"), indent=2)
        if tally := ", ".join(f"{name} {count}" for name, count in self.outline.entities):
            self.print(f"{tally}.", indent=2)
        self._apps()
        if compared := indications.short(self.report):
            self.print(text(compared, self.language), indent=2)

    def _apps(self) -> None:
        """Say of each file of an app what it is and who signed it; of many, whose does not hold."""
        rows = self.outline.apps.rows
        if not rows:
            return
        counts = dict(self.outline.apps.counts)
        holds, fails = counts.get("signature_holds", 0), counts.get("signature_fails", 0)
        if len(rows) > _FEW:
            rest = len(rows) - holds - fails
            said = self.t("ui.apps_counted", holds=holds, fails=fails, rest=rest)
            self.print(said, indent=2)
            rows = tuple(row for row in rows if row.holds == "signature_fails" or row.line.debug)
        for row in rows[:_MOST]:
            self.row("-", self._app(row))
        self.rest(len(rows) - _MOST)

    def _app(self, row: AppRow) -> str:
        line = row.line
        kind = self.named("app_file_kind", line.kind) if line.kind else ""
        name = " ".join(filter(None, (line.package or kind, line.version)))
        parts = [f"{self.t('ui.signature')} {self.t(f'ui.{row.holds}')}"]
        if row.signers:
            parts.append(f"{self.t('ui.signer')} {', '.join(row.signers[:_FEW])}")
        if line.debug:
            parts.append(self.t("ui.signer_debug"))
        known = f" ({safe_text(name, 80)})" if name and name != row.title else ""
        said = f"{safe_text(row.title, 60)}{known}: {'; '.join(parts)}."
        return " ".join([said, *row.why[:1]])

    def _found(self) -> None:
        self.heading("ui.found")
        arranged = self.outline
        self._findings("ui.compromise", "ui.none_compromise", arranged.compromise)
        if arranged.historic:
            self._findings("ui.historic", "ui.none", arranged.historic)
        self._findings(arranged.posture_title, "ui.none_posture", arranged.posture)
        self._exposure(arranged)
        benchmarks.write(self, self.report.benchmarks)

    def _exposure(self, arranged: Outline) -> None:
        if arranged.lacks:
            said = text(arranged.lacks, self.language)
            certain = (each.cve for each in arranged.lacking if each.branch_fixed)
            names = ", ".join(safe_text(each, 40) for each in islice(certain, _FEW))
            self.print(f"{said} {names}.", indent=2)
        if arranged.campaigns:
            names = safe_text(", ".join(arranged.campaigns), 300)
            self.print(self.t("ui.exposure_campaigns", names=names), indent=2)
        if count := arranged.doubtful:
            self.print(self.t("ui.exposure_doubtful", count=count), indent=2)
        if count := arranged.undecided:
            self.print(self.t("ui.exposure_undecided", count=count), indent=2)

    def _findings(self, title: str, none: str, findings: tuple[Shown, ...]) -> None:
        if not findings:
            self.print(self.t(none), indent=2)
            return
        counts = [
            f"{self.named('level', level)} {count}" for level, count in by_level(findings) if count
        ]
        self.print(": ".join(filter(None, [self.t(title), ", ".join(counts)])), "bold", indent=2)
        widest = max(len(self.named("level", level)) for level in LEVELS)
        groups = alike(findings)
        for group in groups[:_MOST]:
            level, words = group[0].finding.level, self._alike(group)
            self.row(self.named("level", level), words, COLORS[level], widest=widest)
        self.rest(sum(len(group) for group in groups[_MOST:]))

    def _alike(self, group: tuple[Shown, ...]) -> str:
        first, finding = group[0], group[0].finding
        most = 160 if finding.subject.entity == "change" else 60
        subjects = [safe_text(each.subject, most) for each in group[:_FEW] if each.subject]
        if len(group) > _FEW:
            subjects.append(self.t("ui.more", count=len(group) - _FEW))
        who = " ".join(filter(None, [first.kind, "; ".join(subjects)]))
        notes = [
            self.t(id)
            for id, held in (
                ("ui.review", finding.review),
                ("ui.explained", finding.explained_by_scan),
                ("ui.suppressed", finding.suppressed),
            )
            if held
        ]
        state = finding.baseline_state
        known = f"{self.named('baseline_state', state)}: " if state else ""
        return ". ".join([f"{known}{safe_text(first.title, 100)} ({who})", *notes])

    def _not_seen(self) -> None:
        self.heading("ui.not_seen")
        coverage = self.report.coverage
        if coverage.users_unreadable:
            users = ", ".join(map(str, coverage.users_unreadable))
            self.print(f"{self.t('ui.users_unreadable')}: {safe_text(users)}.", indent=2)
        for each in self.outline.unseen[:_MOST]:
            what = "; ".join(safe_text(name, 60) for name in each.what[:_FEW])
            more = len(each.what) - _FEW
            rest = f"; {self.t('ui.more', count=more)}" if more > 0 else ""
            self.row("-", f"{each.reason}: {what}{rest}")
        self.rest(len(self.outline.unseen) - _MOST)
        if kinds := ", ".join(self.outline.uncompared):
            self.print(self.t("ui.uncompared", kinds=kinds), indent=2)
        aside = self.report.rules.unusable
        for said in self.say(aside[:_MOST]):
            self.row("-", said)
        self.rest(len(aside) - _MOST)
        for said in self.say(coverage.reach):
            self.print(said, indent=2)
        if coverage.cannot_see:
            self.print(self.t("ui.never_short", count=len(coverage.cannot_see)), indent=2)

    def _safety(self) -> None:
        self.heading("safety.title")
        acquisition = self.report.run.acquisition
        short = "safety.short" if self.report.device else "safety.file"
        self.print(self.t(short), "bold", indent=2)
        self.print(self.t("safety.short_who"), indent=2)
        case = (
            self.t("safety.case", case=acquisition.case)
            if acquisition
            else self.t("safety.case_unknown")
        )
        self.print(case, indent=2)

    def _todo(self) -> None:
        self.heading("ui.todo")
        self._steps("ui.now", self.outline.now)
        self._steps("ui.do_not", self.outline.do_not)
        if later := len(self.outline.later):
            self.print(self.t("ui.later_short", count=later), indent=2)
        self.print(self.t("ui.in_full"), indent=2)

    def _steps(self, title: str, steps: tuple[Step, ...]) -> None:
        if steps:
            self.print(f"{self.t(title)}:", "bold", indent=2)
            for step in steps[:_FEW]:
                self.row("-", step.text)
            self.rest(len(steps) - _FEW)
