"""What all devices have: found against a reference, or by when it came."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scanner.fleet import compare
from scanner.model.fleet import Fact
from tests.fleet.devices import TAKEN, USUAL, device, fleet

PUSHED = "user 5ed36f99.0"
WITH_PUSHED = (*USUAL["certificate_authority"], PUSHED)
WINDOW = (datetime(2026, 11, 18, tzinfo=UTC), datetime(2026, 11, 19, 23, 59, 59, tzinfo=UTC))


def matters(lines):
    return [(each.facet, each.value, each.lost) for each in lines]


def test_a_push_to_all_makes_none_depart_and_is_found_against_the_reference():
    report = compare(fleet(40, certificate_authority=WITH_PUSHED), reference=[device(900)])

    assert {0.0} == {each.score for each in report.lines}
    assert [("certificate_authority", PUSHED, False)] == matters(report.uniform)
    assert (40, 40) == (report.uniform[0].devices, report.uniform[0].of)
    assert [PUSHED] == [each.value for each in report.lines[0].not_in_reference]


def test_what_the_fleet_lost_is_named_as_lost():
    report = compare(fleet(40, app=("com.example.mail",)), reference=[device(900)])

    assert [("app", "com.example.agent", True)] == matters(report.uniform)
    assert 0 == report.uniform[0].devices


def test_nothing_is_said_of_a_facet_that_the_reference_could_not_read():
    reference = device(900, unread=("certificate_authority",))
    report = compare(fleet(40, certificate_authority=WITH_PUSHED), reference=[reference])

    assert () == report.uniform


def test_processes_are_held_against_a_reference_of_the_same_build_only():
    same, other = device(900), device(901, build="EX9.270105")
    changed = fleet(40, process=(*USUAL["process"], "root /system/bin/added"))

    assert () == compare(changed, reference=[other]).uniform
    found = compare(changed, reference=[same]).uniform
    assert [("process", "root /system/bin/added", False)] == matters(found)
    assert "Example 9 · EX9.261105" == found[0].group


def test_a_push_to_one_model_is_found_in_its_group():
    rest = [device(200 + each, model="Example 8", build="EX8.261105") for each in range(100)]
    report = compare(
        [*fleet(40, certificate_authority=WITH_PUSHED), *rest], reference=[device(900)]
    )

    assert [("certificate_authority", PUSHED, False)] == matters(report.uniform)
    assert ("Example 9 · EX9.261105", 40) == (report.uniform[0].group, report.uniform[0].devices)


def test_without_a_reference_it_is_said_that_none_was_given():
    assert ["fleet.no_reference"] == [each.id for each in compare(fleet(30)).notes]


@pytest.mark.parametrize(
    ("since", "found"),
    [
        ("2026-11-17", False),
        ("2026-11-18", True),
        ("2026-11-19", True),
        ("2026-11-20", False),
        ("2026-11-19T08:00:00Z", True),
        ("yesterday", False),
        (None, False),
    ],
)
def test_a_date_that_the_device_states(since, found):
    apps = (Fact("com.example.agent", since), "com.example.mail")
    report = compare(fleet(30, app=apps), window=WINDOW)

    assert found == ("com.example.agent" in [each.value for each in report.appeared])


def test_the_window_counts_who_had_it_before_and_who_does_not_say():
    came = [device(each, app=(Fact("com.example.agent", "2026-11-18"),)) for each in range(20)]
    had = [device(each, app=(Fact("com.example.agent", "2026-01-02"),)) for each in range(20, 25)]
    silent = [device(each, app=("com.example.agent",)) for each in range(25, 28)]

    line = compare([*came, *had, *silent], window=WINDOW).appeared[0]
    assert (20, 5, 3, 28) == (line.devices, line.before, line.undated, line.of)
    assert ("2026-11-18", "2026-11-18") == (line.first, line.last)


def test_two_cases_of_a_device_date_what_states_no_date():
    before = [device(each, taken_at=TAKEN - timedelta(days=4)) for each in range(30)]
    after = [
        device(each, taken_at=TAKEN - timedelta(days=1), certificate_authority=WITH_PUSHED)
        for each in range(30)
    ]
    report = compare([*before, *after], window=WINDOW)

    assert [("certificate_authority", PUSHED)] == [(x.facet, x.value) for x in report.appeared]
    assert (30, 30, 0) == (
        report.appeared[0].devices, report.appeared[0].of, report.appeared[0].before,
    )  # fmt: skip


def test_an_older_case_that_could_not_read_a_facet_dates_nothing():
    blind = [
        device(each, taken_at=TAKEN - timedelta(days=4), unread=("certificate_authority",))
        for each in range(30)
    ]
    after = [
        device(each, taken_at=TAKEN - timedelta(days=1), certificate_authority=WITH_PUSHED)
        for each in range(30)
    ]

    assert () == compare([*blind, *after], window=WINDOW).appeared


def test_one_app_more_on_one_phone_is_not_worth_a_line():
    apps = (*USUAL["app"], Fact("com.example.game", "2026-11-18"))
    report = compare([*fleet(60), device(77, app=apps)], window=WINDOW)

    assert () == report.appeared
