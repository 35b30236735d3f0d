"""The conditions of rules, from data: what is asked, of what, and what must be said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.detect.problems import Problems
from scanner.detect.proofs import build
from scanner.detect.sigma import fields, weigh, whole
from scanner.detect.sigma.detections import MODIFIERS
from tests.detect.rule_files import compiled, rule_data

CASES: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("conformance.yml").read_text("utf-8")
)
TRUTH = {True: True, False: False, "unknown": None}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_conformance(case: dict[str, Any], tmp_path: Path):
    rule = compiled(tmp_path, rule_data(**_about(case)))

    for fragment, expected in case["rows"]:
        problems = Problems("case")
        entity = build(fragment, rule.entity, ("rows",), problems)

        assert not problems.errors
        assert entity is not None
        assert rule.evaluate(entity) is TRUTH[expected], fragment


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_match_explains_itself(case: dict[str, Any], tmp_path: Path):
    rule = compiled(tmp_path, rule_data(**_about(case)))

    for fragment, expected in case["rows"]:
        entity = build(fragment, rule.entity, ("rows",), Problems("case"))
        assert entity is not None
        held = rule.explain(entity)

        assert bool(held) is (expected is True)
        assert {whole(each.field) for each in held} <= set(fragment)
        assert {each.field for each in held} <= set(fields(rule.entity))
        assert all(each.words and each.values for each in held)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_case_shows_all_three_values(case: dict[str, Any]):
    assert {True, False, "unknown"} == {expected for _, expected in case["rows"]}


def test_every_modifier_has_a_case():
    asked = json.dumps([case["detection"] for case in CASES])
    spelled = {"ignorecase": "i", "multiline": "m", "dotall": "s"}

    assert [] == [name for name in MODIFIERS if f"|{spelled.get(name, name)}" not in asked]


@pytest.mark.parametrize(
    "word",
    [
        " and ",
        " or ",
        "not ",
        "(",
        "1 of them",
        "all of them",
        "any of ",
        "1 of sel_",
        "all of sel_",
    ],
)
def test_every_operator_has_a_case(word: str):
    conditions = [case["detection"]["condition"] for case in CASES]

    assert any(isinstance(one, str) and word in one for one in conditions)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_is_compiled_says_what_the_tree_says(case: dict[str, Any], tmp_path: Path):
    rule = compiled(tmp_path, rule_data(**_about(case)))

    for fragment, _ in case["rows"]:
        entity = build(fragment, rule.entity, ("rows",), Problems("case"))
        assert entity is not None
        assert weigh(rule.node, entity) is rule.evaluate(entity)


def _about(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "logsource": {"product": "android", "category": case["category"]},
        "detection": case["detection"],
        "tests": {"match": [{}], "no_match": [{}]},
    }
