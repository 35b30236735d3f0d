"""Traffic by program: both databases and the daily analytics."""

from __future__ import annotations

import time
import tracemalloc
from datetime import datetime

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.recorded import analytics, data_usage, net_usage
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import RowGap, TrafficRecord

from .stored import database, plist, read, read_partly, stored

PROCESSES = """create table ZPROCESS (Z_PK integer primary key, ZFIRSTTIMESTAMP timestamp,
    ZTIMESTAMP timestamp, ZBUNDLENAME varchar, ZPROCNAME varchar);"""
USAGE = """create table ZLIVEUSAGE (Z_PK integer primary key, ZHASPROCESS integer,
    ZTIMESTAMP timestamp, ZWIFIIN float, ZWIFIOUT float, ZWWANIN float, ZWWANOUT float);"""
DAY = 815_281_445  # 2026-11-02
NAIVE = datetime(2026, 11, 2, 5)  # noqa: DTZ001 - so property lists write UTC
UUID = "0A1B2C3D-0000-4000-8000-00000000ABCD"


def usage(processes, counted=()):
    return database(PROCESSES + USAGE, [("ZPROCESS", processes), ("ZLIVEUSAGE", counted)])


def record(**fields):
    defaults = {
        "source": "data_usage",
        "process": "",
        "bundle": None,
        "first_seen": None,
        "last_seen": None,
        "wifi_in": None,
        "wifi_out": None,
        "wwan_in": None,
        "wwan_out": None,
        "orphan": False,
    }
    return TrafficRecord(**(defaults | fields))


def gap(**fields):
    return RowGap(database="DataUsage.sqlite", table="ZPROCESS", **fields)


def test_programs_and_what_they_used():
    data = usage(
        [
            (1, DAY, DAY + 86_400, None, "CommCenter"),
            (2, DAY, DAY, "com.example.app", "mDNSResponder/com.example.app"),
            (3, None, 0, None, f"{UUID}/com.example.other"),
        ],
        [
            (1, 1, DAY + 5 * 86_400, 1.0, 2.0, 300.0, 4.0),
            (2, 1, DAY, 10.0, 20.0, 3000.0, 40.0),
            (3, 2, DAY, 0.0, 0.0, 7.0, 8.0),
        ],
    )

    assert [
        record(
            process="CommCenter",
            first_seen="2026-11-02",
            last_seen="2026-11-07",
            wifi_in=11,
            wifi_out=22,
            wwan_in=3300,
            wwan_out=44,
        ),
        record(
            process="mDNSResponder",
            bundle="com.example.app",
            first_seen="2026-11-02",
            last_seen="2026-11-02",
            wifi_in=0,
            wifi_out=0,
            wwan_in=7,
            wwan_out=8,
        ),
        record(bundle="com.example.other"),
        gap(rows=3, missing=0, orphans=0),
    ] == read(data_usage.parse, data)


def test_traffic_of_programs_that_are_gone_is_counted_together():
    data = usage(
        [(2, None, None, None, "b"), (5, None, None, None, "e")],
        [
            (1, 1, DAY, 1.0, None, None, None),
            (2, 3, DAY + 86_400, 2.0, 5.0, None, None),
            (3, 5, None, 4.0, None, None, None),
            (4, 9, None, 8.0, None, None, None),
            (5, 9, None, 8.0, None, None, None),
        ],
    )
    *_, gone, missing = found = read(data_usage.parse, data)

    assert [None, 4] == [each.wifi_in for each in found[:2]]
    expected = record(
        first_seen="2026-11-02",
        last_seen="2026-11-03",
        wifi_in=19,
        wifi_out=5,
        wwan_in=0,
        wwan_out=0,
        orphan=True,
    )
    assert expected == gone
    assert gap(rows=2, missing=2, orphans=4) == missing


@pytest.mark.parametrize(
    ("numbers", "missing"),
    [
        ([1, 2, 4], 1),
        ([7], 0),
        ([], 0),
        ([1, 10**9], 10**9 - 2),
        ([1, 2**62], 2**62 - 2),
        ([-(2**63), 2**63 - 1], 2**63 - 1),
    ],
)
def test_a_gap_of_any_size_costs_nothing(numbers, missing):
    data = usage([(number, None, None, None, "p") for number in numbers])
    started = time.process_time()
    found = read(data_usage.parse, data)[-1]

    assert gap(rows=len(numbers), missing=missing, orphans=0) == found
    assert time.process_time() - started < 1


