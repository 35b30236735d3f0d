"""The folder of imported feeds, below the scanner's home: private, and never half written."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from scanner.case.lock import try_lock
from scanner.case.pseudonym import home
from scanner.case.storage import PRIVATE_FILE, PRIVATE_FOLDER, create, sync_folder, write_file
from scanner.errors import UsageError
from scanner.pipeline.feeds import catalogue
from scanner.pipeline.feeds.catalogue import Catalogue

LOCK_SECONDS = 30.0
_ABANDONED = 24 * 3600  # seconds after which a file that nothing took in is removed
_FEED, _PARSED, _DRAFT = ".feed", ".parsed", ".draft-"


class Store:
    """Where feeds are kept: one file for each version, and the list of them."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or home() / "indicators"
        self._list = self.folder / "feeds.json"

    def catalogue(self) -> Catalogue:
        """Return what is kept; RuleError where the list of it is damaged."""
        with self.trouble():
            if self.folder.exists():
                self._require_private()
        return catalogue.read(self._list)

    def file(self, sha256: str) -> Path:
        """Return where the feed of a digest lies."""
        return self.folder / f"{sha256}{_FEED}"

    def parsed_file(self, sha256: str, key: str) -> Path:
        """Return where a feed lies as it was read with the readers that `key` stands for."""
        return self.folder / f"{sha256}.{key}{_PARSED}"

    @contextlib.contextmanager
    def draft(self) -> Iterator[tuple[Path, BinaryIO]]:
        """Open a file for what is being imported; it is gone afterwards unless it was renamed."""
        with self.trouble():
            self._make()
            path = self._draft()
            stream = os.fdopen(create(path), "wb")
        try:
            with stream:
                yield path, stream
        finally:
            path.unlink(missing_ok=True)

    def put(self, path: Path, data: bytes) -> None:
        """Write a file of the store at once."""
        draft = self._draft()
        try:
            write_file(draft, data)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    def adopt(self, draft: Path, sha256: str) -> None:
        """Give a draft that is complete the name of its digest."""
        draft.replace(self.file(sha256))

    @contextlib.contextmanager
    def change(self) -> Iterator[Catalogue]:
        """Hold the store alone; yield its list as it is now, for `save`."""
        with self.trouble():
            self._make()
            descriptor = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
        try:
            self._wait_for(descriptor)
            yield self.catalogue()
        finally:
            os.close(descriptor)

    def save(self, changed: Catalogue) -> None:
        """Replace the list, then remove what it no longer names. Only within `change`."""
        with self.trouble():
            self.put(self._list, catalogue.written(changed))
            sync_folder(self.folder)
            self._remove_others(
                {version.sha256 for feed in changed.feeds for version in feed.versions}
            )

    @contextlib.contextmanager
    def trouble(self) -> Iterator[None]:
        """Turn an error of the disk into a UsageError that says what to do."""
        try:
            yield
        except OSError as error:
            raise UsageError(
                f"{self.folder}: cannot be used: {error.strerror}",
                remedy="Check the disk, or name another folder in SCANNER_HOME.",
            ) from error

    def _draft(self) -> Path:
        return self.folder / f"{_DRAFT}{secrets.token_hex(8)}"

    def _make(self) -> None:
        self.folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        self._require_private()

    def _require_private(self) -> None:
        """UsageError where others could put feeds here: a feed decides what a report finds."""
        found = self.folder.stat()
        why = ""
        if not stat.S_ISDIR(found.st_mode):
            why = "is no folder"
        elif sys.platform != "win32" and (found.st_uid != os.getuid() or found.st_mode & 0o022):
            why = "belongs to another user, or others may write to it"
        if why:
            remedy = "Make it yours alone (chmod 700), or name another folder in SCANNER_HOME."
            raise UsageError(f"{self.folder}: {why}", remedy=remedy)

    def _wait_for(self, descriptor: int) -> None:
        deadline = time.monotonic() + LOCK_SECONDS
        while not try_lock(descriptor):
            if time.monotonic() > deadline:
                raise UsageError(
                    f"{self.folder}: another import has not ended for {LOCK_SECONDS:.0f} seconds",
                    remedy="Wait until it ends, or stop it.",
                )
            time.sleep(0.02)

    def _remove_others(self, named: set[str]) -> None:
        for path in self.folder.iterdir():
            if path.name.startswith(_DRAFT):
                with contextlib.suppress(FileNotFoundError):  # its owner was faster
                    if time.time() - path.stat().st_mtime > _ABANDONED:
                        path.unlink()
            elif path.suffix in {_FEED, _PARSED} and path.name.split(".")[0] not in named:
                path.unlink(missing_ok=True)
