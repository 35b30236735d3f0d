"""Programs in crash reports: what had crashed and what it had loaded, and who else ran then.

Panics, jetsam events and stackshots list processes; other reports the images of one. Neither is a
list of what runs: the fields of the key are stated apart, so that nobody takes it for one.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.artifacts.ios.crash_reports import REPORTS, placed
from scanner.artifacts.ios.recorded.listing import loaded_images, main_image
from scanner.formats.crash_report import read_report
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import BinaryImage, Process
from scanner.model.evidence import EvidenceFile


def parse(file: EvidenceFile) -> Iterator[BinaryImage | Process]:
    """Yield the program of a report with what it had loaded, and the processes that it lists."""
    report, path = read_report(file), placed(file)[0]
    if report.path and report.path.startswith("/"):
        yield main_image(report.path, report.uuid)
        yield from loaded_images(report.path, ((one.path, one.uuid) for one in report.images))
    for pid, process in report.processes:
        yield Process(source=f"report {path}", pid=pid, started=None, name=process)


CRASH_PROGRAMS = Artifact(
    name="ios.crash_programs",
    title="Programs in crash reports",
    platform="ios",
    states=(
        Stated(BinaryImage, ("process", "main", "uuid", "area", "process_area", "own")),
        Stated(BinaryImage, ("path",)),
        Stated(Process, ("source", "pid", "name")),
        Stated(Process, ("started",)),
    ),
    readings=tuple(Reading(request, parse) for request in REPORTS),
    profile=Profile.STANDARD,
)
