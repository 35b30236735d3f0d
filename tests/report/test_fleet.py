from __future__ import annotations

import time

import pytest
from msgspec import structs

from scanner.fleet.facets import FACETS
from scanner.report import fleet
from scanner.report.fleet import outline, percent, short_build
from scanner.report.messages import catalogue
from tests.report.of_fleet import FLEETS, RARE, line, pushed, small, within
from tests.report.page import Page


def words(page: str) -> str:
    return " ".join(page.split())


def test_a_line_says_how_many_peers_have_a_fact():
    first = outline(pushed()).lines[0]

    assert [
        ("Certificate authorities added", "on 0 of 412 peers, upper bound 0.7 %"),
        ("System processes", "on 0 of 412 peers, upper bound 0.7 %"),
        ("Apps from outside a store", "on 3 of 412 peers, upper bound 1.8 %"),
    ] == [(each.facet, each.said) for each in first.rare]
    assert "413 phones, by model and build" == first.group
    assert "score 14.2, chance 0.0002" == first.figures


def test_what_is_missing_and_what_was_not_read_are_apart():
    second = outline(pushed()).lines[1]

    assert "on 411 of 412 peers, and not here" == second.missing[0].said
    assert "Not read: Certificate authorities added, Configuration profiles." == second.unread


@pytest.mark.parametrize(
    ("name", "headline"),
    [
        ("pushed", "2 of 3500 phones depart from their peers"),
        ("only_pushed", "1 fact is on nearly all phones and not on the reference"),
        ("only_appeared", "No phone departs from its peers; facts that came to many stand below"),
        ("within", "Read the work list from its top: no phone in it is marked"),
        ("small", "The fleet is too small to tell who departs from it"),
        ("empty", "The fleet is too small to tell who departs from it"),
    ],
)
def test_the_headline_says_where_to_look(name, headline):
    assert headline == Page(fleet.render(FLEETS[name], "html")).all("h1")[0].text


def test_a_push_to_all_is_said_beside_deviant_phones():
    header = Page(fleet.render(pushed(), "html")).all("header")[0].text

    assert "1 fact is on nearly all phones and not on the reference." in header


def test_a_small_baseline_is_said_instead_of_a_score():
    last = outline(pushed()).lines[-1]

    assert "unscored" == last.state
    assert "baseline too small" in words(fleet.render(small(), "text"))
    assert ", score" not in words(fleet.render(small(), "text"))


def test_a_score_without_a_p_value_stands_alone():
    of = outline(structs.replace(small(), lines=(line(2, p_value=None, chance=None),)))

    assert "score 7.1" == of.lines[0].figures


def test_refused_cases_stand_with_their_reason():
    page = Page(fleet.render(pushed(), "html")).text

    for said in ("/cases/north/broken", "changed after it was closed", "ask for the case again"):
        assert said in page


def test_sections_that_nobody_asked_for_are_left_out():
    asked, plain = (set(Page(fleet.render(each, "html")).ids()) for each in (pushed(), within()))

    assert {"uniform", "appeared"} <= asked
    assert not {"uniform", "appeared"} & plain


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "0.0"),
        (0.0004, "<0.1"),
        (0.009, "0.9"),
        (0.1234, "12"),
        (1.0, "100"),
        (float("nan"), "?"),
    ],
)
def test_a_share_is_said_in_percent(share, said):
    assert said == percent(share)


@pytest.mark.parametrize(
    ("build", "short"),
    [
        ("example/phone9/phone9:16/EX9.261105.003/1234:user/release-keys", "EX9.261105.003"),
        ("example/phone9/phone9:16/EX9.261105.003:user/release-keys", "EX9.261105.003"),
        ("23B85", "23B85"),
        ("a/b/c", "a/b/c"),
        (None, None),
    ],
)
def test_a_build_is_shown_by_its_id(build, short):
    assert short == short_build(build)


def test_every_facet_has_its_words():
    assert {f"facet.{each.name}" for each in FACETS} == {
        id for id in catalogue() if id.startswith("facet.")
    }


def test_a_facet_without_words_is_shown_by_its_name():
    fact = structs.replace(RARE[0], facet="some_new_facet")
    of = outline(structs.replace(small(), lines=(line(1, facts=(fact,)),)))

    assert "some new facet" == of.lines[0].rare[0].facet


def test_a_large_fleet_is_bounded():
    lines = tuple(line(n, facts=RARE * 40) for n in range(1, 3501))
    report = structs.replace(pushed(), lines=lines, more=0)
    started = time.process_time()
    page = fleet.render(report, "html")

    assert time.process_time() - started < 10
    assert len(page) < 6_000_000
    assert "3000 further phones are not listed." in page
    assert 'id="phone-500"' in page
    assert 'id="phone-501"' not in page
    assert len(fleet.render(report, "text")) < 30_000
