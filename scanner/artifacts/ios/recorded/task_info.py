"""Processes, as `taskinfo` listed the tasks of the kernel for a sysdiagnose.

The file begins with `num tasks: 427`; then each task has a head, `process: "launchd" [1] [unique
ID: 1]`, and a page about it and its threads, of which nothing is read. The kernel counts itself and
is not listed, nor is what ended meanwhile, so a few heads less than tasks are usual. Names are
whole where `ps` cuts them; there are no paths.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.artifacts.ios.recorded.listing import stated
from scanner.errors import ParseError
from scanner.formats.lines import ends_whole, raw_lines
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import Process
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Diagnostic

TASKS_LIMIT = 20_000
NAME_LIMIT = 255

_USUAL = 4  # tasks that were counted and not listed: the kernel, and what ended meanwhile
_HEAD_LIMIT = 1024
_PID_END = 2**31
_COUNT = re.compile(rb"num tasks: (\d{1,9})\s*\Z")
_HEAD = re.compile(rb'process: "(.*)" \[(\d{1,10})\](?: \[unique ID: \d{1,20}\])?\s*\Z', re.DOTALL)


def parse(file: EvidenceFile) -> Iterator[Process]:
    """Yield the processes; ParseError where a head was not read, or where there is none."""
    tasks, odd, last = None, 0, b"\n"
    rows: list[Process] = []
    for line in raw_lines(file):
        last = line
        if line.startswith(b"process: "):
            row = _process(line)
            if row is None:
                odd += 1
                continue
            rows.append(row)
            if len(rows) > TASKS_LIMIT:
                raise ParseError(f"at most {TASKS_LIMIT} processes expected")
        elif tasks is None and (count := _COUNT.match(line[:_HEAD_LIMIT])):
            tasks = int(count[1])
    if not rows:
        raise ParseError("a list of tasks expected")
    ended = ends_whole(file) and not last.strip() and not odd
    whole = ended and tasks is not None and tasks - _USUAL <= len(rows)
    yield from stated(rows, ended=whole)
    if odd:
        raise ParseError("a name and a pid of each task expected")


def _process(line: bytes) -> Process | None:
    head = _HEAD.match(line) if len(line) <= _HEAD_LIMIT else None
    if head is None or int(head[2]) >= _PID_END:
        return None
    name = head[1].decode("utf-8", "replace")[:NAME_LIMIT]
    return Process(source="taskinfo", pid=int(head[2]), started=None, name=name)


TASK_INFO = Artifact(
    name="ios.task_info",
    title="Tasks of a sysdiagnose",
    platform="ios",
    states=(Stated(Process, ("source", "pid", "started", "name", "whole")),),
    readings=(Reading(Diagnostic(name="taskinfo.txt"), parse),),
    profile=Profile.QUICK,
)
