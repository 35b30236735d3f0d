"""Batches that really run, in Android's shell and in the host's, on a simulated phone."""

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import threading
import time
import tracemalloc
from pathlib import Path

import pytest

from scanner.model.requests import Command, Dumpsys
from scanner.simulate import Drip, Faults, shells
from scanner.sources.android import script

KINDS = pytest.mark.parametrize("kind", shells())


def sh(script, **options):
    return Command(argv=("sh", "-c", script), **options)


@KINDS
def test_each_command_keeps_its_exit_code_output_and_errors(
    record_phone, simulate, open_source, read, kind
):
    source = open_source(simulate(record_phone(), shell=kind))
    expected = {
        "echo out; echo err >&2; exit 7": (b"out\n", 7, None),
        "exit 127": (b"", 127, None),
        "exit 124": (b"", 124, None),
        "kill -9 $$": (b"", 137, None),
        "printf 'no newline'": (b"no newline", 0, None),
        "cat": (b"", 0, None),  # it must not eat the rest of the script
        "exit 3": (b"", 3, None),
        "sleep 2; exit 5": (b"", 5, None),  # ends as the clock ticks
    }

    found = read(source, *map(sh, expected))

    assert expected == {script: found[str(sh(script))][:3] for script in expected}
    assert b"err\n" == found[str(sh("echo out; echo err >&2; exit 7"))][3]


@KINDS
def test_words_are_never_interpreted(record_phone, simulate, open_source, read, kind):
    words = ("$(reboot)", "`id`", "a;b", "'", '"', "line\nbreak", "-n", "*", "\\x", "", "|", "é")
    source = open_source(simulate(record_phone(), shell=kind))
    request = Command(argv=("printf", "<%s>", *words))

    assert "".join(f"<{word}>" for word in words).encode() == read(source, request)[str(request)][0]


def test_an_unknown_command_is_127(record_phone, simulate, open_source, read):
    source = open_source(simulate(record_phone()))

    output, code, cut, errors = read(source, Command(argv=("nosuchcmd",)))["nosuchcmd"]

    assert (b"", 127, None) == (output, code, cut)
    assert b"not found" in errors


def test_words_that_no_command_can_have_are_not_asked(record_phone, simulate, open_source, read):
    source = open_source(simulate(record_phone()))

    assert {"echo 'a\0b'": "parse_error"} == read(source, Command(argv=("echo", "a\0b")))


@KINDS
def test_output_is_binary_safe(record_phone, simulate, open_source, read, kind):
    noise = os.urandom(1_000_000) + b"\xff\xfe\0"
    source = open_source(simulate(record_phone({"dumpsys package": noise}), shell=kind))

    assert (noise, 0, None, b"") == read(source, Dumpsys(service="package"))["dumpsys package"]


def test_a_long_script_does_not_block(record_phone, simulate, open_source):
    """More script than both ends buffer, while commands write more than both ends buffer."""
    source = open_source(simulate(record_phone({"dumpsys user": b"x" * 300_000})))
    long = [Command(argv=("echo", f"{number}", "y" * 30_000)) for number in range(10)]
    loud = [Dumpsys(service="user", timeout=60 + number) for number in range(4)]

    found = [len(b"".join(answer.chunks())) for answer in source.fetch_all([*loud, *long])]

    assert [30_003] * 10 + [300_000] * 4 == sorted(found)


@KINDS
def test_a_command_over_its_time_is_cut_and_the_rest_goes_on(
    record_phone, simulate, open_source, read, kind
):
    source = open_source(simulate(record_phone(), shell=kind))
    hangs, next_one = sh("echo before; exec sleep 60", timeout=1), sh("echo after")
    began = time.monotonic()

    found = read(source, hangs, next_one)

    assert (b"before\n", "timeout") == (found[str(hangs)][0], found[str(hangs)][2])
    assert (b"after\n", 0, None, b"") == found[str(next_one)]
    assert time.monotonic() - began < 5


def test_what_a_killed_command_started_is_ended_too(record_phone, simulate, open_source, read):
    source = open_source(simulate(record_phone(), shell="host"))

    read(source, sh("sleep 61.25 & wait; echo never", timeout=1))

    assert within(2, lambda: not running(b"sleep\x0061.25"))


