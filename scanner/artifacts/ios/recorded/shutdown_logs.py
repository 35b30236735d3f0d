"""Shutdowns, from shutdown.log: which processes the phone waited for, how long, and when.

    After 1.26s, these clients are still here:
            remaining client pid: 99 (/usr/libexec/example/9CD80937-D761-3E70-BFE0-AFFB42BD177E)
    SIGTERM: [1762012800] All buffers flushed

A shutdown has any number of notices, each with the clients that are left, and ends with SIGTERM and
the time in seconds since 1970. Waits count from its start, so the longest is the wait; one that is
shorter than the one before belongs to another shutdown, whose SIGTERM is missing. Behind the path
of a client stands the UUID of its program; the path itself may hold brackets. As of iOS 26 the file
is begun anew at each start, so that nothing in it, or no file, says nothing.

Sources: `system_logs.logarchive/Extra/shutdown*.log` of sysdiagnose, /private/var/db/diagnostics.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from scanner.errors import ParseError
from scanner.formats.apple_time import unix
from scanner.formats.ios_paths import area, name_of, normal
from scanner.formats.lines import text_lines
from scanner.formats.spindump import uuid_of
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import Shutdown, ShutdownClient
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Diagnostic, File, Glob

CLIENTS_LIMIT = 100_000  # and shutdowns, in one file
PATH_LIMIT = 1024

_NAME_LIMIT = 64
_PID_END = 2**31
_NOTICE = re.compile(r"\s*After (\d{1,7}(?:\.\d{1,6})?)s, these clients are still here:")
_CLIENT = re.compile(r"\s*remaining client pid: (\d{1,10}) \((.{1,2048})\)\s*\Z", re.DOTALL)
_END = re.compile(r"\s*SIGTERM: \[(\d{1,20})\]")


class _Client:
    def __init__(self) -> None:
        self.notices = 0
        self.delay = 0


class _Log:
    """The shutdown whose lines are being read."""

    def __init__(self, file: str) -> None:
        self.file, self.index = file, 0
        self.count = 0  # clients and shutdowns so far
        self._begin()

    def _begin(self) -> None:
        self.notices = 0
        self.delay = 0  # ms, of the last notice: the longest
        self.clients: dict[tuple[int, str], _Client] = {}

    @property
    def open(self) -> bool:
        """Whether anything was read of it."""
        return bool(self.notices or self.clients)

    def notice(self, delay: int) -> None:
        """Take a notice after `delay` milliseconds."""
        self.notices, self.delay = self.notices + 1, delay

    def client(self, pid: int, text: str) -> None:
        """Take a client of the last notice."""
        if (pid, text) not in self.clients:
            self.clients[pid, text] = _Client()
            self._counted()
        seen = self.clients[pid, text]
        seen.notices, seen.delay = seen.notices + 1, self.delay

    def end(
        self, at: datetime | None = None, *, complete: bool
    ) -> Iterator[Shutdown | ShutdownClient]:
        """Yield the shutdown with its clients, and begin the next."""
        self._counted()
        yield Shutdown(
            file=self.file,
            index=self.index,
            at=at,
            complete=complete,
            notices=self.notices,
            clients=len(self.clients),
            delay_ms=self.delay,
        )
        for (pid, text), client in self.clients.items():
            path, uuid = _program(text)
            yield ShutdownClient(
                file=self.file,
                index=self.index,
                pid=pid,
                path=path,
                name=name_of(path),
                uuid=uuid,
                area=area(path),
                notices=client.notices,
                delay_ms=client.delay,
                at=at,
            )
        self.index += 1
        self._begin()

    def _counted(self) -> None:
        self.count += 1
        if self.count > CLIENTS_LIMIT:
            raise ParseError(f"at most {CLIENTS_LIMIT} shutdowns and clients expected")


def parse(file: EvidenceFile) -> Iterator[Shutdown | ShutdownClient]:
    """Yield the shutdowns with their clients; ParseError at the end where a line was not read."""
    log, odd = _Log(_name(file)), 0
    for number, line in enumerate(text_lines(file), start=1):
        if (client := _CLIENT.match(line)) and int(client[1]) < _PID_END:
            log.client(int(client[1]), client[2])
        elif notice := _NOTICE.match(line):
            delay = round(float(notice[1]) * 1000)
            if delay < log.delay:
                yield from log.end(complete=False)
            log.notice(delay)
        elif end := _END.match(line):
            yield from log.end(unix(int(end[1])), complete=True)
        elif line.strip():
            odd = odd or number
    if log.open:
        yield from log.end(complete=False)
    if odd:
        raise ParseError("a notice, a client or the end of a shutdown expected", line=odd)


def _program(text: str) -> tuple[str, str | None]:
    path, _, last = text.rpartition("/")
    uuid = uuid_of(last) if path else None
    return normal(path if uuid else text)[:PATH_LIMIT], uuid


def _name(file: EvidenceFile) -> str:
    match file.request:
        case Diagnostic(name=path) | File(path=path):
            return path.rpartition("/")[2][:_NAME_LIMIT]
    return "shutdown.log"


SHUTDOWN_LOGS = Artifact(
    name="ios.shutdown_logs",
    title="Shutdowns",
    platform="ios",
    states=(Stated(Shutdown), Stated(ShutdownClient)),
    readings=(
        Reading(Diagnostic(name="system_logs.logarchive/Extra/shutdown*.log"), parse),
        Reading(Glob(pattern="/private/var/db/diagnostics/shutdown*.log"), parse),
    ),
    profile=Profile.QUICK,
)
