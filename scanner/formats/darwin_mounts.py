"""Mounted file systems, as `mount` and `df` of Apple's systems print them.

    /dev/disk1s1 on / (apfs, sealed, local, nosuid, read-only, journaled, noatime)

    Filesystem       Size   Used  Avail Capacity iused      ifree %iused  Mounted on
    /dev/disk0s1s2   60Gi   53Gi  2.0Gi    97%  194854  624804706    0%   /private/var

The first word in the brackets of `mount` is the kind of file system. `df` prints neither kind nor
options; its columns differ, the first is the device and the last the point, which may hold blanks,
and so may a device: one that is mounted elsewhere is named by its path.

Sources: mount(8) and df(1) of Apple, `disks.txt` of sysdiagnose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

_MOUNT = re.compile(r"(\S[^\n]{0,1023}?) on (/[^\n]{0,1023}) \(([^()]{1,1024})\)\s*")
_DF = re.compile(r"Filesystem\s.*\bMounted on\s*")
_AMOUNT = r"(?:[\d.]{1,20}(?:[KMGTPEB]i?|%)?|-)"
_NUMBERS = re.compile(rf"(?<=\s){_AMOUNT}(?:\s+{_AMOUNT}){{3,9}}(?=\s+/)")
_LINE_LIMIT = 4096


class DarwinMount(Struct, frozen=True):
    """One mount; `options` is None where only `df` names it."""

    point: str
    device: str
    filesystem: str  # `` of df
    options: tuple[str, ...] | None


def mounts(lines: Iterable[str]) -> Iterator[DarwinMount | None]:
    """Yield the mounts of either list; None for a line that is none."""
    listed = False
    for line in lines:
        if not line.strip():
            continue
        if _DF.fullmatch(line[:_LINE_LIMIT]):
            listed = True
        elif mount := _of_mount(line) or (_of_df(line) if listed else None):
            yield mount
        else:
            yield None


def _of_mount(line: str) -> DarwinMount | None:
    match = _MOUNT.fullmatch(line) if len(line) <= _LINE_LIMIT else None
    if match is None:
        return None
    kind, *options = (word.strip() for word in match[3].split(","))
    return DarwinMount(match[2], match[1], kind, tuple(options))


def _of_df(line: str) -> DarwinMount | None:
    match = _NUMBERS.search(line) if len(line) <= _LINE_LIMIT else None
    if match is None:
        return None
    device, point = line[: match.start()].strip(), line[match.end() :].strip()
    return DarwinMount(point, device, "", None) if device and point.startswith("/") else None
