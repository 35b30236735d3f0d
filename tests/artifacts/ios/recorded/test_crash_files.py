"""Crash reports as files: in a sysdiagnose, in a file system, and the list of their names."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.crash_reports import AREA, parse_report
from scanner.artifacts.ios.recorded import crash_programs, crash_summary
from scanner.errors import ParseError
from scanner.model.entities import BinaryImage, Crash, Process
from scanner.model.evidence import BytesFile
from scanner.model.requests import Command, Diagnostic, File

from .program_texts import (
    APP,
    BODY,
    CRASH_TEXT,
    HEADER,
    JETSAM,
    OTHER_UUID,
    PANIC,
    SUMMARY,
    UUID,
    report,
)

NAME = "crashes_and_spins/My App-2026-11-01-091512.ips"


def evidence(data, name=NAME):
    return BytesFile(Diagnostic(name=name), data)


def crash(data, name=NAME):
    (found,) = parse_report(evidence(data, name))
    return found


def programs(data, name=NAME):
    return list(crash_programs.parse(evidence(data, name)))


def test_a_report():
    expected = Crash(
        file="My App-2026-11-01-091512.ips",
        process="My App",
        executable=f"{APP}/My App",
        uid=501,
        signal="SIGSEGV",
        code="EXC_BAD_ACCESS",
        at=datetime(2026, 11, 1, 8, 15, 10, tzinfo=UTC),
        build="23B85",
        exposed=False,
        kind="crash",
        bug_type="309",
        bundle="com.example.app",
        parent="launchd",
    )

    assert expected == crash(report(HEADER, BODY))


def test_programs_of_a_report():
    found = programs(report(HEADER, BODY))

    assert [
        (f"{APP}/My App", True, UUID),
        ("/private/var/jb/usr/lib/hook.dylib", False, OTHER_UUID),
    ] == [(one.path, one.main, one.uuid) for one in found if isinstance(one, BinaryImage)]
    assert 2 == len(found)


@pytest.mark.parametrize("header", [HEADER | {"bug_type": "109"}, None], ids=["header", "none"])
def test_a_report_that_is_a_text(header):
    found = crash(report(header, CRASH_TEXT), "crashes_and_spins/x.crash")

    assert ("My App", f"{APP}/My App", "launchd") == (found.process, found.executable, found.parent)
    assert ("SIGTRAP", "EXC_BREAKPOINT", "crash") == (found.signal, found.code, found.kind)
    assert ("com.example.app", "23B85") == (found.bundle, found.build)
    assert datetime(2026, 11, 1, 6, 28, 37, tzinfo=UTC) == found.at


def test_programs_of_a_text():
    found = programs(report(None, CRASH_TEXT))

    assert [(f"{APP}/My App", UUID), ("/private/var/jb/usr/lib/hook.dylib", OTHER_UUID)] == [
        (one.path, one.uuid) for one in found
    ]


def test_a_header_alone_is_a_report():
    found = crash(report(HEADER, ""))

    assert ("My App", "309", UNSET) == (found.process, found.bug_type, found.signal)
    assert datetime(2026, 11, 1, 8, 15, 12, tzinfo=UTC) == found.at


def test_processes_of_a_jetsam_event():
    name = "crashes_and_spins/JetsamEvent-2026-11-01-150819.ips"
    expected = [
        Process(
            source="report JetsamEvent-2026-11-01-150819.ips", pid=pid, started=None, name=process
        )
        for pid, process in ((76, "backboardd"), (344, "My App"))
    ]

    assert expected == programs(JETSAM, name)
    assert ("jetsam", UNSET, False) == (
        crash(JETSAM, name).kind,
        crash(JETSAM, name).process,
        crash(JETSAM, name).exposed,
    )


def test_processes_of_a_panic():
    (found,) = programs(PANIC)

    assert (1, "launchd") == (found.pid, found.name)
    assert "panic" == crash(PANIC).kind


def test_nothing_of_stacks_and_messages_is_stated():
    shown = repr([crash(report(HEADER, BODY)), *programs(report(HEADER, BODY))])

    assert "secret" not in shown


def test_a_copy_does_not_say_whether_it_was_retired():
    found = crash(report(HEADER, BODY), "crashes_and_spins/Panics/panic-full-2026-11-01-091512.ips")

    assert ("panic-full-2026-11-01-091512.ips", UNSET) == (found.file, found.retired)


@pytest.mark.parametrize(
    ("path", "file", "retired"),
    [
        (f"{AREA}/x.ips", "x.ips", False),
        (f"{AREA}/Retired/x.ips", "Retired/x.ips", True),
        (f"{AREA}/x.ips.synced", "x.ips.synced", True),
        (f"{AREA}/Example 2018-11-01-091512 Phone.ips", "Example 2018-11-01-091512.ips", False),
    ],
)
def test_a_report_of_a_file_system_has_its_path(path, file, retired):
    (found,) = parse_report(BytesFile(File(path=path), report(HEADER, BODY)))

    assert (file, retired) == (found.file, found.retired)


def test_a_process_that_parses_what_strangers_send():
    assert crash(report(HEADER | {"name": "imagent"}, {"procName": "imagent"})).exposed is True


@pytest.mark.parametrize(
    "body",
    [
        dict.fromkeys(BODY, 7),
        {name: [{"x": []}] for name in BODY},
        {name: {"type": {}, "signal": []} for name in BODY},
        BODY | {"userID": 2**64, "procPath": "x" * 5000, "usedImages": "x"},
        {"processes": [[]], "processByPid": {"1": 5, "2": {"pid": -1, "procname": "x"}}},
    ],
)
def test_values_of_another_type_cost_themselves_alone(body):
    found = crash(report(HEADER, body))

    assert "My App" == found.process
    assert UNSET is found.uid or 7 == found.uid
    assert not [one for one in programs(report(HEADER, body)) if isinstance(one, Process)]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 9000,
        b"just text\n",
        b"Process: x\n",
        b'{"a": 1}\n{"b": 2}\n',
        report(HEADER, BODY)[:-40],
        json.dumps(HEADER).encode() + b"\n" + b'{"a":' * 100_000,
        b"[" * 100_000,
    ],
    ids=["empty", "nul", "text", "head", "json", "cut", "deep", "brackets"],
)
def test_what_is_no_whole_report_is_refused(data):
    for parse in (parse_report, crash_programs.parse):
        with pytest.raises(ParseError):
            list(parse(evidence(data)))


def test_a_report_of_another_request_is_refused():
    with pytest.raises(ParseError):
        list(parse_report(BytesFile(Command(argv=("x",)), report(HEADER, BODY))))


def test_a_report_with_more_processes_than_any_phone_is_refused():
    many = {"processes": [{"pid": 1, "name": "x"}] * 20_001}

    with pytest.raises(ParseError):
        programs(report(HEADER, many))


def test_names_of_reports():
    found = list(crash_summary.parse(evidence(SUMMARY.encode(), "summaries/crashes_and_spins.log")))

    assert [
        Crash(file="imagent-2026-11-01-091512.ips", process="imagent", exposed=True, retired=False),
        Crash(file="Example 2018-11-01-091512.ips", process="Example", exposed=False, retired=True),
        Crash(
            file="JetsamEvent-2026-11-01-091512.ips.synced",
            kind="jetsam",
            exposed=False,
            retired=True,
        ),
        Crash(
            file="ExcUserFault_exampled-2026-11-01-091512.ips",
            process="exampled",
            kind="other",
            exposed=False,
            retired=False,
        ),
    ] == found


@pytest.mark.parametrize("data", [b"", b"no reports\n", b"/" * 900_000, b"/a/" + b".ips" * 100_000])
def test_a_list_without_reports_is_refused(data):
    with pytest.raises(ParseError):
        list(crash_summary.parse(evidence(data)))
