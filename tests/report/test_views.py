"""What holds for every page and text: a diff, a time line, a fleet."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from functools import cache
from itertools import pairwise

import pytest

from scanner.errors import UsageError
from scanner.report.messages import catalogue
from tests.report.extremes import HOSTILE
from tests.report.page import Page
from tests.report.views import FULL, VIEWS, filled, render

BANNED = re.compile(r"\b(clean|safe|infected|alerts?|ioc|hits?|threats?)\b", re.IGNORECASE)
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
SGR = re.compile(r"\x1b\[[0-9;]*m")
every_page = pytest.mark.parametrize("page", VIEWS, indirect=True)
every_view = pytest.mark.parametrize("document", VIEWS.values(), ids=VIEWS)
hostile_text = pytest.mark.parametrize("said", HOSTILE, ids=range(len(HOSTILE)))
full_view = pytest.mark.parametrize("name", FULL)


@cache
def page_of(name: str) -> Page:
    return Page(render(VIEWS[name], "html"))


@cache
def text_of(name: str) -> str:
    return render(VIEWS[name], "text")


@cache
def plain(name: str) -> Page:
    return Page(render(filled(name, "plain"), "html"))


@pytest.fixture
def page(request: pytest.FixtureRequest) -> Page:
    return page_of(request.param)


@every_page
def test_elements_are_closed_in_order_and_ids_are_unique(page):
    assert [] == page.problems
    assert len(set(page.ids())) == len(page.ids())


@every_page
def test_one_h1_and_no_level_skipped(page):
    levels = [int(each.tag[1]) for each in page.all("h1", "h2", "h3", "h4", "h5", "h6")]

    assert 1 == levels.count(1)
    assert 1 == levels[0]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


@every_page
def test_landmarks_language_and_skip_link(page):
    assert [1, 1, 1, 1] == [len(page.all(tag)) for tag in ("header", "nav", "main", "footer")]
    assert "en" == page.all("html")[0].attributes["lang"]
    assert page.all("title")[0].text.strip()
    assert "#" + page.all("main")[0].attributes["id"] == page.all("a")[0].attributes["href"]


@every_page
def test_every_reference_resolves_inside_the_page(page):
    ids = set(page.ids())
    for each in page.elements:
        assert set(each.attributes.get("aria-labelledby", "").split()) <= ids
        if "href" in each.attributes:
            assert each.attributes["href"].startswith("#")
            assert each.attributes["href"].removeprefix("#") in ids


@every_page
def test_nothing_is_loaded_and_nothing_runs(page):
    assert [] == page.all("script", "link", "img", "iframe", "object", "embed", "form", "base")
    for each in page.elements:
        assert not {"src", "srcset", "style", "action", "xlink:href"} & each.attributes.keys()
        assert not [name for name in each.attributes if name.startswith("on")]
    assert "http" not in re.sub(r"http-equiv", "", page.source)


@every_page
def test_only_our_style_is_allowed(page):
    policy = next(
        each.attributes["content"]
        for each in page.all("meta")
        if each.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    digest = hashlib.sha256(page.all("style")[0].text.encode()).digest()

    assert policy.startswith("default-src 'none'; ")
    assert f"style-src 'sha256-{base64.b64encode(digest).decode()}'" in policy


@every_page
def test_tables_have_captions_and_pictures_words(page):
    assert len(page.all("table")) == len(page.all("caption"))
    assert all(each.attributes.get("scope") in {"col", "row"} for each in page.all("th"))
    for each in page.all("svg"):
        hidden = each.attributes.get("aria-hidden") == "true"
        assert hidden or each.attributes.get("aria-label") or "svg" in each.inside


@pytest.mark.parametrize("name", VIEWS)
def test_nothing_gives_an_all_clear(name):
    for said in (page_of(name).text, text_of(name)):
        assert [] == BANNED.findall(said)


@pytest.mark.parametrize("name", VIEWS)
def test_every_text_has_an_id_that_is_known(name):
    families = {id.split(".")[0] for id in catalogue()}
    shown = re.findall(r"\b([a-z_]+)\.[a-z_]{3,}\b", page_of(name).text + text_of(name))

    assert not ({"diff", "since", "timeline", "fleet", "change", "ui", "label"} & set(shown))
    assert {"diff", "since", "timeline", "fleet", "change"} <= families


@every_view
@pytest.mark.parametrize("width", [40, 80, 132])
def test_lines_keep_the_width(document, width):
    lines = render(document, "text", width=width).splitlines()

    assert all(len(line) <= width for line in lines)
    assert all(line == line.rstrip() for line in lines)


@every_view
def test_colour_only_repeats_words(document):
    colored = render(document, "text", color=True)

    assert SGR.search(colored)
    assert render(document, "text") == "".join(
        f"{line.rstrip()}\n" for line in SGR.sub("", colored).splitlines()
    )


@full_view
@hostile_text
def test_hostile_text_changes_no_page(name, said):
    page = Page(render(filled(name, said), "html"))

    assert [] == page.problems
    assert [each.tag for each in plain(name).elements] == [each.tag for each in page.elements]
    assert all(each.attributes["href"].startswith("#") for each in page.all("a"))
    assert plain(name).all("style")[0].text == page.all("style")[0].text
    names = {name for each in page.elements for name in each.attributes}
    assert {name for each in plain(name).elements for name in each.attributes} == names
    assert not {c for c in page.source if unicodedata.category(c) in UNSEEN and c != "\n"}
    assert len(page.source) < 300_000


@full_view
@hostile_text
def test_hostile_text_has_no_power_over_a_terminal(name, said):
    page = SGR.sub("", render(filled(name, said), "text", color=True))

    assert not {c for c in page if unicodedata.category(c) in UNSEEN and c != "\n"}
    assert all(len(line) <= 80 for line in page.splitlines())
    assert len(page) < 40_000


@full_view
def test_a_value_of_a_megabyte_stays_small(name):
    document = filled(name, "\u202e" * 1_000_000)

    assert len(render(document, "html")) < 600_000
    assert len(render(document, "text")) < 60_000


@every_view
def test_another_format_is_refused(document):
    with pytest.raises(UsageError, match="no format"):
        render(document, "pdf\x1b")


@full_view
def test_rendering_is_deterministic(name):
    assert render(VIEWS[name], "html") == render(VIEWS[name], "html")
