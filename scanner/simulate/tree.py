"""The phone's file tree, seen from outside its shell."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_LINK_LIMIT = 40


def resolve(tree: Path, name: str, *, follow: bool = True) -> Path:
    """Find a path of the phone; neither `..` nor a link leads out. OSError where it cannot."""
    if "\0" in name:
        raise _error(errno.EINVAL)
    inside: list[str] = []
    ahead = name.split("/")[::-1]
    links = 0
    while ahead:
        part = ahead.pop()
        if part in ("", "."):
            continue
        if part == "..":
            inside = inside[:-1]
            continue
        here = tree.joinpath(*inside, part)
        if not ((ahead or follow) and here.is_symlink()):
            inside.append(part)
            continue
        links += 1
        if links > _LINK_LIMIT:
            raise _error(errno.ELOOP)
        target = str(here.readlink())
        if target.startswith("/"):
            inside = []
        ahead += target.split("/")[::-1]
    return tree.joinpath(*inside)


def regular_file(tree: Path, name: str) -> Path:
    """Find a file with content. OSError where it is none: a device or pipe is never opened."""
    path = resolve(tree, name)
    mode = path.lstat().st_mode
    if not stat.S_ISREG(mode):
        raise _error(errno.EISDIR if stat.S_ISDIR(mode) else errno.EACCES)
    return path


def entries(tree: Path, name: str) -> list[tuple[bytes, os.stat_result]]:
    """List a folder as the system does, `.` and `..` first; nothing where there is none."""
    try:
        folder = resolve(tree, name)
        found = sorted(folder.iterdir())
        own = folder.lstat()
    except OSError:
        return []
    return [(b".", own), (b"..", own), *((os.fsencode(path.name), path.lstat()) for path in found)]


def _error(number: int) -> OSError:
    return OSError(number, os.strerror(number))
