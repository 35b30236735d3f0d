"""Copies of the files of apps that a phone gave before, so that they need not be pulled again.

files/SHA256   the bytes, under their digest
index/KEY      which digest belongs to what a phone states of a file: its path, size, time of
               change, inode and version. KEY is made of these with the key of the device, so that
               nobody reads in it which apps a phone has

A copy is used where all of it is the same as before, and only after its bytes gave its digest
again: one that does not is dropped. What a phone states can be a lie, so the deepest scan never
asks here. The folder is this user's alone, and bounded: what was not used for longest goes first.
Several processes may use it: every file appears whole, under its final name, or not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import logging
import os
import re
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from scanner.case.storage import PRIVATE_FOLDER, write_file
from scanner.model.requests import GiB, MiB

log = logging.getLogger(__name__)

CACHE_LIMIT = 4 * GiB
_SPARE = GiB  # bytes of the disk that are left alone
_CHUNK = MiB
_INDEX_LIMIT = 4096
_YOUNG = 3600.0  # seconds in which another process may still list a file
_SHA256 = re.compile("[0-9a-f]{64}")
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class StaleCopy(Exception):
    """A copy does not hold the bytes that it is named after."""


class Identity(Struct, frozen=True, kw_only=True):
    """What a phone states of a file of an app."""

    path: str
    size: int
    modified: int
    inode: int | None = None
    version: int | None = None
    signer: str | None = None  # as the phone states it; None: not stated now


class _Entry(Struct, frozen=True, kw_only=True):
    sha256: str
    size: int
    signer: str | None = None


class Copy(Struct, frozen=True):
    """A file of the cache."""

    path: Path
    sha256: str
    size: int

    def chunks(self) -> Iterator[bytes]:
        """Yield its bytes; StaleCopy at the end where they are not what they should be."""
        digest = hashlib.sha256()
        try:
            with _opened(self.path) as descriptor:
                while data := os.read(descriptor, _CHUNK):
                    digest.update(data)
                    yield data
        except OSError as error:
            raise StaleCopy from error
        if digest.hexdigest() != self.sha256:
            raise StaleCopy


class AppCache:
    """The copies of one device's files; never raises: without a copy a file is pulled."""

    def __init__(self, folder: Path, key: bytes, limit: int = CACHE_LIMIT) -> None:
        self.folder, self._key, self._limit = folder, key, limit

    def find(self, identity: Identity) -> Copy | None:
        """Return the copy of a file of which everything is as it was."""
        place = self._place(identity)
        try:
            if not _is_private(self.folder):
                return None
            entry = _entry(place)
            if not _same_signer(entry.signer, identity.signer) or entry.size != identity.size:
                return None
            path = self._file(entry.sha256)
            found = path.lstat()
            if not stat.S_ISREG(found.st_mode) or found.st_size != entry.size:
                self.drop(entry.sha256)
                return None
            os.utime(place)
        except (OSError, msgspec.MsgspecError):
            return None
        return Copy(path, entry.sha256, entry.size)

    def keep(self, identity: Identity, sha256: str, source: Path) -> None:
        """Keep a file that was pulled; its bytes are `source`'s own where the disk allows."""
        try:
            if identity.size > self._limit or not self._make():
                return
            target = self._file(sha256)
            if not target.exists():
                self._bring(source, target, identity.size)
            entry = _Entry(sha256=sha256, size=identity.size, signer=identity.signer)
            draft = self._draft()
            write_file(draft, msgspec.json.encode(entry), sync=False)
            draft.replace(self._place(identity))
        except OSError as error:
            log.info("a file of an app is not kept: %s", error.strerror)

    def drop(self, sha256: str) -> None:
        """Remove a copy that is none."""
        with contextlib.suppress(OSError):
            self._file(sha256).unlink(missing_ok=True)

    def trim(self) -> None:
        """Remove what was not used for longest, until the rest is within the limit."""
        with contextlib.suppress(OSError):
            if not _is_private(self.folder):
                return
            used = self._by_use()
            kept, size = set[str](), 0
            for place, entry in used:
                new = 0 if entry.sha256 in kept else entry.size
                if size + new > self._limit:
                    place.unlink(missing_ok=True)
                    continue
                size += new
                kept.add(entry.sha256)
            self._remove_others(kept)

    def _by_use(self) -> list[tuple[Path, _Entry]]:
        """Return the entries of the index, the one that was used last first."""
        found: list[tuple[float, Path, _Entry]] = []
        for place in (self.folder / "index").iterdir():
            try:
                found.append((place.lstat().st_mtime, place, _entry(place)))
            except (OSError, msgspec.MsgspecError):
                place.unlink(missing_ok=True)
        found.sort(key=lambda each: (-each[0], each[1].name))
        return [(place, entry) for _, place, entry in found]

    def _remove_others(self, kept: set[str]) -> None:
        for path in [*(self.folder / "files").iterdir(), *self.folder.glob("draft-*")]:
            young = time.time() - path.lstat().st_mtime < _YOUNG
            listed = _SHA256.fullmatch(path.name) is not None
            if path.name not in kept and not (young and not listed):
                path.unlink(missing_ok=True)

    def _bring(self, source: Path, target: Path, size: int) -> None:
        try:
            os.link(source, target)
        except FileExistsError:
            return
        except OSError:  # another disk, or one without links
            if shutil.disk_usage(self.folder).free < size + _SPARE:
                raise
            draft = self._draft()
            try:
                shutil.copyfile(source, draft)
                draft.replace(target)
            finally:
                draft.unlink(missing_ok=True)

    def _make(self) -> bool:
        for folder in (self.folder, self.folder / "files", self.folder / "index"):
            folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        return _is_private(self.folder)

    def _place(self, identity: Identity) -> Path:
        stated = (
            identity.path,
            identity.size,
            identity.modified,
            identity.inode,
            identity.version,
        )
        key = hmac.digest(self._key, msgspec.json.encode(stated), hashlib.sha256)
        return self.folder / "index" / key.hex()

    def _file(self, sha256: str) -> Path:
        return self.folder / "files" / sha256

    def _draft(self) -> Path:
        return self.folder / f"draft-{secrets.token_hex(8)}"


def _entry(place: Path) -> _Entry:
    with _opened(place) as descriptor:
        entry = msgspec.json.decode(os.read(descriptor, _INDEX_LIMIT), type=_Entry)
    if not _SHA256.fullmatch(entry.sha256):
        raise msgspec.ValidationError("a digest expected")
    return entry


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    """Open a plain file, and no link to one."""
    descriptor = os.open(path, _READ)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(f"{path} is no plain file")
        yield descriptor
    finally:
        os.close(descriptor)


def _same_signer(one: str | None, other: str | None) -> bool:
    return one is None or other is None or one == other


def _is_private(folder: Path) -> bool:
    """Whether nobody else can put files here, or read which there are."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        return False
    return sys.platform == "win32" or (found.st_uid == os.getuid() and not found.st_mode & 0o077)
