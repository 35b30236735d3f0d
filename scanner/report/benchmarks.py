"""Benchmarks of a report, arranged for reading: how much was examined, what is not met first."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from scanner.formats.text import safe_text
from scanner.model.benchmarks import Benchmark, BenchmarkLine, LineStatus
from scanner.model.findings import Message
from scanner.report.messages import named, text
from scanner.report.terminal import TerminalPage

_ORDER: tuple[LineStatus, ...] = ("not_met", "met", "not_examined", "not_applicable")
_FEW = 8  # values of one requirement that are shown
_LONGEST = 200  # characters


class BenchmarkRow(Struct, frozen=True, kw_only=True):
    """One requirement, in words."""

    line: BenchmarkLine
    status: str
    wanted: str
    found: str
    why: str
    evidence: tuple[str, ...]


class BenchmarkShown(Struct, frozen=True, kw_only=True):
    """One benchmark, in words; `rows` is empty where nothing of it was examined."""

    id: str
    name: str
    summary: str
    short: str  # the same for a terminal
    remark: str  # that it was written for another release, or nothing
    rows: tuple[BenchmarkRow, ...]


def arrange(benchmarks: Iterable[Benchmark], language: str = "en") -> tuple[BenchmarkShown, ...]:
    """Return the benchmarks in words, those of which something was examined first."""
    ordered = sorted(benchmarks, key=lambda each: each.examined == 0)
    return tuple(_shown(each, language) for each in ordered)


def write(page: TerminalPage, benchmarks: Iterable[Benchmark]) -> None:
    """Write a line for each benchmark of which something was examined, and count the others."""
    shown = arrange(benchmarks, page.language)
    if not shown:
        return
    page.heading("benchmark.title")
    for each in shown:
        if each.rows:
            page.row("-", f"{each.name}: {each.short}")
    for remark in dict.fromkeys(each.remark for each in shown if each.rows and each.remark):
        page.print(remark, indent=2)
    if count := sum(not each.rows for each in shown):
        page.print(page.t("benchmark.others", count=count), indent=2)


def _shown(benchmark: Benchmark, language: str) -> BenchmarkShown:
    name = Message("benchmark.name", {"title": benchmark.title, "level": benchmark.level or ""})
    counts: dict[str, str | int] = {
        "examined": benchmark.examined,
        "applicable": benchmark.applicable,
        "met": benchmark.met,
        "not_met": benchmark.not_met,
    }
    summary, short = Message("benchmark.summary", counts), Message("benchmark.short", counts)
    if not benchmark.examined:
        summary = short = Message("benchmark.nothing", {"reason": benchmark.reason or ""})
    remark = ""
    if benchmark.fits is False and benchmark.for_release:
        remark = text(
            Message("benchmark.other_release", {"release": benchmark.for_release}), language
        )
    rows = sorted(benchmark.lines, key=lambda line: _ORDER.index(line.status))
    return BenchmarkShown(
        id=benchmark.id,
        name=text(name, language),
        summary=text(summary, language),
        short=text(short, language),
        remark=remark,
        rows=tuple(_row(line, language) for line in rows) if benchmark.examined else (),
    )


def _row(line: BenchmarkLine, language: str) -> BenchmarkRow:
    found = _joined(line.actual)
    if line.source == "default":
        found = text(Message("benchmark.by_default", {"found": found}), language)
    why = [named("reason", line.reason, language)] if line.reason and not line.why else []
    why += [text(Message(f"benchmark_why.{line.why}"), language)] if line.why else []
    return BenchmarkRow(
        line=line,
        status=text(Message(f"benchmark_status.{line.status}"), language),
        wanted=_joined(line.expected, " | " if line.any_of else "; "),
        found=found,
        why=" ".join(f"{each}." for each in why),
        evidence=line.evidence[:_FEW],
    )


def _joined(values: tuple[str, ...], between: str = "; ") -> str:
    return safe_text(between.join(values[:_FEW]), _LONGEST)
