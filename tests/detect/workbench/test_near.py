"""Near misses: which entities come close to a rule, and which fields kept each from it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec import UNSET

from scanner.detect.groups import gather
from scanner.detect.workbench.near import FARTHEST, NOT_STATED, Near, near_groups, near_misses
from scanner.model.entities import App, Socket
from scanner.snapshot import Joined
from tests.detect.rule_files import base, compiled, correlation_data, related, rule_data

THREE = {"selection": {"debuggable": True, "hidden": True, "launcher": True}}


def joined(*apps: App) -> list[Joined]:
    return [Joined(app, {"debuggable": ("e1",)}, {}) for app in apps]


def app(package: str, **stated: Any) -> App:
    return App(user=0, package=package, **stated)


def near(folder: Path, detection: dict[str, Any], *apps: App, limit: int = 5) -> tuple[Near, ...]:
    data = rule_data(detection={"condition": "selection"} | detection)
    return near_misses(compiled(folder, data), joined(*apps), limit)


def packages(found: Iterable[Near]) -> list[object]:
    return [each.subject.key["package"] for each in found]


def test_the_closest_comes_first_and_says_which_fields_kept_it(tmp_path: Path):
    found = near(
        tmp_path,
        THREE,
        app("two", debuggable=False, hidden=False, launcher=True),
        app("one", debuggable=False, hidden=True, launcher=True),
        app("none", debuggable=False, hidden=False, launcher=False),
        app("all", debuggable=True, hidden=True, launcher=True),
    )

    assert ["one", "two"] == packages(found)
    (missed,) = found[0].missed
    assert ("debuggable", "is true", (False,), ("e1",), 2) == (
        missed.field,
        missed.pattern,
        missed.values,
        missed.evidence,
        found[0].held,
    )


def test_what_is_undecided_is_no_miss(tmp_path: Path):
    assert () == near(tmp_path, THREE, app("a", debuggable=True, hidden=True))


def test_a_field_that_is_not_stated_is_said_beside_one_that_is_otherwise(tmp_path: Path):
    (found,) = near(tmp_path, THREE, app("a", debuggable=True, hidden=False))

    assert [("hidden", (False,)), ("launcher", (NOT_STATED,))] == [
        (each.field, each.values) for each in found.missed
    ]


def test_of_an_or_the_nearest_way_counts(tmp_path: Path):
    either: dict[str, Any] = {
        "a": {"debuggable": True, "hidden": True, "launcher": True},
        "b": {"system": False, "enabled": True},
        "condition": "a or b",
    }

    (found,) = near(
        tmp_path,
        either,
        app("x", debuggable=False, hidden=False, launcher=False, system=True, enabled=True),
    )

    assert ["system"] == [each.field for each in found.missed]


def test_a_selection_that_should_not_hold_is_named_as_such(tmp_path: Path):
    without: dict[str, Any] = {
        "a": {"debuggable": True},
        "b": {"system": True},
        "condition": "a and not b",
    }

    (found,) = near(tmp_path, without, app("x", debuggable=True, system=True))

    assert [("system", "not: is true", (True,))] == [
        (each.field, each.pattern, each.values) for each in found.missed
    ]


def test_that_something_harmless_is_not_there_brings_nothing_near(tmp_path: Path):
    without: dict[str, Any] = {
        "a": {"debuggable": True},
        "b": {"system": True},
        "condition": "a and not b",
    }

    assert () == near(tmp_path, without, app("x", debuggable=False, system=False))


def test_what_is_too_far_is_no_near_miss(tmp_path: Path):
    fields = ("debuggable", "hidden", "launcher", "suspended", "test_only")
    asked = {"selection": dict.fromkeys(fields, True)}
    far = dict.fromkeys(fields, False) | {"debuggable": True}

    assert FARTHEST < len(fields) - 1
    assert () == near(tmp_path, asked, app("x", **far))


def test_the_number_is_bounded_and_none_may_be_asked_for(tmp_path: Path):
    apps = [app(f"a{number}", debuggable=False, hidden=True, launcher=True) for number in range(9)]

    assert ["a0", "a1"] == packages(near(tmp_path, THREE, *apps, limit=2))
    assert () == near(tmp_path, THREE, *apps, limit=0)


def test_a_long_list_is_cut(tmp_path: Path):
    asked = {"selection": {"debuggable": True, "permissions_granted": "x"}}
    many = tuple(f"p{number}" for number in range(100))

    (found,) = near(tmp_path, asked, app("x", debuggable=True, permissions_granted=many))

    assert many[:16] == found.missed[0].values


def test_a_comparison_of_two_fields_shows_both(tmp_path: Path):
    asked = {"selection": {"debuggable": True, "installer|fieldref": "package"}}

    (found,) = near(tmp_path, asked, app("x", debuggable=True, installer="y"))

    assert [("installer", ("y",)), ("package", ("x",))] == [
        (each.field, each.values) for each in found.missed
    ]


def test_of_a_correlation_the_group_that_lacks_least(tmp_path: Path):
    section = {"type": "temporal", "rules": ["a", "b"], "group-by": ["user", "package"]}
    bases = [base("a", "app", {"hidden": True}), base("b", "app", {"debuggable": True})]
    rule = related(tmp_path, *bases, correlation_data(section))
    apps = joined(app("x", hidden=True, debuggable=False), app("y", hidden=False, debuggable=False))

    (found,) = near_groups(rule, gather(rule, lambda kind: apps if kind is App else []), 5)

    assert {"user": 0, "package": "x"} == found.subject.key
    assert [("app", "one is: b")] == [(each.field, each.pattern) for each in found.missed]


def test_values_keep_the_class_of_their_field(tmp_path: Path):
    data = rule_data(
        logsource={"product": "android", "category": "socket"},
        detection={"a": {"state": "LISTEN", "remote_address": "192.0.2.1"}, "condition": "a"},
        tests={"match": [{}], "no_match": [{}]},
    )
    stated = dict.fromkeys(Socket.__struct_fields__, UNSET)
    socket = Socket(**stated | {"state": "LISTEN", "remote_address": "192.0.2.2"})  # type: ignore[arg-type]

    (found,) = near_misses(compiled(tmp_path, data), [Joined(socket, {}, {})], 1)

    assert ["N"] == [each.privacy for each in found.missed]
