"""What Timesketch asks of a file: its columns, its form of time, its own names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest

from scanner.errors import UsageError
from scanner.model.history import HistoryEvent
from scanner.report.history import ordered
from scanner.report.timesketch import COLUMNS, ENDINGS, row, write
from tests.report.of_history import app, lines, report

MANDATORY = {"message", "datetime", "timestamp_desc"}


def happened() -> Iterator[HistoryEvent]:
    return ordered(
        lines(
            app("com.example.a", "2026-11-02 10:00:00", "2026-11-03 10:00:00.250"),
            {"type": "crash", "file": 'a, "b".ips', "process": "x", "at": "2026-11-04T09:00:00Z"},
            {"type": "crash", "file": "b.ips", "process": "=HYPERLINK(1)", "at": "2026-11-05"},
            {"type": "crash", "file": "c.ips", "process": " @SUM(1)", "at": "2026-11-06"},
        ),
        report(),
    )


def table() -> list[dict[str, str]]:
    content = b"".join(write(happened(), "timeline-csv")).decode()
    return list(csv.DictReader(io.StringIO(content)))


def documents() -> list[dict[str, str | int]]:
    return [msgspec.json.decode(line) for line in write(happened(), "timeline")]


def test_a_line_is_one_object():
    assert all(
        line.endswith(b"}\n") and 1 == line.count(b"\n") for line in write(happened(), "timeline")
    )


@pytest.mark.parametrize("rows", [table, documents])
def test_the_mandatory_columns_are_there_and_hold_something(rows):
    assert all(each[name] for each in rows() for name in MANDATORY)


def test_both_forms_say_the_same():
    plain = [{name: str(value) for name, value in each.items()} for each in documents()]
    shown = [{name: value.removeprefix("'") for name, value in each.items()} for each in table()]

    assert plain == shown


def test_every_time_has_one_form_and_agrees_with_the_microseconds():
    """The importer reads a column by its first value."""
    for each in documents():
        seconds, micros = divmod(int(each["timestamp"]), 1_000_000)
        moment = datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=micros)
        assert f"{moment:%Y-%m-%dT%H:%M:%S.%f}+00:00" == each["datetime"]


def test_no_column_is_one_of_its_own():
    assert all(name != "tag" and not name.startswith("_") for name in COLUMNS)
    assert all(tuple(row(event)) == COLUMNS for event in happened())


def test_no_cell_is_a_formula():
    cells = [value for each in table() for value in each.values()]

    assert [] == [each for each in cells if each.lstrip(" ").startswith(("=", "+", "-", "@"))]
    assert any(each.startswith("'=HYPERLINK") for each in cells)
    assert any(each.startswith(("'@SUM", "' @SUM")) for each in cells)


def test_how_sure_a_moment_is_stands_beside_it():
    first, *_ = (each for each in table() if each["entity"] == "app")

    assert ("second", "device_local", "UTC+0100") == (
        first["precision"],
        first["clock"],
        first["zone"],
    )


def test_an_empty_time_line_has_its_columns():
    assert ",".join(COLUMNS) + "\n" == b"".join(write([], "timeline-csv")).decode()
    assert [] == list(write([], "timeline"))


def test_endings_are_those_that_are_imported():
    assert {"jsonl", "csv"} == {*ENDINGS.values()}


def test_another_format_is_an_error():
    with pytest.raises(UsageError, match="no format"):
        write([], "xml")
