"""Apps that FrontBoard knows: those with a bundle, and those that went."""

from __future__ import annotations

from datetime import UTC, datetime
from plistlib import UID

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.recorded.installed_apps import parse
from scanner.errors import ParseError
from scanner.model.entities import App, AppEvent

from .stored import database, plist, read, read_partly

TABLES = """create table application_identifier_tab (id integer primary key,
        application_identifier text);
    create table key_tab (id integer primary key, key text);
    create table kvs (id integer primary key, application_identifier integer, key integer,
        value blob);"""
NAIVE = datetime(2026, 11, 2, 3, 4, 5)  # noqa: DTZ001 - so property lists write UTC
PATH = "/private/var/containers/Bundle/Application/00000000-0000-4000-8000-000000000000/Example.app"


def information(path, **fields):
    """Return what FrontBoard keeps of an app: a list within a list."""
    entry = {"$class": UID(1), "bundlePath": UID(2)} | fields
    objects = ["$null", {"$classname": "Example"}, path, entry]
    return plist(
        plist({"$archiver": "NSKeyedArchiver", "$top": {"root": UID(3)}, "$objects": objects})
    )


def state(*values):
    names = list(dict.fromkeys(name for name, _, _ in values))
    keys = ["other", "compatibilityInfo", "_UninstallDate"]
    rows = [
        (number, names.index(name) + 1, keys.index(key) + 1, value)
        for number, (name, key, value) in enumerate(values)
    ]
    return database(
        TABLES,
        [
            ("application_identifier_tab", list(enumerate(names, start=1))),
            ("key_tab", list(enumerate(keys, start=1))),
            ("kvs", rows),
        ],
    )


def test_apps():
    data = state(
        ("com.example.app", "compatibilityInfo", information(PATH)),
        ("com.example.app", "other", b"x"),
        ("com.apple.example", "compatibilityInfo", information("/Applications/Example.app")),
        ("com.example.odd", "compatibilityInfo", information("/var/tmp/Odd.app")),
        ("com.example.seen", "other", b"x"),
        ("com.example.gone", "_UninstallDate", plist(NAIVE)),
        ("com.example.within", "_UninstallDate", plist(plist(NAIVE))),
    )
    gone = AppEvent(
        source="front_board",
        package="com.example.gone",
        kind="remove",
        at=datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC),
        precision="second",
        clock="utc",
    )
    *found, first, second = read(parse, data)

    assert [
        App(user=0, package="com.example.app", installed=True, path=PATH, system=False),
        App(
            user=0,
            package="com.apple.example",
            installed=True,
            path="/Applications/Example.app",
            system=True,
        ),
        App(user=0, package="com.example.odd", installed=True, path="/private/var/tmp/Odd.app"),
    ] == found
    assert gone == first
    assert ("com.example.within", gone.at) == (second.package, second.at)


@pytest.mark.parametrize(
    "value",
    [
        b"x",
        "text",
        None,
        plist([]),
        plist({"$top": {}, "$objects": 5}),
        plist({"$top": 5, "$objects": []}),
    ],
)
def test_an_odd_value_leaves_the_other_apps(value):
    good = ("com.example.b", "compatibilityInfo", information(PATH))
    found = read_partly(parse, state(("com.example.a", "compatibilityInfo", value), good))

    assert ["com.example.b"] == [each.package for each in found]


def test_a_date_that_is_none():
    assert [] == read_partly(parse, state(("com.example.a", "_UninstallDate", plist("then"))))


@pytest.mark.parametrize(
    "value",
    [
        information(5),
        information(PATH, bundlePath=UID(900)),
        plist({"$top": {"root": UID(7)}, "$objects": []}),
    ],
)
def test_an_app_without_a_path_is_there(value):
    (found,) = read(parse, state(("com.example.a", "compatibilityInfo", value)))

    assert (True, UNSET, UNSET) == (found.installed, found.path, found.system)


@pytest.mark.parametrize(
    "script",
    [
        "create table kvs (a);",
        TABLES.replace("create table kvs", "create table other"),
        TABLES.replace("create table kvs", "create table x")
        + "create view kvs as select * from x;",
    ],
)
def test_no_such_database(script):
    with pytest.raises(ParseError):
        read(parse, database(script))
