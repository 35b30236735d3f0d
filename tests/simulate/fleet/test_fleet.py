from __future__ import annotations

import copy
from collections import Counter

import pytest

from scanner.fleet.facets import FACETS
from scanner.model.fleet import Facet, Fact
from scanner.simulate.fleet import KINDS, Fleet, Push
from scanner.simulate.fleet.apps import OF_ALL
from scanner.simulate.fleet.looks import READ
from scanner.simulate.fleet.oddities import ODDITIES, Odd
from scanner.simulate.fleet.seen import Seen
from scanner.simulate.fleet.stock import MODELS
from scanner.simulate.fleet.traces import show_odd

SIZE = 240


def values(device, facet):
    return {fact.value for fact in device.facets[facet].facts}


@pytest.fixture(scope="module")
def week():
    """One fleet without plants, on two days a week apart."""
    fleet = Fleet(SIZE, seed=5)
    return list(fleet.at(0)), list(fleet.at(7))


def test_the_same_seed_is_the_same_fleet(week):
    assert week[0] == list(Fleet(SIZE, seed=5).at(0))
    assert week[0] != list(Fleet(SIZE, seed=6).at(0))


def test_a_larger_fleet_begins_with_the_smaller_one(week):
    assert week[0][:10] == list(Fleet(10, seed=5).at(0))


def test_the_mix_is_that_of_the_table():
    many = Counter(device.model for device in Fleet(1500, seed=2).at(0))

    shares = {model.name: model.share for model in MODELS}
    assert set(shares) == set(many)
    for name, share in shares.items():
        assert abs(many[name] / 1500 - share) < 0.04


def test_every_facet_is_one_of_the_comparison(week):
    known = {kind.name: kind.platforms for kind in FACETS}
    for platform, names in READ.items():
        assert set(names) <= {name for name, platforms in known.items() if platform in platforms}
    for device in week[0]:
        assert set(READ[device.platform]) == set(device.facets)


def test_most_phones_are_alike_in_what_is_managed(week):
    android = [device for device in week[0] if device.platform == "android"]
    owners = Counter(value for device in android for value in values(device, "device_owner"))

    assert {"device com.example.mdm/com.example.mdm.AdminReceiver": len(android)} == owners


def test_makers_that_refuse_the_shell_leave_authorities_unread(week):
    refused = {
        device.manufacturer
        for device in week[0]
        if device.platform == "android" and device.facets["certificate_authority"].unread
    }

    assert {"Nokia", "motorola"} == refused


def test_a_week_changes_apps_builds_and_settings(week):
    before, after = week
    changed = Counter(
        facet
        for old, new in zip(before, after, strict=True)
        for facet in old.facets
        if {*old.facets[facet].facts} != {*new.facets[facet].facts}
    )

    assert changed["app"] > SIZE / 3
    assert changed["process"] > SIZE / 3
    assert 0 < changed["patch"] < SIZE / 2
    assert changed["setting"] > 0
    assert changed["profile_version"] > 0
    assert 0 == changed["device_owner"]


def test_a_new_build_spreads_in_stages():
    fleet = Fleet(1500, seed=2)
    shares = []
    for day in (4, 6, 8, 11, 30):
        iphones = [device for device in fleet.at(day) if device.platform == "ios"]
        shares.append(sum(device.build == "23C55" for device in iphones) / len(iphones))

    assert 0 == shares[0]
    assert shares == sorted(shares)
    assert 0 < shares[1] < 0.15
    assert 0.7 < shares[-1] < 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_plant_changes_one_phone_and_nothing_else(kind):
    fleet = Fleet(400, seed=3, planted=len(KINDS), since=2)
    plain = Fleet(400, seed=3)
    (planted,) = [plant for plant in fleet.planted.values() if plant.kind == kind]

    before = list(zip(plain.at(1), fleet.at(1), strict=True))
    after = list(zip(plain.at(2), fleet.at(2), strict=True))
    differing = {new.device for old, new in after if old != new}

    assert all(old == new for old, new in before)
    assert set(fleet.deviants) == differing
    assert KINDS[kind].count(after[planted.number][1].platform)


def test_a_push_reaches_all_phones_within_days():
    fleet = Fleet(SIZE, seed=3, push=Push(day=4))
    reached = [
        sum("com.example.pushed" in values(device, "app") for device in fleet.at(day))
        for day in (3, 4, 10)
    ]

    assert 0 == reached[0]
    assert 0.9 * SIZE < reached[1] < SIZE
    assert SIZE == reached[2]


def test_android_says_since_when_an_app_is_there():
    fleet = Fleet(SIZE, seed=3, push=Push(day=4, reach=1.0))
    for device in fleet.at(4):
        (fact,) = [each for each in device.facets["app"].facts if "pushed" in each.value]
        since = "2026-11-06" if device.platform == "android" else None
        assert Fact("com.example.pushed", since) == fact


def test_phones_of_reference_have_nothing_that_a_user_adds():
    reference = list(Fleet(SIZE, seed=3, push=Push(day=4)).reference(9))

    assert [model.name for model in MODELS] == [device.model for device in reference]
    for device in reference:
        assert not [name for name in values(device, "app") if "store" in name or "push" in name]
        assert Facet() == device.facets["sideloaded_app"]


def test_more_oddness_is_more_odd_phones():
    counted = [
        sum(len(life.odd) for life in Fleet(SIZE, seed=3, oddness=oddness).lives)
        for oddness in (0.0, 1.0, 4.0)
    ]

    assert 0 == counted[0]
    assert counted[0] < counted[1] < counted[2]


@pytest.mark.parametrize("oddity", ODDITIES, ids=lambda oddity: f"{oddity.facet} {oddity.platform}")
def test_every_odd_thing_shows(oddity):
    seen = Seen(oddity.platform, READ[oddity.platform])
    for name in OF_ALL:
        seen.add_app(name, since=0)
    before = copy.deepcopy(seen.facets)

    show_odd(seen, Odd(oddity.facet, 3, 0, 10))

    assert before != seen.facets
