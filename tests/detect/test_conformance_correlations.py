"""Correlations, from data: what is asked of a device, of which entities, and what must be said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.detect.problems import Problems
from scanner.detect.proofs import evaluate, read_group_proofs
from scanner.detect.rules import Correlation
from scanner.detect.sigma.correlations import KINDS, OPERATORS
from scanner.model.entities import Entity
from tests.detect.rule_files import base, correlation_data, related

CASES: list[dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("conformance_correlations.yml").read_text("utf-8")
)
TRUTH = {True: True, False: False, "unknown": None}
BY_NAME = pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])


@BY_NAME
def test_conformance(case: dict[str, Any], tmp_path: Path):
    rule = _rule(case, tmp_path)

    for fragments, expected in case["rows"]:
        entities = _entities(fragments)

        assert evaluate(rule, entities) is TRUTH[expected], fragments
        assert evaluate(rule, entities[::-1]) is TRUTH[expected], fragments


@BY_NAME
def test_a_case_shows_all_three_values(case: dict[str, Any]):
    assert {True, False, "unknown"} == {expected for _, expected in case["rows"]}


def test_every_type_and_comparison_has_a_case():
    asked = [case["correlation"] for case in CASES]
    conditions = [section.get("condition") for section in asked]

    assert set(KINDS) == {section["type"] for section in asked}
    assert set(OPERATORS) <= {
        name for each in conditions if isinstance(each, dict) for name in each
    }
    for word in (" and ", " or ", "not ", "("):
        assert any(isinstance(each, str) and word in each for each in conditions)


def _rule(case: dict[str, Any], folder: Path) -> Correlation:
    bases = [base(name, category, asked) for name, (category, asked) in case["bases"].items()]
    return related(folder, correlation_data(case["correlation"]), *bases)


def _entities(fragments: list[dict[str, Any]]) -> tuple[Entity, ...]:
    problems = Problems("case")
    (proof,) = read_group_proofs(
        {"unknown": [fragments], "match": [[]], "no_match": [[]]}, problems
    )[2:]
    assert not problems.errors
    return proof.entities
