"""Files of correlations: what their documents are, and what is wrong with them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from scanner.detect import RuleErrors, load, prove
from scanner.detect.rules import Correlation, Rule
from scanner.model.findings import Message
from tests.detect.rule_files import all_made, base, correlation_data, related, rule_data, write
from tests.detect.test_correlations import BY_APP, OUTSIDE, READS


def test_base_rules_make_no_findings_of_their_own(tmp_path: Path):
    (made,) = all_made(tmp_path, OUTSIDE, correlation_data(BY_APP), READS)

    assert isinstance(made, Correlation)


def test_base_rules_that_generate_are_rules_of_their_own(tmp_path: Path):
    full = rule_data(name="outside")
    made = all_made(tmp_path, full, correlation_data(BY_APP | {"generate": True}), READS_FULL)

    assert [Rule, Correlation, Rule] == [type(each) for each in made]


def test_a_base_rule_that_one_correlation_keeps_silent_is_silent(tmp_path: Path):
    talks, silent = (correlation_data(BY_APP | {"generate": one}) for one in (True, False))
    made = all_made(tmp_path, rule_data(name="outside"), READS_FULL, talks, silent)

    assert [Correlation, Correlation] == [type(each) for each in made]


def test_a_rule_that_no_correlation_names_stands_for_itself(tmp_path: Path):
    made = all_made(tmp_path, OUTSIDE, READS, correlation_data(BY_APP), rule_data())

    assert [Correlation, Rule] == [type(each) for each in made]


def test_base_rules_may_be_named_by_id(tmp_path: Path):
    id = "0d4c8c0e-8a0b-4e5c-9d55-3a0a6d9f2b11"
    section = BY_APP | {"rules": [id, "reads"]}

    rule = related(tmp_path, correlation_data(section), OUTSIDE | {"id": id}, READS)

    assert (id, "reads") == rule.relation.rules


READS_FULL = rule_data(
    name="reads",
    logsource={"product": "android", "category": "accessibility_service"},
    detection={"s": {"enabled": True}, "condition": "s"},
    tests={"match": [{"enabled": True}], "no_match": [{"enabled": False}]},
)


def test_proofs_are_lists_of_typed_fragments(tmp_path: Path):
    found = {"type": "app", "user": 0, "package": "a", "installer": None}
    service = {"type": "accessibility_service", "user": 0, "package": "a", "enabled": True}
    tests = {"match": [[found, service]], "no_match": [[found], [service]], "unknown": [[service]]}
    rule = related(tmp_path, correlation_data(BY_APP, tests=tests), OUTSIDE, READS)

    assert [True, True, True, False] == [each.holds for each in prove(rule)]


def test_base_rules_prove_themselves_too(tmp_path: Path):
    tests = {"match": [{"installer": None}], "no_match": [{"installer": None}]}
    rule = related(tmp_path, correlation_data(BY_APP), OUTSIDE | {"tests": tests}, READS)

    assert [True, False, False, True] == [each.holds for each in prove(rule)]


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    # keys of the section, or of the document, that are changed; the place; what it says
    "no type": ({"type": "near"}, "correlation.type", "one of event_count"),
    "no rules": ({"rules": []}, "correlation.rules", "no base rules"),
    "rules as a map": ({"rules": [{"a": 1}, "b"]}, "correlation.rules", "a list of texts"),
    "a rule twice": ({"rules": ["outside", "outside"]}, "correlation.rules", "each once"),
    "too many rules": ({"rules": [f"r{n}" for n in range(17)]}, "correlation.rules", "at most 16"),
    "no such rule": ({"rules": ["outside", "gone"]}, "correlation.rules", "is called `gone`"),
    "no time span": ({"timespan": None}, "correlation.timespan", "a time span"),
    "a strange time span": ({"timespan": "soon"}, "correlation.timespan", "a time span"),
    "an unknown key": ({"grup-by": "x"}, "correlation.grup-by", "unknown key"),
    "no field": ({"group-by": "package_nme"}, "correlation.group-by", "unknown field of app"),
    "a group of numbers": ({"group-by": [1]}, "correlation.group-by", "a list of texts"),
    "a field of one only": ({"group-by": "installer"}, "correlation.group-by", "accessibility"),
    "fields of two kinds": (
        {"group-by": "x", "aliases": {"x": {"outside": "package", "reads": "user"}}},
        "correlation.group-by",
        "never the same",
    ),
    "two lists": (
        {"group-by": ["flags", "roles"], "rules": ["outside"]},
        "correlation.group-by",
        "more than one list",
    ),
    "a group of moments": (
        {
            "group-by": "x",
            "rules": ["outside", "key"],
            "aliases": {"x": {"outside": "package", "key": "last_connected_at"}},
        },
        "correlation.group-by",
        "`last_connected_at` is a moment",
    ),
    "an alias of no use": (
        {"aliases": {"x": {"outside": "package"}}},
        "correlation.aliases.x",
        "nothing uses",
    ),
    "an alias of no rule": (
        {"group-by": "x", "aliases": {"x": {"outside": "package", "reads": "package", "z": "a"}}},
        "correlation.aliases.x.z",
        "unknown rule",
    ),
    "aliases as a list": ({"aliases": ["x"]}, "correlation.aliases", "a map of rules"),
    "generate maybe": ({"generate": "yes"}, "correlation.generate", "true or false"),
    "no count": ({"type": "event_count"}, "correlation.condition", "one comparison"),
    "two counts": (
        {"type": "event_count", "condition": {"gt": 1, "lt": 3}},
        "correlation.condition",
        "one of eq",
    ),
    "a count that is none": (
        {"type": "event_count", "condition": {"gt": True}},
        "correlation.condition",
        "with a number",
    ),
    "a count of words": (
        {"type": "event_count", "condition": "outside and reads"},
        "correlation.condition",
        "one comparison",
    ),
    "another key of a count": (
        {"type": "event_count", "condition": {"gt": 1, "each": 2}},
        "correlation.condition",
        "unknown key `each`",
    ),
    "a count with a field": (
        {"type": "event_count", "condition": {"gt": 1, "field": "user"}},
        "correlation.condition",
        "has no `field`",
    ),
    "values of no field": (
        {"type": "value_count", "condition": {"gt": 1}},
        "correlation.condition",
        "needs `field`",
    ),
    "a sum of text": (
        {"type": "value_sum", "condition": {"gt": 1, "field": "package"}},
        "correlation.condition.field",
        "is no number",
    ),
    "a sum of two fields": (
        {"type": "value_sum", "condition": {"gt": 1, "field": ["user", "uid"]}},
        "correlation.condition",
        "one `field`",
    ),
    "no percentile": (
        {"type": "value_percentile", "condition": {"gt": 1, "field": "user"}},
        "correlation.condition",
        "`percentile`",
    ),
    "a percentile beyond all": (
        {"type": "value_percentile", "condition": {"gt": 1, "field": "user", "percentile": 101}},
        "correlation.condition",
        "from 1 to 100",
    ),
    "words that are none": ({"condition": "outside and"}, "correlation.condition", "Failed"),
    "a word of no rule": (
        {"condition": "outside and reads and x"},
        "correlation.condition",
        "`x` stands only in one",
    ),
    "a rule without its word": ({"condition": "outside"}, "correlation.condition", "`reads`"),
    "a very long condition": ({"condition": "outside " * 99}, "correlation.condition", "longer"),
    "deep parentheses": (
        {"condition": "(" * 20 + "outside" + ")" * 20},
        "correlation.condition",
        "nested",
    ),
    "an order of some": (
        {"type": "temporal_ordered", "condition": {"gte": 1}},
        "correlation.condition",
        "all of its rules",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_correlation_is_refused_with_its_place(name: str, tmp_path: Path):
    changed, place, reason = WRONG[name]

    _refused(tmp_path, correlation_data(BY_APP | changed), place, reason)


@pytest.mark.parametrize(
    "condition",
    [
        "(" * 11 + "outside and reads" + ")" * 11,
        "not " * 12 + "outside or reads",
        " and ".join(["outside", "reads"] * 18),
        " or ".join(["(outside and not reads)"] * 6),
    ],
)
def test_a_condition_at_the_limit_is_parsed_quickly(condition: str, tmp_path: Path):
    started = time.process_time()

    related(tmp_path, correlation_data(BY_APP | {"condition": condition}), OUTSIDE, READS)

    assert time.process_time() - started < 2


TESTS: dict[str, tuple[Any, str, str]] = {
    "no lists": ([{"type": "app"}], "tests.match.0", "a list of typed fragments"),
    "no type": ([[{"package": "a"}]], "tests.match.0.0.type", "unknown type of entity"),
    "an unknown type": ([[{"type": "aps"}]], "tests.match.0.0.type", "unknown type of entity"),
    "no maps": ([["app"]], "tests.match.0.0.type", "unknown type of entity"),
    "an unknown field": ([[{"type": "app", "x": 1}]], "tests.match.0.0.x", "unknown field"),
}


@pytest.mark.parametrize("name", TESTS)
def test_a_wrong_proof_is_refused_with_its_place(name: str, tmp_path: Path):
    match, place, reason = TESTS[name]
    tests = {"match": match, "no_match": [[]]}

    _refused(tmp_path, correlation_data(BY_APP, tests=tests), place, reason)


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"class": None}, "class"),
        ({"tests": None}, "tests"),
        ({"correlation": []}, "correlation"),
        ({"logsource": {"product": "android", "category": "app"}}, "logsource"),
    ],
)
def test_a_correlation_is_a_rule_with_all_its_keys(
    changed: dict[str, Any], place: str, tmp_path: Path
):
    _refused(tmp_path, correlation_data(BY_APP, **changed), place, "")


def _refused(folder: Path, data: dict[str, Any], place: str, reason: str) -> None:
    with pytest.raises(RuleErrors) as caught:
        all_made(folder, data, OUTSIDE, READS, base("key", "adb_key", {"examiner": False}))

    assert {place} == {error.where.partition(", ")[2] for error in caught.value.errors}
    assert any(reason in error.reason for error in caught.value.errors)


def test_a_base_rule_that_is_wrong_is_said_once(tmp_path: Path):
    wrong = base("outside", "app", {"instaler": None})

    with pytest.raises(RuleErrors) as caught:
        all_made(tmp_path, correlation_data(BY_APP | {"generate": False}), wrong, READS)

    assert ["detection.s.instaler"] == [
        error.where.partition(", ")[2] for error in caught.value.errors
    ]


def test_a_base_rule_that_nothing_names_is_refused(tmp_path: Path):
    with pytest.raises(RuleErrors, match="no correlation of this file names this rule"):
        all_made(tmp_path, correlation_data(BY_APP), OUTSIDE, READS, OUTSIDE | {"name": "third"})


def test_two_rules_of_one_name_are_refused(tmp_path: Path):
    with pytest.raises(RuleErrors, match="`outside` stands twice"):
        all_made(tmp_path, correlation_data(BY_APP), OUTSIDE, OUTSIDE, READS)


def test_a_correlation_of_several_products_is_refused(tmp_path: Path):
    other = READS | {"logsource": READS["logsource"] | {"product": "ios"}}

    with pytest.raises(RuleErrors, match="several products"):
        all_made(tmp_path, correlation_data(BY_APP), OUTSIDE, other)


UNUSABLE: dict[str, tuple[list[dict[str, Any]], str]] = {
    "a correlation of correlations": (
        [
            correlation_data(BY_APP | {"rules": ["first"]}),
            correlation_data(BY_APP, name="first"),
            OUTSIDE,
            READS,
        ],
        "`first`: a correlation of correlations",
    ),
    "a base rule that cannot be evaluated": (
        [
            correlation_data(BY_APP | {"rules": ["x"]}),
            base("x", "app", {"package|expand": "%x%"}),
        ],
        "`x`: the modifier `expand`: nothing gives values to placeholders",
    ),
    "a base rule of a category to come": (
        [correlation_data(BY_APP | {"rules": ["x"]}), base("x", "radio", {"a": 1})],
        "`x`: no entity of the category `radio`",
    ),
    "an order of what has no moment": (
        [correlation_data(BY_APP | {"type": "temporal_ordered"}), OUTSIDE, READS],
        "temporal_ordered: `app` states no moment",
    ),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_correlation_that_cannot_be_evaluated_is_listed(name: str, tmp_path: Path):
    documents, reason = UNUSABLE[name]

    made = all_made(tmp_path, *documents)

    assert Message("rule.unusable", {"path": "rule.yml", "reason": reason}) in made


def test_a_correlation_has_a_line_in_the_report(tmp_path: Path):
    text = "\n---\n".join(json.dumps(each) for each in (correlation_data(BY_APP), OUTSIDE, READS))
    pack = load([write(tmp_path, text)], shipped=False)

    (line,) = pack.lines().rules

    assert "An app can be debugged" == line.title
    (rule,) = pack.rules
    assert "correlation" == rule.category
    assert (
        "app.installer",
        "app.user",
        "app.package",
        "accessibility_service.enabled",
        "accessibility_service.user",
        "accessibility_service.package",
    ) == rule.fields()
