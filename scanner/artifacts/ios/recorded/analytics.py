"""Programs that used the network, as the daily analytics of the phone keep them.

com.apple.osanalytics.addaily.plist: netUsageBaseline names each program with the moment of its last
record and four counts of bytes: Wi-Fi in and out, mobile network in and out.

Sources: public readers of backups; the order of the counts is theirs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime

from scanner.errors import NotAvailable, ParseError
from scanner.formats.apple_time import day, mac_absolute
from scanner.formats.plists import Value, read_map
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import TrafficRecord
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Glob, MiB

_KEY = "netUsageBaseline"
_LENGTH = 255  # characters of a name
_LARGEST = 2**63
_FIELDS = 5  # the moment and four counts


def parse(file: EvidenceFile) -> Iterator[TrafficRecord]:
    """Yield each program; ParseError behind them where a record was of another shape."""
    found = read_map(file, limit=16 * MiB)
    if _KEY not in found:
        raise NotAvailable("field_not_stated", f"{_KEY} is not kept")
    programs = found[_KEY]
    if not isinstance(programs, dict):
        raise ParseError("a dictionary of programs expected")
    odd = False
    for name, record in programs.items():
        if isinstance(record, list) and len(record) >= _FIELDS:
            yield _record(name, record)
        else:
            odd = True
    if odd:
        raise ParseError("a moment and four counts for each program expected")


def _record(name: str, record: list[Value]) -> TrafficRecord:
    process, _, bundle = name.partition("/")
    wifi_in, wifi_out, wwan_in, wwan_out = map(_bytes, record[1:_FIELDS])
    return TrafficRecord(
        source="analytics",
        process=process[:_LENGTH],
        bundle=bundle[:_LENGTH] or None,
        last_seen=day(_moment(record[0])),
        wifi_in=wifi_in,
        wifi_out=wifi_out,
        wwan_in=wwan_in,
        wwan_out=wwan_out,
    )


def _moment(value: Value) -> datetime | None:
    if isinstance(value, datetime):  # a date of a property list is in UTC without saying so
        return value.replace(tzinfo=UTC)
    return mac_absolute(value)


def _bytes(value: Value) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if math.isfinite(value) and 0 <= value < _LARGEST else None


ANALYTICS = Artifact(
    name="ios.analytics",
    title="Network use in the daily analytics",
    platform="ios",
    states=(
        Stated(
            TrafficRecord,
            (
                "source",
                "process",
                "bundle",
                "last_seen",
                "wifi_in",
                "wifi_out",
                "wwan_in",
                "wwan_out",
            ),
            where=("source", ("analytics",)),
        ),
    ),
    readings=(
        Reading(
            Glob(
                pattern="/private/var/mobile/Library/Preferences/com.apple.osanalytics.addaily.plist"
            ),
            parse,
        ),
    ),
)
