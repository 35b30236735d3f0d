r"""Lines that name a mounted file system, in the three shapes that Linux and Android print.

- `/proc/<pid>/mountinfo` (proc_pid_mountinfo(5)): `36 35 98:0 /root /point rw,noatime master:1 -
  ext4 /dev/x rw,errors=continue`. The options before the dash are those of this mount, the ones
  after it those of the file system: a read-only bind of a writable file system is `ro ... rw`.
- `/proc/mounts` (fstab(5)): `/dev/x /point ext4 rw,noatime 0 0`. The kernel prints `ro` first
  where either the mount or the file system is read-only.
- `mount` of toybox: `/dev/x on /point type ext4 (rw,noatime)`.

A blank, tab, line end or backslash within a field of the first two is octal: `\040`.
"""

from __future__ import annotations

import re

from msgspec import Struct

_OCTAL = re.compile(r"\\([0-7]{3})")
_MOUNTINFO = re.compile(r"\d{1,10} \d{1,10} \d{1,10}:\d{1,10} ")
_FIELDS_OF_MOUNTS = 6
_FIELDS_OF_MOUNTINFO = 6  # before the optional fields
_FIELDS_OF_FILESYSTEM = 3  # after the dash


class MountLine(Struct, frozen=True):
    """One mount, as a line names it."""

    point: str
    device: str
    filesystem: str
    options: tuple[str, ...]  # of the mount, not of the file system where the line tells them apart

    @property
    def writable(self) -> bool:
        """Whether this mount allows writing."""
        return "rw" in self.options and "ro" not in self.options


def mount_line(line: str) -> MountLine | None:
    """Read a line of one of the three shapes; None where it is none of them."""
    if _MOUNTINFO.match(line):
        return _of_mountinfo(line)
    if line.endswith(")"):
        return _of_mount(line)
    fields = line.split(" ")
    if len(fields) != _FIELDS_OF_MOUNTS or not (fields[4].isdigit() and fields[5].isdigit()):
        return None
    device, point, filesystem, options = (_unescaped(field) for field in fields[:4])
    if not point.startswith("/"):
        return None
    return MountLine(point, device, filesystem, tuple(options.split(",")))


def _of_mountinfo(line: str) -> MountLine | None:
    mount, dash, rest = line.partition(" - ")
    before, after = mount.split(" "), rest.split(" ")
    if (
        not dash
        or len(before) < _FIELDS_OF_MOUNTINFO
        or len(after) != _FIELDS_OF_FILESYSTEM
        or not before[4].startswith("/")
    ):
        return None
    filesystem, device = _unescaped(after[0]), _unescaped(after[1])
    return MountLine(_unescaped(before[4]), device, filesystem, tuple(before[5].split(",")))


def _of_mount(line: str) -> MountLine | None:
    head, _, options = line[:-1].rpartition(" (")
    head, _, filesystem = head.rpartition(" type ")
    device, _, point = head.partition(" on ")
    if not device or not point.startswith("/") or not filesystem:
        return None
    return MountLine(point, device, filesystem, tuple(options.split(",")))


def _unescaped(field: str) -> str:
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), field)
