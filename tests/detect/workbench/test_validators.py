"""pySigma's validators: each that runs fires, none needs the network, and all others are listed."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import sigma.validators.core
from sigma.validators.base import SigmaRuleValidator

from scanner.detect.documents import read_file
from scanner.detect.workbench.validators import LEFT_OUT, VALIDATORS, name_of, validate
from tests.detect.rule_files import base, rule_data, write

A = {"package": "com.example.a"}
DEPARTURES: list[tuple[str, dict[str, Any]]] = [
    (
        "sigma-all-of-them-condition",
        {"detection": {"a": A, "b": A, "condition": "all of them"}},
    ),
    (
        "sigma-control-character",
        {"detection": {"a": {"package": "com\x08example"}, "condition": "a"}},
    ),
    ("sigma-custom-attributes", {"reference": "https://example.org/"}),
    (
        "sigma-double-wildcard",
        {"detection": {"a": {"package": "com**example*x"}, "condition": "a"}},
    ),
    ("sigma-duplicate-references", {"references": ["https://example.org/"] * 2}),
    (
        "sigma-escaped-wildcard",
        {"detection": {"a": {"package": "com\\*example"}, "condition": "a"}},
    ),
    (
        "sigma-invalid-modifier-combinations",
        {"detection": {"a": {"package|base64offset": "x"}, "condition": "a"}},
    ),
    (
        "sigma-them-condition-with-single-detection",
        {"detection": {"a": A, "condition": "1 of them"}},
    ),
    (
        "sigma-wildcards-instead-of-modifiers",
        {"detection": {"a": {"package": "*example*"}, "condition": "a"}},
    ),
]


def names(*paths: Path) -> list[str]:
    documents = (each for one in paths for each in read_file(one).documents)
    return [each.name for each in validate(documents)]


@pytest.mark.parametrize(("name", "changed"), DEPARTURES)
def test_a_departure_is_named(name: str, changed: dict[str, Any], tmp_path: Path):
    assert [name] == names(write(tmp_path, rule_data(**changed)))


def test_a_title_that_two_rules_share_is_named_for_both(tmp_path: Path):
    paths = [write(tmp_path, rule_data(level=level), f"{level}.yml") for level in ("low", "high")]

    found = list(validate(each for path in paths for each in read_file(path).documents))

    assert {str(path) for path in paths} == {each.document.path for each in found}
    assert {"sigma-duplicate-title"} == {each.name for each in found}


def test_base_rules_may_share_a_title(tmp_path: Path):
    paths = [
        write(tmp_path, base("a", "app", A, title="The same"), f"{number}.yml")
        for number in range(2)
    ]

    assert [] == names(*paths)


def test_a_rule_that_is_right_departs_from_none(tmp_path: Path):
    whole = {"permissions_granted|all": ["android.permission.CAMERA", "android.permission.NFC"]}
    assert [] == names(write(tmp_path, rule_data()))
    assert [] == names(write(tmp_path, rule_data(detection={"a": whole, "condition": "a"})))


def test_every_validator_that_runs_is_tried():
    tried = {name for name, _ in DEPARTURES} | {"sigma-duplicate-title"}

    assert {name_of(each) for each in VALIDATORS} == tried


def test_every_validator_runs_or_is_left_out_with_a_reason():
    core = sigma.validators.core
    offered = {
        name
        for module in pkgutil.walk_packages(core.__path__, f"{core.__name__}.")
        for name, each in vars(import_module(module.name)).items()
        if isinstance(each, type)
        and issubclass(each, SigmaRuleValidator)
        and each.__module__ == module.name
        and not name.endswith("Base")
    }

    assert offered == {each.__name__ for each in VALIDATORS} | LEFT_OUT.keys()
