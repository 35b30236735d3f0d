"""Times of Apple's files: each count, and counts that tell no time."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest

from scanner.formats.apple_time import day, mac_absolute, unix, webkit

MOMENT = datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (815281445, MOMENT),
        (815281445.25, MOMENT + timedelta(milliseconds=250)),
        (815281445 * 10**9, MOMENT),
        (-86400, datetime(2000, 12, 31, tzinfo=UTC)),
        (0, None),
        (0.0, None),
        (None, None),
        (True, None),
        (math.nan, None),
        (math.inf, None),
        (-(2**63), None),
        (2**63, None),
        (10**400, None),
        ("815281445", None),
        (b"\x00", None),
        (4 * 10**9, None),
    ],
)
def test_seconds_since_2001(value, expected):
    assert expected == mac_absolute(value)


@pytest.mark.parametrize("unit", [1, 10**3, 10**6, 10**9])
def test_seconds_since_1970_and_their_parts(unit):
    assert unix(1793588645 * unit) == MOMENT


@pytest.mark.parametrize(
    "value", [0, None, False, math.nan, math.inf, -math.inf, 2**64, 10**400, 5, 10**11, -(2**63)]
)
def test_no_time_since_1970(value):
    assert unix(value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [(13438062245000000, MOMENT), (0, None), (None, None), (10**400, None), (1, None)],
)
def test_microseconds_since_1601(value, expected):
    assert expected == webkit(value)


def test_a_day_is_one_of_utc():
    early = datetime(2026, 11, 2, 1, tzinfo=timezone(timedelta(hours=3)))

    assert day(early) == "2026-11-01"
    assert day(None) is None
