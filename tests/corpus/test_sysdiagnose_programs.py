"""What real files of a sysdiagnose and real crash reports say of programs."""

from __future__ import annotations

import re

import pytest

from scanner.artifacts.ios.crash_reports import parse_report
from scanner.artifacts.ios.recorded import (
    crash_programs,
    sampled_processes,
    shutdown_logs,
    task_info,
)
from scanner.errors import ParseError
from scanner.model.entities import BinaryImage, Crash, Process, Shutdown, ShutdownClient
from scanner.model.evidence import PathFile
from scanner.model.requests import Diagnostic

pytestmark = pytest.mark.corpus

REPORTS = (
    "kernel_mode_crash_report_ios16_forceReset-full.ips",
    "user_mode_crash_report_ios14_non_symbolicated_abort.ips",
    "Other/ios-crash-without-json-header.crash",
)


def read(parse, path):
    return list(parse(PathFile(Diagnostic(name=f"x/{path.name}"), path)))


def kinds(found):
    return {kind: sum(type(one) is kind for one in found) for kind in {type(one) for one in found}}


def total(numbers):
    return sum(number for number in numbers if isinstance(number, int))


def test_tasks(corpus):
    path = corpus / "ios-sysdiagnose" / "iphone_2022-09-30" / "taskinfo.txt"
    heads = len(re.findall(rb"^process: ", path.read_bytes(), re.MULTILINE))
    found = read(task_info.parse, path)

    assert 426 == heads == len(found)
    assert {True} == {one.whole for one in found}
    assert len({one.pid for one in found}) == len(found)


def test_shutdowns(corpus):
    path = corpus / "ios-sysdiagnose" / "shutdown.log"
    text = path.read_bytes()
    found = read(shutdown_logs.parse, path)
    ends = sum(one.complete is True for one in found if isinstance(one, Shutdown))
    notices = total(one.notices for one in found if isinstance(one, Shutdown))
    seen = total(one.notices for one in found if isinstance(one, ShutdownClient))

    assert {Shutdown: 19, ShutdownClient: 88} == kinds(found)
    assert text.count(b"SIGTERM: ") == ends
    assert text.count(b"After ") == notices
    assert text.count(b"remaining client") == seen
    assert all(one.uuid for one in found if isinstance(one, ShutdownClient))


def test_processes_of_a_spindump(corpus):
    path = corpus / "ios-crash-logs" / "Other" / "raw-processes.txt"
    found = read(sampled_processes.parse, path)

    assert {Process: 5, BinaryImage: 3} == kinds(found)
    assert {False} == {one.whole for one in found if isinstance(one, Process)}  # it has no end


@pytest.mark.parametrize(
    ("name", "programs"),
    list(zip(REPORTS, ({Process: 6}, {BinaryImage: 1}, {BinaryImage: 1}), strict=True)),
)
def test_crash_reports(corpus, name, programs):
    path = corpus / "ios-crash-logs" / name
    (crash,) = read(parse_report, path)

    assert isinstance(crash, Crash)
    assert crash.at is not None
    assert isinstance(crash.build, str)
    assert programs == kinds(read(crash_programs.parse, path))


def test_a_list_of_processes_is_no_crash_report(corpus):
    with pytest.raises(ParseError):
        read(parse_report, corpus / "ios-crash-logs" / "Other" / "raw-processes.txt")
