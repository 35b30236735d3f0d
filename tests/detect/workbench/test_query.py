"""Queries: a Sigma detection that is typed, and what is wrong with one, at its place."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.detect.workbench import Answer, QueryError, ask, read_query
from scanner.errors import UsageError
from scanner.model.entities import App, Process
from scanner.snapshot import Snapshot


def snapshot(*apps: App) -> Snapshot:
    made = Snapshot("android")
    for number, each in enumerate(apps):
        made.add(each, evidence=f"e{number}", provenance="os_claimed", rank=0)
    return made


APPS = snapshot(
    App(user=0, package="a", installer="com.example.store", permissions_granted=("SMS", "NFC")),
    App(user=0, package="b", installer=None, permissions_granted=None),
    App(user=0, package="c"),
)


def answer(text: str, *columns: str, device: Snapshot = APPS) -> Answer:
    query = read_query(text)
    return ask(query, device, query.columns(columns))


def rows(text: str, *columns: str) -> list[tuple[object, ...]]:
    found = answer(text, *columns).found
    return [tuple(value for each in row.columns for value in each.values) for row in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("category: app, installer: com.example.store", ["a"]),
        ("category: app, installer: null", ["b"]),
        ("{category: app, installer: null}", ["b"]),
        ("category: app, permissions_granted|contains: ms", ["a"]),
        ("category: app, package: [a, c]", ["a", "c"]),
        ("category: app", ["a", "b", "c"]),
        ("category: app, product: android, package: c", ["c"]),
        ("category: app, product: ios, package: c", []),
        (
            "category: app, detection: {p: {package: [a, b]}, i: {installer: null}, condition: p}",
            ["a", "b"],
        ),
        (
            "category: app, detection: {p: {package: a}, i: {package: c}, condition: not p and i}",
            ["c"],
        ),
        ("category: app\npackage: c", ["c"]),
    ],
)
def test_entities_are_found(text: str, expected: list[str]):
    assert [(each,) for each in expected] == rows(text, "package")


def test_what_is_undecided_is_counted_with_the_field_it_lacks():
    found = answer("category: app, installer: com.example.store")

    assert (1, 2, 1, "installer") == (
        len(found.found),
        found.examined,
        found.undecided,
        found.unstated,
    )


def test_the_key_and_what_is_asked_are_shown_unless_others_are_named():
    assert ("user", "package", "installer") == read_query(
        "category: app, installer: null"
    ).columns()
    assert [(0, "b", None)] == rows("category: app, installer: null")
    assert [("b", "(not stated)")] == rows("category: app, installer: null", "package", "system")


def test_of_a_list_that_is_asked_for_what_matched_is_shown():
    assert [("a", "SMS")] == rows(
        "category: app, permissions_granted|contains: SM", "package", "permissions_granted"
    )
    assert [("SMS", "NFC")] == rows("category: app, package: a", "permissions_granted")


def test_a_column_names_its_evidence_and_what_was_asked_of_it():
    (found,) = answer("category: app, installer: null", "package", "installer").found

    assert ("e1",) == found.evidence
    assert ["", "is none"] == [each.pattern for each in found.columns]


@pytest.mark.parametrize(
    ("text", "marked", "reason", "remedy"),
    [
        ("category: app, instaler: x", "instaler", "unknown field `instaler`", "`installer`"),
        ("category: ap, package: x", "ap", "unknown category `ap`", "did you mean `app`?"),
        ("package: x", "p", "the category is missing", "category: app"),
        ("category: app, debuggable: x", "debuggable", "true or false expected", ""),
        ("category: app, package|cntains: x", "cntains", "unknown modifier `cntains`", "contains"),
        ("category: app, package|re: '('", "package|re", "", "RE2|re2"),
        ("category: app, product: windows", "windows", "unknown product `windows`", ""),
        ("category: app, package: [a", "a", "no YAML", ""),
        ("category: app, detection: {a: {package: x}}", "", "a condition expected", "condition"),
        (
            "category: app, package: x, detection: {a: {package: x}, condition: a}",
            "package",
            "a field beside `detection`",
            "selection",
        ),
        ("category: app, detection: x", "detection", "a map of selections", "condition: a"),
        ("category: app, package: *a", "", "", ""),
        ("category: app, package|expand: '%x%'", "", "the modifier `expand`", ""),
    ],
)
def test_what_is_wrong_is_marked(text: str, marked: str, reason: str, remedy: str):
    with pytest.raises(QueryError) as raised:
        read_query(text)
    fault = raised.value.faults[0]

    assert reason in fault.reason
    assert any(each in fault.remedy for each in remedy.split("|"))
    assert marked in text[fault.start : fault.start + fault.length]
    assert len(text) >= fault.start


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(QueryError) as raised:
        read_query("category: app, instaler: x, debuggable|contains: y")

    assert 2 == len(raised.value.faults)


BROKEN = "the condition cannot be read from `{}` on"
BEGIN = "expected: a selection, `not`, `(`, `1 of NAME_*` or `all of them`"
GO_ON = "expected: `and`, `or`, `)` or the end"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("'a and (a or'", [("condition", "the condition ends too early", BEGIN)]),
        ("'1 of them and )'", [(")", BROKEN.format(")"), BEGIN)]),
        ("a &&& a", [("&&&", BROKEN.format("&&&"), GO_ON)]),
        (
            "a and b_ or not 1 of c_*",
            [
                ("b_", "unknown selection `b_`", "use one of: a"),
                ("c_*", "unknown selection `c_*`", "use one of: a"),
            ],
        ),
    ],
)
def test_of_a_condition_place_and_what_is_expected_are_said(
    condition: str, expected: list[tuple[str, str, str]]
):
    text = f"{{category: app, detection: {{a: {{system: true}}, condition: {condition}}}}}"
    with pytest.raises(QueryError) as raised:
        read_query(text)

    assert expected == [
        (text[each.start : each.start + each.length], each.reason, each.remedy)
        for each in raised.value.faults
    ]


def test_an_unknown_category_hides_no_error_of_the_condition():
    with pytest.raises(QueryError) as raised:
        read_query("{category: nope, product: x, detection: {a: {b: 1}, condition: a and b}}")

    assert [
        "unknown category `nope`",
        "unknown product `x`",
        "unknown selection `b`",
    ] == [each.reason for each in raised.value.faults]


def test_only_a_near_name_is_suggested():
    with pytest.raises(QueryError) as raised:
        read_query("category: app, package|fieldref: nope")

    (fault,) = raised.value.faults
    assert "use one of: accessibility_services" in fault.remedy


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "- a", "a: b\n---\nc: d", "\x00", "category: {}", "{" * 10_000]
)
def test_what_is_no_query_is_refused(text: str):
    with pytest.raises(QueryError):
        read_query(text)


def test_a_text_without_bounds_is_refused():
    with pytest.raises(QueryError, match="larger than"):
        read_query("category: app, package: [" + "a, " * 200_000 + "]")


@pytest.mark.parametrize("name", ["instaler", "no such", ""])
def test_a_column_that_no_entity_has_is_refused(name: str):
    with pytest.raises(UsageError, match="no field"):
        read_query("category: app").columns([name])


def test_the_values_of_a_moment_are_text():
    process: dict[str, Any] = dict.fromkeys(Process.key, "x")
    device = Snapshot("android")
    device.add(Process(**process), evidence="e", provenance="os_claimed", rank=0)

    found = answer("category: process", device=device)

    assert 1 == len(found.found)
