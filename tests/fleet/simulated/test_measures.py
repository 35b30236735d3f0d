from __future__ import annotations

import pytest

from scanner.model.fleet import DeviceFacts, Facet, Fact
from scanner.simulate.fleet.measures import rarity_in_fleet, worth
from scanner.simulate.fleet.words import START


def device(name, *apps):
    return DeviceFacts(
        version=1,
        device=name,
        platform="ios",
        taken_at=START,
        case=name,
        facets={"app": Facet(facts=tuple(map(Fact, apps)))},
    )


def test_a_perfect_ranking():
    found = worth(["x", "y", "a", "b"], {"x", "y"})

    assert (1, 2) == found.ranks
    assert 1.0 == found.auc
    assert 1.0 == found.average_precision


def test_a_ranking_by_hand():
    found = worth(["a", "x", "b", "c", "y"], {"x", "y"})

    assert (2, 5) == found.ranks
    # Of the six pairs of a planted and an ordinary phone, x stands before b and c.
    assert pytest.approx(2 / 6) == found.auc
    assert pytest.approx((1 / 2 + 2 / 5) / 2) == found.average_precision


def test_only_the_first_lines_count_as_found():
    found = worth([f"a{number}" for number in range(20)] + ["x"], {"x"})

    assert 0 == found.found


def test_a_phone_that_is_not_ranked_is_an_error():
    with pytest.raises(ValueError, match="missing"):
        worth(["a"], {"x"})


def test_rarity_in_the_fleet_adds_up_over_all_facts():
    devices = [device("a", "one"), device("b", "one", "two"), device("c", "one", "three", "four")]

    assert ["c", "b", "a"] == rarity_in_fleet(devices)
