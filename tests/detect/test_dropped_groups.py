"""Less evidence decides no correlation: neither a pass nor a finding is owed to what was lost."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.detect.rules import Correlation
from scanner.model.entities import App, Entity, Setting
from tests.detect.rule_files import base, correlation_data, related
from tests.detect.test_dropped_evidence import (
    APPS,
    ARTIFACTS,
    HARMS,
    SELECTIONS,
    SETTINGS_STATED,
    Harm,
    statuses_of,
)

WHOLE = (Harm("whole"),) * len(ARTIFACTS)
SECTIONS: tuple[dict[str, Any], ...] = (
    {"type": "temporal"},
    {"type": "temporal", "condition": {"lt": 2}},
    {"type": "temporal", "condition": "a and not b"},
    {"type": "temporal", "condition": "not (a or b)"},
    {"type": "temporal", "condition": "not a or b"},
    {"type": "event_count", "condition": {"gte": 2}},
    {"type": "event_count", "condition": {"lte": 2}},
    {"type": "event_count", "condition": {"eq": 1}},
    {"type": "value_count", "condition": {"gt": 1, "field": "user"}},
    {"type": "value_count", "condition": {"neq": 2, "field": "user"}},
    {"type": "value_sum", "condition": {"gte": 10, "field": "user"}},
)
GROUPS: tuple[Any, ...] = (None, "user", ["user", "package"])


@pytest.fixture(scope="session")
def correlations(tmp_path_factory: pytest.TempPathFactory) -> tuple[Correlation, ...]:
    """Many correlations, of pairs of neighbouring selections."""
    return tuple(_correlations(tmp_path_factory.mktemp("correlations")))


def _correlations(folder: Path) -> Iterator[Correlation]:
    pairs = list(itertools.pairwise(SELECTIONS))
    for number, ((section, group), _) in enumerate(
        itertools.product(itertools.product(SECTIONS, GROUPS), range(3))
    ):
        (one, first), (other, second) = pairs[number % len(pairs)]
        shared = "user" if "setting" in {one, other} else group
        asked = section | {"rules": ["a", "b"]} | ({"group-by": shared} if group else {})
        data = correlation_data(asked, description=f"The {number}th.")
        yield related(folder, data, base("a", one, first), base("b", other, second))


# The rules are an argument too: without this, a failure would show a warning and not its example.
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(apps=APPS, stated=SETTINGS_STATED, harms=st.tuples(*[HARMS] * len(ARTIFACTS)))
def test_nothing_is_owed_to_what_was_lost(
    correlations: tuple[Correlation, ...],
    apps: list[App],
    stated: list[Setting],
    harms: tuple[Harm, ...],
):
    truth: list[Entity] = [*apps, *stated]

    whole = statuses_of(correlations, truth, WHOLE)
    harmed = statuses_of(correlations, truth, harms)

    for rule in correlations:
        if harmed[rule.id] != "not_examined":
            assert whole[rule.id] == harmed[rule.id], rule.relation


def test_correlations_of_the_property_reach_every_status(correlations: tuple[Correlation, ...]):
    truth = [App(user=0, package="a", installer=None, debuggable=True, system=True)]

    whole = statuses_of(correlations, truth, WHOLE)
    harmed = statuses_of(correlations, truth, (Harm("failed"),) * len(ARTIFACTS))

    assert {"pass", "finding", "not_examined"} == set(whole.values())
    assert {"not_examined"} == set(harmed.values())
