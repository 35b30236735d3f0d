"""Processes, programs and libraries of an iPhone."""

from __future__ import annotations

import plistlib

import pytest
from msgspec import UNSET

from scanner.artifacts.ios import binary_images, processes, running_processes
from scanner.errors import NotAvailable, ParseError
from scanner.formats.instruments import RunningProcess
from scanner.formats.instruments import line as instruments_line
from scanner.formats.json_lines import json_line
from scanner.formats.log_stream import LogSource
from scanner.model.entities import BinaryImage, Process
from scanner.model.evidence import BytesFile
from scanner.model.requests import Instruments, LogStream, ServiceCall

PROGRAM = "11111111-2222-3333-4444-5555AAAABBBB"
IMAGE = "66666666-7777-8888-9999-0000CCCCDDDD"
APP = "/private/var/containers/Bundle/Application/11111111-2222-3333-4444-5555AAAABBBB/Example.app"


def listed(answer):
    data = answer if isinstance(answer, bytes) else plistlib.dumps(answer)
    request = ServiceCall(service="com.apple.os_trace_relay")
    return list(processes.parse(BytesFile(request, data)))


def images(*sources):
    data = b"".join(map(json_line, sources))
    return list(binary_images.parse(BytesFile(LogStream(), data)))


def running(*entries):
    data = b"".join(map(instruments_line, entries))
    return list(running_processes.parse(BytesFile(Instruments(what="processes"), data)))


def source(process, sender, program=PROGRAM, image=IMAGE):
    return LogSource(pid=7, process=process, process_uuid=program, sender=sender, sender_uuid=image)


def test_a_list_of_processes():
    answer = {
        "Status": "RequestSuccessful",
        "Payload": {"0": {"ProcessName": "kernel_task"}, "321": {"ProcessName": "exampled"}},
    }

    assert listed(answer) == [
        Process(source="pid_list", pid=0, started=None, name="kernel_task"),
        Process(source="pid_list", pid=321, started=None, name="exampled"),
    ]


def test_a_process_without_a_name_runs_all_the_same():
    (found,) = listed({"Payload": {"5": {}}})

    assert (found.pid, found.name) == (5, UNSET)


def test_arguments_are_never_read():
    details = {"ProcessName": "exampled", "Arguments": ["a secret"], "Path": "/secret"}

    assert "secret" not in repr(listed({"Payload": {"5": details}}))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"Status": "RequestFailed"}, NotAvailable),
        ({"Error": "PasswordProtected"}, NotAvailable),
        ({"Status": "RequestSuccessful"}, ParseError),
        ({"Status": "RequestSuccessful", "Payload": {}}, ParseError),
        ({"Payload": [1, 2]}, ParseError),
        ([], ParseError),
        (b"", ParseError),
        (plistlib.dumps({"Payload": {"5": {"ProcessName": "exampled"}}})[:-30], ParseError),
        ({"Payload": {str(pid): {} for pid in range(20_001)}}, ParseError),
    ],
)
def test_what_is_no_list(answer, error):
    with pytest.raises(error):
        listed(answer)


def test_a_strange_pid_is_told_after_the_others():
    data = plistlib.dumps({"Payload": {"x": {"ProcessName": "a"}, "5": {"ProcessName": "b"}}})
    found = []
    with pytest.raises(ParseError, match="a process id"):
        found.extend(processes.parse(BytesFile(LogStream(), data)))
    assert [process.pid for process in found] == [5]


def test_three_lists_are_asked_for():
    requests = [reading.request for reading in processes.PROCESSES.readings]

    assert [request.turn for request in requests] == [1, 2, 3]
    assert {request.arguments for request in requests} == {(("Request", "PidList"),)}


