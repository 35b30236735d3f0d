"""Lines of an `entities.jsonl` that state moments, and a report that they belong to."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import structs

from scanner.model.report import ClockReading, Report
from tests.report.examples import quiet

BOOTED = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def report(zone: str | None = "+0100", **changes: Any) -> Report:
    """Return a report of a phone with a clock in a zone."""
    made = quiet()
    acquisition = made.run.acquisition
    assert acquisition is not None
    at = acquisition.started_at
    clock = ClockReading(
        device_at=at,
        host_at=at,
        skew_seconds=0.0,
        uncertainty_seconds=0.1,
        booted_at=BOOTED,
        zone=zone,
    )
    acquisition = structs.replace(acquisition, clock=clock, **changes)
    return structs.replace(made, run=structs.replace(made.run, acquisition=acquisition))


def lines(*entities: dict[str, Any]) -> io.BytesIO:
    """Return entities as the file that a report lies beside."""
    return io.BytesIO(b"".join(msgspec.json.encode(each) + b"\n" for each in entities))


def app(package: str, first: str, last: str, **more: Any) -> dict[str, Any]:
    dates = {"first_installed": first, "last_updated": last}
    return {"type": "app", "user": 0, "package": package, "evidence": [], **dates, **more}
