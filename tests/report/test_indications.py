"""How a report speaks of indicators."""

from __future__ import annotations

from msgspec import structs

from scanner.report import html
from scanner.report import text as terminal
from scanner.report.outline import outline
from tests.report.examples import quiet
from tests.report.indicated import indicated


def test_a_match_is_named_with_its_list_and_its_ordinary_explanations():
    (found,) = outline(indicated()).compromise

    assert "An app named in 'Trackers of Example' is installed" == found.title
    assert "Example Tracker" in found.description
    assert found.ordinary


def test_a_trace_of_the_past_stands_apart():
    (trace,) = outline(indicated()).historic

    assert "An app named in 'Trackers of Example' was here and is gone" == trace.title
    assert "Traces of what is no longer there" in html.render(indicated())
    assert "Traces of what is no longer there" not in html.render(quiet())


def test_kinds_that_were_not_looked_for_everywhere_are_named():
    said = "Kinds of indicators that could not be looked for everywhere: Digests of files (SHA-256)"

    assert said in html.render(indicated())
    assert said[:60] in " ".join(terminal.render(indicated()).split())
    assert () == outline(quiet()).uncompared


def test_every_list_stands_there_with_its_dates_and_what_did_not_count():
    page = html.render(indicated())

    for words in ("Trackers of Example", "2026-10-12", "12 expired, 3 withdrawn", "TLP:GREEN"):
        assert words in page
    assert "Signature valid" in page


def test_the_check_of_a_type_has_a_title():
    titles = outline(indicated()).titles

    assert "Names of apps in 'Trackers of Example'" == titles["indicators:example-trackers:package"]


def test_a_list_that_the_report_does_not_name_is_shown_by_its_id():
    (found,) = outline(structs.replace(indicated(), indicators=None)).compromise

    assert "An app named in 'example-trackers' is installed" == found.title
