"""Which calls rules ask for, and rules on calls that do not say which."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scanner.detect import AnyRule, RulePack, asked_calls
from scanner.detect.problems import RuleErrors
from tests.detect.rule_files import base, compiled, correlation_data, related, rule_data

SEND, QUERY, LOAD = "com.example.Sms.send", "com.example.Store.query", "com.example.Code.Load"


def data(detection: dict[str, Any], product: str = "android") -> dict[str, Any]:
    return rule_data(
        logsource={"product": product, "category": "api_call"},
        detection={"condition": "s"} | detection,
        tests={"match": [{"method": SEND}], "no_match": [{"method": QUERY}]},
    )


def pack(*rules: AnyRule) -> RulePack:
    return RulePack(rules=rules, unusable=(), digest="")


@pytest.mark.parametrize(
    ("detection", "methods"),
    [
        ({"s": {"method": SEND}}, (SEND,)),
        ({"s": {"method": [LOAD, SEND]}}, (LOAD, SEND)),
        ({"s": {"method|cased": LOAD}}, (LOAD,)),
        ({"s": {"method": SEND, "caller|contains": "a"}}, (SEND,)),
        ({"s": [{"method": SEND}, {"method": LOAD}]}, (LOAD, SEND)),
        ({"s": {"method": SEND}, "o": {"caller": "a"}, "condition": "s and not o"}, (SEND,)),
        (
            {"s": {"method": [SEND, LOAD]}, "o": {"method": SEND}, "condition": "s and o"},
            (SEND,),
        ),
        (
            {"s": {"method": [SEND, f"{SEND}*"]}, "o": {"method": SEND}, "condition": "s and o"},
            (SEND,),
        ),
    ],
)
def test_the_methods_that_a_rule_asks_for(
    detection: dict[str, Any], methods: tuple[str, ...], tmp_path: Path
):
    assert methods == asked_calls(pack(compiled(tmp_path, data(detection))), "android")


@pytest.mark.parametrize(
    "detection",
    [
        {"s": {"caller": "a"}},
        {"s": {"method|startswith": SEND}},
        {"s": {"method|re": "send$"}},
        {"s": {"method": [SEND, f"{SEND}*"]}},
        {"s": [{"method": SEND}, {"caller": "a"}]},
        {"s": {"method": SEND}, "condition": "not s"},
        {"s": {"method": SEND}, "o": {"caller": "a"}, "condition": "s or o"},
    ],
)
def test_a_rule_that_may_be_true_of_any_method_does_not_load(
    detection: dict[str, Any], tmp_path: Path
):
    with pytest.raises(RuleErrors, match="methods that it does not name"):
        compiled(tmp_path, data(detection))


def test_the_base_rules_of_a_correlation_ask_too(tmp_path: Path):
    section = {"type": "temporal", "rules": ["sends", "asks"], "group-by": "file"}
    rule = related(
        tmp_path,
        correlation_data(section),
        base("sends", "api_call", {"method": SEND}),
        base("asks", "api_call", {"method": QUERY}),
    )

    assert (SEND, QUERY) == asked_calls(pack(rule), "android")


def test_each_method_is_named_once_and_for_its_platform(tmp_path: Path):
    rules = (
        compiled(tmp_path, data({"s": {"method": [SEND, LOAD]}})),
        compiled(tmp_path, data({"s": {"method": [SEND]}})),
        compiled(tmp_path, data({"s": {"method": QUERY}}, "ios")),
        compiled(tmp_path, rule_data()),
    )

    assert (LOAD, SEND) == asked_calls(pack(*rules), "android")
    assert () == asked_calls(pack(rules[-1]), "android")
