"""Text of a phone or a rule has no power in any format: hostile inputs, groups 9, 10 and 11."""

from __future__ import annotations

import re
import unicodedata

import pytest

from scanner.report import html, json
from scanner.report import text as terminal
from scanner.report.messages import text
from tests.report.extremes import HOSTILE, hostile
from tests.report.page import Page

UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
hostile_text = pytest.mark.parametrize("said", HOSTILE, ids=range(len(HOSTILE)))
PLAIN = Page(html.render(hostile("plain")))


def shape(page: Page) -> list[str]:
    return [each.tag for each in page.elements]


@hostile_text
def test_html_keeps_its_shape(said):
    page = Page(html.render(hostile(said)))

    assert [] == page.problems
    assert shape(PLAIN) == shape(page)
    assert all(each.attributes["href"].startswith("#") for each in page.all("a"))
    assert PLAIN.all("style")[0].text == page.all("style")[0].text
    names = {name for each in page.elements for name in each.attributes}
    assert names == {name for each in PLAIN.elements for name in each.attributes}


@hostile_text
def test_html_shows_no_unseen_character(said):
    page = html.render(hostile(said))

    assert not {c for c in page if unicodedata.category(c) in UNSEEN and c != "\n"}
    assert page.encode()


@hostile_text
def test_html_of_long_text_stays_small(said):
    assert len(html.render(hostile(said))) < 300_000


@hostile_text
@pytest.mark.parametrize("color", [False, True])
def test_terminal_gets_no_codes_but_colour(said, color):
    page = re.sub(r"\x1b\[[0-9;]*m", "", terminal.render(hostile(said), color=color))

    assert not {c for c in page if unicodedata.category(c) in UNSEEN and c != "\n"}
    assert all(len(line) <= 80 for line in page.splitlines())
    assert len(page) < 12_000


def test_terminal_shows_markup_as_written():
    page = "".join(terminal.render(hostile("[red]x[/red]")).split())

    assert "[red]x[/red]" in page


@hostile_text
def test_json_comes_back(said):
    report = hostile(said)
    data = json.render(report)

    assert json.render(json.load(data)) == data
    if said.isprintable() or "\ud800" not in said:
        assert report == json.load(data)


def test_json_shows_half_of_a_surrogate_pair():
    assert rb"half \\ud800 pair \\udfff" in json.render(hostile("half \ud800 pair \udfff"))


def test_parameters_are_never_templates():
    page = Page(html.render(hostile("{{7*7}}{count}{reason@reason}[x]"))).text

    assert "{{7*7}}{count}{reason@reason}[x]" in page
    assert "49" not in re.findall(r"\b49\b", page)


@hostile_text
def test_messages_are_bounded_and_visible(said):
    for message in hostile(said).footprint + hostile(said).rules.unusable:
        shown = text(message)
        assert len(shown) <= 300
        assert not {c for c in shown if unicodedata.category(c) in UNSEEN}
