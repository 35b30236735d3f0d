"""Processes as a collector wrote them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import UNSET

from scanner.artifacts.android.collected_processes import parse
from scanner.errors import ParseError
from scanner.model.entities import Process
from scanner.model.evidence import BytesFile
from scanner.model.requests import Collected

REQUEST = Collected(collector="androidqf", name="processes.json")
EXAMPLE: dict[str, Any] = {
    "pid": 1234,
    "uid": 2000,
    "ppid": 1,
    "filename": "(server)",
    "state": "S",
    "path": "",
    "context": "u:r:shell:s0\0",
    "command_line": ["/data/local/tmp/server", "--key", "secret"],
    "env": ["HOME=/somebody"],
    "cwd": "/sdcard/somebody",
}


def stated(*processes, data=None):
    text = json.dumps(processes) if data is None else data
    return list(parse(BytesFile(REQUEST, text.encode())))


def test_all_fields():
    assert [
        Process(
            source="androidqf",
            pid=1234,
            started=None,
            parent=1,
            owner="2000",
            uid=2000,
            label="u:r:shell:s0",
            name="server",
            executable="/data/local/tmp/server",
        )
    ] == stated(EXAMPLE)


@pytest.mark.parametrize(
    ("fields", "name", "executable"),
    [
        ({"command_line": ["com.example:remote"]}, "com.example:remote", UNSET),
        ({"command_line": None}, "server", UNSET),
        ({"command_line": []}, "server", UNSET),
        ({"command_line": [""], "filename": "(kworker/0:0)"}, "kworker/0:0", UNSET),
        ({"command_line": ["sh -c /sdcard/somebody"]}, "sh", UNSET),
        ({"path": "/system/bin/x"}, "server", "/system/bin/x"),
    ],
)
def test_of_the_arguments_only_the_program_is_read(fields, name, executable):
    (one,) = stated(EXAMPLE | fields)

    assert (name, executable) == (one.name, one.executable)


def test_what_was_not_read_is_not_stated():
    assert [Process(source="androidqf", pid=7, started=None)] == stated({"pid": 7})


@pytest.mark.parametrize(
    "data",
    ["", "[]", "{}", "[{}]", '[{"pid": "1"}]', "[" * 100_000, json.dumps([EXAMPLE])[:-1]],
)
def test_other_output_is_an_error(data):
    with pytest.raises(ParseError):
        stated(data=data)


def test_nothing_personal_is_read():
    assert not any(word in repr(stated(EXAMPLE)) for word in ("somebody", "secret"))
