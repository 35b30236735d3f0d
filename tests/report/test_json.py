from __future__ import annotations

import json as standard

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from scanner.errors import CaseError, UsageError
from scanner.model.findings import Message
from scanner.model.report import SCHEMA_VERSION, Report
from scanner.report import json
from tests.report.examples import quiet, tampered
from tests.report.extremes import large
from tests.report.indicated import EXAMPLES

every_report = pytest.mark.parametrize("report", EXAMPLES.values(), ids=EXAMPLES)


@every_report
def test_a_report_comes_back_as_it_was(report):
    assert report == json.load(json.render(report))


@every_report
def test_equal_reports_are_equal_bytes(report):
    again = msgspec.convert(msgspec.to_builtins(report), Report)

    assert json.render(report) == json.render(again)
    assert json.render(report) == json.render(json.load(json.render(report)))


def test_the_order_of_a_map_does_not_show():
    one = structs.replace(quiet(), footprint=(Message("x", {"a": 1, "b": 2}),))
    two = structs.replace(quiet(), footprint=(Message("x", {"b": 2, "a": 1}),))

    assert json.render(one) == json.render(two)


def test_any_json_reader_can_read_it():
    data = json.render(tampered())

    assert standard.loads(data)["verdict"] == "suspicious"
    assert data.endswith(b"}\n")
    assert b'\n  "verdict": "suspicious"' in data


def test_large_reports_come_back():
    assert large() == json.load(json.render(large()))


@pytest.mark.parametrize("version", ["2.0", "0.9", "1.7", "1", "", "1.x", "1.-1", "\x1b[2J", "1.²"])
def test_another_schema_is_refused_with_its_name(version):
    other = json.render(structs.replace(quiet(), schema_version=version))

    with pytest.raises(UsageError, match=f"{SCHEMA_VERSION} can be read") as error:
        json.load(other)
    assert error.value.remedy
    assert "\x1b" not in str(error.value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff\xfe",
        b'{"schema_version": 1}',
        b'{"schema_version": "1.0"}',
        b"[" * 100_000,
        b'{"schema_version": ' + b'{"a":' * 100_000,
        json.render(quiet())[:-40],
        json.render(quiet()).replace(b'"nothing_found_in_what_was_examined"', b'"clear\\u001b[2J"'),
        json.render(quiet()).replace(b'"applicable": 12', b'"applicable": "12"'),
        json.render(quiet()).replace(b'"percent": 100', b'"percent": ' + b"9" * 5000),
    ],
    ids=range(13),
)
def test_what_is_no_report_is_refused(data):
    with pytest.raises(CaseError, match=r"not a report\.json: ") as error:
        json.load(data)
    assert error.value.remedy
    assert "\x1b" not in str(error.value)


@given(st.binary(max_size=400))
def test_bytes_are_a_report_or_a_clear_error(data):
    with pytest.raises((CaseError, UsageError)):
        json.load(data)
