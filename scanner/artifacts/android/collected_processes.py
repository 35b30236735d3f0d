"""Processes as androidqf collects them, in processes.json.

A JSON list of what its program read below /proc as the user `shell` (androidqf adb/collector.go,
ProcessInfo): `pid`, `ppid`, `uid`, `filename` (the name in `stat`, in parentheses, of which the
kernel keeps 15 characters), `path` (the link `exe`, empty where the shell may not read it),
`context` and `command_line`. Of the arguments the first is read, and only as the name of the
program; environment and working folder are personal and never read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from scanner.errors import ParseError
from scanner.model.entities import Process
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import MiB

_LIMIT = 64 * MiB  # bytes of the document
_PROCESSES = 100_000
_NAME_LIMIT = 255
_PATH_LIMIT = 4096


class _Process(msgspec.Struct):
    pid: int
    ppid: int = -1
    uid: int = -1
    filename: str = ""
    path: str = ""
    context: str = ""
    command_line: list[str] | None = None


def parse(file: EvidenceFile) -> Iterator[Process]:
    """Yield the processes that the collector saw."""
    try:
        processes = msgspec.json.decode(file.read(_LIMIT), type=list[_Process])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ParseError("a list of processes with their ids expected") from error
    if not processes:
        raise ParseError("a process expected, found nothing")
    if len(processes) > _PROCESSES:
        raise ParseError(f"at most {_PROCESSES} processes expected")
    yield from map(_process, processes)


def _process(process: _Process) -> Process:
    stated: dict[str, Any] = {}
    if process.ppid >= 0:
        stated["parent"] = process.ppid
    if process.uid >= 0:
        stated |= {"uid": process.uid, "owner": str(process.uid)}
    if label := process.context.strip("\0\n "):
        stated["label"] = label[:_NAME_LIMIT]
    program = (process.command_line or [""])[0].split("\0", 1)[0].split(" ", 1)[0]
    name = program.rpartition("/")[2] or process.filename.removeprefix("(").removesuffix(")")
    if name:
        stated["name"] = name[:_NAME_LIMIT]
    for path in (process.path, program):
        if path.startswith("/") and len(path) <= _PATH_LIMIT:
            stated.setdefault("executable", path)
    return Process(source="androidqf", pid=process.pid, started=None, **stated)
