"""Which devices depart from their peers, by what, and what is not concluded."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from scanner.fleet import compare
from tests.fleet.devices import TAKEN, USUAL, device, fleet

FOREIGN = "user deadbeef.0"
USUAL_DAY_BEFORE = TAKEN - timedelta(days=1)


def line_of(report, number):
    return next(each for each in report.lines if each.device == f"device{number:05}")


def values(facts):
    return [(each.facet, each.value) for each in facts]


def test_a_device_with_an_authority_of_its_own_comes_first():
    own = (*USUAL["certificate_authority"], FOREIGN)
    report = compare([*fleet(60), device(77, certificate_authority=own)])

    first = report.lines[0]
    assert "device00077" == first.device
    assert [("certificate_authority", FOREIGN)] == values(first.facts)
    assert (0, 60) == (first.facts[0].peers, first.facts[0].of)
    assert 1 / 61 == pytest.approx(first.p_value, rel=1e-3)


def test_the_bits_of_its_facts_add_up_to_the_score():
    odd = device(
        77,
        certificate_authority=(FOREIGN,),
        boot=("verified_boot=orange",),
        proxy=("192.0.2.1:80",),
    )
    first = compare([*fleet(200), odd]).lines[0]

    counted = [each.bits for each in (*first.facts, *first.missing) if each.counted]
    assert pytest.approx(first.score, abs=0.3) == sum(counted)


def test_alike_devices_do_not_depart():
    report = compare(fleet(40))

    assert {0.0} == {each.score for each in report.lines}
    assert not any(each.deviant for each in report.lines)


def test_several_unrelated_oddities_are_deviant():
    odd = device(
        77,
        certificate_authority=(FOREIGN,),
        boot=("verified_boot=orange",),
        proxy=("192.0.2.1:80",),
        accessibility_service=("com.example.spy/com.example.spy.Reader",),
    )
    report = compare([*fleet(400), odd])

    assert ["device00077"] == [each.device for each in report.lines if each.deviant]


def test_what_ordinary_devices_have_every_day_says_little():
    # Each has an app that nobody else has; one has an authority that nobody else has.
    apps = [
        device(number, app=(*USUAL["app"], f"com.example.odd{number}")) for number in range(100)
    ]
    report = compare([*apps, device(777, certificate_authority=(FOREIGN,))])

    assert "device00777" == report.lines[0].device
    assert {0.0} == {each.score for each in report.lines[1:]}


def test_an_agent_that_all_others_have_is_missed():
    report = compare([*fleet(60), device(77, app=("com.example.mail",))])

    first = report.lines[0]
    assert "device00077" == first.device
    assert [("app", "com.example.agent")] == values(first.missing)
    assert (60, 60) == (first.missing[0].peers, first.missing[0].of)


def test_nothing_is_missed_where_the_facet_was_not_read():
    report = compare([*fleet(60), device(77, unread=("app",))], limit=None)

    line = line_of(report, 77)
    assert ((), 0.0) == (line.missing, line.score)
    assert {"app": "no_permission"} == line.unread


def test_a_small_fleet_has_no_baseline():
    report = compare(fleet(19))

    assert {None} == {each.score for each in report.lines}
    assert {False} == {each.group.scored for each in report.lines}
    assert ["fleet.too_small"] == [each.id for each in report.notes if "small" in each.id]


def test_twenty_are_enough():
    assert {True} == {each.group.scored for each in compare(fleet(20)).lines}


def test_a_few_of_one_build_are_compared_with_a_wider_group():
    few = [device(100 + each, build="EX9.261120") for each in range(3)]
    report = compare([*fleet(60), *few], limit=None)

    group = line_of(report, 100).group
    assert ("vendor_release", 63) == (group.basis, group.size)
    assert ("model_build", 60) == (line_of(report, 1).group.basis, line_of(report, 1).group.size)


def test_the_first_phones_of_a_new_build_do_not_depart():
    # A new build brings other processes, patches, and a new state of boot on each of its phones.
    new = {
        "process": ("root /system/bin/vold", "system /system/bin/newer"),
        "patch": ("security_patch=2026-11-20",),
        "boot": ("verified_boot=green", "verity_mode=enforcing"),
    }
    few = [device(100 + each, build="EX9.261120", **new) for each in range(4)]
    report = compare([*fleet(60), *few], limit=None)

    assert [0.0] * 4 == [line_of(report, 100 + each).score for each in range(4)]


def test_a_staged_push_to_many_makes_none_of_them_depart():
    pushed = [
        device(number, certificate_authority=(*USUAL["certificate_authority"], "user 11111111.0"))
        for number in range(500, 540)
    ]
    report = compare([*fleet(400), *pushed], limit=None)

    assert not any(each.deviant for each in report.lines)
    assert {0.0} == {line_of(report, number).score for number in range(500, 540)}


def test_of_several_cases_of_a_device_the_newest_counts():
    old = device(1, taken_at=USUAL_DAY_BEFORE, certificate_authority=(FOREIGN,))
    report = compare([*fleet(30), old])

    assert (30, 1) == (report.devices, report.superseded)
    assert 0.0 == line_of(report, 1).score


def test_the_order_of_the_cases_does_not_show():
    odd = [device(200 + each, vpn=(f"com.example.vpn{each}",)) for each in range(5)]
    given = [*fleet(50), *odd]

    there = msgspec.json.encode(compare(given))
    assert there == msgspec.json.encode(compare(reversed(given)))


def test_only_so_many_lines_as_were_asked_for():
    report = compare(fleet(30), limit=4)

    assert (4, 26) == (len(report.lines), report.more)
    assert 30 == len(compare(fleet(30), limit=None).lines)


def test_facets_that_nobody_knows_are_left_out():
    strange = msgspec.structs.replace(
        device(77), facets={**device(77).facets, "future": device(77).facets["app"]}
    )

    assert compare([*fleet(30), device(77)]) == compare([*fleet(30), strange])
