"""Processes, from the listings of bugreports of all versions."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from scanner.artifacts.android.processes import parse, parse_section, parse_threads
from scanner.errors import ParseError
from scanner.model.entities import Process

from .evidence import evidence

THREADS = """\
LABEL                          USER           PID   TID  PPID     VSZ S PRI  NI CMD
u:r:init:s0                    root             1     1     0   51308 S  19   0 init
u:r:platform_app:s0:c512       u0_a87        1497  1497   641   51308 S  29 -10 ample.app
u:r:platform_app:s0:c512       u0_a87        1497  1501   641   51308 S  29 -10 Jit thread pool
"""
TOOLBOX = """\
USER     PID   PPID  VSIZE  RSS    PCY  WCHAN    PC         NAME
root      1     0     328    184   fg  ffffffff 00000000 S /init
app_23    154   87    123456 20000 bg  ffffffff 00000000 S com.example
root      160   1     900    400   fg  c00a6fd8 afd0bdac R /data/local/tmp/x y
"""
WITH_ABI = """\
USER      PID   PPID  VSIZE  RSS   PCY ABI WCHAN              PC  NAME
root      1     0     9340   2128  fg  64  SyS_epoll_ 0000000000 S /init
root      2     0     0      0     fg      kthreadd   0000000000 S kthreadd
"""


def test_of_a_listing_with_threads_the_processes_are_read():
    assert [
        Process(
            source="dumpstate",
            pid=1,
            started=None,
            parent=0,
            owner="root",
            uid=0,
            label="u:r:init:s0",
            name="init",
        ),
        Process(
            source="dumpstate",
            pid=1497,
            started=None,
            parent=641,
            owner="u0_a87",
            uid=10087,
            label="u:r:platform_app:s0:c512",
            name="ample.app",
        ),
    ] == list(parse_threads(evidence(THREADS)))


def test_the_state_that_the_header_does_not_name_is_no_part_of_the_name():
    assert [
        ("/init", "/init", 0),
        ("com.example", UNSET, 10023),
        ("/data/local/tmp/x y", "/data/local/tmp/x", 0),
    ] == [(one.name, one.executable, one.uid) for one in parse_section(evidence(TOOLBOX))]


def test_a_thread_of_the_kernel_has_no_instruction_set():
    assert ["/init", "kthreadd"] == [one.name for one in parse_section(evidence(WITH_ABI))]


def test_threads_that_cannot_be_told_from_processes_are_an_error():
    with pytest.raises(ParseError, match="a column TID"):
        list(parse_threads(evidence(TOOLBOX)))


@pytest.mark.parametrize("read", [parse_section, parse_threads])
@pytest.mark.parametrize("data", ["", "\n", "hello\n", THREADS.splitlines()[0] + "\n"])
def test_other_output_is_an_error(read, data):
    with pytest.raises(ParseError):
        list(read(evidence(data)))


def test_a_listing_says_where_it_stands():
    assert {"ps"} == {one.source for one in parse(evidence(THREADS))}
    assert {"dumpstate"} == {one.source for one in parse_section(evidence(THREADS))}
