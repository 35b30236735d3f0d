"""The tables in which an iPhone counts traffic: DataUsage.sqlite and netusage.sqlite.

Both are Core Data stores of one shape. A row of ZPROCESS is a program, or a program on behalf of an
app: ZPROCNAME `mDNSResponder/com.example.app`, ZBUNDLENAME, ZFIRSTTIMESTAMP, ZTIMESTAMP (Mac
absolute time). Before the slash may stand a UUID: a program that is not named. A row of ZLIVEUSAGE
counts bytes for the row that ZHASPROCESS names. Numbers of rows (Z_PK) are given once, in order.

A number without a row is one that was removed: the system does so itself after an uninstall, and
now and then. How many are gone is computed, not enumerated: a row may claim any number.

Sources: real databases of iOS 14, iLEAPP, Core Data's own conventions.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from msgspec import UNSET, UnsetType

from scanner.artifacts.ios.recorded import tables
from scanner.errors import ParseError
from scanner.formats.apple_time import day, mac_absolute
from scanner.model.entities import RowGap, TrafficRecord
from scanner.model.evidence import EvidenceFile

if TYPE_CHECKING:
    import sqlite3

_LENGTH = 255  # characters of a name
_LARGEST = 2**63 - 1
_SECONDS = 60.0  # for a million rows, and a consumer that takes them one by one
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_COUNTS = ("ZWIFIIN", "ZWIFIOUT", "ZWWANIN", "ZWWANOUT")
_NUMBER = "typeof({0}) in ('integer', 'real')"

Count = int | None | UnsetType


class _Used(NamedTuple):
    """What was counted for one row of ZPROCESS."""

    process: int
    rows: int
    first: float | None
    last: float | None
    counts: tuple[Count, ...]  # wifi_in, wifi_out, wwan_in, wwan_out


def traffic(file: EvidenceFile, source: str, database: str) -> Iterator[TrafficRecord | RowGap]:
    """Yield each program with its traffic, the traffic of programs that are gone, and the gap.

    Both tables are walked side by side in the order of their numbers, so that no list is held.
    """
    with file.sqlite(seconds=_SECONDS) as connection:
        connection.execute("pragma temp_store=memory")
        known = tables.require(connection, "ZPROCESS", "Z_PK", "ZPROCNAME")
        counted = tables.columns(connection, "ZLIVEUSAGE")
        usage = _usage(connection, counted) if "ZHASPROCESS" in counted else iter(())
        nothing: Count = None if "ZHASPROCESS" in counted else UNSET
        walk = _Walk(usage, tuple(nothing if name in counted else UNSET for name in _COUNTS))
        for row in _processes(connection, known):
            record = _record(source, row, walk.up_to(row[0]))
            if record.process or record.bundle:
                yield record
        walk.finish()
        if walk.orphans:
            yield _orphan(source, walk)
        yield _gap(connection, database, walk.orphans if nothing is None else UNSET)
    if nothing is not None:
        raise ParseError("a table ZLIVEUSAGE with ZHASPROCESS expected")


class _Walk:
    """The counts of ZLIVEUSAGE, taken in the order of the rows of ZPROCESS."""

    def __init__(self, usage: Iterator[_Used], none: tuple[Count, ...]) -> None:
        self._usage, self._none = usage, none
        self._next = next(usage, None)
        self.orphans = 0  # rows that name a program that is gone
        self.first: float | None = None  # seconds since 2001, of those rows; so is the next
        self.last: float | None = None
        self.counts = none

    def up_to(self, process: int) -> _Used:
        """Return what is counted for a program; what is for lower numbers belongs to none."""
        while self._next is not None and self._next.process < process:
            self._orphan(self._next)
        if self._next is None or self._next.process != process:
            return _Used(process, 0, None, None, self._none)
        found, self._next = self._next, next(self._usage, None)
        return found

    def finish(self) -> None:
        """Take what is left: it is counted for no program that there is."""
        while self._next is not None:
            self._orphan(self._next)

    def _orphan(self, used: _Used) -> None:
        self.orphans += used.rows
        self.first = min(filter(None, (self.first, used.first)), default=None)
        self.last = max(filter(None, (self.last, used.last)), default=None)
        self.counts = tuple(map(_sum, self.counts, used.counts))
        self._next = next(self._usage, None)


def _processes(
    connection: sqlite3.Connection, known: frozenset[str]
) -> Iterator[tuple[int, object, object, object, object]]:
    listed = ", ".join(
        name if name in known else "null"
        for name in ("Z_PK", "ZPROCNAME", "ZBUNDLENAME", "ZFIRSTTIMESTAMP", "ZTIMESTAMP")
    )
    statement = f"select {listed} from ZPROCESS where typeof(Z_PK) = 'integer' order by Z_PK"  # noqa: S608 - names of ours
    yield from connection.execute(statement)


def _usage(connection: sqlite3.Connection, counted: frozenset[str]) -> Iterator[_Used]:
    """Yield what is counted for each number of a program, in their order."""
    stamp = "ZTIMESTAMP" if "ZTIMESTAMP" in counted else "null"
    times = f"case when {_NUMBER.format(stamp)} then {stamp} end"
    sums = ", ".join(f"total({name})" if name in counted else "null" for name in _COUNTS)
    statement = (
        f"select ZHASPROCESS, count(*), min({times}), max({times}), {sums} from ZLIVEUSAGE "  # noqa: S608 - names of ours
        "where typeof(ZHASPROCESS) = 'integer' group by ZHASPROCESS order by ZHASPROCESS"
    )
    for process, rows, first, last, *counts in connection.execute(statement):
        named = zip(_COUNTS, counts, strict=True)
        yield _Used(
            process,
            rows,
            first,
            last,
            tuple(_bytes(count) if name in counted else UNSET for name, count in named),
        )


def _record(
    source: str, row: tuple[int, object, object, object, object], used: _Used
) -> TrafficRecord:
    _, name, bundle, first, last = row
    process, _, behind = name.partition("/") if isinstance(name, str) else ("", "", "")
    named = bundle if isinstance(bundle, str) and bundle else behind
    moments = [moment for moment in (mac_absolute(last), mac_absolute(used.last)) if moment]
    wifi_in, wifi_out, wwan_in, wwan_out = used.counts
    return TrafficRecord(
        source=source,
        process="" if _UUID.fullmatch(process) else process[:_LENGTH],
        bundle=named[:_LENGTH] or None,
        first_seen=day(mac_absolute(first)),
        last_seen=day(max(moments, default=None)),
        wifi_in=wifi_in,
        wifi_out=wifi_out,
        wwan_in=wwan_in,
        wwan_out=wwan_out,
        orphan=False,
    )


def _orphan(source: str, walk: _Walk) -> TrafficRecord:
    wifi_in, wifi_out, wwan_in, wwan_out = walk.counts
    return TrafficRecord(
        source=source,
        process="",
        bundle=None,
        first_seen=day(mac_absolute(walk.first)),
        last_seen=day(mac_absolute(walk.last)),
        wifi_in=wifi_in,
        wifi_out=wifi_out,
        wwan_in=wwan_in,
        wwan_out=wwan_out,
        orphan=True,
    )


def _gap(connection: sqlite3.Connection, database: str, orphans: int | UnsetType) -> RowGap:
    rows, lowest, highest = connection.execute(
        "select count(*), min(Z_PK), max(Z_PK) from ZPROCESS where typeof(Z_PK) = 'integer'"
    ).fetchone()
    missing = highest - lowest + 1 - rows if rows else 0
    return RowGap(
        database=database,
        table="ZPROCESS",
        rows=rows,
        missing=min(max(missing, 0), _LARGEST),
        orphans=orphans,
    )


def _bytes(count: float) -> int | None:
    """Return a number of bytes; None for what is none."""
    return int(count) if math.isfinite(count) and 0 <= count < _LARGEST else None


def _sum(one: Count, other: Count) -> Count:
    if isinstance(one, int) and isinstance(other, int):
        return min(one + other, _LARGEST)
    return other if one is None else one
