from __future__ import annotations

import base64
import hashlib
import re
import time
from functools import cache
from itertools import pairwise

import pytest
from msgspec import structs

from scanner.model.findings import Message
from scanner.report import html
from scanner.report.messages import text
from tests.report.examples import confirmed, gapped, quiet, tampered
from tests.report.extremes import large
from tests.report.indicated import EXAMPLES
from tests.report.page import Page

every_page = pytest.mark.parametrize("page", EXAMPLES, indirect=True)


@cache
def page_of(name: str) -> Page:
    return Page(html.render(EXAMPLES[name]))


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

    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


@every_page
def test_landmarks_and_language(page):
    assert [1, 1, 1, 1] == [len(page.all(tag)) for tag in ("header", "nav", "main", "footer")]
    assert page.all("nav")[0].attributes["aria-label"]
    assert page.all("html")[0].attributes["lang"] == "en"
    assert page.all("title")[0].text.strip()


@every_page
def test_skip_link_comes_first_and_leads_to_main(page):
    first = page.all("a")[0]

    assert first.attributes["href"] == "#" + page.all("main")[0].attributes["id"]


@every_page
def test_every_reference_resolves_inside_the_page(page):
    ids = set(page.ids())
    for each in page.elements:
        for name in ("aria-labelledby", "aria-describedby"):
            assert set(each.attributes.get(name, "").split()) <= ids
        if "href" in each.attributes:
            assert each.attributes["href"].removeprefix("#") in ids


@every_page
def test_nothing_is_loaded_and_nothing_runs(page):
    assert [] == page.all("script", "link", "img", "iframe", "object", "embed", "form", "base")
    for each in page.elements:
        assert not {"src", "srcset", "style", "action", "xlink:href"} & each.attributes.keys()
        assert not [name for name in each.attributes if name.startswith("on")]
    assert not re.search(r"url\(|@import|expression", page.all("style")[0].text)


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
def test_tables_have_captions_and_scopes(page):
    tables = len(page.all("table"))

    assert tables == len(page.all("caption"))
    assert all(each.attributes.get("scope") in {"col", "row"} for each in page.all("th"))


@every_page
def test_pictures_have_words_or_are_hidden(page):
    for each in page.all("svg"):
        assert each.attributes.get("aria-hidden") == "true" or each.attributes["aria-label"]


@every_page
def test_the_safety_text_precedes_all_advice(page):
    advice = [text(Message(id)) for id in ("advice.seek_help", "do.keep_report", "do.keep_worry")]
    safety = page.text.index(text(Message("safety.plan")))

    assert any(words in page.text for words in advice)
    assert all(safety < page.text.index(words) for words in advice if words in page.text)


@every_page
def test_owner_reads_before_the_investigator(page):
    order = [
        each for each in page.ids() if each in {"looked", "found", "not-seen", "safety", "todo"}
    ]

    assert ["looked", "found", "not-seen", "safety", "todo"] == order
    assert page.ids().index("todo") < page.ids().index("details")


def test_compromise_and_posture_are_apart():
    page = html.render(tampered())
    details = page[page.index('<section id="compromise"') : page.index('<section id="run"')]
    compromise, posture = details.split('<section id="posture"')

    assert "App from outside a store" in compromise
    assert "App from outside a store" not in posture
    assert "Boot loader did not verify" in posture
    assert "Boot loader did not verify" not in compromise


def test_a_finding_shows_what_an_investigator_asks_for():
    page = page_of("tampered").text
    made = tampered().findings[0]

    for words in (
        made.id,
        made.rule,
        "com.example.sync, user 0",
        "accessibility_services",
        "com.example.sync/com.example.sync.Watch",
        "A password manager or a screen reader.",
        "Claimed by the phone's own system",
        "null",
        text(Message("explained.debugging_needed")),
        *made.evidence,
        *(line.sha256 for line in tampered().evidence),
    ):
        assert words in page


def test_the_run_is_recorded():
    page = page_of("tampered").text

    for words in ("M. Okafor", "2026-0007", "Given in writing", "ab" * 32, "+2.013", "0.021"):
        assert words in page


def test_what_was_not_seen_is_said():
    page = page_of("gapped").text

    assert "could not be read: 150" in page
    assert "Accessibility services (user 150)" in page
    assert "The answer was cut off" in page
    for message in gapped().coverage.cannot_see:
        assert text(message) in page


def test_an_unfinished_examination_says_so_at_the_top():
    header = next(each for each in page_of("unfinished").elements if each.tag == "header")

    assert text(Message("interrupted.device_lost")) in header.text


def test_a_set_aside_finding_stays_visible_but_gives_no_advice():
    aside = structs.replace(
        tampered().findings[0], suppressed=Message("explained.own_adb_key"), advice=("review_app",)
    )
    page = Page(html.render(structs.replace(quiet(), findings=(aside,)))).text

    assert "App from outside a store" in page
    assert "Set aside" in page
    assert text(Message("advice.review_app")) not in page


def test_rendering_is_deterministic():
    assert html.render(confirmed()) == html.render(confirmed())


def test_long_tables_are_folded_and_rendering_is_linear():
    small, big = large(40, 500, 300), large()
    html.render(small)
    started = time.process_time()
    html.render(small)
    one = time.process_time() - started
    started = time.process_time()
    page = html.render(big)
    ten = time.process_time() - started

    assert ten < max(30 * one, 1)
    assert ten < 10
    assert page.count('<details class="fold">') == 2
    assert '<details class="finding critical" id="finding-1">' in page


def _luminance(color: str) -> float:
    color = color.lstrip("#")
    color = "".join(c * 2 for c in color) if len(color) == 3 else color
    parts = [int(color[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_keeps_a_contrast_of_four_and_a_half(scheme):
    style = page_of("quiet").all("style")[0].text
    block = re.findall(r":root \{(.*?)\}", style, re.DOTALL)[scheme]
    colors = dict(re.findall(r"--([\w-]+): (#\w+);", block))
    inks = ("ink", "quiet", "link", "critical", "high", "medium", "low", "informational", "verdict")
    verdicts = re.findall(r"^(\s*)body\.\w+ \{ --verdict: (#\w+); \}", style, re.MULTILINE)
    colors |= {
        f"v{n}": color for n, (indent, color) in enumerate(verdicts) if bool(indent) == scheme
    }
    pairs = [(ink, ground) for ink in inks for ground in ("paper", "surface")]
    pairs += [("ink", "calm"), ("surface", "critical"), ("surface", "high"), ("link", "calm")]
    pairs += [(name, "surface") for name in colors if name.startswith("v")]
    for ink, ground in pairs:
        dark, light = sorted((_luminance(colors[ink]), _luminance(colors[ground])))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)
