"""Rule files that were found right before, kept as plain data: they are not read and checked twice.

Most of the time that a pack takes to load goes into YAML, the checks of every key, and the proofs
inside. What was right stays right: it is known by the digest of its bytes and by the state of the
code that checked it. The condition is compiled anew each time. Proofs are left out.
"""

from __future__ import annotations

import contextlib
import hashlib
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import msgspec

from scanner.detect.documents import Document, RuleFile
from scanner.detect.yara.cache import Cache, own_cache
from scanner.model import entities

SIZE_LIMIT = 16 * 2**20  # bytes of all that is kept
_NAME = "rules"
Documents = dict[str, tuple[dict[str, Any], ...]]  # by the digest of the file


class Checked:
    """The documents of files that were found right, by the digest of their bytes."""

    def __init__(self, home: Path) -> None:
        self._cache = own_cache("rules", home)
        self._known = _read(self._cache)
        self._new: Documents = {}

    def get(self, sha256: str, path: Path) -> RuleFile | None:
        """Return a file that was found right; None where it has to be read and checked."""
        known = self._known.get(sha256)
        if known is None:
            return None
        documents = tuple(Document(path=str(path), data=data, lines={}) for data in known)
        return RuleFile(path=str(path), sha256=sha256, documents=documents)

    def add(self, file: RuleFile) -> None:
        """Note a file that was read and checked, and of which every rule was made."""
        self._new[file.sha256] = tuple(
            {name: value for name, value in document.data.items() if name != "tests"}
            for document in file.documents
        )

    def keep(self) -> None:
        """Keep what is new beside what was known; a disk that is full keeps nothing."""
        if not self._new or self._cache is None:
            return
        self._known |= self._new
        self._new = {}
        data = msgspec.json.encode(self._known)
        if len(data) <= SIZE_LIMIT:
            with contextlib.suppress(OSError):
                self._cache.put(_name(), data)


@lru_cache(maxsize=4)
def checked_files(home: Path) -> Checked:
    """Return what is kept in a home of the scanner, read once in a process."""
    return Checked(home)


def _read(cache: Cache | None) -> Documents:
    data = cache.get(_name()) if cache is not None else None
    if data is None:
        return {}
    try:
        return msgspec.json.decode(data, type=Documents)
    except msgspec.MsgspecError:
        return {}


@cache
def _name() -> str:
    """Name the state of the code: every file that has a say in what is right."""
    state = hashlib.sha256()
    for folder in (Path(__file__).parent, Path(entities.__file__).parent):
        for path in sorted(folder.rglob("*.py")):
            stat = path.stat()
            state.update(f"{path}\0{stat.st_mtime_ns}\0{stat.st_size}\n".encode())
    return f"{_NAME}-{state.hexdigest()}"
