"""Processes, from `ps` of a phone and of a bugreport.

The columns are named by the first line. Fields are padded to the header's columns; one that is
longer pushes the rest to the right, and the padding of later fields makes up for it (toybox ps.c
show_ps). NAME and ARGS may hold blanks: NAME is read by its column where the columns still stand,
else as its first word. LABEL may be blank (a kernel without SELinux). A row of a thread (TID is
not PID) is left out: a thread is no process.

ARGS and CMDLINE are personal: files and addresses that somebody opened. The first word is kept
where it is an absolute path and nothing else is read. Toybox leaves the folder of the program out
of ARGS, so its rows state no `executable`; that is not the statement that there is none.

Listings differ, so the columns are read from the header:

- `ps -A` of toybox, Android 8 and later, and what a bugreport runs: `ps -A -T -Z -O
  pri,nice,rtprio,sched,pcy,time`. With `-T` the last column, CMD, is the name of the thread, of
  which the kernel keeps 15 characters, for apps the last ones.
- `ps` of toolbox before Android 8 (2.3: `ps -P`, 5 and later `--abi`): below `PC  NAME` stands one
  word more, the state, that the header does not name. NAME is the first argument. With `-t` it
  lists threads like processes, and a listing without a column TID that stands in the section of
  threads is not read.

Pitfalls: the shell sees all processes from Android 7, some vendors hide them; kernel threads have
parent 2; STIME is the time of day, without a day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from scanner.artifacts.android import collected_processes
from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.lines import ended_lines
from scanner.formats.uids import uid_of
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Process
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Collected, Command, Section

NAME_LIMIT = 255
PATH_LIMIT = 4096
_COLUMN = re.compile(r"\S+")
_ARGUMENTS = (("ARGS",), ("CMDLINE",))
_LAST = ("ARGS", "CMD", "CMDLINE", "COMMAND", "NAME")  # what may end a row
_ABI = re.compile(r"\d{2}$|\?{1,3}$")
_STATE = "S"  # the column that the header of toolbox does not name


class _Table(NamedTuple):
    columns: tuple[str, ...]
    starts: tuple[int, ...]

    @property
    def of_toolbox(self) -> bool:
        return "PC" in self.columns


def parse(file: EvidenceFile) -> Iterator[Process]:
    """Yield the processes of one listing."""
    lines = enumerate(ended_lines(answer(file)), start=1)
    yield from _processes(_header(lines), lines, "ps")


def parse_section(file: EvidenceFile) -> Iterator[Process]:
    """Yield the processes that a bugreport lists."""
    lines = enumerate(ended_lines(answer(file)), start=1)
    yield from _processes(_header(lines), lines, "dumpstate")


def parse_threads(file: EvidenceFile) -> Iterator[Process]:
    """Yield the processes of a listing that also holds their threads."""
    lines = enumerate(ended_lines(answer(file)), start=1)
    table = _header(lines)
    if "TID" not in table.columns:
        raise ParseError("a column TID expected, which tells a thread from a process")
    yield from _processes(table, lines, "dumpstate")


def _processes(table: _Table, lines: Iterator[tuple[int, str]], source: str) -> Iterator[Process]:
    found = False
    for number, line in lines:
        if not line.strip():
            continue
        row = _row(table, line, number)
        if row.get("TID", row["PID"]) != row["PID"]:
            continue
        found = True
        yield _process(row, number, source, named_by_path=table.of_toolbox)
    if not found:
        raise ParseError("a process below the names of the columns expected")


def _header(lines: Iterator[tuple[int, str]]) -> _Table:
    for number, line in lines:
        columns = tuple(_COLUMN.findall(line))
        if "PID" in columns and columns[-1] in _LAST and len(set(columns)) == len(columns):
            starts = tuple(match.start() for match in _COLUMN.finditer(line))
            if columns[-2:] == ("PC", "NAME"):
                columns, starts = (*columns[:-1], _STATE, "NAME"), (*starts, starts[-1])
            return _Table(columns, starts)
        if line.strip():
            raise ParseError("the names of the columns expected", line=number)
    raise ParseError("the names of the columns expected, found nothing")


def _row(table: _Table, line: str, number: int) -> dict[str, str]:
    """Split a row: single words, then what may hold blanks."""
    row: dict[str, str] = {}
    position = 0
    for index, column in enumerate(table.columns[:-1]):
        if column == "NAME" and table.columns[index + 1 :] in _ARGUMENTS:
            row |= _name_and_arguments(table, line, position)
            return row
        match = _COLUMN.search(line, position)
        if match is None:
            raise ParseError(f"{len(table.columns)} columns expected", line=number)
        if column == "LABEL" and match.start() >= table.starts[index + 1]:
            row[column] = ""
            continue
        if column == "ABI" and not _ABI.match(match[0]):
            continue  # a thread of the kernel has none
        row[column] = match[0]
        position = match.end()
    row[table.columns[-1]] = line[position:].strip()
    return row


def _name_and_arguments(table: _Table, line: str, position: int) -> dict[str, str]:
    start = len(line) - len(line[position:].lstrip(" "))
    last, column = table.columns[-1], table.starts[-1]
    if start < column and line[column - 1 : column] == " " and line[column : column + 1] != " ":
        return {"NAME": line[start:column].rstrip(" "), last: line[column:]}
    name, _, arguments = line[start:].partition(" ")
    return {"NAME": name, last: arguments.lstrip(" ")}


def _process(row: dict[str, str], number: int, source: str, *, named_by_path: bool) -> Process:
    stated: dict[str, Any] = {}
    if "PPID" in row:
        stated["parent"] = _number(row["PPID"], number)
    owner = row.get("USER") or row.get("UID")
    if owner:
        stated |= {"owner": owner[:NAME_LIMIT], "uid": uid_of(owner)}
    if "LABEL" in row:
        stated["label"] = row["LABEL"][:NAME_LIMIT] if row["LABEL"] not in {"", "-"} else None
    if name := row.get("NAME", row.get("CMD", "")):
        stated["name"] = name[:NAME_LIMIT]
    word = row.get("CMDLINE", row.get("ARGS", "")).split(" ", 1)[0]
    if word.startswith("/") and len(word) <= PATH_LIMIT:
        stated["executable"] = word
    elif "CMDLINE" in row:
        stated["executable"] = None
    if named_by_path and name.startswith("/") and len(name) <= PATH_LIMIT:
        stated["executable"] = name.split(" ", 1)[0]
    started = row.get("STIME")
    return Process(
        source=source,
        pid=_number(row["PID"], number),
        started=started[:NAME_LIMIT] if started else None,
        **stated,
    )


def _number(text: str, number: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):  # noqa: PLR2004  32 bits
        raise ParseError("a process id expected", line=number)
    return int(text)


PROCESSES = Artifact(
    name="android.processes",
    title="Processes",
    platform="android",
    states=(
        Stated(
            Process,
            (
                "source",
                "pid",
                "started",
                "parent",
                "owner",
                "uid",
                "label",
                "name",
                "executable",
            ),
        ),
    ),
    readings=(
        Reading(
            Command(argv=("ps", "-A", "-o", "PID,PPID,USER,LABEL,STIME,NAME,CMDLINE")),
            parse,
        ),
        Reading(Section(title="PROCESSES AND THREADS"), parse_threads),
        Reading(Section(title="PROCESSES"), parse_section),
        # `ps -A`, in whatever columns the phone prints; a live phone is asked for more of them
        Reading(Collected(collector="shell", name="ps -A"), parse),
        Reading(Collected(collector="androidqf", name="processes.json"), collected_processes.parse),
    ),
)
