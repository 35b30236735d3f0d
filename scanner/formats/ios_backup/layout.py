"""Where the files of a backup lie: a folder of this computer, or an archive of one.

At the top are Info.plist, Manifest.plist, Status.plist and the list: Manifest.db, Manifest.mbdb
until iOS 9. A file of the phone lies in `ab/abcd...`, the SHA-1 of its domain and path; until iOS 9
all of them lie at the top. The folder is often named after the phone, within another one.

A folder of a hundred thousand files is never walked: what is in `ab` is listed when it is asked
for.
"""

from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from scanner.errors import ParseError
from scanner.formats import folder
from scanner.model.evidence import Locator

if TYPE_CHECKING:
    from scanner.formats.container import Container

INFO, MANIFEST, STATUS = "Info.plist", "Manifest.plist", "Status.plist"
DATABASE, LIST = "Manifest.db", "Manifest.mbdb"
ABOUT = (INFO, MANIFEST, STATUS)
FILE_ID = re.compile(r"[0-9a-f]{40}")

_FOLDERS_LIMIT = 10_000  # looked into for a backup
_SEVERAL = "one backup expected: there are several, name the folder of one"


class Layout(ABC):
    """The files of one backup, by the names that the backup gives them."""

    def __init__(self, root: Path, top: str) -> None:
        self.root, self.top = root, top  # `top` is a folder within the root, with its slash

    @abstractmethod
    def has(self, name: str) -> bool:
        """Say whether there is a plain file of that name below the top."""

    @abstractmethod
    def open(self, name: str) -> BinaryIO:
        """Open one; ParseError where that cannot be done."""

    def size(self, name: str) -> int:
        """Return how many bytes a file has."""
        with self.open(name) as stream:
            return stream.seek(0, os.SEEK_END)

    def locator(self, name: str) -> Locator:
        """Return where in the recording a file lies."""
        return Locator(members=(f"{self.top}{name}",))

    def stored(self, file_id: str) -> str | None:
        """Return the name of the file that holds one of the phone's; None where there is none."""
        if not FILE_ID.fullmatch(file_id):
            return None
        name = f"{file_id[:2]}/{file_id}"
        if self.has(name):
            return name
        return file_id if self.has(file_id) else None


class _Folder(Layout):
    """A backup that is a folder."""

    def __init__(self, root: Path, top: str) -> None:
        super().__init__(root, top)
        self._listed: dict[str, frozenset[str]] = {}

    def has(self, name: str) -> bool:
        inner, _, last = name.rpartition("/")
        return last in self._names(inner)

    def stored(self, file_id: str) -> str | None:
        if not FILE_ID.fullmatch(file_id):
            return None
        inner = file_id[:2]
        if file_id in (self._listed.get(inner) or self._names(inner)):
            return f"{inner}/{file_id}"
        return file_id if file_id in self._names("") else None

    def _names(self, inner: str) -> frozenset[str]:
        names = self._listed.get(inner)
        if names is None:
            slash = "/" if inner else ""
            self._listed[inner] = names = frozenset(_files(self.root / f"{self.top}{inner}{slash}"))
        return names

    def open(self, name: str) -> BinaryIO:
        return folder.open_plain(self.root, f"{self.top}{name}")


class _Archive(Layout):
    """A backup in an archive."""

    def __init__(self, container: Container, top: str) -> None:
        super().__init__(container.root, top)
        self._container = container
        self._names = {member.name for member in container.members if member.readable}

    def has(self, name: str) -> bool:
        return f"{self.top}{name}" in self._names

    def open(self, name: str) -> BinaryIO:
        return self._container.open(f"{self.top}{name}")


def layout_of(root: Path, container: Container | None = None) -> Layout | None:
    """Return where the files of a backup lie; None where a path is none.

    `container` is the archive at `root`; None: it is a folder, or no archive at all. ParseError for
    a folder of several backups.
    """
    if container is not None and not root.is_dir():
        return _of_archive(container)
    if not root.is_dir():
        return None
    if _is_backup(_files(root)):
        return _Folder(root, "")
    tops = [name for name in _folders(root) if _is_backup(_files(root / name))]
    if len(tops) > 1:
        raise ParseError(_SEVERAL)
    return _Folder(root, f"{tops[0]}/") if tops else None


def layout_at(root: Path, top: str) -> Layout:
    """Return where the files of a backup lie whose top is known; ParseError where it is none."""
    from scanner.formats.container import open_container  # noqa: PLC0415 - which needs this package

    return _Folder(root, top) if root.is_dir() else _Archive(open_container(root), top)


def _of_archive(container: Container) -> Layout | None:
    below: dict[str, list[str]] = {}
    for member in container.members:
        top, slash, name = member.name.rpartition("/")
        if member.readable and top.count("/") <= 1:
            below.setdefault(f"{top}{slash}", []).append(name)
    tops = [top for top, names in below.items() if _is_backup(names)]
    if len(tops) > 1:
        raise ParseError(_SEVERAL)
    return _Archive(container, tops[0]) if tops else None


def _is_backup(names: Iterable[str]) -> bool:
    """Say whether names are those of a backup's lists, or of all but its list of files."""
    found = {DATABASE, LIST, *ABOUT}.intersection(names)
    return bool(found & {DATABASE, LIST}) or found >= {MANIFEST, STATUS}


def _files(path: Path) -> list[str]:
    try:
        with os.scandir(path) as found:
            return [one.name for one in found if one.is_file(follow_symlinks=False)]
    except OSError:
        return []


def _folders(path: Path) -> list[str]:
    names: list[str] = []
    try:
        with os.scandir(path) as found:
            for one in found:
                if one.is_dir(follow_symlinks=False):
                    names.append(one.name)
                if len(names) > _FOLDERS_LIMIT:
                    return []
    except OSError:
        return []
    return sorted(names)
