"""Time lines made in code: a watched phone with findings and silences, a quiet one, a new one."""

from __future__ import annotations

from datetime import timedelta

from msgspec import structs

from scanner.model.watch import (
    Silence,
    Timeline,
    TimelineChange,
    TimelineFinding,
    TimelineScan,
)
from tests.report.examples import AT
from tests.report.of_changes import LINES

SINCE = AT - timedelta(days=14)
HOUR = timedelta(hours=1)


def scan(hours: float, **changes: object) -> TimelineScan:
    made = TimelineScan(
        at=SINCE + hours * HOUR,
        seconds=4.2,
        profile="quick",
        trigger="interval",
        verdict="nothing_found_in_what_was_examined",
        coverage=93,
    )
    return structs.replace(made, **changes)


def life(number: int, hours: float, last: float, **changes: object) -> TimelineFinding:
    made = TimelineFinding(
        fingerprint=f"{number:032x}",
        rule=f"00000000-0000-4000-8000-{number:012}",
        title="App from outside a store reads and operates the screen",
        level="high",
        subject="com.example.sync, user 0",
        state="unchanged",
        first_at=SINCE + hours * HOUR,
        last_at=SINCE + last * HOUR,
    )
    return structs.replace(made, **changes)


def eventful() -> Timeline:
    """Two weeks: an app that stays, one that was acknowledged, one that is gone, two silences."""
    hours = [h for h in range(0, 336, 6) if not 96 < h < 132 and h < 318]
    scans = [scan(h) for h in hours]
    scans[5] = scan(30, new=1, findings={"medium": 1}, changes=1, verdict="suspicious")
    scans[9] = scan(54, changes=14)
    scans[12] = scan(72, verdict=None, coverage=None, detail="The phone went away.")
    scans[25] = scan(180, new=1, findings={"high": 1}, changes=2, verdict="suspicious")
    scans[40] = scan(270, new=1, findings={"critical": 1, "high": 1}, verdict="suspicious")
    return Timeline(
        schema_version="1.0",
        privacy="share",
        device="d-7f3a19",
        platform="android",
        model="Example Phone 9",
        build="EX9.261105",
        since=SINCE,
        until=AT,
        baseline_at=SINCE,
        interval=6 * 3600.0,
        scans=tuple(scans),
        findings=(
            life(1, 180, 312),
            life(
                2,
                30,
                312,
                title="Debugging is on",
                level="medium",
                subject="adb_enabled, namespace global, user 0",
                acknowledged_at=SINCE + 80 * HOUR,
                acknowledged_by="M. Okafor",
                note="A developer's phone.",
            ),
            life(
                3,
                60,
                150,
                title="Hidden app receives text messages",
                level="low",
                state="absent",
            ),
            life(
                4,
                270,
                312,
                title="A program for becoming root is present",
                level="critical",
                state="new",
            ),
            life(
                5,
                200,
                312,
                title="Security patches are older than half a year",
                level="medium",
                suppressed_until=AT + timedelta(days=7),
            ),
        ),
        changes=tuple(
            TimelineChange(at=SINCE + (30 + 10 * n) * HOUR, change=line)
            for n, line in enumerate(LINES)
        ),
        silences=(
            Silence(since=SINCE + 96 * HOUR, until=SINCE + 132 * HOUR),
            Silence(since=SINCE + 318 * HOUR, until=None),
        ),
        dropped=3,
    )


def calm() -> Timeline:
    """A phone with nothing but scans."""
    return structs.replace(
        eventful(),
        scans=tuple(scan(h) for h in range(0, 336, 6)),
        findings=(),
        changes=(),
        silences=(),
        dropped=0,
    )


def silent() -> Timeline:
    return structs.replace(calm(), silences=eventful().silences)


def never() -> Timeline:
    """A phone that came and was not scanned."""
    return structs.replace(calm(), scans=(), model=None, build=None, baseline_at=None, until=SINCE)


TIMELINES = {"eventful": eventful(), "calm": calm(), "silent": silent(), "never": never()}
