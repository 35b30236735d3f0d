"""Damaged files: whatever bytes change, a parser states something or says what it expected."""

from __future__ import annotations

import random
from datetime import datetime

import pytest

from scanner.artifacts.ios.recorded import (
    analytics,
    backup_lists,
    data_usage,
    installed_apps,
    location_clients,
    privacy_grants,
    store_databases,
    trust_store,
)
from scanner.errors import NotAvailable, ParseError

from .stored import database, plist, read

NAIVE = datetime(2026, 11, 2, 3, 4, 5)  # noqa: DTZ001 - so property lists write UTC
PROGRAMS = "create table ZPROCESS (Z_PK integer primary key, ZPROCNAME varchar);"
USAGE = "create table ZLIVEUSAGE (Z_PK integer primary key, ZHASPROCESS integer, ZWIFIIN float);"
FRONT_BOARD = """create table application_identifier_tab (id integer, application_identifier text);
    create table key_tab (id integer, key text);
    create table kvs (application_identifier integer, key integer, value blob);"""
WHOLE = {
    "programs": (
        data_usage.parse,
        database(
            PROGRAMS + USAGE,
            [
                ("ZPROCESS", [(number, f"p{number}") for number in range(60)]),
                ("ZLIVEUSAGE", [(number, number, 1.0) for number in range(60)]),
            ],
        ),
    ),
    "grants": (
        privacy_grants.parse,
        database(
            "create table access (service text, client text, auth_value integer);",
            [("access", [("kTCCServiceCamera", f"com.example.a{n}", 2) for n in range(60)])],
        ),
    ),
    "store": (
        store_databases.parse,
        database(
            "create table app_updates (bundle_id text, install_date datetime);",
            [("app_updates", [(f"com.example.a{n}", 8e8) for n in range(60)])],
        ),
    ),
    "front_board": (
        installed_apps.parse,
        database(
            FRONT_BOARD,
            [
                ("application_identifier_tab", [(1, "com.example.a")]),
                ("key_tab", [(1, "_UninstallDate")]),
                ("kvs", [(1, 1, plist(NAIVE))]),
            ],
        ),
    ),
    "trust": (
        trust_store.parse,
        database(
            "create table tsettings (tset blob, data blob);",
            [("tsettings", [(plist([]), b"\x30\x03\x02\x01\x00")])],
        ),
    ),
    "backup": (
        backup_lists.parse_info,
        plist(
            {
                "Product Version": "26.1",
                "Last Backup Date": NAIVE,
                "Applications": {"com.example.a": {"iTunesMetadata": plist({"sourceApp": "x"})}},
            }
        ),
    ),
    "analytics": (analytics.parse, plist({"netUsageBaseline": {"a": [NAIVE, 1.0, 2.0, 3.0, 4.0]}})),
    "clients": (
        location_clients.parse,
        plist({"a": {"BundleId": "x", "LocationTimeStarted": 1.5, "FenceTimeStopped": NAIVE}}),
    ),
}


@pytest.mark.parametrize("name", WHOLE)
def test_changed_bytes(name):
    parse, whole = WHOLE[name]
    chance = random.Random(name)
    refused = 0
    for _ in range(150):
        changed = bytearray(whole)
        for _ in range(chance.choice((1, 2, 5, 30))):
            reach = chance.choice((len(whole), min(len(whole), 400)))
            changed[chance.randrange(reach)] = chance.randrange(256)
        try:
            read(parse, bytes(changed))
        except (ParseError, NotAvailable):
            refused += 1

    assert 0 < refused


@pytest.mark.parametrize("name", WHOLE)
def test_cut_files(name):
    parse, whole = WHOLE[name]
    for size in range(0, len(whole) // 2, max(1, len(whole) // 20)):
        with pytest.raises((ParseError, NotAvailable)):
            read(parse, whole[:size])
