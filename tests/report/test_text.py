from __future__ import annotations

import re
import unicodedata

import pytest
from msgspec import structs

from scanner.model.findings import Message
from scanner.report import text as terminal
from scanner.report.messages import text
from tests.report.examples import bare, finding, gapped, quiet, rule, tampered, unfinished
from tests.report.extremes import large
from tests.report.indicated import EXAMPLES

every_report = pytest.mark.parametrize("report", EXAMPLES.values(), ids=EXAMPLES)
SGR = re.compile(r"\x1b\[[0-9;]*m")


def columns(line: str) -> int:
    wide = {"W": 2, "F": 2}
    return sum(wide.get(unicodedata.east_asian_width(character), 1) for character in line)


def words(page: str) -> str:
    return " ".join(page.split())


@every_report
@pytest.mark.parametrize("width", [40, 80, 132])
def test_lines_keep_the_width(report, width):
    lines = terminal.render(report, width=width).splitlines()

    assert all(columns(line) <= width for line in lines)
    assert all(line == line.rstrip() for line in lines)


def test_wide_characters_keep_the_width():
    named = rule(1, "漢字" * 40)
    report = structs.replace(quiet(), findings=(finding(named, {"package": "アプリ" * 30}),))
    lines = terminal.render(report, width=60).splitlines()

    assert all(columns(line) <= 60 for line in lines)


@every_report
def test_without_colour_there_are_no_control_characters(report):
    page = terminal.render(report)

    assert not [c for c in page if unicodedata.category(c) in {"Cc", "Cf"} and c != "\n"]


@every_report
def test_colour_only_repeats_words(report):
    colored = terminal.render(report, color=True)
    plain = [line.rstrip() for line in SGR.sub("", colored).splitlines()]

    assert SGR.search(colored)
    assert terminal.render(report).splitlines() == plain


@every_report
def test_the_safety_text_precedes_all_advice(report):
    page = words(terminal.render(report))
    heading = page.index(text(Message("ui.todo")).upper())
    ids = ("advice.seek_help", "do.keep_worry", "do.examine_again", "do_not.install_file")
    given = [page.index(said) for id in ids if (said := text(Message(id))) in page]
    safety = "safety.short" if report.device else "safety.file"

    assert given
    assert page.index(text(Message(safety))) < heading < min(given)


def test_it_fits_a_screen():
    assert len(terminal.render(quiet()).splitlines()) <= 45
    assert len(terminal.render(tampered()).splitlines()) <= 64
    assert len(terminal.render(large()).splitlines()) <= 90


def test_verdict_comes_first_and_the_sections_in_order():
    page = terminal.render(gapped())
    headings = [line for line in page.splitlines() if line.isupper()]

    assert page.splitlines()[1] == "This examination cannot give an answer."
    assert headings == [
        text(Message(id)).upper()
        for id in ("ui.looked", "ui.found", "ui.not_seen", "safety.title", "ui.todo")
    ]


def test_findings_stand_under_their_kind():
    page = words(terminal.render(tampered()))
    compromise, posture = page.split("Weak protection: ")

    assert "High App from outside a store reads and operates the screen (App" in compromise
    assert "High Boot loader did not verify the system (System build)" in posture
    assert "Explained by the scan" in posture


def test_what_was_not_seen_and_where_the_case_lies():
    page = words(terminal.render(gapped()))

    assert "could not be read: 150." in page
    assert "The phone did not permit it: Accessibility services (user 150);" in page
    assert "20261121T140322Z-d-7f3a19" in page
    assert "At least 70 % are needed" in page


def test_rules_that_were_set_aside_are_named():
    base = tampered()
    slow = Message("rule.slow", {"path": "mine/slow.yar", "times": 9})
    rules = structs.replace(base.rules, unusable=(slow,) * 40)

    page = words(terminal.render(structs.replace(base, rules=rules)))

    assert text(slow) in page
    assert page.count("mine/slow.yar") < 10


def test_an_unfinished_examination_says_why():
    said = text(Message("interrupted.device_lost"))

    assert said in words(terminal.render(unfinished()))


def test_nothing_to_say_is_said():
    page = words(terminal.render(bare()))

    assert text(Message("ui.coverage_none")) in page
    assert text(Message("safety.case_unknown")) in page


def test_a_screen_narrower_than_forty_columns_is_taken_as_forty():
    assert terminal.render(quiet(), width=0) == terminal.render(quiet(), width=40)
