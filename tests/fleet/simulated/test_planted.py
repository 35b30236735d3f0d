"""What `docs/fleet.md` states of the full fleet, held on a smaller one."""

from __future__ import annotations

import pytest

from scanner.fleet import compare
from scanner.simulate.fleet import Fleet
from scanner.simulate.fleet.evaluation import drift, planting, pushed, small

SIZE = 1200


@pytest.fixture(scope="module", params=[1, 3, 10])
def planted(request):
    return planting(1, request.param, size=SIZE)


def test_planted_phones_stand_in_the_first_lines(planted):
    assert planted.worth.planted == planted.worth.found


def test_peers_and_facets_beat_plain_rarity(planted):
    assert planted.worth.auc > 0.99
    assert planted.naive.auc < planted.worth.auc
    assert planted.naive.average_precision < planted.worth.average_precision


def test_no_ordinary_phone_is_called_deviant_beside_planted_ones(planted):
    assert 0 == planted.false


def test_an_ordinary_fleet_calls_at_most_two_in_a_thousand_deviant_a_week():
    assert drift(1, size=800).per_thousand <= 2


def test_a_push_is_found_by_the_reference_and_by_the_window():
    push = pushed(1, size=500)

    assert push.of == push.by_reference
    assert push.of == push.by_window
    assert 0 == push.before_reference
    assert 0 == push.before_window


def test_a_push_is_rare_on_no_phone():
    assert 0 == pushed(2, size=500).rare


def test_a_few_phones_are_not_scored():
    assert 0 == small(20).scored


def test_some_phones_are_compared_with_wider_groups():
    fifty = small(50)

    assert 50 == fifty.scored
    assert fifty.group_too_small > 40


def test_three_hundred_phones_are_enough_for_a_work_list():
    found = small(300)

    assert 300 == found.scored
    assert found.rank is not None
    assert found.rank <= 20


def test_a_line_says_by_what_its_phone_departs():
    fleet = Fleet(SIZE, seed=1, planted=9)
    report = compare(fleet.at(7), limit=None)
    kinds = {}
    for line in report.lines:
        if line.device in fleet.deviants:
            plant = fleet.deviants[line.device]
            kinds[plant.kind] = {rare.facet for rare in (*line.facts, *line.missing)}

    for kind, facet in {
        "foreign_profile": "profile",
        "proxy": "proxy",
        "resolver": "dns",
        "tunnel": "vpn",
        "no_agent": "app",
        "stalkerware": "sideloaded_app",
        "unlocked": "boot",
    }.items():
        assert facet in kinds[kind]
