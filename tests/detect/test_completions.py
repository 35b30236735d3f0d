"""What a correlation says of a device stays so, whatever the fields that nothing stated may be."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET, structs

from scanner.detect.proofs import evaluate
from scanner.detect.rules import Correlation
from scanner.model.entities import App, Schedule
from tests.detect.rule_files import base, correlation_data, related

HIDDEN, OTHER = base("a", "app", {"hidden": True}), base("b", "app", {"installer": "x"})
JOBS = base("j", "schedule", {"persisted": True})
PAIR: dict[str, Any] = {"rules": ["a", "b"]}
APART: dict[str, Any] = {
    "group-by": ["user", "name"],
    "aliases": {"name": {"a": "package", "j": "package"}},
}
RULES: tuple[tuple[dict[str, Any], tuple[dict[str, Any], ...]], ...] = (
    *(
        (PAIR | {"type": "temporal", "group-by": group, "condition": words}, (HIDDEN, OTHER))
        for group in ([], "user", "installer")
        for words in ("a and b", "a and not b", "a or b", "not (a and b)")
    ),
    *(
        ({"type": "event_count", "group-by": group, "condition": {word: 2}} | PAIR, (HIDDEN, OTHER))
        for group in ([], "user", "roles")
        for word in ("gte", "gt", "lte", "lt", "eq", "neq")
    ),
    *(
        ({"type": "value_count", "condition": {word: 2, "field": field}} | PAIR, (HIDDEN, OTHER))
        for field in ("installer", "roles", ["user", "installer"])
        for word in ("gte", "lt", "eq")
    ),
    *(
        ({"type": kind, "rules": "j", "condition": {word: 5, "field": "count"}}, (JOBS,))
        for kind in ("value_sum", "value_avg", "value_median")
        for word in ("gte", "lt", "neq")
    ),
    ({"type": "temporal", "rules": ["a", "j"], "condition": "a and not j"} | APART, (HIDDEN, JOBS)),
)
FLAGS = (UNSET, True, False)
INSTALLERS = (UNSET, None, "x", "y")
ROLES = (UNSET, None, ("r",), ("r", "s"))
APPS = st.builds(
    App,
    user=st.sampled_from((0, 10)),
    package=st.sampled_from("ab"),
    hidden=st.sampled_from(FLAGS),
    installer=st.sampled_from(INSTALLERS),
    roles=st.sampled_from(ROLES),
)
SCHEDULES = st.builds(
    Schedule,
    kind=st.just("job"),
    user=st.sampled_from((0, 10)),
    package=st.sampled_from("ab"),
    component=st.none(),
    persisted=st.sampled_from(FLAGS),
    count=st.sampled_from((UNSET, 0, 2, 9)),
)


@pytest.fixture(scope="session")
def correlations(tmp_path_factory: pytest.TempPathFactory) -> tuple[Correlation, ...]:
    folder = tmp_path_factory.mktemp("completions")
    return tuple(related(folder, correlation_data(section), *bases) for section, bases in RULES)


def completions(entity: App | Schedule) -> list[App | Schedule]:
    """Return every entity that this one may be."""
    values: dict[str, tuple[Any, ...]] = {
        "hidden": FLAGS,
        "persisted": FLAGS,
        "installer": INSTALLERS,
        "roles": ROLES,
        "count": (0, 2, 9),
    }
    names = [name for name in values if getattr(entity, name, None) is UNSET]
    choices = ([one for one in values[name] if one is not UNSET] for name in names)
    return [
        structs.replace(entity, **dict(zip(names, chosen, strict=True)))
        for chosen in itertools.product(*choices)
    ]


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    entities=st.lists(APPS | SCHEDULES, max_size=4),
    chosen=st.lists(st.randoms(use_true_random=False), min_size=6, max_size=6),
)
def test_a_decision_holds_in_every_completion(
    correlations: tuple[Correlation, ...], entities: list[App | Schedule], chosen: list[Any]
):
    every = [completions(entity) for entity in entities]
    said = [evaluate(rule, entities) for rule in correlations]

    for random in chosen:
        complete = [random.choice(each) for each in every]
        for rule, truth in zip(correlations, said, strict=True):
            whole = evaluate(rule, complete)
            assert whole is not None
            assert truth in {None, whole}, rule.relation
