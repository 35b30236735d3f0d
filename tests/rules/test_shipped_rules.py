"""The rules that come with the scanner: each proves itself, and keeps to the house's advice."""

from __future__ import annotations

import re

import pytest

from scanner.detect import Rule, lint, load, prove
from scanner.detect.header import techniques
from scanner.detect.rules import AnyRule, Correlation
from scanner.model.data import data_folder
from scanner.model.findings import LEVELS

PACK = load()
RULES = [rule for rule in PACK.rules if isinstance(rule, Rule)]
STORE_LIST = re.compile(r"  store:\n    installer:\n((?:      .*\n)+)")


def text_of(rule: AnyRule) -> str:
    return (data_folder("rules") / rule.path).read_text("utf-8")


def of_all(cases: list[AnyRule]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("rule", cases, ids=lambda rule: rule.title)


@of_all([*PACK.rules])
def test_proofs(rule: AnyRule):
    assert [] == [proved.proof for proved in prove(rule) if not proved.holds]


@of_all([*PACK.rules])
def test_each_kind_of_proof_is_there(rule: AnyRule):
    assert {"match", "no_match", "unknown"} == {proof.kind for proof in rule.proofs}


@of_all([*PACK.rules])
def test_lints(rule: AnyRule):
    assert () == lint(rule)


@of_all([*PACK.rules])
def test_the_benign_look_alike_comes_first(rule: AnyRule):
    text = text_of(rule)

    assert text.index("  no_match:") < text.index("  match:")


@of_all([*PACK.rules])
def test_without_base_rates_no_heuristic_exceeds_medium(rule: AnyRule):
    assert LEVELS.index(rule.level) <= LEVELS.index("medium")


@of_all([*RULES])
def test_nothing_is_known_of_an_entity_that_states_nothing(rule: Rule):
    nothing = rule.entity(**dict.fromkeys(rule.entity.__struct_fields__))

    assert rule.evaluate(nothing) is False


@of_all([rule for rule in PACK.rules if rule.rule_class == "compromise"])
def test_a_trace_of_an_attack_comes_with_help(rule: AnyRule):
    assert ("save_evidence_first", "seek_help") == rule.advice[:2]


def test_there_is_a_rule_for_each_kind_of_fact():
    categories = {rule.category for rule in PACK.rules}

    assert () == PACK.unusable
    assert 35 <= len(PACK.rules)
    assert categories >= {
        "adb_key",
        "app",
        "app_change",
        "build",
        "certificate",
        "correlation",
        "file",
        "mount",
        "network",
        "package_trace",
        "process",
        "property",
        "setting",
        "socket",
        "wifi_network",
    }


def test_joins_of_facts_speak_of_compromise():
    apps = [rule for rule in RULES if rule.category == "app" and rule.level == "medium"]

    alone = [rule.title for rule in apps if len(rule.fields()) < 3]
    posture = [rule.title for rule in apps if rule.rule_class == "posture"]
    assert ["An app that manages root is installed"] == alone == posture


def test_all_rules_know_the_same_stores():
    lists = {
        rule.title: [
            [line.split("#")[0].strip() for line in found.splitlines()]
            for found in STORE_LIST.findall(text_of(rule))
        ]
        for rule in PACK.rules
    }
    first = lists["App from outside a store is a device admin"][0]

    assert "- com.android.vending" == first[0]
    # One rule also names agents that install for an organisation, behind the stores.
    assert [] == [
        title for title, found in lists.items() if any(one[: len(first)] != first for one in found)
    ]
    assert [] == [
        rule.title
        for rule in PACK.rules
        if " store " in f" {' '.join(_conditions(rule))} " and not lists[rule.title]
    ]


def _conditions(rule: AnyRule) -> list[str]:
    tests = rule.bases if isinstance(rule, Correlation) else (rule,)
    return [condition for test in tests for condition in test.conditions]


def test_what_the_system_ships_is_not_from_outside_a_store():
    """Rules that leave stores out leave out the parts of the system as well."""
    bare = [
        rule.title
        for rule in PACK.rules
        for condition in _conditions(rule)
        if "not store" in condition and "not shipped" not in condition
    ]

    assert [] == bare


def test_each_file_is_loaded():
    folder = data_folder("rules")
    files = [path.relative_to(folder) for path in (folder / "sigma").rglob("*.yml")]

    assert sorted(path.as_posix() for path in files) == sorted(rule.path for rule in PACK.rules)


def test_the_list_of_techniques():
    assert 100 < len(techniques())
    assert {"T1417", "T1636.004"} <= techniques()
