"""Processes."""

from __future__ import annotations

import os
import subprocess

import pytest
from msgspec import UNSET

from scanner.artifacts.android.processes import PROCESSES, parse
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import Process
from scanner.model.requests import Command

from .evidence import evidence

HEAD = (
    "  PID  PPID USER         LABEL                          STIME NAME                        ARGS"
    "                       \n"
)


def rows(*lines: str) -> str:
    return HEAD + "".join(f"{line}\n" for line in lines)


def line(*, pid=1, parent=0, user="root", label="u:r:init:s0", name="init", arguments="init"):
    """Write a row as toybox does: later fields' padding gives back what one took too much."""
    text, owed = "", 0
    fields = ((f"{pid:>5}", 5), (f"{parent:>5}", 5), (user, 12), (label, 30), ("17:16:35", 5))
    for value, width in (*fields, (name, 27)):
        padded = value.ljust(max(width - owed, 0))
        owed += len(padded) - width
        text += padded + " "
    return text + arguments


def stated(data, **kinds):
    return list(parse(evidence(data, "ps", **kinds)))


def test_all_fields():
    data = rows(
        line(
            pid=1234,
            parent=641,
            user="u10_a123",
            label="u:r:untrusted_app:s0:c1,c2",
            name="com.app:x",
            arguments="com.app:x",
        )
    )

    assert [
        Process(
            source="ps",
            pid=1234,
            started="17:16:35",
            parent=641,
            owner="u10_a123",
            uid=1010123,
            label="u:r:untrusted_app:s0:c1,c2",
            name="com.app:x",
        )
    ] == stated(data)


@pytest.mark.parametrize(
    ("arguments", "executable"),
    [
        ("/data/local/tmp/x --key secret", "/data/local/tmp/x"),
        ("/system/bin/sh", "/system/bin/sh"),
        ("sh -c /data/x", UNSET),
        ("[kworker/0:0]", UNSET),
        ("/" + "x" * 5000, UNSET),
        ("", UNSET),
    ],
)
def test_of_the_arguments_only_a_leading_path_is_read(arguments, executable):
    assert executable == stated(rows(line(arguments=arguments)))[0].executable


@pytest.mark.parametrize("name", ["x y z", "a", "Chrome_ChildIOT", "x" * 27])
def test_a_name_may_hold_blanks(name):
    data = rows(line(name=name, arguments="/bin/y z"))

    assert [(name, "/bin/y")] == [(one.name, one.executable) for one in stated(data)]


def test_a_field_that_is_too_long_moves_the_others():
    label = "u:r:untrusted_app_32:s0:c512,c768,c900,c901"
    data = rows(line(label=label, name="short one", arguments="/bin/y"))

    assert [(label, "short one", "/bin/y")] == [
        (one.label, one.name, one.executable) for one in stated(data)
    ]


def test_a_name_that_is_too_long_ends_at_the_first_blank():
    name = "x" * 40
    data = rows(line(name=name, arguments="/bin/y z"))

    assert [(name, "/bin/y")] == [(one.name, one.executable) for one in stated(data)]


@pytest.mark.parametrize(
    ("arguments", "executable"), [("/bin/y z", "/bin/y"), ("y z", None), ("", None)]
)
def test_the_whole_command_line_states_whether_there_is_a_path(arguments, executable):
    data = rows(line(name="y", arguments=arguments)).replace("ARGS", "CMDLINE", 1)

    assert [("y", executable)] == [(one.name, one.executable) for one in stated(data)]


def test_without_a_label():
    assert [(None, "init")] == [(one.label, one.name) for one in stated(rows(line(label="")))]
    assert [None] == [one.label for one in stated(rows(line(label="-")))]


def test_an_older_listing_states_less():
    data = """\
USER           PID  PPID     VSZ    RSS WCHAN            ADDR S NAME
root             1     0   68696   2864 0                   0 S init
u0_a7         1200   641   68696   2864 0                   0 S com.app with blanks
"""

    assert [
        Process(source="ps", pid=1, started=None, parent=0, owner="root", uid=0, name="init"),
        Process(
            source="ps",
            pid=1200,
            started=None,
            parent=641,
            owner="u0_a7",
            uid=10007,
            name="com.app with blanks",
        ),
    ] == stated(data)


def test_columns_that_are_not_printed_are_not_stated():
    data = "\nPID ARGS\n\n1 x\n"

    assert [Process(source="ps", pid=1, started=None)] == stated(data)


def test_threads_are_no_processes():
    data = """\
LABEL                          USER           PID   TID  PPID S CMD
u:r:init:s0                    root             1     1     0 S init
u:r:init:s0                    root             1     7     0 S worker
"""

    assert [(1, "init", UNSET)] == [(one.pid, one.name, one.executable) for one in stated(data)]


def test_a_row_that_was_cut_is_left_out():
    assert [1] == [one.pid for one in stated(rows(line(pid=1), line(pid=2))[:-40])]


@pytest.mark.parametrize(
    "data",
    ["", "\n", "hello\n", HEAD, HEAD + "1 0\n", rows(line(pid="x")), rows(line(parent="9" * 11))],
)
def test_other_output_is_an_error(data):
    with pytest.raises(ParseError):
        stated(data)


def test_a_refusal_is_no_answer():
    with pytest.raises(NotAvailable):
        stated('ps: bad -o "LABEL"\n')


def test_the_real_toybox_of_this_machine():
    command = PROCESSES.readings[0].request

    assert isinstance(command, Command)
    with subprocess.Popen(["/bin/sleep", "60"]) as sleeper:
        try:
            listing = subprocess.run(
                ["toybox", *command.argv], capture_output=True, check=True
            ).stdout
        finally:
            sleeper.kill()
    found = {one.pid: one for one in stated(listing)}

    assert ("sleep", os.getpid()) == (found[sleeper.pid].name, found[sleeper.pid].parent)
    assert os.getuid() == found[os.getpid()].uid
