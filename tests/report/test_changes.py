from __future__ import annotations

import time

import pytest
from msgspec import structs

from scanner.model.changes import ChangeLine, Unsettled
from scanner.model.findings import Message
from scanner.report import changes, html
from scanner.report import text as terminal
from scanner.report.change_words import describe, field_words, said, untold, value_words
from scanner.report.messages import text
from tests.report.examples import findings
from tests.report.of_changes import LINES, compared, ordinary, planted, still, unchanged
from tests.report.page import Page

MODIFIED = ChangeLine(
    entity="setting",
    identity={"user": 0, "namespace": "global", "name": "adb_enabled"},
    change="modified",
    field="value",
    old="0",
    new="1",
)


def words(page: str) -> str:
    return " ".join(page.split())


def test_a_change_is_said_in_plain_words():
    shown = describe(LINES[0], 1)

    assert "App changed: signer" == shown.title
    assert "com.example.bank, user 0" == shown.subject
    assert "a1b2c3d4a1b2… → c3d4e5f6c3d4…" == shown.said
    assert (shown.means or "").startswith("Somebody else than before made this app:")


def test_what_appeared_says_what_it_states():
    shown = describe(LINES[1], 1)

    assert "Certificate authority appeared" == shown.title
    assert "subject: CN=Example Root; active: yes; self signed: yes" == shown.said
    assert shown.means


def test_what_is_gone_does_nothing_any_more():
    shown = describe(LINES[4], 1)

    assert "Device administrator disappeared" == shown.title
    assert "powers: force-lock, wipe-data" == shown.said
    assert None is shown.means


def test_of_a_list_what_came_and_what_went_is_said():
    assert (
        "permissions granted: added: android.permission.EXAMPLE_0, android.permission.EXAMPLE_1, "
        "android.permission.EXAMPLE_2, and 6 more; removed: android.permission.OLD"
    ) == said(LINES[3])


def test_an_update_by_the_same_signer_says_so():
    assert text(Message("changes.app_updated")) == describe(LINES[5], 1).why


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "nothing"),
        ("", "nothing"),
        ((), "nothing"),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        ("ab" * 32, "abababababab…"),
        (":".join(["AB"] * 16), "AB:AB:AB:AB:…"),
        ("x" * 61, "x" * 59 + "…"),
        (("a", "b", "c", "d"), "a, b, c, and 1 more"),
        ("\u202e", r"\u202e"),
    ],
)
def test_values_are_short_and_visible(value, shown):
    assert shown == value_words(value)


def test_a_field_without_words_is_shown_by_its_name():
    assert "switched on" == field_words("enabled")
    assert "some new field" == field_words("some_new_field")


def test_names_of_fields_and_parts_of_an_identity_have_no_power():
    hostile = "<b>\x1b[2J\u202e" + "x" * 500
    line = structs.replace(
        MODIFIED, entity=hostile, identity={hostile: hostile}, field=hostile, facts={hostile: "1"}
    )
    shown = describe(line, 1)

    for one in (shown.title, shown.subject, shown.said, said(line)):
        assert one.isprintable()
        assert len(one) < 500
    diff = structs.replace(
        planted(), comparison=structs.replace(planted().comparison, changes=(line,))
    )
    page = Page(changes.render(diff, "html"))
    assert r"<b>\x1b[2J\u202e" in page.text
    assert [] == page.problems


@pytest.mark.parametrize(
    ("side", "start"),
    [
        ("new", "Apps: 12 of the earlier state cannot be told to be gone. Not read in the later"),
        ("old", "Apps: 12 of the later state cannot be told to be new. Not read in the earlier"),
    ],
)
def test_what_cannot_be_told_says_which_state_is_silent(side, start):
    of = Unsettled(
        side=side, entity="app", count=12, reason="locked", artifact="android.packages", user=10
    )

    assert f"{start} one: Apps of each user: It was locked or encrypted (user 10)." == untold(of)


@pytest.mark.parametrize(
    ("diff", "headline"),
    [
        (planted(), "5 changes need a look"),
        (ordinary(), "Only changes of everyday life in what could be compared"),
        (still(), "Nothing differs in what could be compared"),
    ],
    ids=["planted", "ordinary", "still"],
)
def test_the_headline_says_what_kind_of_difference_there_is(diff, headline):
    assert headline == Page(changes.render(diff, "html")).all("h1")[0].text
    assert f"{headline}." == changes.render(diff, "text").splitlines()[1]