def test_odd_cells_state_nothing():
    data = usage(
        [(1, "soon", b"\0", b"5", "p" * 400), (2, None, None, None, None)],
        [(1, 1, "x", "many", b"\1", -5.0, float("inf")), (2, "one", None, 1, 1, 1, 1)],
    )
    first, counted = read(data_usage.parse, data)

    assert record(process="p" * 255, wifi_in=0, wifi_out=0) == first
    assert gap(rows=2, missing=0, orphans=0) == counted


def test_a_column_of_a_later_version_is_not_needed():
    script = PROCESSES + "create table ZLIVEUSAGE (ZHASPROCESS integer, ZWWANIN float);"
    data = database(script, [("ZPROCESS", [(1, None, None, None, "p")]), ("ZLIVEUSAGE", [(1, 5)])])
    (found, _) = read(data_usage.parse, data)

    assert record(process="p", wifi_in=UNSET, wifi_out=UNSET, wwan_in=5, wwan_out=UNSET) == found


def test_without_counts_the_programs_are_still_stated():
    programs = [(1, DAY, DAY, None, "p"), (3, None, None, None, "q")]
    data = database(PROCESSES, [("ZPROCESS", programs)])
    found = read_partly(data_usage.parse, data)

    assert ["p", "q", 1] == [*(each.process for each in found[:2]), found[2].missing]
    assert [UNSET, UNSET] == [found[0].wifi_in, found[2].orphans]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"SQLite format 3\0" + bytes(84),
        database("create table ZOTHER (a)"),
        database("create table ZPROCESS (Z_PK integer primary key)"),
        database("create view ZPROCESS as select 1 as Z_PK, 'BackupAgent' as ZPROCNAME"),
        usage([(1, None, None, None, "p")])[:5000],
    ],
)
def test_no_such_database(data):
    with pytest.raises(ParseError):
        read(data_usage.parse, data)


def test_networkd_counts_in_the_same_shape():
    data = usage([(1, DAY, DAY, None, "apsd")], [(1, 1, DAY, 5.0, 6.0, 7.0, 8.0)])
    found, counted = read(net_usage.parse, data)

    assert ("net_usage", 5, 8) == (found.source, found.wifi_in, found.wwan_out)
    assert "netusage.sqlite" == counted.database


def test_many_rows_are_walked_not_held():
    count = 20_000
    data = usage(
        ((number, DAY, DAY, None, f"p{number}") for number in range(1, count + 1)),
        ((number, count + 1 - number, DAY, 1.0, 1.0, 1.0, 1.0) for number in range(1, count + 1)),
    )
    tracemalloc.start()
    found = data_usage.parse(stored(data))
    counts = [each.wifi_in for each in found if isinstance(each, TrafficRecord)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [1] * count == counts
    assert peak < 4 * len(data)  # copies of the file, and nothing for each row


def test_the_daily_analytics():
    data = plist(
        {
            "netUsageBaseline": {
                "apsd": [NAIVE, 1.0, 2.0, 3, 4.0],
                "mDNSResponder/com.example.app": [float(DAY), 0.0, 0.0, -1.0, float("nan"), 9],
                "x": ["soon", "a", True, "b", "c"],
            },
            "other": {"com.example.person": 1},
        }
    )

    assert [
        TrafficRecord(
            source="analytics",
            process="apsd",
            bundle=None,
            last_seen="2026-11-02",
            wifi_in=1,
            wifi_out=2,
            wwan_in=3,
            wwan_out=4,
        ),
        TrafficRecord(
            source="analytics",
            process="mDNSResponder",
            bundle="com.example.app",
            last_seen="2026-11-02",
            wifi_in=0,
            wifi_out=0,
            wwan_in=None,
            wwan_out=None,
        ),
        TrafficRecord(
            source="analytics",
            process="x",
            bundle=None,
            last_seen=None,
            wifi_in=None,
            wifi_out=None,
            wwan_in=None,
            wwan_out=None,
        ),
    ] == read(analytics.parse, data)


@pytest.mark.parametrize("odd", [5, "text", [1, 2], {}])
def test_a_program_of_another_shape_leaves_the_others(odd):
    data = plist({"netUsageBaseline": {"a": odd, "b": [0.0, 1.0, 1.0, 1.0, 1.0]}})

    assert ["b"] == [each.process for each in read_partly(analytics.parse, data)]


def test_analytics_that_keep_none():
    with pytest.raises(NotAvailable) as caught:
        read(analytics.parse, plist({"other": 1}))
    with pytest.raises(ParseError):
        read(analytics.parse, plist({"netUsageBaseline": []}))

    assert "field_not_stated" == caught.value.reason
