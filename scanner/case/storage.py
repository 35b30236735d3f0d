"""Writing that a kill, a power cut or a full disk cannot leave half done."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from scanner.errors import CaseError

PRIVATE_FILE, PRIVATE_FOLDER, SEALED_FILE = 0o600, 0o700, 0o400
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EROFS, errno.EACCES, errno.EPERM}
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)


@contextlib.contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn an error of the disk that holds `folder` into a CaseError that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            message = f"{folder}: the disk is full"
            remedy = "Free some space and resume, or choose a folder on another disk with -o."
        elif error.errno in _REFUSED:
            message = f"{folder}: cannot be written to"
            remedy = "Choose a folder that you may write to with -o."
        else:
            message = f"{folder}: cannot be written: {error.strerror}"
            remedy = "Check the disk, or choose another folder with -o."
        raise CaseError(message, remedy=remedy) from error


def require_space(folder: Path, minimum: int) -> None:
    """CaseError where the disk that holds `folder` has fewer than `minimum` bytes free."""
    free = shutil.disk_usage(folder).free
    if free < minimum:
        raise CaseError(
            f"{folder}: {free // 2**20} MiB are free, {-(-minimum // 2**20)} MiB are needed",
            remedy="Free some space, or choose a folder on another disk with -o.",
        )


def create(path: Path) -> int:
    """Open a private file of our own for writing; return its descriptor."""
    return os.open(path, _CREATE, PRIVATE_FILE)


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    """Write all of the data: a single write may take less."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def write_file(path: Path, data: bytes, *, sync: bool = True) -> None:
    """Write a private file; so that it is on the disk on return, unless told otherwise."""
    descriptor = create(path)
    try:
        write_all(descriptor, data)
        if sync:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Wait until what was written to a file is on the disk."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    if sys.platform == "win32":
        return  # Windows opens no folder for this; NTFS journals its names
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Journal:
    """A file of lines that only grows; a kill tears the last line at most."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, PRIVATE_FILE)
        self.size, self._hash = 0, hashlib.sha256()
        with path.open("rb") as stream:
            while data := stream.read(2**20):
                self.size += len(data)
                self._hash.update(data)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def append(self, lines: bytes) -> None:
        """Append whole lines, or nothing: what a full disk took is taken back."""
        try:
            write_all(self.descriptor, lines)
        except OSError:
            os.ftruncate(self.descriptor, self.size)
            raise
        self.size += len(lines)
        self._hash.update(lines)

    def sync(self) -> None:
        os.fsync(self.descriptor)

    def close(self) -> None:
        os.close(self.descriptor)


def drop_torn_line(path: Path) -> int:
    """Cut what follows the last line end of a file; return the number of bytes cut."""
    with path.open("r+b") as stream:
        size = end = stream.seek(0, os.SEEK_END)
        while end:
            start = max(0, end - 65536)
            stream.seek(start)
            found = stream.read(end - start).rfind(b"\n")
            end = start + found + 1 if found >= 0 else start
            if found >= 0:
                break
        if end < size:
            stream.truncate(end)
            os.fsync(stream.fileno())
    return size - end
