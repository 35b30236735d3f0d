"""The status of a check: what was seen, what was not, and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from scanner.detect import RulePack, ScanFacts, inspect
from scanner.detect.rules import Rule
from scanner.model.entities import App, Process, Property, Setting
from scanner.model.evidence import Gap
from scanner.model.findings import Message
from tests.detect.devices import ALL, PACKAGES, device, one_check
from tests.detect.rule_files import compiled, rule_data

Make = Callable[..., Rule]


@pytest.fixture
def rule(tmp_path: Path) -> Make:
    """Make a rule: `rule({"debuggable": True})`, `rule({...}, category="setting", level="low")`."""

    def make(selection: Any, *, category: str = "app", condition: str = "s", **more: Any) -> Rule:
        data = rule_data(
            logsource={"product": "android", "category": category},
            detection={"s": selection, "condition": condition},
            tests={"match": [{}], "no_match": [{}]},
            **more,
        )
        return compiled(tmp_path, data)

    return make


def app(name: str = "a", user: int = 0, **fields: Any) -> App:
    return App(user=user, package=name, **fields)


def test_decided_on_everything_is_a_pass(rule: Make):
    snapshot = device([(app("a", debuggable=False), "e-1"), (app("b", debuggable=False), "e-1")])

    check, findings = one_check(snapshot, rule({"debuggable": True}))

    assert ("pass", None, None) == (check.status, check.reason, check.detail)
    assert (2, 0, 0) == (check.examined, check.matched, check.unknown)
    assert () == findings


def test_nothing_of_the_kind_is_a_pass_that_says_so(rule: Make):
    check, _ = one_check(device([]), rule({"debuggable": True}))

    assert "pass" == check.status
    assert 0 == check.examined
    assert Message("check.nothing_to_examine", {"entity": "app"}) == check.detail


def test_a_match_is_a_finding_in_spite_of_gaps_and_unknowns(rule: Make):
    snapshot = device([(app("a", debuggable=True), "e-1"), (app("b"), "e-1")])
    gaps = [Gap(artifact="dump", reason="truncated")]

    check, findings = one_check(snapshot, rule({"debuggable": True}), gaps=gaps)

    assert ("finding", None) == (check.status, check.reason)
    assert (1, 1, 1) == (check.examined, check.matched, check.unknown)
    assert {"user": 0, "package": "a"} == findings[0].subject.key


@pytest.mark.parametrize("more", [{"status": "experimental"}, {"confidence": "low"}])
def test_a_match_for_a_person_to_look_at_is_a_review(rule: Make, more: dict[str, str]):
    check, (finding,) = one_check(
        device([(app(debuggable=True), "e-1")]), rule({"debuggable": True}, **more)
    )

    assert "review" == check.status
    assert finding.review


def test_another_platform_is_not_applicable(rule: Make):
    ios = structs.replace(rule({"debuggable": True}), platform="ios")

    check, findings = one_check(device([(app(debuggable=True), "e-1")]), ios)

    assert ("not_applicable", None) == (check.status, check.reason)
    assert Message("check.platform", {"platform": "ios"}) == check.detail
    assert () == findings


def test_a_field_that_is_not_stated_is_not_examined(rule: Make):
    snapshot = device([(app("a", debuggable=False), "e-1"), (app("b"), "e-1"), (app("c"), "e-1")])

    check, _ = one_check(snapshot, rule({"debuggable": True}))

    params: dict[str, str | int] = {"field": "debuggable", "artifact": "dump", "count": 2}
    assert ("not_examined", "field_not_stated") == (check.status, check.reason)
    assert Message("check.field_not_stated", params) == check.detail
    assert (1, 2) == (check.examined, check.unknown)


def test_the_negation_of_what_is_not_stated_accuses_nobody(rule: Make):
    snapshot = device([(app(str(n)), "e-1") for n in range(400)])

    check, findings = one_check(
        snapshot, rule({"installer": "com.android.vending"}, condition="not s")
    )

    assert () == findings
    assert ("not_examined", 400) == (check.status, check.unknown)


GAPS: dict[str, tuple[list[Gap], str | None, str, str]] = {
    # gaps, the reason (None: it passes), the artifacts, the users
    "none": ([], None, "", ""),
    "of the only artifact": ([Gap(artifact="dump", reason="timeout")], "timeout", "dump", ""),
    "a truncated answer": ([Gap(artifact="dump", reason="truncated")], "truncated", "dump", ""),
    "a parser that failed": (
        [Gap(artifact="dump", reason="parse_error")],
        "parse_error",
        "dump",
        "",
    ),
    "of a user": (
        [Gap(artifact="dump", reason="no_permission", user=150)],
        "no_permission",
        "dump",
        "150",
    ),
    "of two users": (
        [
            Gap(artifact="dump", reason="no_permission", user=150),
            Gap(artifact="dump", reason="no_permission", user=10),
        ],
        "no_permission",
        "dump",
        "10, 150",
    ),
    "of an artifact that does not state it": (
        [Gap(artifact="services", reason="timeout")],
        None,
        "",
        "",
    ),
}


@pytest.mark.parametrize("name", GAPS)
def test_gaps_of_what_one_artifact_states(rule: Make, name: str):
    gaps, reason, artifacts, users = GAPS[name]
    snapshot = device([(app(debuggable=False), "e-1")])

    check, _ = one_check(snapshot, rule({"debuggable": True}), gaps=gaps)

    _expect(check, reason, artifacts, users)


SHARED: dict[str, tuple[list[Gap], str | None, str, str]] = {
    "of one of two": ([Gap(artifact="dump", reason="timeout")], None, "", ""),
    "of both": (
        [Gap(artifact="dump", reason="timeout"), Gap(artifact="packages", reason="truncated")],
        "timeout",
        "packages, dump",
        "",
    ),
    "of both, each for another user": (
        [
            Gap(artifact="dump", reason="no_permission", user=10),
            Gap(artifact="packages", reason="no_permission", user=11),
        ],
        None,
        "",
        "",
    ),
    "of both, for one user": (
        [
            Gap(artifact="dump", reason="no_permission", user=10),
            Gap(artifact="packages", reason="no_permission", user=10),
        ],
        "no_permission",
        "packages, dump",
        "10",
    ),
    "of one for all and the other for one user": (
        [
            Gap(artifact="dump", reason="no_permission"),
            Gap(artifact="packages", reason="no_permission", user=10),
        ],
        "no_permission",
        "packages, dump",
        "10",
    ),
}


@pytest.mark.parametrize("name", SHARED)
def test_gaps_of_what_two_artifacts_state(rule: Make, name: str):
    gaps, reason, artifacts, users = SHARED[name]
    snapshot = device([(app(installer="com.android.vending"), "e-1")])

    check, _ = one_check(snapshot, rule({"installer": None}), gaps=gaps)

    _expect(check, reason, artifacts, users)


def _expect(check: Any, reason: str | None, artifacts: str, users: str) -> None:
    if reason is None:
        assert ("pass", None) == (check.status, check.reason)
        return
    params: dict[str, str | int] = {"artifact": artifacts, "reason": reason, "users": users}
    assert ("not_examined", reason) == (check.status, check.reason)
    assert Message("check.gap", params) == check.detail


def test_a_user_that_the_rule_excludes_is_no_gap(rule: Make):
    snapshot = device([(Setting(user=0, namespace="global", name="adb_enabled", value="0"), "e-1")])
    about = {"user": 0, "namespace": "global", "name": "adb_enabled", "value": "1"}
    denied = [Gap(artifact="settings", reason="no_permission", user=150)]
    owner = [Gap(artifact="settings", reason="no_permission", user=0)]

    assert "pass" == one_check(snapshot, rule(about, category="setting"), gaps=denied)[0].status
    check, _ = one_check(snapshot, rule(about, category="setting"), gaps=owner)
    assert ("not_examined", "no_permission") == (check.status, check.reason)


def test_who_is_not_on_a_complete_list_is_not_missed(rule: Make):
    asked = rule({"accessibility_services|exists": True})
    apps = [Gap(artifact=name, reason="timeout") for name in ("packages", "dump")]
    lists = [Gap(artifact="services", reason="timeout")]

    assert "pass" == one_check(device([]), asked, gaps=apps)[0].status
    assert "not_examined" == one_check(device([]), asked, gaps=lists)[0].status
    assert "not_examined" == one_check(device([]), rule({"user": 0}), gaps=apps)[0].status


def test_a_category_that_nothing_states(rule: Make):
    about = rule({"label": "u:r:su:s0"}, category="process")

    absent, _ = one_check(device([]), about, statements=[PACKAGES])
    chosen, _ = one_check(device([]), about, statements=[PACKAGES], not_selected=ALL)

    assert ("source_absent", None) == (absent.reason, absent.detail)
    assert ("not_examined", "not_selected") == (chosen.status, chosen.reason)
    assert (
        Message("check.gap", {"artifact": "processes", "reason": "not_selected", "users": ""})
        == chosen.detail
    )


def test_a_field_that_no_artifact_states(rule: Make):
    snapshot = device([(app(installer=None), "e-1")])

    check, _ = one_check(snapshot, rule({"installer": "x", "owner": None}), statements=[PACKAGES])

    assert ("not_examined", "source_absent") == (check.status, check.reason)


@pytest.mark.parametrize(
    ("category", "entity", "stating"),
    [("property", Property, "properties"), ("setting", Setting, "settings")],
)
def test_what_is_not_listed_does_not_state_its_value(
    rule: Make, category: str, entity: Any, stating: str
):
    more = {} if entity is Property else {"user": 0, "namespace": "global"}
    snapshot = device([(entity(name="other", value="1", **more), "e-1")])

    value, _ = one_check(snapshot, rule({"name": "this", "value": "1"}, category=category))
    presence, _ = one_check(snapshot, rule({"name": "this"}, category=category))

    params: dict[str, str | int] = {"field": "value", "artifact": stating, "count": 1}
    assert ("not_examined", "field_not_stated") == (value.status, value.reason)
    assert Message("check.field_not_stated", params) == value.detail
    assert "pass" == presence.status


def test_conflicts_need_both_witnesses(rule: Make):
    snapshot = device([(app(installer=None), "e-1")])
    gaps = [Gap(artifact="dump", reason="timeout")]

    assert "pass" == one_check(snapshot, rule({"conflicts": "installer"}))[0].status
    check, _ = one_check(snapshot, rule({"conflicts": "installer"}), gaps=gaps)
    assert ("not_examined", "timeout") == (check.status, check.reason)


def test_a_derived_field_is_as_far_as_what_it_follows_from(rule: Make):
    gaps = [Gap(artifact="packages", reason="timeout"), Gap(artifact="dump", reason="timeout")]

    check, _ = one_check(device([]), rule({"other_users": None}), gaps=gaps)

    assert ("not_examined", "timeout") == (check.status, check.reason)


def test_a_finding_says_what_matched_and_who_vouches(rule: Make):
    snapshot = device([(app(debuggable=True, installer=None), "e-dump")])
    snapshot.add(
        app(flags=("DEBUGGABLE", "HAS_CODE")),
        evidence="e-bytes",
        provenance="derived_from_bytes",
        rank=0,
    )
    snapshot.add(app(system=False), evidence="e-other", provenance="user_stated", rank=9)

    _, (finding,) = one_check(
        snapshot, rule({"flags": "DEBUGGABLE", "installer": None}, advice=["review_app"])
    )

    flags, installer = finding.matched
    assert ("flags", "is DEBUGGABLE", ("DEBUGGABLE",)) == (flags.field, flags.pattern, flags.values)
    assert ("e-bytes",) == flags.evidence
    assert ("is none", (None,), "A") == (installer.pattern, installer.values, installer.privacy)
    assert ("e-bytes", "e-dump") == finding.evidence
    assert "os_claimed" == finding.provenance
    assert ("review_app",) == finding.advice
    assert ("medium", "medium", "compromise") == (
        finding.level,
        finding.confidence,
        finding.rule_class,
    )


def test_one_finding_for_each_entity_in_the_order_of_keys(rule: Make):
    apps = [app(name, user, debuggable=True) for user in (10, 0) for name in ("b", "a")]
    forward = one_check(device([(each, "e-1") for each in apps]), rule({"debuggable": True}))
    backward = one_check(
        device([(each, "e-1") for each in reversed(apps)]), rule({"debuggable": True})
    )

    assert [{"user": user, "package": name} for user in (0, 10) for name in ("a", "b")] == [
        finding.subject.key for finding in forward[1]
    ]
    assert forward == backward
    assert 4 == len({finding.id for finding in forward[1]})


def test_the_id_of_a_finding_is_stable(rule: Make):
    fixed = rule({"debuggable": True}, id="0d4c8c0e-8a0b-4e5c-9d55-3a0a6d9f2b11")

    _, (before,) = one_check(device([(app(debuggable=True), "e-1")]), fixed)
    _, (after,) = one_check(device([(app(debuggable=True, system=True), "e-2")]), fixed)

    assert before.id == after.id
    assert 16 == len(before.id)
    assert set(before.id) <= set("0123456789abcdef")


def test_a_comparison_of_two_fields_shows_both(rule: Make):
    snapshot = device([(app("com.a", installer="com.a"), "e-1")])

    about = rule({"installer|fieldref": "package"})
    _, (finding,) = one_check(snapshot, about)

    assert ("installer", "package") == about.fields()
    assert [("installer", ("com.a",)), ("package", ("com.a",))] == [
        (match.field, match.values) for match in finding.matched
    ]
    assert "is package" == finding.matched[0].pattern


def test_what_is_not_so_is_shown_as_well(rule: Make):
    snapshot = device([(app(installer="com.b", debuggable=True, flags=("X", "Y")), "e-1")])
    selections = {"installer": ["com.c", "com.d"], "flags|contains": "Z"}
    others = [{name: value} for name, value in selections.items()]

    _, (finding,) = one_check(snapshot, rule(others, condition="not s"))

    assert [
        ("installer", "is not one of com.c, com.d", ("com.b",)),
        ("flags", "not: contains Z", ("X", "Y")),
    ] == [(match.field, match.pattern, match.values) for match in finding.matched]


def test_a_moment_in_a_key_or_match_is_text(rule: Make):
    process = Process(source="ps", pid=7, started=None, label="u:r:su:s0")

    _, (finding,) = one_check(
        device([(process, "e-1")]), rule({"label": "u:r:su:s0"}, category="process")
    )

    assert {"source": "ps", "pid": 7, "started": None} == finding.subject.key
    assert "N" == finding.matched[0].privacy


def test_every_rule_has_its_check_in_the_order_of_the_pack(rule: Make):
    rules = tuple(rule({"package": name}) for name in ("a", "b", "c"))

    results = list(
        inspect(
            device([]),
            RulePack(rules=rules, unusable=(), digest=""),
            platform="android",
            gaps=(),
            statements=ALL,
            facts=ScanFacts(),
        )
    )

    assert [each.id for each in rules] == [check.rule for check, _ in results]
