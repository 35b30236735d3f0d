"""Listings of processes in a sysdiagnose: ps, ps with threads, taskinfo, a spindump."""

from __future__ import annotations

from contextlib import suppress

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.recorded import process_tables, sampled_processes, task_info
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import BinaryImage, Process
from scanner.model.evidence import BytesFile
from scanner.model.requests import Diagnostic
from scanner.snapshot import Snapshot

from .program_texts import (
    APP,
    OTHER_UUID,
    PS,
    PS_BEFORE_16,
    PS_THREAD,
    SPINDUMP,
    TASKINFO,
    UUID,
    taskinfo,
)

PARSERS = {
    "ps.txt": process_tables.parse,
    "ps_thread.txt": process_tables.parse,
    "taskinfo.txt": task_info.parse,
    "spindump-nosymbols.txt": sampled_processes.parse,
}
TEXTS = {
    "ps.txt": PS,
    "ps_thread.txt": PS_THREAD,
    "taskinfo.txt": TASKINFO,
    "spindump-nosymbols.txt": SPINDUMP,
}


def evidence(name, text):
    data = text.encode() if isinstance(text, str) else text
    return BytesFile(Diagnostic(name=name), data)


def read(name, text):
    return list(PARSERS[name](evidence(name, text)))


def processes(name, text):
    return [one for one in read(name, text) if isinstance(one, Process)]


def until_error(name, text):
    """Return what was stated before the parser said that something was not read."""
    found = []
    with pytest.raises(ParseError):
        gather(found, name, text)
    return found


def gather(found, name, text):
    found.extend(PARSERS[name](evidence(name, text)))


# --- ps ------------------------------------------------------------------------------------------


def test_a_program_of_ps_has_no_arguments():
    expected = Process(
        source="ps",
        pid=344,
        started="7:56AM",
        parent=1,
        owner="mobile",
        uid=501,
        name="My App",
        executable=f"{APP}/My App",
        area="app",
        whole=True,
    )

    assert expected == processes("ps.txt", PS)[1]


def test_the_rows_of_ps():
    found = [(one.pid, one.parent, one.name, one.area) for one in processes("ps.txt", PS)]

    assert [
        (1, 0, "launchd", "system"),
        (344, 1, "My App", "app"),
        (345, 344, "helper", "temporary"),
        (346, 1, "exampled", None),
        (400, 1, "ps", None),
    ] == found


def test_ps_of_older_systems_has_fewer_columns():
    (found,) = processes("ps.txt", PS_BEFORE_16)

    assert (1, "14Jan19", True) == (found.pid, found.started, found.whole)


def test_a_process_that_ended_has_no_sizes():
    row = "root 0 - 9 1 - 0.0 - 0 - - - - ?? Z 7:56AM - (exampled)"
    found = processes("ps.txt", f"{PS}{row}\n")[-1]

    assert (9, "exampled", True) == (found.pid, found.name, found.whole)


def test_each_program_of_ps_is_stated_once():
    doubled = PS + PS.splitlines(keepends=True)[2].replace("344", "999")
    images = [one for one in read("ps.txt", doubled) if isinstance(one, BinaryImage)]

    assert {"/private/var/tmp/helper", f"{APP}/My App", "/sbin/launchd"} == {
        one.path for one in images
    }
    assert 3 == len(images)
    assert {True} == {one.main for one in images}


def test_threads_are_no_processes():
    found = [(one.pid, one.name, one.executable) for one in processes("ps_thread.txt", PS_THREAD)]

    assert [
        (1, "launchd", "/sbin/launchd"),
        (10030, "exampled", "/usr/libexec/exampled"),
        (300, "zsh", None),
    ] == found
    assert {"ps_thread"} == {one.source for one in processes("ps_thread.txt", PS_THREAD)}


def test_a_listing_with_a_header_alone_is_absent():
    with pytest.raises(NotAvailable):
        read("ps_thread.txt", PS_THREAD.splitlines(keepends=True)[0])


@pytest.mark.parametrize(
    "row",
    [
        "root 0 - 7",
        f"root 0 - {2**64} 1 4004 0.0 0.0 0 0 0 0 - ?? ?s 7:56AM 0:00.00 /bin/x",
        "root 0 - pid 1 4004 0.0 0.0 0 0 0 0 - ?? ?s 7:56AM 0:00.00 /bin/x",
        "root 0 - 7 1 4004 0.0 0.0 0 0 0 0 - ?? ?s 7:56AM /private/var/tmp/bh --flag x",
    ],
    ids=["short", "huge-pid", "no-pid", "shifted"],
)
def test_a_row_that_was_not_read_is_said_and_states_no_absence(row):
    found = until_error("ps.txt", f"{PS}{row}\n")

    assert 5 == sum(isinstance(one, Process) for one in found)
    assert {False} == {one.whole for one in found if isinstance(one, Process)}


@pytest.mark.parametrize("text", ["", "\n", "no table\n", "USER XPID COMMAND\nroot 1 /bin/x\n"])
def test_what_is_no_table_is_refused(text):
    with pytest.raises(ParseError):
        read("ps.txt", text)


# --- taskinfo -----------------------------------------------------------------------------------


def test_tasks():
    expected = Process(source="taskinfo", pid=1, started=None, name="launchd", whole=True)

    assert expected == processes("taskinfo.txt", TASKINFO)[0]
    assert [1, 344, 345, 346] == [one.pid for one in processes("taskinfo.txt", TASKINFO)]


