"""Processes, as `ps` listed them for a sysdiagnose: ps.txt, and ps_thread.txt with their threads.

Of a command only the program is read: arguments are personal. A program may rename itself, so what
is printed is what the process says, not where it was started from.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from scanner.artifacts.ios.recorded.listing import main_image, stated
from scanner.errors import NotAvailable, ParseError
from scanner.formats.ios_paths import area, normal
from scanner.formats.lines import ends_whole
from scanner.formats.ps_table import ListedProcess, ProcessTable, program
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import BinaryImage, Process
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Diagnostic

THREADS = "ps_thread.txt"


def parse(file: EvidenceFile) -> Iterator[Process | BinaryImage]:
    """Yield the processes and their programs; ParseError at the end where a row was not read."""
    threads = isinstance(file.request, Diagnostic) and file.request.name.endswith(THREADS)
    source = "ps_thread" if threads else "ps"
    table = ProcessTable(file)
    rows = [_process(row, source) for row in table]
    if not rows and not table.odd:
        raise NotAvailable("source_absent", "the listing names no process")
    yield from stated(rows, ended=ends_whole(file) and not table.odd)
    for path in sorted({row.executable for row in rows if row.executable}):
        yield main_image(path)
    if table.odd:
        raise ParseError("a process in each row expected")


def _process(row: ListedProcess, source: str) -> Process:
    name, path = program(row.command)
    executable = normal(path) if path else None
    return Process(
        source=source,
        pid=row.pid,
        started=row.started,
        parent=UNSET if row.parent is None else row.parent,
        owner=row.owner or UNSET,
        uid=UNSET if row.uid is None else row.uid,
        name=name,
        executable=executable,
        area=area(executable) if executable else None,
    )


PROCESS_TABLES = Artifact(
    name="ios.process_tables",
    title="Processes of a sysdiagnose",
    platform="ios",
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
                "name",
                "executable",
                "area",
                "whole",
            ),
        ),
        Stated(BinaryImage, ("process", "path", "main", "area", "process_area", "own")),
    ),
    readings=(
        Reading(Diagnostic(name="ps.txt"), parse),
        Reading(Diagnostic(name=THREADS), parse),
    ),
    profile=Profile.QUICK,
)
