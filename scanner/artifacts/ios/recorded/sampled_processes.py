"""Processes and what they had loaded, as a spindump of a sysdiagnose shows them.

Only images that a stack led through are in it, so one that is not stated may be loaded all the
same. Some spindumps say `No samples`: those list nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from scanner.artifacts.ios.recorded.listing import loaded_images, main_image, stated
from scanner.errors import ParseError
from scanner.formats.ios_paths import area, normal
from scanner.formats.spindump import SampledProcess, Spindump
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import BinaryImage, Process
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Diagnostic

IMAGES_LIMIT = 50_000


def parse(file: EvidenceFile) -> Iterator[Process | BinaryImage]:
    """Yield the processes, their programs and what else these had loaded."""
    spindump = Spindump(file)
    rows: list[Process] = []
    images: dict[tuple[str, str], BinaryImage] = {}
    for sampled in spindump:
        rows.append(_process(sampled))
        if sampled.path is None or not sampled.path.startswith("/"):
            continue
        loaded = [(image.path, image.uuid) for image in sampled.images]
        for image in (
            main_image(sampled.path, sampled.uuid),
            *loaded_images(sampled.path, loaded),
        ):
            images.setdefault((image.process, image.path), image)
        if len(images) > IMAGES_LIMIT:
            raise ParseError(f"at most {IMAGES_LIMIT} images expected")
    if not rows:
        raise ParseError("a spindump with processes expected")
    yield from stated(rows, ended=spindump.ended and not spindump.odd)
    yield from images.values()
    if spindump.odd:
        raise ParseError("a name and a pid of each process expected")


def _process(sampled: SampledProcess) -> Process:
    path = normal(sampled.path) if sampled.path else None
    return Process(
        source="spindump",
        pid=sampled.pid,
        started=None,
        parent=UNSET if sampled.parent is None else sampled.parent,
        uid=UNSET if sampled.uid is None else sampled.uid,
        name=sampled.name,
        executable=path,
        area=area(path) if path else None,
    )


SAMPLED_PROCESSES = Artifact(
    name="ios.sampled_processes",
    title="Processes and what they had loaded",
    platform="ios",
    states=(
        Stated(
            Process,
            (
                "source",
                "pid",
                "started",
                "parent",
                "uid",
                "name",
                "executable",
                "area",
                "whole",
            ),
        ),
        Stated(BinaryImage),
    ),
    readings=(Reading(Diagnostic(name="spindump-nosymbols.txt"), parse),),
    profile=Profile.STANDARD,
)