def test_a_grave_finding_about_an_ordinary_change_is_not_called_everyday_life():
    """An app that appeared is ordinary; that it is signed by a known spy is not."""
    spy = structs.replace(findings()[0], level="high", baseline_state="new")
    diff = structs.replace(ordinary(), findings=(spy,))

    outlined, page = changes.outline(diff), changes.render(diff, "html")

    assert (outlined.since.kind, outlined.since.worst) == ("changed", "high")
    assert "1 change needs a look" == Page(page).all("h1")[0].text
    for shown in (page, changes.render(diff, "text")):
        assert text(Message("since.grave_none")) not in words(shown)
        assert text(Message("diff.means_ordinary")) not in words(shown)


def test_a_finding_that_the_baseline_could_not_have_shown_is_neither_new_nor_no_news():
    unplaced = structs.replace(findings()[0], baseline_state=None)
    diff = structs.replace(still(), findings=(unplaced,))

    since = changes.outline(diff).since

    assert (since.new, since.unchanged) == ((), ())
    assert [unplaced] == [each.finding for each in since.unplaced]
    for shown in (changes.render(diff, "html"), changes.render(diff, "text")):
        assert since.unplaced[0].title in words(shown)
        assert text(Message("since.findings_new_none")) not in words(shown)
        assert text(Message("since.untold_none")) not in words(shown)


def test_who_was_suspected_before_is_warned_though_nothing_changed():
    careful, careless = (
        {step.text for step in changes.outline(structs.replace(still(), new_verdict=each)).do_not}
        for each in ("suspicious", "nothing_found_in_what_was_examined")
    )

    assert text(Message("do_not.remove_first")) in careful - careless


def test_the_gravest_change_comes_first_and_ordinary_ones_are_counted():
    since = changes.outline(planted()).since

    assert ["high", "medium", "medium", "low", "low"] == [each.line.level for each in since.grave]
    assert (("Apps: changed", 14), ("Settings: changed", 1)) == since.tally


def test_a_diff_shows_both_sides_and_what_cannot_be_told():
    page = Page(changes.render(planted(), "html")).text

    for said_ in (
        "a1b2c3d4" * 8,
        "c3d4e5f6" * 8,
        "adb-0011223344556677",
        "cannot be told to be gone",
        "Findings that are gone",
        "Hidden app receives text messages",
        "2 further changes are not listed.",
        "212 differences were passed over",
        "ab" * 32,
        "cd" * 32,
    ):
        assert said_ in page, said_


def test_the_safety_text_precedes_all_advice():
    page = Page(changes.render(planted(), "html")).text
    advice = text(Message("advice.review_app"))

    assert page.index(text(Message("safety.plan"))) < page.index(advice)


def test_a_finding_about_a_change_is_named_by_what_changed():
    shown = {each.finding.id: each for each in changes.outline(planted()).shown}

    assert "App" == shown["f-signer"].kind
    assert "com.example.bank, user 0: signer: a1b2c3d4a1b2… → c3d4e5f6c3d4…" == (
        shown["f-signer"].subject
    )


def test_a_finding_whose_change_is_not_listed_is_named_by_its_key():
    comparison = structs.replace(planted().comparison, changes=())
    shown = changes.outline(structs.replace(planted(), comparison=comparison)).shown
    named = {each.finding.id: each.subject for each in shown}

    assert "user=0 package=com.example.bank: signer" == named["f-signer"]


def test_a_report_beside_a_baseline_has_its_section():
    page = Page(html.render(compared()))

    assert {"since", "changes"} <= set(page.ids())
    assert "Since the baseline" in page.text
    states = [each.text for each in page.all("span") if "state" in each.attributes.get("class", "")]
    assert {"new", "unchanged"} <= set(states)


def test_a_report_without_a_baseline_has_none():
    page = Page(html.render(structs.replace(compared(), baseline=None)))

    assert not {"since", "changes"} & set(page.ids())
    assert "baseline" not in page.text


def test_the_terminal_tells_what_differs():
    page = words(terminal.render(compared()))

    assert "SINCE THE BASELINE Compared with the state of 2026-11-18 09:03 UTC" in page
    assert "High new: The signer of an app changed (App com.example.bank, user 0: signer:" in page
    assert "Findings: 2 new, 6 unchanged, 1 gone, 1 not checked again." in page
    assert "Nothing differs in what could be compared." in words(terminal.render(unchanged()))


def test_many_changes_are_bounded():
    lines = tuple(
        structs.replace(MODIFIED, identity={"user": 0, "name": f"name{n}"}) for n in range(20_000)
    )
    diff = structs.replace(
        planted(), comparison=structs.replace(planted().comparison, changes=lines, more=5)
    )
    started = time.process_time()
    page = changes.render(diff, "html")

    assert time.process_time() - started < 8
    assert len(page) < 2_000_000
    assert "19005 further changes are not listed." in page
