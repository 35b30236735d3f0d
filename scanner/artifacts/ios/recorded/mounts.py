"""Mounted file systems of an iPhone, from a sysdiagnose: disks.txt, and mount.txt if it is there.

`system`: the point is `/`, or below a folder of the sealed system. Points below the folders of the
user are not read: there lie cards and shares, under the names that people gave them.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from scanner.errors import ParseError
from scanner.formats.darwin_mounts import DarwinMount, mounts
from scanner.formats.ios_paths import area, normal
from scanner.formats.lines import ended_lines
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import Mount
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Diagnostic

MOUNTS_LIMIT = 5000

_WORD_LIMIT = 255
_OPTIONS = 64
_OF_THE_USER = ("/private/var/mobile/", "/Volumes/")


def parse(file: EvidenceFile) -> Iterator[Mount]:
    """Yield the mounts; ParseError where there is none, or a line is another."""
    odd, any_line = False, False
    found: dict[tuple[str, str, str], Mount] = {}
    for line in mounts(ended_lines(file)):
        if line is None:
            odd = True
            continue
        any_line = True
        point = normal(line.point)
        if point.startswith(_OF_THE_USER):
            continue
        mount = _mount(line, point)
        found.setdefault((mount.point, mount.device, mount.filesystem), mount)
        if len(found) > MOUNTS_LIMIT:
            raise ParseError(f"at most {MOUNTS_LIMIT} mounts expected")
    if not any_line:
        raise ParseError("a mounted file system expected, found nothing")
    yield from found.values()
    if odd:
        raise ParseError("a mounted file system in each line expected")


def _mount(line: DarwinMount, point: str) -> Mount:
    options = line.options
    shown = tuple(word[:_WORD_LIMIT] for word in (options or ())[:_OPTIONS])
    return Mount(
        point=point,
        device=line.device[:_WORD_LIMIT],
        filesystem=line.filesystem[:_WORD_LIMIT],
        options=UNSET if options is None else shown or None,
        writable=UNSET if options is None else "read-only" not in options,
        system=point == "/" or area(point) == "system",
    )


IOS_MOUNTS = Artifact(
    name="ios.mounts",
    title="Mounted file systems",
    platform="ios",
    states=(Stated(Mount),),
    readings=(
        Reading(Diagnostic(name="disks.txt"), parse),
        Reading(Diagnostic(name="mount.txt"), parse),
    ),
    profile=Profile.QUICK,
)
