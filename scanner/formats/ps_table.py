"""The table that `ps` of Apple's systems prints: a header, then a row for each process.

    USER  UID PRSNA   PID  PPID        F  %CPU %MEM PRI NI ... STAT STARTED      TIME COMMAND
    root  0     -     1     0     4004   0.0  0.0   0  0 ...  ?s   Tue09PM   0:00.00 /sbin/launchd

Columns differ from version to version, so they are found by their names; a value that is wider than
its column moves the rest of its row, so values are counted and not cut out. With `-M` each row is
followed by one for each further thread, indented, and there are two columns COMMAND: the first is
cut, the last is whole. The command is the last column and may hold blanks.

Sources: ps(1) of Apple, `ps.txt` and `ps_thread.txt` of sysdiagnose of iOS 12 to 26.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.lines import text_lines
from scanner.model.evidence import EvidenceFile

PROCESSES_LIMIT = 20_000
PATH_LIMIT = 1024

_ROW_LIMIT = 4096  # characters; what is beyond are arguments
_WORD_LIMIT = 64
_PID_END = 2**31
_ANY = re.compile(r"[^/].*", re.DOTALL)  # no column but the command starts with a path
_NUMBER = re.compile(r"\d{1,20}|-", re.ASCII)
_SHAPES: Mapping[str, re.Pattern[str]] = {
    "PID": re.compile(r"\d{1,10}", re.ASCII),
    "PPID": re.compile(r"\d{1,10}", re.ASCII),
    "UID": re.compile(r"-?\d{1,10}", re.ASCII),
    "NI": re.compile(r"-?\d{1,4}|-", re.ASCII),
    "F": re.compile(r"[0-9A-Fa-f]{1,16}|-"),
    "%MEM": re.compile(r"\d{1,4}[.,]\d{1,3}|-", re.ASCII),
    "VSZ": _NUMBER,
    "RSS": _NUMBER,
    "TIME": re.compile(r"[\d:.-]{1,24}", re.ASCII),
}
_NAME = r"(?:[^ ]| (?![/-]))*?"  # of a bundle, with blanks; an argument starts otherwise
_BUNDLE = re.compile(
    rf"/{_NAME}\.(?:app|appex|xpc)/"
    rf"(?:(?:PlugIns|Extensions|XPCServices)/{_NAME}\.(?:app|appex|xpc)/)?"
)
"""The start of a path in a bundle, or in one within it."""


class ListedProcess(Struct, frozen=True):
    """One row; None where the table has no such column."""

    pid: int
    parent: int | None
    owner: str | None
    uid: int | None
    started: str | None  # as it is printed: Tue09PM
    command: str  # with its arguments, cut


class ProcessTable:
    """The rows of a table; `odd` counts those that are no rows of it."""

    def __init__(self, file: EvidenceFile) -> None:
        self._file = file
        self.odd = 0

    def __iter__(self) -> Iterator[ListedProcess]:
        """Yield the processes; ParseError where there is no header, or too much."""
        lines = (line for line in text_lines(self._file) if line.strip())
        header = next(lines, "")[:_ROW_LIMIT].split()
        if "PID" not in header or header[-1:] != ["COMMAND"]:
            raise ParseError("a table with the columns PID and COMMAND expected", line=1)
        threads = header.index("COMMAND") < len(header) - 1
        count = 0
        for line in lines:
            if threads and line[0] in " \t":
                continue
            row = _after_cut(header, line) if threads else _row(header, line)
            if row is None:
                self.odd += 1
                continue
            count += 1
            if count > PROCESSES_LIMIT:
                raise ParseError(f"at most {PROCESSES_LIMIT} processes expected")
            yield row


def program(command: str) -> tuple[str, str | None]:
    """Return the name of the program of a command, and its path where the command states one.

    `/path/My App.app/My App -x` is the program of that name in that bundle; a blank outside of a
    bundle ends the path. Arguments are left out.
    """
    if not command.startswith("/"):
        word = command.partition(" ")[0].strip("()")
        return (word.removeprefix("-") or command)[:PATH_LIMIT], None
    bundle = _BUNDLE.match(command)
    start = bundle.end() if bundle else 0
    named = command[:start].rstrip("/").rpartition("/")[2].rpartition(".")[0]
    rest = command[start:]
    if named and rest.startswith(named) and rest[len(named) :][:1] in {"", " "}:
        path = command[: start + len(named)]
    else:
        path = command[:start] + rest.partition(" ")[0]
    path = path[:PATH_LIMIT]
    return path.rstrip("/").rpartition("/")[2] or path, path


def _row(header: Sequence[str], line: str) -> ListedProcess | None:
    values = line[:_ROW_LIMIT].split(None, len(header) - 1)
    if len(values) != len(header):
        return None
    return _listed(header[:-1], values[:-1], values[-1])


def _after_cut(header: Sequence[str], line: str) -> ListedProcess | None:
    """Read a row with two commands: the first, cut, may hold blanks, so its end is looked for."""
    first = header.index("COMMAND")
    tail = header[first + 1 : -1]
    words = line[:_ROW_LIMIT].split()
    for start in range(first + 1, len(words) - len(tail)):
        between = words[start : start + len(tail)]
        if all(map(_fits, tail, between)):
            names, values = (*header[:first], *tail), (*words[:first], *between)
            return _listed(names, values, " ".join(words[start + len(tail) :]))
    return None


def _listed(names: Sequence[str], values: Sequence[str], command: str) -> ListedProcess | None:
    if not all(map(_fits, names, values)):
        return None
    row = dict(zip(names, values, strict=True))
    pid, parent, uid = (int(row[name]) if name in row else None for name in ("PID", "PPID", "UID"))
    if pid is None or pid >= _PID_END or not command.strip():
        return None
    return ListedProcess(
        pid, parent, _cut(row.get("USER")), uid, _cut(row.get("STARTED")), command.strip()
    )


def _fits(name: str, value: str) -> bool:
    return _SHAPES.get(name, _ANY).fullmatch(value) is not None


def _cut(word: str | None) -> str | None:
    return None if word is None else word[:_WORD_LIMIT]