def test_a_program_and_a_library_in_it():
    library = "/usr/lib/libexample.dylib"
    program = BinaryImage(
        process="/usr/libexec/exampled",
        path="/usr/libexec/exampled",
        main=True,
        uuid=PROGRAM,
        area="system",
        process_area="system",
        own=True,
    )
    other = BinaryImage(
        process="/usr/libexec/exampled",
        path=library,
        main=False,
        uuid=IMAGE,
        area="system",
        process_area="system",
        own=False,
    )

    assert images(
        source("/usr/libexec/exampled", library),
        source("/usr/libexec/exampled", "/usr/libexec/exampled"),
    ) == [program, other]


@pytest.mark.parametrize(
    ("sender", "area", "own"),
    [
        (f"{APP}/Frameworks/Part.framework/Part", "app", True),
        ("/private/var/jb/usr/lib/example.dylib", "jailbreak", False),
        ("/private/var/tmp/example.dylib", "temporary", False),
        ("/System/Library/Frameworks/UIKit.framework/UIKit", "system", False),
        ("/private/var/mobile/example.dylib", "other", False),
    ],
)
def test_images_in_an_app(sender, area, own):
    _, image = images(source(f"{APP}/Example", sender))

    assert (image.area, image.own, image.process_area) == (area, own, "app")


def test_a_name_without_a_path_says_nothing_of_its_place():
    _, image = images(source("/kernel", "ExampleDriver"))

    assert (image.path, image.area, image.own) == ("ExampleDriver", UNSET, UNSET)
    assert image.process_area == "system"


def test_one_way_to_write_a_path():
    found = images(
        source("/var/tmp//a", "/private/var/tmp/./a"), source("/private/var/tmp/a", "/var/jb/b")
    )

    assert [(image.process, image.path) for image in found] == [
        ("/private/var/tmp/a", "/private/var/tmp/a"),
        ("/private/var/tmp/a", "/private/var/jb/b"),
    ]


def test_an_unknown_uuid_is_not_stated():
    program, image = images(source("/usr/libexec/a", "/usr/lib/b", program=None, image=None))

    assert (program.uuid, image.uuid) == (UNSET, UNSET)


def test_a_process_whose_message_names_no_image():
    (program,) = images(source("/usr/libexec/a", ""))

    assert program.main is True


@pytest.mark.parametrize("sources", [(), (source("", ""),), (source("", "/usr/lib/b"),)])
def test_a_log_to_which_nobody_writes(sources):
    with pytest.raises(ParseError, match="a program that writes to the log"):
        images(*sources)


def test_running_processes():
    entry = RunningProcess(
        pid=5,
        name="exampled",
        path="/private/var/tmp/exampled",
        started="2026-11-20T09:00:00Z",
        application=False,
    )
    process, image = running(entry)

    assert process == Process(
        source="instruments",
        pid=5,
        started="2026-11-20T09:00:00Z",
        name="exampled",
        executable="/private/var/tmp/exampled",
        area="temporary",
    )
    assert image == BinaryImage(
        process="/private/var/tmp/exampled",
        path="/private/var/tmp/exampled",
        main=True,
        area="temporary",
        process_area="temporary",
        own=True,
    )


def test_a_running_process_without_a_path():
    (process,) = running(
        RunningProcess(pid=0, name="kernel_task", path=None, started=None, application=None)
    )

    assert (process.executable, process.area, process.name) == (None, None, "kernel_task")


def test_two_processes_of_one_program():
    entries = [
        RunningProcess(pid=pid, name="", path="/usr/libexec/a", started=None, application=False)
        for pid in (5, 6)
    ]
    found = running(*entries)

    assert [type(one) for one in found] == [Process, BinaryImage, Process]
    assert {one.name for one in found if isinstance(one, Process)} == {"a"}


def test_a_running_process_by_another_way_to_its_program():
    process, image = running(
        RunningProcess(pid=5, name="a", path="/tmp/a", started=None, application=None)
    )

    assert (process.executable, image.path) == ("/private/tmp/a", "/private/tmp/a")


def test_no_process_at_all():
    with pytest.raises(ParseError):
        running()