@pytest.mark.parametrize("shell", [one for one in ("mksh", "sh") if shutil.which(one)])
def test_nothing_runs_on_when_the_host_leaves(shell):
    """A device's adbd sends SIGHUP to a shell whose stream was closed."""
    text = script.preamble("0" * 32) + script.line(0, ["sh", "-c", "sleep 62.5 & wait"], 60)
    with subprocess.Popen(
        [shell], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    ) as child:
        child.stdin.write(text)
        child.stdin.flush()
        assert within(2, lambda: running(b"sleep\x0062.5"))
        child.send_signal(signal.SIGHUP)

        assert within(2, lambda: not running(b"sleep\x0062.5"))


def within(seconds, true):
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def running(words):
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            if words in path.read_bytes():
                found.append(path)
    return found


def test_a_dripping_command_is_cut(record_phone, simulate, open_source, read):
    phone = record_phone({"dumpsys user": b"x" * 1000, "dumpsys adb": b"y"})
    source = open_source(simulate(phone, faults=Faults(drip={"dumpsys user": Drip(pause=0.1)})))

    found = read(source, Dumpsys(service="user", timeout=1), Dumpsys(service="adb"))

    assert "timeout" == found["dumpsys user"][2]
    assert 0 < len(found["dumpsys user"][0]) < 100
    assert b"y" == found["dumpsys adb"][0]


def test_the_deadline_is_absolute(record_phone, simulate, open_source, read):
    source = open_source(simulate(record_phone()))
    drip = sh("while :; do echo x; sleep 0.05; done")
    began = time.monotonic()

    found = read(source, drip, sh("echo never"), deadline=began + 0.7)

    assert "timeout" == found[str(drip)][2]
    assert "timeout" == found[str(sh("echo never"))]
    assert 0.6 < time.monotonic() - began < 2


def test_output_beyond_the_limit_is_discarded(record_phone, simulate, open_source, read):
    source = open_source(simulate(record_phone({"dumpsys user": b"0123456789"})))

    found = read(source, Dumpsys(service="user", limit=4), sh("echo after"))

    assert (b"0123", 0, "truncated", b"") == found["dumpsys user"]
    assert (b"after\n", 0, None, b"") == found[str(sh("echo after"))]


def test_errors_are_bounded(record_phone, simulate, open_source, read):
    source = open_source(simulate(record_phone()))
    loud = sh("head -c 1000000 /dev/zero >&2; echo out")

    output, code, cut, errors = read(source, loud)[str(loud)]

    assert (b"out\n", 0, None, 64 * 1024) == (output, code, cut, len(errors))


def test_a_flood_ends_fast_and_costs_no_memory(record_phone, simulate, open_source, read):
    """2 GB of output: cut behind the limit, and the next command runs in a new stream."""
    faults = Faults(flood={"dumpsys user": 2 << 30})
    source = open_source(simulate(record_phone({"dumpsys adb": b"y"}), faults=faults))
    began = time.monotonic()
    tracemalloc.start()

    found = read(source, Dumpsys(service="user", limit=1000), Dumpsys(service="adb"))

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (1000, None, "truncated") == (len(found["dumpsys user"][0]), *found["dumpsys user"][1:3])
    assert (b"y", 0, None, b"") == found["dumpsys adb"]
    assert peak < 32 << 20
    assert time.monotonic() - began < 15


def test_a_slow_reader_costs_no_memory(record_phone, simulate, open_source):
    """The lanes wait for the reader: what the phone has more to say stays there."""
    faults = Faults(flood={"dumpsys package": 64 << 20})
    source = open_source(simulate(record_phone({"dumpsys user": b"z" * 100}), faults=faults))
    answers = source.fetch_all([Dumpsys(service="package"), Dumpsys(service="user")])
    tracemalloc.start()

    first = next(answers)
    time.sleep(1)

    held = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert held < 16 << 20
    assert {64 << 20, 100} == {
        sum(map(len, answer.chunks())) for answer in itertools.chain([first], answers)
    }


def test_leaving_early_ends_everything(record_phone, simulate, open_source):
    phone = simulate(record_phone(), faults=Faults(flood={"dumpsys package": 1 << 30}))
    source = open_source(phone)
    answers = source.fetch_all([Dumpsys(service="package"), sh("echo x; sleep 15")])
    began = time.monotonic()

    next(next(answers).chunks(), None)
    answers.close()

    assert time.monotonic() - began < 3
    assert not [one for one in threading.enumerate() if one.name.startswith("device-lane")]
