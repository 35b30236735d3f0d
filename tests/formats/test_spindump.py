"""Spindumps, and what they share with other lists of images."""

from __future__ import annotations

import pytest

from scanner.errors import ParseError
from scanner.formats.spindump import (
    PROCESSES_LIMIT,
    LoadedImage,
    SampledProcess,
    Spindump,
    image_of,
    named_process,
    uuid_of,
)
from scanner.model.evidence import BytesFile
from scanner.model.requests import Command

UUID = "BDBDD550-2B15-382C-BB61-1798AFD60460"


def spindump(text):
    return Spindump(BytesFile(Command(argv=("x",)), text.encode()))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("launchd [1]", ("launchd", 1)),
        ("launchd [1] (suspended)", ("launchd", 1)),
        ("a [2] b [3] [unique pid 4]", ("a [2] b", 3)),
        ("launchd", None),
        ("[1]", None),
        (f"x [{2**31}]", None),
        ("x [-1]", None),
    ],
)
def test_a_name_and_a_pid(text, named):
    assert named == named_process(text)


@pytest.mark.parametrize(
    ("text", "uuid"),
    [
        (UUID, UUID),
        (UUID.lower(), UUID),
        (UUID.replace("-", "").lower(), UUID),
        (UUID[:-1], None),
        (UUID.replace("-", "_"), None),
        ("", None),
    ],
)
def test_a_uuid_is_written_one_way(text, uuid):
    assert uuid == uuid_of(text)


@pytest.mark.parametrize(
    ("line", "image"),
    [
        (f"0x1 - 0x2 name (1) <{UUID}>  /usr/lib/a b", LoadedImage("/usr/lib/a b", UUID)),
        (f"0x1 -  ??? ??? <{UUID}>", None),
        ("0x1 - 0x2 name <other>  /usr/lib/a", LoadedImage("/usr/lib/a", None)),
        (f"0x1 name <{UUID}>  /usr/lib/a", None),
        (f"*0x1 - 0x2 kernel <{UUID}>  /k", None),
    ],
)
def test_a_line_of_images(line, image):
    assert image == image_of(line)


def test_a_process_without_fields():
    expected = SampledProcess(7, "x", None, None, None, None, ())

    assert [expected] == list(spindump("Process: x [7]\n"))


def test_fields_before_the_first_process_are_of_no_process():
    (found,) = spindump("Path: /not/this\nUID: 5\nProcess: x [7]\n")

    assert (None, None) == (found.path, found.uid)


@pytest.mark.parametrize("uid", ["", "x", "-2", "9" * 40])
def test_an_odd_user_is_not_stated(uid):
    (found,) = spindump(f"Process: x [7]\nUID: {uid}\n")

    assert found.uid is None


def test_what_stands_behind_the_end_is_not_read():
    found = spindump("Process: x [7]\nSpindump binary format\nProcess: y [8]\n")

    assert [7] == [one.pid for one in found]
    assert found.ended


def test_more_processes_than_any_phone_runs_are_refused():
    with pytest.raises(ParseError):
        list(spindump("Process: x [7]\n" * (PROCESSES_LIMIT + 1)))
