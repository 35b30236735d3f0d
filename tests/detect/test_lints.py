"""Each lint: silent for a rule that is right, and named for one that departs from it."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.detect import LINTS, lint, load
from scanner.detect.lints import kebab
from tests.detect.rule_files import rule_data, write

GOOD: dict[str, Any] = {
    "advice": ["save_evidence_first", "review_app"],
    "references": ["https://example.org/"],
}
NAME = "android/app/an-app-can-be-debugged.yml"
TWO = {"s": {"debuggable": True, "system": False}, "condition": "s"}
UNUSED = {"s": {"debuggable": True}, "x_1": {"system": False}, "condition": "s"}
PATTERN = {"s": {"debuggable": True}, "x_1": {"system": False}, "condition": "s and 1 of x_*"}

DEPARTURES: list[tuple[str, dict[str, Any], str]] = [
    ("file-name", {}, "android/app/other.yml"),
    ("folder", {}, "android/process/an-app-can-be-debugged.yml"),
    ("title", {"title": "a" * 81}, f"android/app/{'a' * 81}.yml"),
    ("description", {"description": "This means: an app can be debugged."}, NAME),
    ("level", {"class": "posture", "level": "high"}, NAME),
    ("level", {"level": "informational"}, NAME),
    ("level", {"level": "high", "confidence": "low"}, NAME),
    ("advice", {"advice": None}, NAME),
    ("evidence-first", {"advice": ["review_app", "save_evidence_first"]}, NAME),
    ("verdict", {"title": "The phone is infected"}, "android/app/the-phone-is-infected.yml"),
    ("verdict", {"title": "A root tool!"}, "android/app/a-root-tool.yml"),
    ("unfinished", {"description": "TO DO: say why it matters."}, NAME),
    ("unfinished", {"falsepositives": ["TO DO"]}, NAME),
    ("falsepositives", {"falsepositives": ["A developer's own app.", "None."]}, NAME),
    ("tags", {"tags": ["attack.t1417", "attack.t1418", "attack.t1417"]}, NAME),
    ("references", {"references": ["http://example.org/"]}, NAME),
    ("selections", {"detection": UNUSED}, NAME),
    ("unknown", {"detection": TWO}, NAME),
    ("foreign", {"class": None, "confidence": None, "tests": None}, NAME),
]


@pytest.mark.parametrize(("name", "changed", "path"), DEPARTURES)
def test_a_departure_is_named(name: str, changed: dict[str, Any], path: str, tmp_path: Any):
    assert name in _lints(tmp_path, rule_data(**(GOOD | changed)), path)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"class": "posture"},
        {"class": "posture", "advice": ["review_app"]},
        {"tags": ["attack.t1417", "attack.t1418"]},
        {"title": "An app can be debugged", "falsepositives": ["Nothing else is known."]},
        {"detection": {"s": {"debuggable": True}, "condition": "1 of them"}},
        {"detection": {"s": {"debuggable": True}, "condition": "not (s)"}},
    ],
)
def test_a_rule_that_is_right_departs_from_none(changed: dict[str, Any], tmp_path: Any):
    assert [] == _lints(tmp_path, rule_data(**(GOOD | changed)), NAME)


def test_a_selection_may_be_named_by_a_pattern(tmp_path: Any):
    assert ["unknown"] == _lints(tmp_path, rule_data(**GOOD, detection=PATTERN), NAME)


def test_every_lint_is_tried():
    assert {each.name for each in LINTS} == {name for name, _, _ in DEPARTURES}


def test_kebab():
    assert "the-2nd-users-key" == kebab("The 2nd -- user's key!")


def _lints(folder: Any, data: dict[str, Any], path: str) -> list[str]:
    write(folder, data, path)
    (rule,) = load([folder], shipped=False).rules
    return [each.name for each in lint(rule)]
