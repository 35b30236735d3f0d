"""Correlations over a device: their checks, their findings, and what gaps do to both."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scanner.model.entities import (
    AccessibilityService,
    AdbKey,
    App,
    Otherwise,
    Property,
    Setting,
    User,
)
from scanner.model.evidence import Gap
from scanner.model.findings import Message, Subject
from tests.detect.devices import ALL, NOW, artifact, device, one_check
from tests.detect.rule_files import base, correlation_data, related

READERS = artifact("readers", (AccessibilityService, ("user", "component", "package", "enabled")))
EVERYTHING = (*ALL, READERS)
OUTSIDE = base("outside", "app", {"installer": None}, title="An app of no store")
READS = base("reads", "accessibility_service", {"enabled": True}, title="A service that is on")
BOTH: dict[str, Any] = {"type": "temporal", "rules": ["outside", "reads"]}
BY_APP = BOTH | {"group-by": ["user", "package"]}
APART = {"type": "temporal", "group-by": ["user", "package"], "condition": "outside and not reads"}


def app(package: str, **stated: Any) -> App:
    return App(**({"user": 0, "package": package, "installer": None} | stated))


def reader(package: str, **stated: Any) -> AccessibilityService:
    given = {"user": 0, "component": f"{package}/{package}.S", "package": package, "enabled": True}
    return AccessibilityService(**(given | stated))


def test_a_finding_for_each_group_cites_what_each_base_rule_matched(tmp_path: Path):
    rule = related(tmp_path, correlation_data(BY_APP), OUTSIDE, READS)
    stated = [(app(name), f"list-{name}") for name in "abc"]
    stated += [(reader(name), f"services-{name}") for name in "bcd"]  # type: ignore[misc]

    check, findings = one_check(device(stated), rule, statements=EVERYTHING)

    assert "finding" == check.status
    assert (6, 2, 0) == (check.examined, check.matched, check.unknown)
    assert [Subject(entity="app", key={"user": 0, "package": name}) for name in "bc"] == [
        each.subject for each in findings
    ]
    first = findings[0]
    assert [
        ("app.installer", "is none", (None,)),
        ("accessibility_service.component", "names it", ("b/b.S",)),
        ("accessibility_service.enabled", "is true", (True,)),
    ] == [(match.field, match.pattern, match.values) for match in first.matched]
    assert ("list-b", "services-b") == first.evidence
    assert first.id != findings[1].id


def test_what_matches_none_is_part_of_the_reason(tmp_path: Path):
    rule = related(tmp_path, correlation_data(APART), OUTSIDE, READS)

    check, findings = one_check(device([(app("a"), "list")]), rule, statements=EVERYTHING)

    assert "finding" == check.status
    assert ("accessibility_service", "none is: A service that is on", (0,)) == (
        findings[0].matched[1].field,
        findings[0].matched[1].pattern,
        findings[0].matched[1].values,
    )


def test_a_count_is_part_of_the_reason_and_entities_are_shown_up_to_a_bound(tmp_path: Path):
    section = {"type": "event_count", "rules": "outside", "condition": {"gte": 3}}
    rule = related(tmp_path, correlation_data(section), OUTSIDE)

    _, (finding,) = one_check(device([(app(f"a{n}"), "list") for n in range(50)]), rule)

    assert ("event_count >= 3", (50,)) == (finding.matched[0].pattern, finding.matched[0].values)
    shown = [match.values[0] for match in finding.matched if match.field == "app.package"]
    assert ["a0", "a1", "a10", "a11", "a12", "a13", "a14", "a15"] == shown
    assert Subject(entity="app", key={}) == finding.subject


STATUSES: dict[str, tuple[dict[str, Any], list[Any], list[Gap], str, str | None]] = {
    # section, what is stated, gaps, status, reason
    "nothing there": (BY_APP, [], [], "pass", None),
    "nothing together": (BY_APP, [app("a"), reader("b")], [], "pass", None),
    "one cannot be": (
        BY_APP,
        [app("a", installer="x")],
        [Gap(artifact="readers", reason="parse_error")],
        "pass",
        None,
    ),
    "one may be hidden": (
        BY_APP,
        [app("a")],
        [Gap(artifact="readers", reason="parse_error")],
        "not_examined",
        "parse_error",
    ),
    "both may be hidden": (
        BY_APP,
        [],
        [Gap(artifact=name, reason="timeout") for name in ("packages", "dump", "readers")],
        "not_examined",
        "timeout",
    ),
    "hidden of another user": (
        BY_APP,
        [app("a")],
        [Gap(artifact="readers", reason="no_permission", user=10)],
        "pass",
        None,
    ),
    "hidden of this user": (
        BY_APP,
        [app("a")],
        [Gap(artifact="readers", reason="no_permission", user=0)],
        "not_examined",
        "no_permission",
    ),
    "hidden of another user, the whole device asked": (
        BOTH,
        [app("a")],
        [Gap(artifact="readers", reason="no_permission", user=10)],
        "not_examined",
        "no_permission",
    ),
    "a match in spite of gaps": (
        BY_APP,
        [app("a"), reader("a")],
        [Gap(artifact=name, reason="truncated") for name in ("packages", "dump", "readers")],
        "finding",
        None,
    ),
    "what speaks against it may be hidden": (
        APART,
        [app("a")],
        [Gap(artifact="readers", reason="truncated")],
        "not_examined",
        "truncated",
    ),
    "what speaks against it is seen": (
        APART,
        [app("a"), reader("a")],
        [Gap(artifact="readers", reason="truncated")],
        "pass",
        None,
    ),
    "not stated": (
        BY_APP,
        [App(user=0, package="a"), reader("a")],
        [],
        "not_examined",
        "field_not_stated",
    ),
    "not stated of another": (BY_APP, [App(user=0, package="a"), reader("b")], [], "pass", None),
}


@pytest.mark.parametrize("name", STATUSES)
def test_status(name: str, tmp_path: Path):
    section, stated, gaps, status, reason = STATUSES[name]
    rule = related(tmp_path, correlation_data(section), OUTSIDE, READS)

    check, findings = one_check(
        device([(each, "list") for each in stated]), rule, gaps=gaps, statements=EVERYTHING
    )

    assert (status, reason) == (check.status, check.reason)
    assert bool(findings) is (status == "finding")


def test_what_is_derived_from_other_users_is_unknown_where_one_of_them_is(tmp_path: Path):
    rule = related(
        tmp_path,
        correlation_data({"type": "temporal", "group-by": "user", "condition": "one and not two"}),
        base("one", "app", {"package": "a"}),
        base("two", "app", {"other_users|exists": True, "package": "b"}),
    )
    stated = [(app("a"), "list"), (app("b", installed=True), "list"), (User(id=0), "users")]
    gaps = [Gap(artifact="packages", reason="no_permission", user=10)]

    whole, _ = one_check(device(stated), rule)
    check, _ = one_check(device(stated), rule, gaps=gaps)

    assert ("finding", "not_examined") == (whole.status, check.status)


def test_what_no_artifact_states_is_named(tmp_path: Path):
    rule = related(tmp_path, correlation_data(BY_APP), OUTSIDE, READS)

    check, _ = one_check(device([(app("a"), "list")]), rule, statements=ALL)

    assert ("not_examined", "source_absent") == (check.status, check.reason)


def test_the_field_that_is_not_stated_is_named_with_its_artifacts(tmp_path: Path):
    rule = related(tmp_path, correlation_data(BY_APP), OUTSIDE, READS)
    snapshot = device([(App(user=0, package="a"), "list"), (reader("a"), "services")])

    check, _ = one_check(snapshot, rule, statements=EVERYTHING)

    params: dict[str, str | int] = {"field": "installer", "artifact": "packages, dump", "count": 1}
    assert Message("check.field_not_stated", params) == check.detail


def test_a_value_that_is_not_stated_is_named(tmp_path: Path):
    section = {
        "type": "value_count", "rules": "outside", "condition": {"gte": 1, "field": "debuggable"}
    }  # fmt: skip
    rule = related(tmp_path, correlation_data(section), OUTSIDE)

    check, _ = one_check(device([(app("a"), "list")]), rule)

    assert check.detail is not None
    assert "debuggable" == check.detail.params["field"]


@pytest.mark.parametrize(
    ("entity", "category", "selection"),
    [
        (Setting(user=0, namespace="global", name="other"), "setting", {"name": "a", "value": "1"}),
        (Property(name="other", value="x"), "property", {"name": "a", "value": "1"}),
    ],
)
def test_a_name_that_nothing_lists_is_not_examined(
    entity: Any, category: str, selection: dict[str, str], tmp_path: Path
):
    section = {"type": "temporal", "rules": ["outside", "set"]}
    rule = related(tmp_path, correlation_data(section), OUTSIDE, base("set", category, selection))

    check, _ = one_check(device([(app("a"), "list"), (entity, "list")]), rule)

    assert ("not_examined", "field_not_stated") == (check.status, check.reason)
    assert check.detail is not None
    assert "value" == check.detail.params["field"]


def test_what_the_scan_itself_left_explains_a_finding_that_needs_it(tmp_path: Path):
    rule = related(
        tmp_path,
        correlation_data({"type": "temporal", "rules": ["key", "outside"]}),
        base("key", "adb_key", {"fingerprint|exists": True}),
        OUTSIDE,
    )
    ours = AdbKey(fingerprint="AA", last_connected_at=NOW + timedelta(seconds=9))
    other = AdbKey(fingerprint="BB", last_connected_at=NOW)
    facts = {"started_at": NOW, "host_keys": ("AA",)}
    alone = device([(ours, "keys"), (app("a"), "list")])
    both = device([(ours, "keys"), (other, "keys"), (app("a"), "list")])

    _, (explained,) = one_check(alone, rule, **facts)
    _, (unexplained,) = one_check(both, rule, **facts)

    assert Message("explained.own_adb_key") == explained.explained_by_scan
    assert unexplained.explained_by_scan is None


def test_the_weakest_witness_counts(tmp_path: Path):
    rule = related(tmp_path, correlation_data(BY_APP), OUTSIDE, READS)
    snapshot = device([(app("a"), "list")], provenance="hw_attested")
    snapshot.add(reader("a"), evidence="services", provenance="user_stated", rank=1)

    _, (finding,) = one_check(snapshot, rule, statements=EVERYTHING)

    assert "user_stated" == finding.provenance


def test_another_platform_is_not_applicable(tmp_path: Path):
    bases = [
        each | {"logsource": each["logsource"] | {"product": "ios"}} for each in (OUTSIDE, READS)
    ]
    rule = related(tmp_path, correlation_data(BY_APP), *bases)

    check, _ = one_check(device([(app("a"), "list")]), rule)

    assert "not_applicable" == check.status


def test_a_default_of_all_others_closes_a_group(tmp_path: Path):
    section = {"type": "temporal", "group-by": "package", "condition": "outside and not powerful"}
    powerful = base("powerful", "app", {"accessibility_services|exists": True})
    rule = related(tmp_path, correlation_data(section), OUTSIDE, powerful)
    stated: list[Any] = [(app("a"), "list")]

    unknown, _ = one_check(device(stated), rule)
    stated.append((Otherwise(entity="app", user=0, field="accessibility_services"), "services"))
    known, _ = one_check(device(stated), rule)

    assert ("not_examined", "finding") == (unknown.status, known.status)
