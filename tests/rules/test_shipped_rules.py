"""The rules that come with the scanner: each proves itself, and keeps to the house's advice."""

from __future__ import annotations

import pytest

from scanner.detect import Rule, lint, load, prove
from scanner.detect.header import techniques
from scanner.model.data import data_folder
from scanner.model.findings import LEVELS

PACK = load()


@pytest.mark.parametrize("rule", PACK.rules, ids=lambda rule: rule.title)
def test_proofs(rule: Rule):
    assert [] == [proved.proof for proved in prove(rule) if not proved.holds]


@pytest.mark.parametrize("rule", PACK.rules, ids=lambda rule: rule.title)
def test_each_kind_of_proof_is_there(rule: Rule):
    assert {"match", "no_match", "unknown"} == {proof.kind for proof in rule.proofs}


@pytest.mark.parametrize("rule", PACK.rules, ids=lambda rule: rule.title)
def test_lints(rule: Rule):
    assert () == lint(rule)


@pytest.mark.parametrize("rule", PACK.rules, ids=lambda rule: rule.title)
def test_the_benign_look_alike_comes_first(rule: Rule):
    text = (data_folder("rules") / rule.path).read_text("utf-8")

    assert text.index("  no_match:") < text.index("  match:")


@pytest.mark.parametrize("rule", PACK.rules, ids=lambda rule: rule.title)
def test_without_base_rates_no_heuristic_exceeds_medium(rule: Rule):
    assert LEVELS.index(rule.level) <= LEVELS.index("medium")


@pytest.mark.parametrize("rule", PACK.rules, ids=lambda rule: rule.title)
def test_nothing_is_known_of_an_entity_that_states_nothing(rule: Rule):
    nothing = rule.entity(**dict.fromkeys(rule.entity.__struct_fields__))

    assert rule.evaluate(nothing) is False


def test_the_first_ten():
    joins = [rule for rule in PACK.rules if rule.category == "app" and len(rule.fields()) > 3]

    assert () == PACK.unusable
    assert 10 == len(PACK.rules)
    assert 3 == len(joins)
    assert {"compromise"} == {rule.rule_class for rule in joins}


def test_each_file_is_loaded():
    files = [path.relative_to(data_folder("rules")) for path in data_folder("rules").rglob("*.yml")]

    assert sorted(path.as_posix() for path in files) == sorted(rule.path for rule in PACK.rules)


def test_the_list_of_techniques():
    assert 100 < len(techniques())
    assert {"T1417", "T1636.004"} <= techniques()
