"""Times as Apple's files write them.

Mac absolute time counts seconds from 2001-01-01 UTC (Core Foundation's CFAbsoluteTime); some tables
keep it in nanoseconds. Unix time counts from 1970; browsers of Chromium count microseconds from
1601. A count of 0 stands for "never", and one outside of 1990 to 2100 for nothing that a phone saw.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

_MAC = datetime(2001, 1, 1, tzinfo=UTC)
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_WEBKIT = datetime(1601, 1, 1, tzinfo=UTC)
_FIRST = datetime(1990, 1, 1, tzinfo=UTC)
_LAST = datetime(2100, 1, 1, tzinfo=UTC)
_COUNTED = 10.0**11  # no moment of today is as many seconds away, nor as few of a smaller unit
_NANOSECONDS = 10.0**16


def mac_absolute(value: object) -> datetime | None:
    """Return the moment of seconds, or nanoseconds, since 2001.

    None where it tells none, or is no number at all: a column of a database may hold anything.
    """
    count = _number(value)
    return _moment(_MAC, count / 1e9 if abs(count) >= _NANOSECONDS else count)


def unix(value: object) -> datetime | None:
    """Return the moment of seconds, milli-, micro- or nanoseconds since 1970."""
    seconds = _number(value)
    while _COUNTED <= abs(seconds) < _NANOSECONDS * 1e4:
        seconds /= 1000
    return _moment(_UNIX, seconds)


def webkit(value: object) -> datetime | None:
    """Return the moment of microseconds since 1601."""
    return _moment(_WEBKIT, _number(value) / 1e6)


def day(moment: datetime | None) -> str | None:
    """Return the day of a moment, UTC: 2026-11-02."""
    return None if moment is None else moment.astimezone(UTC).date().isoformat()


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) >= 2**64:
        return 0.0
    return float(value)


def _moment(epoch: datetime, seconds: float) -> datetime | None:
    if not seconds or not math.isfinite(seconds):
        return None
    try:
        moment = epoch + timedelta(seconds=seconds)
    except OverflowError:
        return None
    return moment if _FIRST <= moment < _LAST else None
