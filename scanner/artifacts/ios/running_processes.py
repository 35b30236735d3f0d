"""Processes with their paths, as the developer services of an iPhone list them.

They answer only where somebody mounted Apple's developer disk image before.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from scanner.formats.instruments import RunningProcess, read_processes
from scanner.formats.ios_paths import area, name_of, normal
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import BinaryImage, Process
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Instruments

NAME_LIMIT = 255
PATH_LIMIT = 1024


def parse(file: EvidenceFile) -> Iterator[Process | BinaryImage]:
    """Yield the processes, and the program of each whose path is known."""
    programs: set[str] = set()
    for process in read_processes(file):
        path = normal(process.path[:PATH_LIMIT]) if process.path else None
        yield _process(process, path)
        if path is not None and path.startswith("/") and path not in programs:
            programs.add(path)
            lies = area(path)
            yield BinaryImage(
                process=path, path=path, main=True, area=lies, process_area=lies, own=True
            )


def _process(process: RunningProcess, path: str | None) -> Process:
    name = (process.name or name_of(path or ""))[:NAME_LIMIT]
    return Process(
        source="instruments",
        pid=process.pid,
        started=process.started,
        name=name or UNSET,
        executable=path,
        area=None if path is None else area(path),
    )


RUNNING_PROCESSES = Artifact(
    name="ios.running_processes",
    title="Processes with their paths",
    platform="ios",
    states=(
        Stated(Process, ("source", "pid", "started", "name", "executable", "area")),
        Stated(BinaryImage, ("process", "path", "main", "area", "process_area", "own")),
    ),
    readings=(Reading(Instruments(what="processes"), parse),),
    profile=Profile.STANDARD,
)
