"""A folder of a recording: its plain files, and the opening of them without following any link.

Each component of a path is opened by itself, below the one before, and none may be a link: what
changes between the listing and the opening leads nowhere else.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

from msgspec import Struct

from scanner.errors import ParseError

DEPTH_LIMIT = 32

_BY_FOLDER = os.open in os.supports_dir_fd
_NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

_Kind = Literal["file", "link", "other"]
_KINDS: dict[int, tuple[str, _Kind]] = {
    stat.S_IFREG: ("", "file"),
    stat.S_IFLNK: ("a link, which is not followed", "link"),
}


class Entry(Struct, frozen=True, kw_only=True):
    """Something of a folder."""

    name: str  # from the folder, with `/`
    size: int = 0
    flaw: str = ""  # why it is not read, in our words
    kind: _Kind = "other"
    mode: int | None = None  # permissions, with setuid, setgid and sticky; as on this computer
    modified: float | None = None  # seconds since 1970


def entries(root: Path) -> Iterator[Entry]:
    """Yield what a folder holds, folders before what is in them, in the order of names."""
    waiting = [("", 0)]
    while waiting:
        name, depth = waiting.pop()
        try:
            with os.scandir(root / name) as found:
                listed = sorted(found, key=lambda one: one.name)
        except OSError:
            yield Entry(name=name, flaw="a folder that cannot be listed")
            continue
        folders = []
        for one in listed:
            path = f"{name}/{one.name}" if name else one.name
            entry = _entry(path, one)
            if entry is not None:
                yield entry
            elif depth == DEPTH_LIMIT:
                yield Entry(name=path, flaw="a folder that lies too deep")
            else:
                folders.append((path, depth + 1))
        waiting += reversed(folders)


def _entry(path: str, found: os.DirEntry[str]) -> Entry | None:
    """Return what an entry is; None for a folder."""
    shown = path.encode("utf-8", "replace").decode()
    if shown != path:
        return Entry(name=shown, flaw="a name that is no text")
    try:
        state = found.stat(follow_symlinks=False)
    except OSError:
        return Entry(name=path, flaw="a file that cannot be looked at")
    if stat.S_ISDIR(state.st_mode):
        return None
    flaw, kind = _KINDS.get(stat.S_IFMT(state.st_mode), ("no plain file", "other"))
    return Entry(
        name=path,
        size=0 if flaw else state.st_size,
        flaw=flaw,
        kind=kind,
        mode=stat.S_IMODE(state.st_mode),
        modified=state.st_mtime,
    )


def open_plain(root: Path, name: str) -> BinaryIO:
    """Open a plain file of a folder; ParseError where the name leads to anything else."""
    parts = name.split("/")
    if any(part in {"", ".", ".."} or "\0" in part or "\\" in part for part in parts):
        raise ParseError("the name of a file in the recording expected")
    try:
        return (_open_by_folder if _BY_FOLDER else _open_by_path)(root, parts)
    except OSError:
        raise ParseError("a plain file in the recording expected") from None


def _open_by_folder(root: Path, parts: list[str]) -> BinaryIO:
    here = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in parts[:-1]:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | _NO_LINK, dir_fd=here)
            os.close(here)
            here = below
        return _plain(os.open(parts[-1], os.O_RDONLY | _NO_LINK, dir_fd=here))
    finally:
        os.close(here)


def _open_by_path(root: Path, parts: list[str]) -> BinaryIO:
    """Open a file where a system cannot open one below an open folder: Windows."""
    path = root
    for part in parts:
        path /= part
        if ":" in part or path.is_symlink():
            raise ParseError("a plain file in the recording expected")
    return _plain(os.open(path, os.O_RDONLY | _NO_LINK))


def _plain(number: int) -> BinaryIO:
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise ParseError("a plain file in the recording expected")
    return os.fdopen(number, "rb")
