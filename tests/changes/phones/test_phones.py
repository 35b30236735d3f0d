"""Phones that change between two scans: what was planted is told, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.building.changing import Edit
from scanner.detect import load
from scanner.detect.lints import kebab
from scanner.model.changes import State
from scanner.pipeline import Options, scan
from tests.changes.phones import android, android_system, iphones, ordinary
from tests.changes.phones.planted import Look, Planted, evidence_stands, told
from tests.pipeline.recordings import record

OLD = "android-8-clean"

CASES: dict[str, tuple[str, tuple[Edit, ...], tuple[Planted, ...]]] = {
    "powers of apps": (android.PHONE, android.BEFORE, android.POWERS),
    "an Android system": (android.PHONE, android.BEFORE, android_system.SYSTEM),
    "an iPhone": (iphones.PHONE, (), iphones.ON_A_PHONE),
    "a managed iPhone": (iphones.MANAGED, iphones.BEFORE_MANAGED, iphones.ON_A_MANAGED_PHONE),
}
LIVES = [
    *((android.PHONE, android.BEFORE, *life) for life in ordinary.ANDROID.items()),
    *((iphones.PHONE, (), *life) for life in ordinary.IOS.items()),
]


@pytest.fixture(scope="module")
def earlier(look: Look) -> _States:
    """The state of each phone before, made when it is first asked for."""
    return _States(look)


class _States(dict[str, State]):
    def __init__(self, look: Look) -> None:
        self._look = look

    def of(self, name: str, edits: tuple[Edit, ...]) -> State:
        if name not in self:
            self[name] = self._look(name, edits).state
        return self[name]


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_exactly_what_was_planted_is_told(look: Look, earlier: _States, case):
    name, before, planted = case

    done = look(
        name,
        (*before, *(edit for each in planted for edit in each.edits)),
        earlier.of(name, before),
    )

    assert sorted((each.told for each in planted), key=str) == told(done)
    assert all(evidence_stands(line) for line in done.report.baseline.changes)
    assert {"new"} == {
        finding.baseline_state
        for finding in done.report.findings
        if finding.subject.entity == "change"
    }


@pytest.mark.parametrize("life", LIVES, ids=lambda life: f"{life[0]}: {life[2]}")
def test_ordinary_life_stays_informational(look: Look, earlier: _States, life):
    name, before, _, edits = life
    state = earlier.of(name, before)

    done = look(name, (*before, *edits), state)

    assert [] == told(done)
    baseline = done.report.baseline
    assert baseline.changes
    assert {"informational"} == {line.level for line in baseline.changes}
    assert len(baseline.changes) == baseline.ordinary
    assert [] == [
        finding.subject.key
        for finding in done.report.findings
        if finding.baseline_state == "new" and finding.level != "informational"
    ]


def test_each_rule_on_changes_is_told_of_some_planted_change():
    """But for those that are informational: ordinary life brings them about."""
    planted = {each.rule for _, _, group in CASES.values() for each in group}

    rules = {
        kebab(rule.title)
        for rule in load().rules
        if rule.category == "change" and rule.level != "informational"
    }
    assert rules == planted


@pytest.mark.parametrize("form", ["bugreport.zip", "androidqf"])
def test_a_phone_is_no_other_one_when_it_is_looked_at_in_another_way(
    earlier: _States, tmp_path: Path, form: str
):
    state = earlier.of(OLD, ())
    recording = record(OLD, form, tmp_path / "given")

    done = scan(
        str(recording),
        options=Options(output=tmp_path / "case"),
        formats=("json",),
        baseline=state,
    )

    assert [] == told(done)
    baseline = done.report.baseline
    assert baseline is not None
    assert {"process"} >= {line.entity for line in baseline.changes}
    assert baseline.unsettled, "what only one of both can tell is said"
