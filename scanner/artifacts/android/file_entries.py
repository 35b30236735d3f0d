"""What a listing says of one file, and what of it is stated.

A phone is asked with `stat -c`, which the toybox of Android 8 and later has; a letter of the format
that an older one does not know (`%C`, the label) prints `?` and spoils nothing. A name may hold a
line end: what follows it looks like a line of its own and is no record, unless somebody wrote it to
look like one; so each answer covers one folder that one kind of user can write to, and records of
other places are not believed.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from scanner.model.entities import FileEntry

STAT = ("stat", "-c", "%f %s %u %U %Y %C %n")
"""The command that prints one record a file."""

STATED = (
    "path",
    "area",
    "kind",
    "ending",
    "size",
    "mode",
    "executable",
    "setuid",
    "uid",
    "owner",
    "label",
    "modified_at",
)
"""What such a record states of a file: everything but digests."""

PATH_LIMIT = 4096
_WORD_LIMIT = 255
_LATEST = 253_402_300_799  # seconds of the last moment that a datetime can hold
_RECORD = re.compile(r"([0-9a-f]{1,8}) (\d{1,19}) (\d{1,10}) (\S{1,255}) (-?\d{1,19}) (\S{1,255}) ")
_ENDING = re.compile(r"[^/]\.([A-Za-z0-9]{1,16})\Z")
_KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}


class Listed(Struct, frozen=True, kw_only=True):
    """One file of a listing."""

    path: str
    kind: str | UnsetType = UNSET
    permissions: int | UnsetType = UNSET  # with setuid, setgid and sticky
    size: int | UnsetType = UNSET
    uid: int | UnsetType = UNSET
    owner: str | UnsetType = UNSET
    label: str | UnsetType = UNSET
    modified: float | UnsetType = UNSET  # seconds since 1970
    sha256: str | UnsetType = UNSET  # in lower case, as the other digests
    sha1: str | UnsetType = UNSET
    md5: str | UnsetType = UNSET

    @property
    def executable(self) -> bool | UnsetType:
        """Whether anybody may run it."""
        return UNSET if self.permissions is UNSET else bool(self.permissions & 0o111)

    @property
    def setuid(self) -> bool | UnsetType:
        """Whether it runs with the rights of its owner."""
        return UNSET if self.permissions is UNSET else bool(self.permissions & stat.S_ISUID)


def records(lines: Iterable[str]) -> Iterator[Listed]:
    """Yield the records of `stat`; other lines are the rest of names, or complaints."""
    for line in lines:
        match = _RECORD.match(line)
        path = line[match.end() :] if match else ""
        if match is None or not path.startswith("/") or len(path) > PATH_LIMIT:
            continue
        mode, size, uid, owner, modified, label = match.groups()
        bits = int(mode, 16)
        yield Listed(
            path=path,
            kind=_KINDS.get(stat.S_IFMT(bits), "other"),
            permissions=stat.S_IMODE(bits),
            size=int(size),
            uid=int(uid),
            owner=owner,
            label=UNSET if label == "?" else label,
            modified=int(modified),
        )


def ending(path: str) -> str | None:
    """Return the ending of a name in lower case, None where it has none."""
    match = _ENDING.search(path[-_WORD_LIMIT:])
    return match[1].lower() if match else None


def entry(listed: Listed, *, area: str, path: str | None = None) -> FileEntry:
    """State a file, under another path where its own is personal.

    Digests of a file in shared storage are personal, too: they tell who holds the same picture.
    """
    permissions = listed.permissions
    stated: dict[str, Any] = {
        "kind": listed.kind,
        "size": listed.size,
        "uid": listed.uid,
        "owner": listed.owner,
        "label": listed.label,
        "executable": listed.executable,
        "setuid": listed.setuid,
        "mode": UNSET if permissions is UNSET else f"{permissions:03o}",
        "modified_at": _time(listed.modified),
    }
    if area != "shared":
        stated |= {"sha256": listed.sha256, "sha1": listed.sha1, "md5": listed.md5}
    return FileEntry(path=path or listed.path, area=area, ending=ending(listed.path), **stated)


def _time(seconds: float | UnsetType) -> datetime | UnsetType:
    if seconds is UNSET or not 0 < seconds <= _LATEST:
        return UNSET
    return datetime.fromtimestamp(int(seconds), tz=UTC)
