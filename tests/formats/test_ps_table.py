"""The table of ps, and what a command says of its program."""

from __future__ import annotations

import pytest

from scanner.errors import ParseError
from scanner.formats.ps_table import PROCESSES_LIMIT, ListedProcess, ProcessTable, program
from scanner.model.evidence import BytesFile
from scanner.model.requests import Command

BUNDLE = "/private/var/containers/Bundle/Application/0A1B/My App.app"


def table(text):
    return ProcessTable(BytesFile(Command(argv=("x",)), text.encode()))


@pytest.mark.parametrize(
    ("command", "name", "path"),
    [
        ("/sbin/launchd", "launchd", "/sbin/launchd"),
        ("/usr/libexec/x -a /tmp/b", "x", "/usr/libexec/x"),
        (f"{BUNDLE}/My App", "My App", f"{BUNDLE}/My App"),
        (f"{BUNDLE}/My App -x", "My App", f"{BUNDLE}/My App"),
        (f"{BUNDLE}/mussel dGNw", "mussel", f"{BUNDLE}/mussel"),
        (f"{BUNDLE}/My Apple", "My", f"{BUNDLE}/My"),
        (
            f"{BUNDLE}/PlugIns/My Ext.appex/My Ext -x",
            "My Ext",
            f"{BUNDLE}/PlugIns/My Ext.appex/My Ext",
        ),
        ("/bin/x.app/x y.app/z", "x", "/bin/x.app/x"),
        ("/" + "a.app/" * 600 + " b", "a.a", "/" + "a.app/" * 170 + "a.a"),
        (f"/bin/sh {BUNDLE}/My App", "sh", "/bin/sh"),
        (f"/bin/sh -c {BUNDLE}/My App", "sh", "/bin/sh"),
        ("-zsh", "zsh", None),
        ("-", "-", None),
        ("(exampled)", "exampled", None),
        ("exampled --flag", "exampled", None),
        ("/", "/", "/"),
    ],
)
def test_the_program_of_a_command(command, name, path):
    assert (name, path) == program(command)


def test_columns_are_found_by_their_names():
    rows = list(table("PID USER COMMAND\n7 root /bin/x y\n"))

    assert [ListedProcess(7, None, "root", None, None, "/bin/x y")] == rows


def test_an_indented_row_without_threads_is_a_row():
    assert [7] == [row.pid for row in table("  PID COMMAND\n    7 /bin/x\n")]


def test_odd_rows_are_counted():
    rows = table("PID COMMAND\n7 /bin/x\nx /bin/y\n8\n")

    assert [7] == [row.pid for row in rows]
    assert 2 == rows.odd


def test_a_cut_command_may_hold_numbers():
    text = "USER PID COMMAND PPID NI TIME COMMAND\nroot 7 a 1 b 1 0 0:01 /bin/x 2 0 0:02 z\n"

    assert [(7, 1, "/bin/x 2 0 0:02 z")] == [
        (row.pid, row.parent, row.command) for row in table(text)
    ]


def test_more_processes_than_any_phone_runs_are_refused():
    text = "PID COMMAND\n" + "7 /bin/x\n" * (PROCESSES_LIMIT + 1)

    with pytest.raises(ParseError):
        list(table(text))
