"""Programs that ran before: lists of UUIDs, and what wrote most to the log."""

from __future__ import annotations

import json
import plistlib

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.recorded import logged_programs
from scanner.errors import ParseError
from scanner.model.entities import BinaryImage
from scanner.model.evidence import BytesFile
from scanner.model.requests import Diagnostic

from .program_texts import APP, OTHER_UUID, STATISTICS, STATISTICS_JSON, UUID

REQUEST = Diagnostic(name="x")


def locations(value):
    return list(logged_programs.parse_locations(BytesFile(REQUEST, plistlib.dumps(value))))


def statistics(text):
    data = text.encode() if isinstance(text, str) else text
    return list(logged_programs.parse_statistics(BytesFile(REQUEST, data)))


def until_error(parse, data):
    found = []
    with pytest.raises(ParseError):
        found.extend(parse(BytesFile(REQUEST, data)))
    return found


def test_a_location():
    expected = BinaryImage(process="", path=f"{APP}/My App", uuid=UUID, area="app")

    assert [expected] == locations({UUID: f"{APP}/My App"})


def test_a_location_does_not_say_who_loaded_it():
    (found,) = locations({UUID: "/var/tmp/x"})

    assert ("/private/var/tmp/x", "temporary") == (found.path, found.area)
    assert (UNSET, UNSET, UNSET) == (found.main, found.own, found.process_area)


@pytest.mark.parametrize(
    "odd", [{"not a uuid": "/bin/x"}, {OTHER_UUID: 7}, {OTHER_UUID: "relative"}]
)
def test_an_odd_location_is_said(odd):
    data = plistlib.dumps({UUID: "/bin/ls"} | odd)

    assert ["/bin/ls"] == [one.path for one in until_error(logged_programs.parse_locations, data)]


@pytest.mark.parametrize("data", [b"", b"bplist00", plistlib.dumps(["x"])])
def test_a_list_of_another_shape_is_refused(data):
    assert [] == until_error(logged_programs.parse_locations, data)


def test_programs_of_the_statistics():
    found = statistics(STATISTICS)

    assert [
        ("/usr/libexec/exampled", "system"),
        ("/kernel", "system"),
        ("/private/var/tmp/a ] b", "temporary"),
    ] == [(one.path, one.area) for one in found]
    assert {True} == {one.main for one in found}


def test_statistics_as_json():
    assert ["/usr/libexec/exampled", "/private/var/tmp/helper"] == [
        one.path for one in statistics(STATISTICS_JSON)
    ]


@pytest.mark.parametrize(
    "line",
    [
        "    - [ 5, 1.0, relative ]",
        "    - [ half a row",
        '{"processList": 7}',
        '{"processList": [{"process": 7}]}',
        "{" * 100_000,
        "    - [" + " " * 900_000,
    ],
    ids=["relative", "cut", "number", "process", "deep", "blanks"],
)
def test_an_odd_line_is_said(line):
    data = f"{STATISTICS}{line}\n".encode()

    assert statistics(STATISTICS) == until_error(logged_programs.parse_statistics, data)


@pytest.mark.parametrize("data", [b"", b"other\n", b"\0" * 5000, b"x" * (1024 * 1024 + 9)])
def test_what_are_no_statistics_is_refused(data):
    assert [] == until_error(logged_programs.parse_statistics, data)


def test_more_programs_than_any_phone_has_are_refused():
    entries = [{"process": f"/x{n}"} for n in range(logged_programs.PROGRAMS_LIMIT + 1)]
    lines = "".join(
        json.dumps({"processList": entries[at : at + 5000]}) + "\n"
        for at in range(0, len(entries), 5000)
    )

    assert [] == until_error(logged_programs.parse_statistics, lines.encode())
