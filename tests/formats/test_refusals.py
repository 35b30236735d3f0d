"""Refusals and absences, wherever Android says them; ordinary content that holds such words."""

from __future__ import annotations

import pytest

from scanner.formats.refusals import refusal
from scanner.model.evidence import BytesFile
from scanner.model.requests import Command, File

REQUEST = Command(argv=("x",))

STACK = (
    b"\nException occurred while executing 'list':\n"
    b"java.lang.SecurityException: Shell does not have permission to access user 150\n"
    b"\tat com.android.server.am.UserController.handleIncomingUser(UserController.java:1)\n"
)


def reason_of(file):
    refused = refusal(file)
    return refused and refused.reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (STACK, "no_permission"),
        (
            b"Security exception: Shell does not have permission to access user 10\n",
            "no_permission",
        ),
        (b"java.lang.SecurityException: no\n", "no_permission"),
        (b"Error: java.lang.SecurityException: no\n", "no_permission"),
        (b"Shell does not have permission to access user 150\n", "no_permission"),
        (b"Permission Denial: can't dump Adb from from pid=1, uid=2000\n", "no_permission"),
        (b"cat: /proc/1/maps: Permission denied\n", "no_permission"),
        (b"/system/bin/sh: dumpsys: can't execute: Permission denied\n", "no_permission"),
        (b"Can't find service: adb\n", "source_absent"),
        (b"cmd: Can't find service: package\n", "source_absent"),
        (b"E: sh: <stdin>[23]: dpm: inaccessible or not found\n", "source_absent"),
        (b"/system/bin/sh: <stdin>[23]: dpm: inaccessible or not found\n", "source_absent"),
        (b"/system/bin/sh: dpm: inaccessible or not found\n", "source_absent"),
        (b"/system/bin/sh: dpm: not found\n", "source_absent"),
        (b"sh: 1: dpm: not found\r\n", "source_absent"),
        (b"cat: /x: No such file or directory\n", "source_absent"),
        (b"Error: Unknown option: --show-stopped\n", "unsupported_version"),
        (b"Error: unknown command 'list-owners'\n", "unsupported_version"),
        (b"Unknown command: list-owners\n", "unsupported_version"),
        (b"usage: dpm [subcommand] [options]\n", "unsupported_version"),
        (b'ps: bad -o "LABELS"\n', "unsupported_version"),
        (
            b"Exception occurred while executing 'x':\njava.lang.NullPointerException\n",
            "unsupported_version",
        ),
        (b"Exception occurred while executing 'x':\njava.io.IOException\n", "unsupported_version"),
    ],
)
@pytest.mark.parametrize("exit_code", [0, 255, None])
def test_a_refusal_is_one_on_either_stream_with_any_status(text, reason, exit_code):
    assert reason == reason_of(BytesFile(REQUEST, text, exit_code=exit_code))
    assert reason == reason_of(BytesFile(REQUEST, b"\n", text, exit_code=exit_code))


def test_a_recording_in_utf_16_refuses_as_well():
    data = "Can't find service: adb\r\n".encode("utf-16")

    assert reason_of(BytesFile(REQUEST, data)) == "source_absent"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"package:com.example\nSecurity exception: no\n",
        b"name=Permission denied\nother=Can't find service: x\n",
        b"[a]: [Permission Denial: not found]\n",
        b"Users:\n\tUserInfo{0:usage: me:13} running\n",
        b"permission_monitor=1\n",
        b"usage_statistics=1\n",
        b"Security exception: no\n" + b"x" * 40_000,
    ],
)
def test_ordinary_content_is_an_answer(data):
    assert refusal(BytesFile(REQUEST, data)) is None


def test_an_answer_beside_errors_is_an_answer():
    assert refusal(BytesFile(REQUEST, b"package:com.example\n", STACK)) is None


def test_an_unknown_failure_is_not_judged():
    assert refusal(BytesFile(REQUEST, b"", b"Broken pipe\n", exit_code=1)) is None


def test_a_file_may_say_what_it_wants():
    assert refusal(BytesFile(File(path="/x"), b"Security exception: no\n")) is None


def test_the_message_does_not_quote_the_device():
    assert "150" not in str(refusal(BytesFile(REQUEST, STACK)))
