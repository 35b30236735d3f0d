"""Looking into a folder that may be hostile: only plain files below it are ever opened."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import BinaryIO

from scanner.case.bag import Problem, shown
from scanner.errors import CaseError

DEPTH_LIMIT = 8
FILES_LIMIT = 1_000_000
TEXT_LIMIT = 64 * 2**20
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def walk(root: Path) -> tuple[dict[str, int], list[Problem]]:
    """Return the plain files below a folder as {path: size}; links and devices are problems."""
    files: dict[str, int] = {}
    problems: list[Problem] = []
    folders = [("", 0)]
    while folders:
        folder, depth = folders.pop()
        for entry in _entries(root / folder):
            name = f"{folder}{entry.name}"
            if entry.is_symlink():
                problems.append(Problem(shown(name), "escapes", "is a symbolic link"))
            elif entry.is_dir():
                if depth < DEPTH_LIMIT:
                    folders.append((f"{name}/", depth + 1))
                else:
                    problems.append(Problem(shown(name), "added", "lies too deep for a case"))
            elif entry.is_file():
                files[name] = entry.stat(follow_symlinks=False).st_size
            else:
                problems.append(Problem(shown(name), "escapes", "is no plain file"))
        if len(files) > FILES_LIMIT:
            raise CaseError(f"{root}: more than {FILES_LIMIT} files", remedy="This is no case.")
    return dict(sorted(files.items())), problems


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise CaseError(
            f"{folder}: cannot be read: {error.strerror}",
            remedy="Name the folder of a case that you may read.",
        ) from error


def open_file(root: Path, name: str) -> BinaryIO:
    """Open a plain file; CaseError for a link, a device, a pipe, or what cannot be read."""
    try:
        descriptor = os.open(root / name, _READ)
    except OSError as error:
        raise CaseError(
            f"{root / name}: cannot be read: {error.strerror}",
            remedy="Check that this is the whole case and that you may read it.",
        ) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise CaseError(f"{root / name}: is no plain file", remedy="Do not trust this case.")
    return os.fdopen(descriptor, "rb")


def digest(root: Path, name: str) -> str:
    """Return the sha256 of a file, read in pieces."""
    with open_file(root, name) as stream:
        sha256 = hashlib.sha256()
        while data := stream.read(2**20):
            sha256.update(data)
        return sha256.hexdigest()


def read_text(root: Path, name: str) -> str:
    """Return a file of ours; CaseError above 64 MiB."""
    with open_file(root, name) as stream:
        data = stream.read(TEXT_LIMIT + 1)
    if len(data) > TEXT_LIMIT:
        raise CaseError(f"{root / name}: larger than any file of a case", remedy="This is no case.")
    return data.decode("utf-8", "replace")
