"""The verdict: confirmed, suspicious, inconclusive, nothing found in what was examined."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from scanner.detect import MINIMUM, asks_for_app_files, decide, extent, load
from scanner.model.artifact import Profile
from scanner.model.findings import Check, Finding, Message, Status, Subject

NOTHING = "nothing_found_in_what_was_examined"


def check(status: Status, rule_class: Any = "compromise", kind: Any = "rule") -> Check:
    return Check(rule="r", rule_class=rule_class, status=status, kind=kind)


def finding(**more: Any) -> Finding:
    values: dict[str, Any] = {
        "id": "0",
        "rule": "r",
        "level": "medium",
        "confidence": "medium",
        "rule_class": "compromise",
        "review": False,
        "provenance": "os_claimed",
        "subject": Subject(entity="app", key={}),
        "matched": (),
        "evidence": (),
    }
    return Finding(**(values | more))


def verdict(*findings: Finding, passed: int = 5, **more: Any) -> str:
    checks = [check("pass")] * passed
    return decide(checks, findings, **({"minimum": 60, "complete": True} | more))


EXPLAINED = Message("explained.own_adb_key")


@pytest.mark.parametrize(
    ("expected", "findings"),
    [
        (NOTHING, []),
        ("suspicious", [finding()]),
        ("suspicious", [finding(level="critical", confidence="high")]),
        ("compromise_confirmed", [finding(confidence="confirmed")]),
        ("suspicious", [finding(rule_class="historic")]),
        ("suspicious", [finding(rule_class="historic", confidence="confirmed")]),
        (NOTHING, [finding(rule_class="historic", level="low")]),
        ("compromise_confirmed", [finding(), finding(confidence="confirmed")]),
        (NOTHING, [finding(level="low")]),
        (NOTHING, [finding(level="informational", confidence="confirmed")]),
        (NOTHING, [finding(rule_class="posture", level="high", confidence="confirmed")]),
        ("inconclusive", [finding(review=True)]),
        ("inconclusive", [finding(review=True, confidence="confirmed")]),
        (NOTHING, [finding(review=True, level="low")]),
        ("suspicious", [finding(), finding(review=True)]),
        (NOTHING, [finding(explained_by_scan=EXPLAINED)]),
        (NOTHING, [finding(suppressed=EXPLAINED)]),
        ("suspicious", [finding(explained_by_scan=EXPLAINED), finding()]),
    ],
)
def test_findings(expected: str, findings: list[Finding]):
    assert expected == verdict(*findings)


@pytest.mark.parametrize(
    "more",
    [
        {"complete": False},
        {"users_unreadable": (150,)},
        {"passed": 0},
    ],
)
def test_what_was_not_examined_is_inconclusive_and_hides_no_finding(more: dict[str, Any]):
    assert "inconclusive" == verdict(**more)
    assert "suspicious" == verdict(finding(), **more)
    assert "compromise_confirmed" == verdict(finding(confidence="confirmed"), **more)


@pytest.mark.parametrize(("passed", "expected"), [(2, "inconclusive"), (3, NOTHING)])
def test_coverage_has_a_minimum(passed: int, expected: str):
    checks = [check("pass")] * passed + [check("not_examined")] * (5 - passed)

    assert expected == decide(checks, [], minimum=MINIMUM[Profile.QUICK], complete=True)


def test_coverage_counts_compromise_checks_that_apply():
    statuses: list[Status] = [
        "pass",
        "finding",
        "review",
        "not_applicable",
        "not_examined",
        "error",
    ]
    checks = [check(status) for status in statuses]
    checks += [check("pass", "posture"), check("not_examined", "posture")]

    reached = extent(checks)

    assert (5, 3, 60) == (reached.applicable, reached.examined, reached.percent)


@pytest.mark.parametrize("kind", ["yara", "indicators"])
def test_coverage_counts_rules_over_entities_only(kind: str):
    others = [check("pass", kind=kind), check("not_examined", kind=kind)]

    assert 0 == extent(others).applicable
    assert 50 == extent([*others, check("pass"), check("error")]).percent
    assert "suspicious" == verdict(finding(rule="yara:a.yar:b"))


def test_no_check_that_applies_is_no_coverage():
    assert 0 == extent([check("not_applicable")]).percent
    assert "inconclusive" == decide([check("not_applicable")], [], minimum=60, complete=True)
    assert 66 == extent([check("pass")] * 2 + [check("not_examined")]).percent


def test_every_profile_has_a_minimum():
    assert set(Profile) == set(MINIMUM)
    assert 60 == MINIMUM[Profile.QUICK]


# --- rules on files of apps ---------------------------------------------------------------------


def named(rule: str, status: Status) -> Check:
    return structs.replace(check(status), rule=rule)


def test_rules_that_stand_beside_it_are_no_coverage():
    checks = [named("a", "pass"), named("b", "not_examined"), named("c", "not_examined")]

    assert (3, 1) == (extent(checks).applicable, extent(checks).examined)
    assert (1, 1) == (extent(checks, {"b", "c"}).applicable, extent(checks, {"b", "c"}).examined)
    assert (2, 0) == (extent(checks, {"a"}).applicable, extent(checks, {"a"}).examined)
    assert "inconclusive" == decide(checks, [], minimum=60, complete=True)
    assert NOTHING == decide(checks, [], minimum=60, complete=True, beside={"b", "c"})


def test_what_they_find_counts_for_the_verdict():
    checks = [named("a", "pass"), named("r", "finding")]

    assert "suspicious" == decide(checks, [finding()], minimum=60, complete=True, beside={"r"})


@pytest.mark.parametrize(
    ("expected", "path"),
    [
        (True, "app_file/an-app-file-was-changed-after-it-was-signed.yml"),
        (True, "app_component/a-receiver-wants-text-messages-before-all-other-apps.yml"),
        (True, "code_file/a-native-library-of-an-app-loads-frida.yml"),
        (True, "api_call/a-receiver-of-an-app-sends-text-messages.yml"),
        (True, "app/the-signature-of-an-installed-app-does-not-hold.yml"),
        (False, "app/app-from-outside-a-store-reads-the-screen.yml"),
        (False, "certificate/a-certificate-authority-was-added-by-hand.yml"),
    ],
)
def test_rules_that_read_what_only_files_tell(expected, path):
    (rule,) = [each for each in load().rules if each.path == f"sigma/android/{path}"]

    assert expected == asks_for_app_files(rule)
