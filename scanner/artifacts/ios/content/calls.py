"""Calls, from CallHistory.storedata: e-mail addresses that were called by FaceTime.

Numbers are not looked at: no indicator is a phone number. Times are seconds since 2001.
"""

from __future__ import annotations

from scanner.artifacts.ios.content.addresses import in_handle
from scanner.artifacts.ios.content.gathering import HOME, Records, Statements, content, gathered
from scanner.artifacts.ios.content.rows import database, rows, rows_if_any
from scanner.formats.apple_time import day, mac_absolute
from scanner.model.evidence import EvidenceFile


def parse(file: EvidenceFile) -> Statements:
    """Yield the e-mail addresses of callers and of who was called."""
    yield from gathered("calls", ("email",), _records(file))


def _records(file: EvidenceFile) -> Records:
    with database(file) as connection:
        for address, date in rows(connection, "ZCALLRECORD", ("ZADDRESS",), ("ZDATE",)):
            yield day(mac_absolute(date)), in_handle(address)
        handles = rows_if_any(connection, "ZHANDLE", (), ("ZVALUE", "ZNORMALIZEDVALUE"))
        for value, normal in handles:
            yield None, (*in_handle(value), *in_handle(normal))


CALLS = content(
    "calls",
    "Calls",
    (f"{HOME}/Library/CallHistoryDB/CallHistory.storedata", parse),
    (f"{HOME}/Library/CallHistoryDB/CallHistoryTemp.storedata", parse),
)
