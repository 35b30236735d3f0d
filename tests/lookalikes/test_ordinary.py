"""Ordinary phones that resemble a tampered one: nothing above low."""

from __future__ import annotations

import random

import pytest

from tests.lookalikes.device import clean, examined
from tests.lookalikes.families import FAMILIES
from tests.lookalikes.ordinary import ORDINARY, Ordinary, another_system


def test_the_clean_device_is_clean():
    outcome = examined(clean())

    assert [] == outcome.above_low()
    assert "nothing_found_in_what_was_examined" == outcome.verdict


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("ordinary", ORDINARY, ids=lambda ordinary: ordinary.__name__)
def test_an_ordinary_phone_has_nothing_above_low(ordinary: Ordinary, seed: int):
    outcome = examined([*ordinary(random.Random(seed)), *clean()])

    assert [] == outcome.above_low()
    assert "nothing_found_in_what_was_examined" == outcome.verdict


def test_another_system_is_said_to_be_one():
    outcome = examined([*another_system(random.Random(1)), *clean()])

    assert "Another maker's key vouches for the system" in outcome.titles()


@pytest.mark.parametrize("seed", range(20))
def test_all_of_them_together_have_nothing_above_low_either(seed: int):
    chance = random.Random(seed)

    together = [entity for ordinary in ORDINARY for entity in ordinary(chance)]

    assert [] == examined([*together, *clean()]).above_low()


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_a_look_alike_is_found_among_them(family):
    chance = random.Random(7)
    crowd = [entity for ordinary in ORDINARY for entity in ordinary(chance)]
    entities, wanted = family(chance)

    outcome = examined([*clean(), *crowd, *entities])

    named = {str(value) for one in outcome.findings for value in one.subject.key.values()}
    assert "suspicious" == outcome.verdict
    assert wanted <= named
