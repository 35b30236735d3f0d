"""A file that is no phone's: rules of what it cannot hold do not apply, and posture is judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scanner.detect import ScanFacts, decide
from scanner.detect.rules import Rule
from scanner.model.entities import App, Payload, Process, Profile
from scanner.model.findings import Check, Finding, Message, Subject
from scanner.model.report import Acquisition, HostClock
from tests.detect.devices import NOW, artifact, device, one_check
from tests.detect.rule_files import base, compiled, correlation_data, related, rule_data

NOTHING = "nothing_found_in_what_was_examined"
A_FILE = frozenset({App})
PACKAGES = artifact("packages", (App, ("user", "package", "debuggable")))
DEBUGGED = {"detection": {"s": {"debuggable": True}, "condition": "s"}}
RUNNING = {
    "logsource": {"product": "android", "category": "process"},
    "detection": {"s": {"name": "x"}, "condition": "s"},
    "tests": {"match": [{"name": "x"}], "no_match": [{"name": "y"}]},
}


def rule(tmp_path: Path, **changed: Any) -> Rule:
    return compiled(tmp_path, rule_data(**changed))


def test_a_rule_on_what_a_file_cannot_hold_does_not_apply(tmp_path: Path):
    check, findings = one_check(device([]), rule(tmp_path, **RUNNING), kinds=A_FILE)

    assert ("not_applicable", None, 0) == (check.status, check.reason, check.examined)
    assert Message("check.subject_kind") == check.detail
    assert () == findings


def test_a_rule_on_what_a_file_holds_is_applied(tmp_path: Path):
    found = device([(App(user=0, package="a", debuggable=True), "e-1")])
    none = device([(App(user=0, package="a", debuggable=False), "e-1")])
    debugged = rule(tmp_path, **DEBUGGED)

    statuses = [
        one_check(each, debugged, statements=[PACKAGES], kinds=A_FILE)[0].status
        for each in (found, none)
    ]

    assert ["finding", "pass"] == statuses


def test_of_a_phone_all_rules_apply(tmp_path: Path):
    check, _ = one_check(device([]), rule(tmp_path, **RUNNING), statements=[PACKAGES], kinds=None)

    assert ("not_examined", "source_absent") == (check.status, check.reason)


def test_a_file_that_holds_nothing_known_has_no_check_that_passes(tmp_path: Path):
    check, _ = one_check(device([]), rule(tmp_path, **DEBUGGED), kinds=frozenset())

    assert "not_applicable" == check.status


def test_a_correlation_applies_where_all_that_it_joins_can_be_held(tmp_path: Path):
    section = {"type": "temporal", "rules": ["debugged", "runs"]}
    bases = (
        base("debugged", "app", {"debuggable": True}),
        base("runs", "process", {"name": "x"}),
    )
    joins = related(tmp_path, correlation_data(section), *bases)

    check, _ = one_check(device([]), joins, kinds=A_FILE)

    assert "not_applicable" == check.status


@pytest.mark.parametrize(
    ("entities", "concerned"),
    [([Profile], True), ([Profile, Payload], True), ([Profile, Process], False), ([App], False)],
)
def test_what_a_file_concerns(entities: list[Any], concerned: bool):
    assert concerned is ScanFacts(kinds=frozenset({Profile, Payload})).concerns(entities)
    assert ScanFacts().concerns(entities)


def test_facts_of_a_file_carry_its_kinds():
    record = acquisition(host_keys=None)

    assert A_FILE == ScanFacts.of(record, kinds=A_FILE).kinds
    assert ScanFacts.of(record).kinds is None
    assert A_FILE == ScanFacts.of(None, kinds=A_FILE).kinds
    assert A_FILE == ScanFacts.of(acquisition(host_keys=("AA",)), kinds=A_FILE).kinds


def acquisition(**changed: Any) -> Acquisition:
    values: dict[str, Any] = {
        "case": "c", "tool": "t", "version": "1", "started_at": NOW, "ended_at": NOW,
        "complete": True, "platform": "ios", "transport": "mobileconfig", "device": "d",
        "profile": "deep", "privacy": "share", "users": None, "clock": None,
        "host_clock": HostClock(synchronized=None, zone="UTC"),
        "locked_at_start": None, "locked_at_end": None, "operator": None, "case_number": None,
        "purpose": None, "consent": None, "debugging_before": None,
    }  # fmt: skip
    return Acquisition(**(values | changed))


# --- the verdict --------------------------------------------------------------------------------


def finding(**more: Any) -> Finding:
    values: dict[str, Any] = {
        "id": "0", "rule": "r", "level": "medium", "confidence": "medium",
        "rule_class": "posture", "review": False, "provenance": "derived_from_bytes",
        "subject": Subject(entity="profile", key={}), "matched": (), "evidence": (),
    }  # fmt: skip
    return Finding(**(values | more))


@pytest.mark.parametrize(
    ("of_file", "of_phone", "more"),
    [
        ("suspicious", NOTHING, {}),
        ("compromise_confirmed", NOTHING, {"confidence": "confirmed"}),
        ("inconclusive", NOTHING, {"review": True}),
        (NOTHING, NOTHING, {"level": "low"}),
        (NOTHING, NOTHING, {"suppressed": Message("x")}),
        ("suspicious", "suspicious", {"rule_class": "compromise"}),
    ],
)
def test_of_a_file_posture_counts_and_of_a_phone_it_does_not(
    of_file: str, of_phone: str, more: dict[str, Any]
):
    checks = [Check(rule="r", rule_class="compromise", status="pass")]
    found = [finding(**more)]

    verdicts = [
        decide(checks, found, minimum=60, complete=True, of_file=each) for each in (True, False)
    ]

    assert [of_file, of_phone] == verdicts


def test_a_file_of_which_nothing_could_be_examined_is_inconclusive():
    checks = [Check(rule="r", rule_class="compromise", status="not_examined")]

    assert "inconclusive" == decide(checks, [], minimum=60, complete=True, of_file=True)
    assert "inconclusive" == decide([], [], minimum=60, complete=True, of_file=True)
