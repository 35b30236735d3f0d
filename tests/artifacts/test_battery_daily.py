"""Updates and removals of apps by day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from scanner.artifacts.android.battery_daily import CHANGES_LIMIT, parse
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import AppChange, PackageTrace

from .evidence import evidence

DAILY = """\
Daily stats:
  Current start time: 2026-11-20-01-15-45
  Next min deadline: 2026-11-21-01-00-00
  Next max deadline: 2026-11-21-03-00-00
  Current daily discharge step durations:
    #0: +3h32m16s12ms to 96 (power-save-off)
      Discharge total time: 11d 12h 30m 0s 400ms  (from 3 steps)
    Package changes:
      Update com.example.down vers=5
      Update com.example.down vers=5
      Update com.example.gone vers=0

  Daily from 2026-11-19-01-02-03 to 2026-11-20-01-15-45:
    Discharge step durations:
      #0: +18m41s87ms to 61 (screen-off, power-save-off)
    Package changes:
      Update com.example.down vers=7
      Update com.example.gone vers=3
      Uninstall com.example.old

  Daily from 2026-11-18-01-02-03 to 2026-11-19-01-02-03:
    Package changes:
      Update com.example.down vers=6
"""
HISTORY = """\
Battery History (1% used, 67KB used of 4096KB, 278 strings using 12KB):
                    0 (19) RESET:TIME: 2026-11-20-17-30-01
            +47s645ms (2) 100 +job=u0a94:"com.example.secret/.Service"
            +48s645ms (2) 100 +wake_lock=u0a94:"      Update com.example.fake vers=9"

Per-PID Stats:
  PID 2040 wake time: +9s511ms

"""
STATISTICS = """\
Statistics since last charge:
  System starts: 0, currently on battery: true
      Update com.example.fake vers=9
"""


def changes(data):
    return [
        (one.package, one.day, one.version_code, one.action, one.previous_version)
        for one in parse(evidence(data))
        if isinstance(one, AppChange)
    ]


def test_every_change_once_a_day_from_the_oldest():
    assert [
        ("com.example.down", "2026-11-18", 6, "installed_or_updated", UNSET),
        ("com.example.down", "2026-11-19", 7, "installed_or_updated", 6),
        ("com.example.gone", "2026-11-19", 3, "installed_or_updated", UNSET),
        ("com.example.old", "2026-11-19", 0, "removed", UNSET),
        ("com.example.down", "2026-11-20", 5, "downgraded", 7),
        ("com.example.gone", "2026-11-20", 0, "removed", 3),
    ] == changes(DAILY)


def test_removed_packages_leave_a_trace_with_the_start_of_the_day():
    found = [one for one in parse(evidence(DAILY)) if isinstance(one, PackageTrace)]

    assert [
        PackageTrace(
            kind="battery_removal",
            package="com.example.old",
            last_seen=datetime(2026, 11, 19, 1, 2, 3, tzinfo=UTC),
        ),
        PackageTrace(
            kind="battery_removal",
            package="com.example.gone",
            last_seen=datetime(2026, 11, 20, 1, 15, 45, tzinfo=UTC),
        ),
    ] == found


def test_after_a_removal_nothing_is_a_downgrade():
    text = DAILY.replace("down vers=7", "down vers=0")

    assert ("com.example.down", "2026-11-20", 5, "installed_or_updated", None) in changes(text)


def test_a_downgrade_is_stated_where_a_version_came_twice_in_a_day():
    old = "      Update com.example.down vers=6\n"
    text = DAILY.replace(old, old + old.replace("6", "8") + old)

    assert ("com.example.down", "2026-11-18", 6, "downgraded", 8) in changes(text)


def test_an_app_that_came_back_within_a_day_is_stated_once():
    line = "      Update com.example.gone vers=3\n"
    text = DAILY.replace(line, line + line.replace("3", "0") + line)

    assert 1 == sum(one[:3] == ("com.example.gone", "2026-11-19", 3) for one in changes(text))


def test_the_whole_service_says_the_same():
    assert changes(DAILY) == changes(HISTORY + DAILY + "\n" + STATISTICS)
    assert changes(DAILY) == changes((HISTORY + DAILY).replace("\n", "\r\n"))


def test_no_changes_are_an_answer():
    assert [] == changes("".join(DAILY.splitlines(keepends=True)[:4]))


@pytest.mark.parametrize("place", [HISTORY + "{}" + DAILY, DAILY + STATISTICS + "{}"])
def test_text_that_imitates_the_daily_part_is_an_error(place):
    with pytest.raises(ParseError, match="a single"):
        changes(place.format("Daily stats:\n  Current start time: 2026-11-20-01-15-45\n"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        HISTORY,
        "Daily stats:\n",
        DAILY.replace("2026-11-20-01", "2026-13-20-01"),
        DAILY.replace("Daily from 2026", "Daily from day 2026"),
        DAILY.replace("vers=7", "version=7"),
        DAILY.replace("Uninstall com.example.old", "Uninstall"),
        DAILY.replace("  Current start", "  New start", 1),
    ],
)
def test_other_output_is_an_error(text):
    with pytest.raises(ParseError):
        changes(text)


def test_too_many_changes_are_an_error():
    with pytest.raises(ParseError, match="at most"):
        changes(DAILY + "      Update com.example.x vers=1\n" * (CHANGES_LIMIT + 1))


def test_a_refusal_is_no_answer():
    with pytest.raises(NotAvailable):
        changes("Can't find service: batterystats\n")
