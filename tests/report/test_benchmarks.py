"""Benchmarks in a report: what an owner reads on a terminal, and an investigator in the page."""

from __future__ import annotations

from typing import get_args

import pytest
from msgspec import structs

from scanner.model.benchmarks import Benchmark, BenchmarkLine, LineStatus, Why
from scanner.report import html
from scanner.report.benchmarks import arrange, write
from scanner.report.messages import catalogue
from scanner.report.terminal import TerminalPage
from tests.report.page import Page


def line(number: int, status: LineStatus, **changes: object) -> BenchmarkLine:
    made = BenchmarkLine(
        requirement=f"r{number}",
        title=f"Requirement {number}",
        ids=(f"2.{number}",),
        status=status,
        expected=(f"allow{number} = false",),
    )
    return structs.replace(made, **changes)


LINES = (
    line(1, "met", actual=("allow1 = false",), source="stated", evidence=("e-1",)),
    line(2, "not_examined", reason="field_not_stated", why="list_not_read", expected=()),
    line(3, "not_met", actual=("allow3 = true",), source="default", evidence=("e-1", "e-9")),
    line(4, "not_applicable", why="needs_supervision"),
    line(5, "not_examined", reason="parse_error"),
    line(6, "not_met", actual=("a = 1", "b = 2"), source="stated", why="explained_by_scan"),
)


def benchmark(**changes: object) -> Benchmark:
    made = Benchmark(
        id="b",
        title="Bench <script>",
        version="26",
        level="1",
        for_release=26,
        fits=True,
        met=1,
        not_met=2,
        not_examined=2,
        not_applicable=1,
        percent=60,
        lines=LINES,
    )
    return structs.replace(made, **changes)


UNREAD = benchmark(
    title="Unread", level="", met=0, not_met=0, not_examined=5, percent=0, reason="locked", lines=()
)


def fragment(*benchmarks: Benchmark) -> Page:
    return Page(
        html.document("benchmarks.html.j2", benchmarks=arrange(benchmarks), numbers={"e-1": 1})
    )


def terminal(*benchmarks: Benchmark, width: int = 120) -> str:
    page = TerminalPage(width=width)
    write(page, benchmarks)
    return page.done()


def test_a_terminal_shows_a_line_for_each_that_was_examined():
    assert [
        "",
        "SECURITY BENCHMARKS",
        "  - Bench <script>, level 1: 3 of 5 examined, 1 met, 2 not met.",
        "  Of 1 benchmark nothing could be examined.",
    ] == terminal(UNREAD, benchmark()).splitlines()
    assert "" == terminal()


def test_another_release_is_said_once():
    said = terminal(benchmark(fits=False), benchmark(fits=False))

    assert 1 == said.count("Written for release 26 of the system")
    assert "Written for" not in terminal(benchmark(fits=None), benchmark(fits=True))


def test_narrow_terminals_fold():
    assert 40 >= max(map(len, terminal(benchmark(), UNREAD, width=40).splitlines()))


def test_the_page_is_closed_until_somebody_opens_it():
    page = fragment(UNREAD, benchmark())

    assert [] == page.problems
    (details,) = page.all("details")
    assert "open" not in details.attributes
    assert "3 of 5 requirements that apply were examined: 1 met, 2 not met." in page.text
    assert "Unread: nothing was examined: It was locked or encrypted." in page.text


def test_what_is_not_met_stands_first():
    (shown,) = arrange([benchmark()])

    assert ["r3", "r6", "r1", "r2", "r5", "r4"] == [row.line.requirement for row in shown.rows]


def test_rows_say_what_was_asked_found_and_why():
    (shown,) = arrange([benchmark()])
    rows = {row.line.requirement: row for row in shown.rows}

    assert ("allow1 = false", "") == (rows["r1"].found, rows["r1"].why)
    assert "allow3 = true (default)" == rows["r3"].found
    assert "It asks for lists of apps, which are not held against anything." == rows["r2"].why
    assert "The answer could not be understood." == rows["r5"].why
    assert ("a = 1; b = 2", "The examination itself needs this.") == (
        rows["r6"].found,
        rows["r6"].why,
    )
    either = line(7, "met", expected=("a = 1", "b = 2"), any_of=True)
    (shown,) = arrange([benchmark(lines=(either,))])
    assert "a = 1 | b = 2" == shown.rows[0].wanted


def test_evidence_is_linked_where_the_report_has_it():
    links = [each.attributes["href"] for each in fragment(benchmark()).all("a")]

    assert ["#evidence-1", "#evidence-1"] == links
    assert "e-9" in fragment(benchmark()).text


def test_text_of_a_phone_stays_text():
    hostile = line(1, "not_met", actual=("a = \x1b[31m<b>\u202e" + "x" * 900,), source="stated")
    page = fragment(benchmark(lines=(hostile,)))

    assert [] == page.all("script", "b")[1:]
    assert "\x1b" not in page.source
    assert "\u202e" not in page.source
    assert "x" * 300 not in page.source


@pytest.mark.parametrize(("family", "values"), [("status", LineStatus), ("why", Why)])
def test_every_word_has_a_text(family, values):
    prefix = f"benchmark_{family}."

    assert set(get_args(values)) == {
        id.removeprefix(prefix) for id in catalogue() if id.startswith(prefix)
    }
