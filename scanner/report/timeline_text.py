"""A time line for a terminal: three lines of signs, then findings, changes and silences."""

from __future__ import annotations

from scanner.formats.text import safe_text
from scanner.model.findings import LEVELS
from scanner.model.watch import Timeline
from scanner.report.changes_text import change_words
from scanner.report.strip import BINS, Beat, Scale, beats_of
from scanner.report.terminal import COLORS, TerminalPage
from scanner.report.timeline import FindingLife, TimelineOutline

_MOST = 8
_INDENT = 2


def render(
    timeline: Timeline, of: TimelineOutline, *, color: bool, width: int, language: str
) -> str:
    """Return a time line as lines of at most `width` columns."""
    page = TerminalPage(color=color, width=width, language=language)
    device = safe_text(" ".join(filter(None, [timeline.model, timeline.device])), 60)
    page.print(f"{page.t('timeline.title')} - {device}", "dim")
    page.print(f"{of.headline}.", COLORS[of.worst] if of.worst else "bold")
    if of.silent_since:
        page.print(page.t("timeline.silent_since", at=_when(of.silent_since)), "bold", indent=2)
    page.print(of.means, indent=2)
    page.print(of.means_not, indent=2)
    page.heading("timeline.strip")
    page.print(signs(timeline, page.width - _INDENT), indent=_INDENT)
    page.print(page.t("timeline.legend_text"), "dim", indent=2)
    page.print(of.picture, indent=2)
    page.heading("timeline.lives")
    _findings(page, of.lives)
    page.heading("timeline.changes")
    _changes(page, of)
    page.heading("timeline.silences")
    for each in of.silences[-_MOST:]:
        end = _when(each.silence.until) if each.silence.until else page.t("timeline.silence_lasts")
        page.row("-", f"{_when(each.silence.since)} - {end} ({each.lasted})")
    page.rest(len(of.silences) - _MOST)
    if not of.silences:
        page.print(page.t("timeline.silences_none"), indent=2)
    if timeline.dropped > 0:
        page.print(page.t("timeline.dropped", count=timeline.dropped), "dim", indent=2)
    page.heading("safety.title")
    page.print(page.t("safety.short"), "bold", indent=2)
    page.print(page.t("safety.short_who"), indent=2)
    return page.done()


def signs(timeline: Timeline, width: int) -> str:
    """Return the strip as `width` signs, each the strongest of what happened in its time."""
    width = min(width, BINS)
    scale = Scale(timeline.since, timeline.until)
    line = ["."] * width
    for silence in timeline.silences:
        end = scale.share(silence.until or timeline.until)
        for at in range(int(scale.share(silence.since) * width), int(end * width)):
            line[min(at, width - 1)] = "_"
    for bin, beat in beats_of(timeline, scale).items():
        at = bin * width // BINS
        line[at] = max(line[at], _sign(beat), key="._x|+!".index)
    return "".join(line)


def _sign(beat: Beat) -> str:
    if beat.new:
        return "!"
    if beat.changes:
        return "+"
    return "x" if beat.failed == beat.scans else "|"


def _findings(page: TerminalPage, lives: tuple[FindingLife, ...]) -> None:
    widest = max(len(page.named("level", level)) for level in LEVELS)
    for each in lives[:_MOST]:
        of, level = each.finding, each.finding.level
        state = page.t(f"finding_state.{each.state}")
        said = f"{state}, {each.lasted}: {each.title} ({safe_text(of.subject, 80)})"
        words = ". ".join([said, _when(of.first_at), *(note.rstrip(".") for note in each.notes)])
        page.row(page.named("level", level), words, COLORS[level], widest=widest)
    page.rest(len(lives) - _MOST)
    if not lives:
        page.print(page.t("timeline.findings_none"), indent=2)


def _changes(page: TerminalPage, of: TimelineOutline) -> None:
    for each in of.grave[:_MOST]:
        page.row(f"{each.at:%m-%d %H:%M}", change_words(each.change), widest=11)
    page.rest(len(of.grave) - _MOST)
    if count := len(of.changes) - len(of.grave):
        page.print(page.t("since.ordinary_short", count=count), indent=2)
    if not of.changes:
        page.print(page.t("timeline.changes_none"), indent=2)


def _when(at: object) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
