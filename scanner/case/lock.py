"""Locks between processes and between threads; the system frees them when their holder dies."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from scanner.case.storage import PRIVATE_FILE, PRIVATE_FOLDER
from scanner.errors import DeviceBusy, UsageError

if sys.platform == "win32":
    import msvcrt

    def try_lock(descriptor: int) -> bool:
        """Lock an open file until it is closed; False where another holds it."""
        os.lseek(descriptor, 2**30, os.SEEK_SET)  # such a lock bars readers: keep off the content
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Lock an open file until it is closed; False where another holds it."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextlib.contextmanager
def device_lock(device_id: str) -> Iterator[None]:
    """Hold a device for one scan; DeviceBusy where another scan of this user holds it."""
    name = hashlib.sha256(device_id.encode("utf-8", "surrogateescape")).hexdigest()[:32]
    path = _runtime_folder() / f"{name}.lock"
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    try:
        descriptor = os.open(path, flags, PRIVATE_FILE)
    except OSError as error:
        raise _unusable(path.parent, error.strerror or "cannot be written to") from error
    try:
        if not try_lock(descriptor):
            raise DeviceBusy(
                "another scan of this device is running",
                remedy="Wait until it ends, or stop it with Ctrl-C where it runs.",
            )
        yield
    finally:
        os.close(descriptor)  # the file stays: to remove it would let two others each hold one


def _runtime_folder() -> Path:
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        folder = Path(runtime) / "scanner"
    elif sys.platform == "win32":
        folder = Path(tempfile.gettempdir()) / "scanner"
    else:
        folder = Path(tempfile.gettempdir()) / f"scanner-{os.getuid()}"
    try:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise _unusable(folder, error.strerror or "cannot be made") from error
    if not stat.S_ISDIR(found.st_mode):
        raise _unusable(folder, "is no folder")
    if sys.platform != "win32" and (found.st_uid != os.getuid() or found.st_mode & 0o022):
        raise _unusable(folder, "belongs to another user, or others may write to it")
    return folder


def _unusable(folder: Path, why: str) -> UsageError:
    return UsageError(
        f"{folder}: {why}", remedy="Set XDG_RUNTIME_DIR to a folder that only you may write to."
    )
