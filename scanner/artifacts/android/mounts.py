"""Mounted file systems, from `/proc/mounts` and from `/proc/<pid>/mountinfo` of bugreports.

A phone is asked for the mounts that the shell sees. A bugreport of Android 8 or later holds the
mounts of many processes, each in a namespace of its own; androidqf holds lines of `mount` and of
`/proc/mounts` in one list. All are joined: one entity for a point, a device and a file system.

`system`: the point is `/`, or at or below a folder of the system image (`/system`, `/vendor`,
`/product`, `/system_ext`, `/odm`, `/oem`, `/sbin`, `/bin`, `/etc`, `/apex`). `/apex` itself is a
tmpfs that is writable on every phone from Android 10, so only what is below it is meant. Some
makers keep a writable file system of their own below `/vendor`.

Points below `/storage`, `/mnt`, `/data_mirror` and the folders of apps are not read: they name
cards, users and apps, on Android 11 and later by the hundred. `/mnt/vendor` and `/mnt/product`
are firmware and read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import DecodeError, json

from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.lines import decode, ended_lines
from scanner.formats.mountinfo import MountLine, mount_line
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Mount
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Collected, Command, Glob

MOUNTS_LIMIT = 20_000
_TEXT_LIMIT = 255
_POINT_LIMIT = 4096
_OPTIONS = 64
_OPTION_LIMIT = 255
_SYSTEM = (
    "/system",
    "/vendor",
    "/product",
    "/system_ext",
    "/odm",
    "/oem",
    "/sbin",
    "/bin",
    "/etc",
)
_ROOTS = frozenset(("/", *_SYSTEM))
_BELOW = tuple(f"{folder}/" for folder in (*_SYSTEM, "/apex"))
_UNREAD = (
    "/storage/",
    "/mnt/",
    "/data_mirror/",
    "/data/user/",
    "/data/user_de/",
    "/data/data/",
    "/data/media/",
    "/data/misc/",
    "/data/misc_ce/",
    "/data/misc_de/",
)
_READ = ("/mnt/vendor", "/mnt/product")


def parse(file: EvidenceFile) -> Iterator[Mount]:
    """Yield the mounts of `/proc/mounts` or `mountinfo`."""
    yield from _mounts(ended_lines(answer(file)))


def parse_list(file: EvidenceFile) -> Iterator[Mount]:
    """Yield the mounts of a JSON list of lines."""
    try:
        lines = json.decode(decode(answer(file).read()), type=list[str])
    except (DecodeError, ValueError) as error:
        raise ParseError("a JSON list of lines expected") from error
    yield from _mounts(line for text in lines for line in text.splitlines())


def _mounts(lines: Iterable[str]) -> Iterator[Mount]:
    """Yield each mount once; of two that have the same key, the writable one counts."""
    found: dict[tuple[str, str, str], Mount] = {}
    any_line = False
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        mounted = mount_line(line)
        if mounted is None:
            raise ParseError("a mounted file system expected", line=number)
        any_line = True
        if not _is_read(mounted.point):
            continue
        mount = _mount(mounted)
        key = (mount.point, mount.device, mount.filesystem)
        if key not in found or mount.writable:
            found[key] = mount
        if len(found) > MOUNTS_LIMIT:
            raise ParseError(f"at most {MOUNTS_LIMIT} mounts expected")
    if not any_line:
        raise ParseError("a mounted file system expected, found nothing")
    yield from found.values()


def _is_read(point: str) -> bool:
    return not point.startswith(_UNREAD) or point.startswith(_READ)


def _mount(line: MountLine) -> Mount:
    options = tuple(option[:_OPTION_LIMIT] for option in line.options[:_OPTIONS])
    return Mount(
        point=line.point[:_POINT_LIMIT],
        device=line.device[:_TEXT_LIMIT],
        filesystem=line.filesystem[:_TEXT_LIMIT],
        options=options or None,
        writable=line.writable,
        system=is_system(line.point),
    )


def is_system(point: str) -> bool:
    """Whether a point is `/`, or at or below a folder of the system image."""
    return point in _ROOTS or point.startswith(_BELOW)


MOUNTS = Artifact(
    name="android.mounts",
    title="Mounted file systems",
    platform="android",
    states=(Stated(Mount),),
    readings=(
        Reading(Command(argv=("cat", "/proc/mounts")), parse),
        Reading(Glob(pattern="/proc/*/mountinfo"), parse),
        Reading(Collected(collector="androidqf", name="mounts.json"), parse_list),
    ),
)
