"""Less evidence never makes a check pass, whatever went wrong with any device and any rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET, Struct

from scanner.detect import RulePack, ScanFacts, inspect
from scanner.detect.rules import AnyRule, Rule
from scanner.model.artifact import Artifact
from scanner.model.entities import App, Entity, Otherwise, Setting, Statement
from scanner.model.evidence import Gap
from scanner.snapshot import Snapshot
from tests.detect.devices import ALL, DUMP, NOW, PACKAGES, SERVICES, SETTINGS
from tests.detect.rule_files import compiled, rule_data

USERS = (0, 10)
STORE = "com.android.vending"
SELECTIONS: tuple[tuple[str, Any], ...] = (
    ("app", {"installer": STORE}),
    ("app", {"installer": None}),
    ("app", {"debuggable": True}),
    ("app", {"flags|contains": "TEST"}),
    ("app", {"accessibility_services|exists": True}),
    ("app", {"accessibility_services": None}),
    ("app", {"accessibility_services|contains": "spy"}),
    ("app", {"user|gt": 0}),
    ("app", {"user": 0}),
    ("app", {"package": "a"}),
    ("app", {"system": False, "installed": True}),
    ("setting", {"user": 0, "namespace": "global", "name": "adb_enabled", "value": "1"}),
    ("setting", {"name": "assistant", "value|exists": True}),
    ("setting", {"name": ["assistant", "adb_enabled"]}),
    ("setting", {"user": 10, "value": "1"}),
)
CONDITIONS = (
    "a",
    "not a",
    "a and b",
    "a and not b",
    "a or b",
    "not (a or b)",
    "not a and not b",
    "a and b and not c",
    "a and (b or c)",
)


class Harm(Struct, frozen=True):
    """What happened to one artifact: nothing, or one of the ways to lose evidence."""

    kind: str  # whole, absent, failed, cut, refused
    user: int = 0
    kept: int = 0


APPS = st.lists(
    st.builds(
        App,
        user=st.sampled_from(USERS),
        package=st.sampled_from("abc"),
        installed=st.booleans(),
        installer=st.sampled_from((None, STORE, "com.example")),
        system=st.booleans(),
        debuggable=st.booleans(),
        flags=st.sampled_from((None, ("TEST_ONLY",), ("SYSTEM", "X"))),
        accessibility_services=st.sampled_from((None, ("a/spy",), ("a/b",))),
    ),
    max_size=5,
    unique_by=lambda app: (app.user, app.package),
)
SETTINGS_STATED = st.lists(
    st.builds(
        Setting,
        user=st.sampled_from(USERS),
        namespace=st.sampled_from(("global", "secure")),
        name=st.sampled_from(("adb_enabled", "assistant")),
        value=st.sampled_from((None, "0", "1")),
    ),
    max_size=4,
    unique_by=lambda each: (each.user, each.namespace, each.name),
)
HARMS = st.builds(
    Harm,
    st.sampled_from(("whole", "whole", "absent", "failed", "cut", "refused")),
    st.sampled_from(USERS),
    st.integers(0, 2),
)
ARTIFACTS = (PACKAGES, DUMP, SERVICES, SETTINGS)


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rule, ...]:
    """Many rules, made of all pairs of neighbouring selections."""
    folder = tmp_path_factory.mktemp("rules")
    return tuple(_rules(folder))


def _rules(folder: Path) -> Iterator[Rule]:
    for category in ("app", "setting"):
        asked = [selection for kind, selection in SELECTIONS if kind == category]
        for number, selection in enumerate(asked):
            second, third = (asked[(number + step) % len(asked)] for step in (1, 4))
            for condition in CONDITIONS:
                detection = {"a": selection, "b": second, "c": third, "condition": condition}
                about = {"product": "android", "category": category}
                proofs: dict[str, Any] = {"match": [{}], "no_match": [{}]}
                yield compiled(
                    folder, rule_data(detection=detection, logsource=about, tests=proofs)
                )


# The rules are an argument too: without this, a failure would show a warning and not its example.
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(apps=APPS, stated=SETTINGS_STATED, harms=st.tuples(*[HARMS] * len(ARTIFACTS)))
def test_a_pass_is_never_owed_to_what_was_lost(
    rules: tuple[Rule, ...], apps: list[App], stated: list[Setting], harms: tuple[Harm, ...]
):
    truth: list[Entity] = [*apps, *stated]

    whole = statuses_of(rules, truth, (Harm("whole"),) * len(ARTIFACTS))
    harmed = statuses_of(rules, truth, harms)

    for rule in rules:
        if harmed[rule.id] == "pass":
            assert "pass" == whole[rule.id], rule.conditions


def test_rules_of_the_property_reach_every_status(rules: tuple[Rule, ...]):
    truth = [App(user=0, package="a", installer=None, debuggable=True, system=True)]

    whole = statuses_of(rules, truth, (Harm("whole"),) * len(ARTIFACTS))
    harmed = statuses_of(rules, truth, (Harm("failed"),) * len(ARTIFACTS))

    assert {"pass", "finding", "not_examined"} == set(whole.values())
    assert {"not_examined"} == set(harmed.values())


def statuses_of(
    rules: Sequence[AnyRule], truth: Sequence[Entity], harms: tuple[Harm, ...]
) -> dict[str, str]:
    """Return what becomes of each rule where artifacts state the truth as far as not harmed."""
    snapshot = Snapshot("android", now=NOW)
    gaps: list[Gap] = []
    artifacts = [each for each in ALL if each not in ARTIFACTS]
    for rank, (artifact, harm) in enumerate(zip(ARTIFACTS, harms, strict=True)):
        if harm.kind != "absent":
            artifacts.append(artifact)
        for statement in _stated(artifact, truth, harm):
            snapshot.add(statement, evidence=artifact.name, provenance="os_claimed", rank=rank)
        if (gap := _gap(artifact, harm)) is not None:
            gaps.append(gap)
    checks = inspect(
        snapshot,
        RulePack(rules=tuple(rules), unusable=(), digest=""),
        platform="android",
        gaps=gaps,
        statements=artifacts,
        facts=ScanFacts(),
    )
    return {check.rule: check.status for check, _ in checks}


def _gap(artifact: Artifact, harm: Harm) -> Gap | None:
    match harm.kind:
        case "failed":
            return Gap(artifact=artifact.name, reason="parse_error")
        case "cut":
            return Gap(artifact=artifact.name, reason="truncated")
        case "refused":
            return Gap(artifact=artifact.name, reason="no_permission", user=harm.user)
    return None


def _stated(artifact: Artifact, truth: Sequence[Entity], harm: Harm) -> Iterator[Statement]:
    """Yield what an artifact states of the truth, as far as it was not harmed."""
    if harm.kind in {"absent", "failed"}:
        return
    (states,) = artifact.states
    seen = [each for each in truth if isinstance(each, states.entity)]
    if artifact is SERVICES:
        seen = [each for each in seen if getattr(each, "accessibility_services", UNSET)]
    if harm.kind == "refused":
        seen = [each for each in seen if getattr(each, "user", None) != harm.user]
    if harm.kind == "cut":
        seen = seen[: harm.kept]
    for each in seen:
        yield states.entity(**{name: getattr(each, name) for name in states.names()})  # type: ignore[misc]
    if artifact is SERVICES and harm.kind != "cut":
        for user in USERS:
            if harm.kind == "whole" or user != harm.user:
                yield Otherwise(entity="app", user=user, field="accessibility_services")
