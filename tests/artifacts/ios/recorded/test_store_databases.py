"""Databases of the App Store: what came, changed and went."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.recorded.store_databases import parse, parse_downloads
from scanner.errors import ParseError
from scanner.model.entities import AppEvent

from .stored import database, read

SECONDS = 815_281_445
AT = datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)
PERSON = "person@example.com"
INSTALLS = """create table app_install (pid integer primary key, apple_id text, bundle_id text,
    bundle_version text, failure_error blob, timestamp datetime, update_type integer);"""
UPDATES = "create table {} (pid integer primary key, bundle_id text, install_date datetime);"
CURRENT = """create table current_apps (pid integer primary key, bundle_id text,
    short_version text, deletion_date datetime, is_system_app integer, timestamp datetime);"""
DOWNLOADS = """create table download (pid integer primary key, bundle_id text,
    bundle_version text, kind text, timestamp integer, title text);"""


def event(package="com.example.app", **fields):
    stated = {
        "source": "app_store",
        "kind": "install",
        "at": AT,
        "version": UNSET,
        "precision": "second",
        "clock": "utc",
    }
    return AppEvent(package=package, **(stated | fields))


def test_installs_updates_and_failures():
    rows = [
        (1, PERSON, "com.example.app", "7", None, SECONDS, 0),
        (2, PERSON, "com.example.app", "8", None, SECONDS + 60.25, 1),
        (3, PERSON, "com.example.b", None, b"error", SECONDS, 0),
        (4, PERSON, "com.example.c", "1", None, None, 0),
        (5, PERSON, None, "1", None, SECONDS, 0),
    ]
    found = read(parse, database(INSTALLS, [("app_install", rows)]))

    assert [
        event(version="7"),
        event(kind="update", version="8", at=datetime(2026, 11, 2, 3, 5, 5, 250_000, UTC)),
        event("com.example.b", kind="failure"),
        event("com.example.c", version="1", at=None),
    ] == found
    assert PERSON not in repr(found)


@pytest.mark.parametrize("table", ["app_updates", "mapi_app_update"])
def test_an_update_that_is_only_offered_is_none(table):
    rows = [(1, "com.example.app", SECONDS), (2, "com.example.b", None), (3, "com.example.c", 0)]

    assert [event(kind="update")] == read(parse, database(UPDATES.format(table), [(table, rows)]))


def test_apps_that_were_seen_and_deleted():
    rows = [
        (1, "com.example.app", "1.2", None, 0, SECONDS),
        (2, "com.example.b", "2.0", SECONDS, 0, SECONDS),
        (3, "com.apple.example", "3.0", None, 1, SECONDS),
    ]

    assert [
        event(version="1.2"),
        event("com.example.b", version="2.0"),
        event("com.apple.example", kind="other", version="3.0"),
        event("com.example.b", kind="remove", version="2.0"),
    ] == read(parse, database(CURRENT, [("current_apps", rows)]))


def test_several_tables_of_one_database():
    script = INSTALLS + UPDATES.format("app_updates") + "create table purchases (bundle_id text);"
    data = database(
        script,
        [
            ("app_install", [(1, None, "com.example.app", None, None, SECONDS, 0)]),
            ("app_updates", [(1, "com.example.app", SECONDS)]),
            ("purchases", [("com.example.bought",)]),
        ],
    )

    assert [event(), event(kind="update")] == read(parse, data)


def test_downloads():
    rows = [
        (1, "com.example.app", "7", "software", 1_793_588_645, "Example"),
        (2, "com.example.b", None, None, None, "Example"),
        (3, None, None, "song", 1_793_588_645, PERSON),
        (4, "com.example.c", None, "ebook", 1_793_588_645, PERSON),
    ]
    found = read(parse_downloads, database(DOWNLOADS, [("download", rows)]))

    assert [
        event(source="itunes_store", version="7"),
        event("com.example.b", source="itunes_store", at=None),
    ] == found


@pytest.mark.parametrize("parser", [parse, parse_downloads])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        database("create table asset (pid integer)"),
        database("create table app_install (pid integer); create table download (pid integer)"),
        database(
            "create view app_install as select 'com.example.app' bundle_id;"
            "create view download as select 'com.example.app' bundle_id"
        ),
    ],
)
def test_no_such_database(parser, data):
    with pytest.raises(ParseError):
        read(parser, data)