def test_a_name_of_a_task_may_hold_quotes_and_brackets():
    (_, found) = processes("taskinfo.txt", taskinfo((1, "launchd"), (7, 'a" [3] "b')))

    assert (7, 'a" [3] "b') == (found.pid, found.name)


def test_tasks_that_were_counted_and_are_not_listed_were_cut_off():
    found = processes("taskinfo.txt", taskinfo((1, "launchd"), (2, "exampled"), count=40))

    assert [False, False] == [one.whole for one in found]


def test_a_task_that_was_not_read_is_said():
    odd = TASKINFO + f'process: "x" [{2**64}] [unique ID: 1]\n\n'
    found = until_error("taskinfo.txt", odd)

    assert [False] * 4 == [one.whole for one in found]


def test_a_list_of_no_tasks_is_refused():
    with pytest.raises(ParseError):
        read("taskinfo.txt", "num tasks: 427\n\n")


# --- spindump -----------------------------------------------------------------------------------


def test_a_sampled_process():
    expected = Process(
        source="spindump",
        pid=344,
        started=None,
        parent=1,
        uid=501,
        name="My App",
        executable=f"{APP}/My App",
        area="app",
        whole=True,
    )

    assert expected == processes("spindump-nosymbols.txt", SPINDUMP)[2]


def test_the_kernel_has_no_program():
    (kernel, launchd, _) = processes("spindump-nosymbols.txt", SPINDUMP)

    assert (0, None, None) == (kernel.pid, kernel.executable, kernel.area)
    assert UNSET is kernel.parent
    assert (1, 0, "system") == (launchd.pid, launchd.parent, launchd.area)


def test_images_of_a_sampled_process_but_libraries_of_the_system():
    found = [
        one for one in read("spindump-nosymbols.txt", SPINDUMP) if isinstance(one, BinaryImage)
    ]

    assert [
        ("/sbin/launchd", True, UUID, "system", True),
        (f"{APP}/My App", True, UUID, "app", True),
        ("/private/var/jb/usr/lib/hook.dylib", False, OTHER_UUID, "jailbreak", False),
        (f"{APP}/Frameworks/Kit.framework/Kit", False, OTHER_UUID, "app", True),
    ] == [(one.path, one.main, one.uuid, one.area, one.own) for one in found]
    assert {"/sbin/launchd", f"{APP}/My App"} == {one.process for one in found}


def test_a_spindump_without_its_end_is_not_whole():
    cut = SPINDUMP.partition("Spindump binary format")[0]

    assert {False} == {one.whole for one in processes("spindump-nosymbols.txt", cut)}


def test_a_spindump_without_samples_is_refused():
    with pytest.raises(ParseError):
        read("spindump-nosymbols.txt", "Date/Time: x\n\nNo samples\n\nSpindump binary format\nx\n")


def test_a_head_that_names_no_process_is_said():
    odd = SPINDUMP.replace("launchd [1]\nUUID", f"launchd [{2**64}]\nUUID", 1)
    found = until_error("spindump-nosymbols.txt", odd)

    assert {False} == {one.whole for one in found if isinstance(one, Process)}


# --- all of them --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TEXTS)
def test_a_listing_without_launchd_is_not_whole(name):
    text = TEXTS[name].replace("launchd [1]\nUUID", "launchd [2]\nUUID")
    text = text.replace('"launchd" [1]', '"launchd" [2]').replace(
        "     1     0     4004", " 2 0 4004"
    )
    text = text.replace("root               1   ??", "root 2 ??")

    assert {False} == {one.whole for one in processes(name, text)}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("part", [0.3, 0.5, 0.7, 0.95])
def test_a_listing_that_was_cut_states_no_absence(name, part):
    text = TEXTS[name][: int(len(TEXTS[name]) * part)].rstrip("\n")
    found = []
    with suppress(ParseError, NotAvailable):
        gather(found, name, text)

    assert {one.whole for one in found if isinstance(one, Process)} <= {False}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    "data",
    [
        b"\0" * 5000,
        b"x" * (1024 * 1024 + 2),
        b"\xff\xfe" + b"a" * 99,
        b'process: "\nProcess: [\n[1]\n',
        b"USER PID COMMAND\n" + b" " * 900_000 + b"\n" + b"a " * 400_000 + b"\n",
        b"PID COMMAND PPID NI COMMAND\n" + b"2 " * 500_000 + b"\n",
        b"Process: " + b"[1] " * 250_000 + b"\n",
    ],
    ids=["nul", "long-line", "utf-16", "heads", "blanks", "numbers", "brackets"],
)
def test_hostile_bytes_are_refused_or_read(name, data):
    found = []
    with suppress(ParseError, NotAvailable):
        gather(found, name, data)

    assert {one.whole for one in found if isinstance(one, Process)} <= {False}


def test_listings_of_one_sysdiagnose_are_compared():
    snapshot = Snapshot("ios")
    names = ("ps.txt", "taskinfo.txt", "spindump-nosymbols.txt")
    for name, rank in zip(names, range(3), strict=True):
        for one in read(name, TEXTS[name]):
            snapshot.add(one, evidence=f"e-{rank}", provenance="os_claimed", rank=rank)
    missing = {
        (one.source, one.pid): one.missing_from
        for one in snapshot.every(Process)
        if one.missing_from
    }

    assert {
        ("ps", 345): ("spindump",),
        ("ps", 346): ("spindump",),
        ("ps", 400): ("spindump", "taskinfo"),
        ("taskinfo", 345): ("spindump",),
        ("taskinfo", 346): ("spindump",),
        ("spindump", 0): ("ps", "taskinfo"),
    } == missing
