"""The time line as Timesketch takes it: JSON lines, or CSV.

Timesketch asks for `message`, `datetime` and `timestamp_desc`; other columns are free, but for
`tag` and names that begin with `__ts_`, which are its own. `timestamp` counts microseconds since
1970. It reads a column of CSV by the form of its first value and drops what has another one, so
every `datetime` has microseconds and an offset. Its importer goes by the endings .jsonl and .csv.
(https://timesketch.org/guides/user/import-from-json-csv/, timesketch/lib/utils.py)

Cells of CSV that a spreadsheet would take for a formula begin with an apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import msgspec

from scanner.model.history import HistoryEvent
from scanner.report.formats import require_format

ENDINGS: Mapping[str, str] = MappingProxyType({"timeline": "jsonl", "timeline-csv": "csv"})
COLUMNS = (
    "message",
    "datetime",
    "timestamp_desc",
    "timestamp",
    "precision",
    "clock",
    "zone",
    "data_type",
    "source",
    "entity",
    "key",
    "evidence",
    "platform",
    "device",
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ROWS = 512  # of CSV that are written at once
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001


def write(events: Iterable[HistoryEvent], fmt: str) -> Iterator[bytes]:
    """Yield a time line in one of `ENDINGS`, in parts; UsageError where there is no such format."""
    require_format(fmt, ENDINGS)
    return _lines(events) if fmt == "timeline" else _table(events)


def row(event: HistoryEvent) -> dict[str, str | int]:
    """Return an event by the columns of Timesketch, and by ours."""
    return {
        "message": event.message,
        "datetime": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "timestamp_desc": event.words,
        "timestamp": (event.at - _EPOCH) // timedelta(microseconds=1),
        "precision": event.precision,
        "clock": event.clock,
        "zone": _zone(event),
        "data_type": f"phone:{event.entity}:{event.kind}",
        "source": ", ".join(event.sources),
        "entity": event.entity,
        "key": event.key,
        "evidence": ", ".join(event.evidence),
        "platform": event.platform,
        "device": event.device,
    }


def _zone(event: HistoryEvent) -> str:
    if event.clock != "device_local":
        return "UTC"
    return f"UTC{event.zone}" if event.zone else "assumed UTC"


def _lines(events: Iterable[HistoryEvent]) -> Iterator[bytes]:
    encoder = msgspec.json.Encoder()
    for event in events:
        yield encoder.encode(row(event)) + b"\n"


def _table(events: Iterable[HistoryEvent]) -> Iterator[bytes]:
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    table.writerow(COLUMNS)
    count = 0
    for count, event in enumerate(events, start=1):
        table.writerow([_cell(value) for value in row(event).values()])
        if count % _ROWS == 0:
            yield _taken(written)
    yield _taken(written)


def _taken(written: io.StringIO) -> bytes:
    content = written.getvalue().encode("utf-8", "backslashreplace")
    written.seek(0)
    written.truncate()
    return content


def _cell(value: str | int) -> str | int:
    if isinstance(value, int):
        return value
    return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value
