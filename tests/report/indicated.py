"""A report of a phone on which indicators matched; and every example by its name."""

from __future__ import annotations

from datetime import timedelta

from msgspec import structs

from scanner.model.findings import Check, Match, Message, Subject
from scanner.model.indicators import FeedLine, IndicatorSet
from scanner.model.observables import IndicatorLine
from scanner.model.report import Report
from tests.report.examples import (
    AT,
    RULES,
    bare,
    checks,
    confirmed,
    finding,
    gapped,
    quiet,
    tampered,
    unfinished,
)
from tests.report.of_apps import of_apps
from tests.report.of_changes import compared, unchanged

FEEDS = IndicatorSet(
    digest="a1b2c3d4" * 8,
    feeds=(
        FeedLine(
            id="example-trackers",
            title="Trackers of Example",
            kind="stix",
            sha256="0123456789abcdef" * 4,
            published_at=AT - timedelta(days=40),
            fetched_at=AT - timedelta(days=2),
            signature="valid",
            tlp="green",
            types={"domain": 1166, "package": 616, "sha256": 3228},
            expired=12,
            not_yet_valid=1,
            revoked=3,
            unusable=2,
        ),
        FeedLine(
            id="hosts",
            title="hosts",
            kind="hosts",
            sha256="fedcba9876543210" * 4,
            published_at=None,
            fetched_at=None,
            signature="none",
            tlp=None,
            types={},
            expired=0,
            not_yet_valid=0,
            revoked=0,
            unusable=0,
        ),
    ),
    unusable=(
        Message(
            "indicator.unusable",
            {"feed": "example-trackers", "object": "indicator--7", "reason": "MATCHES is not read"},
        ),
    ),
)


def indicated() -> Report:
    """A phone on which indicators matched, one of them a trace of the past."""
    known = IndicatorLine(
        feed="example-trackers",
        id="indicator--1",
        type="package",
        value="com.example.sync",
        names=("Example Tracker",),
        confidence=80,
        tlp="green",
        valid_from=AT - timedelta(days=90),
        valid_until=AT + timedelta(days=90),
        references=("https://example.org/tracker",),
    )
    app: dict[str, str | int | None] = {"user": 0, "package": "com.example.sync"}
    gone: dict[str, str | int | None] = {"kind": "database", "package": "com.example.gone"}
    match = Match(field="package", pattern="is com.example.sync", values=("com.example.sync",))
    seen = finding(RULES[0], app, rule=f"{_CHECK}package", matched=(match,), indicator=known)
    trace = structs.replace(
        seen,
        id="f-gone",
        rule_class="historic",
        subject=Subject(entity="package_trace", key=gone),
        indicator=structs.replace(known, value="com.example.gone"),
    )
    held = Check(
        rule=f"{_CHECK}package", rule_class="compromise", kind="indicators", status="finding"
    )
    short = structs.replace(
        held, rule=f"{_CHECK}sha256", status="not_examined", reason="source_absent"
    )
    return structs.replace(
        quiet(),
        verdict="suspicious",
        findings=(seen, trace),
        checks=(*checks(), held, short),
        indicators=FEEDS,
    )


_CHECK = "indicators:example-trackers:"

EXAMPLES = {
    "indicated": indicated(),
    "quiet": quiet(),
    "tampered": tampered(),
    "confirmed": confirmed(),
    "gapped": gapped(),
    "unfinished": unfinished(),
    "bare": bare(),
    "of_apps": of_apps(),
    "compared": compared(),
    "unchanged": unchanged(),
}
