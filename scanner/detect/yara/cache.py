"""What was made of rules, kept for the next run: below the scanner's own folder.

Compiled rules are code. So nothing is read back but what this installation wrote: each file begins
with a keyed digest over its name and content (HMAC-SHA-256 with the installation's key), and what
does not fit it is made anew. The folder is private, a file appears whole or not at all, and the
oldest go when there are too many. A folder that cannot be written to keeps nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from scanner.case.pseudonym import home, installation_key
from scanner.case.storage import PRIVATE_FOLDER, write_file
from scanner.errors import CaseError
from scanner.model.requests import MiB

HEADER_SIZE = 32  # bytes of the digest before the content
SIZE_LIMIT = 512 * MiB  # of all files
COUNT_LIMIT = 8192
_FILE_LIMIT = 256 * MiB


class Cache:
    """A folder of files that this installation made."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder, self._key = folder, key

    def get(self, name: str) -> bytes | None:
        """Return a content; None where there is none that is our own."""
        path = self._path(name)
        try:
            if path.is_symlink() or path.stat().st_size > _FILE_LIMIT:
                return None
            data = path.read_bytes()
        except OSError:
            return None
        content = data[HEADER_SIZE:]
        if not hmac.compare_digest(data[:HEADER_SIZE], self._digest(name, content)):
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # the oldest go first
        return content

    def path(self, name: str) -> Path | None:
        """Return the file that holds a content, behind `HEADER_SIZE` bytes; as `get`."""
        return None if self.get(name) is None else self._path(name)

    def put(self, name: str, content: bytes) -> Path:
        """Keep a content; OSError where it cannot be written."""
        self._folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        path = self._path(name)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        try:
            write_file(draft, self._digest(name, content) + content, sync=False)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        if len(content) > MiB // 4:  # the small ones are counted with the next large one
            self._drop_oldest(path)
        return path

    def _drop_oldest(self, newest: Path) -> None:
        files = sorted(self._files(), reverse=True)
        size = 0
        for number, (_, length, path) in enumerate(files):
            size += length
            if path != newest and (size > SIZE_LIMIT or number >= COUNT_LIMIT):
                path.unlink(missing_ok=True)

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        with os.scandir(self._folder) as found:
            for entry in found:
                with contextlib.suppress(OSError):
                    state = entry.stat(follow_symlinks=False)
                    yield state.st_mtime, state.st_size, Path(entry.path)

    def _path(self, name: str) -> Path:
        return self._folder / hashlib.sha256(name.encode()).hexdigest()

    def _digest(self, name: str, content: bytes) -> bytes:
        keyed = hmac.new(self._key, name.encode() + b"\0", hashlib.sha256)
        keyed.update(content)
        return keyed.digest()


def own_cache(name: str = "yara", folder: Path | None = None) -> Cache | None:
    """Return a cache of this installation; None where its folder cannot be used."""
    folder = folder or home()
    try:
        return Cache(folder / "cache" / name, installation_key(folder))
    except CaseError:
        return None
