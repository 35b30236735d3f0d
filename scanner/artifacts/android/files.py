"""Metadata of files in temporary and shared folders.

A phone is asked for all of `/data/local/tmp` and of the first user's `/sdcard/Download`, with
`find ... -exec stat` (`-printf` differs between versions of toybox and ends the whole output at a
letter that it does not know). The folder itself comes first, so an empty folder is an answer. The
shared storage of other users is out of the shell's reach.

androidqf walks much more (`files.json`, an array or lines of objects; the mode as `ls` or Go write
it, or octal). Of it are stated: all of the temporary folders; of shared storage programs and
archives of programs; of the system those that run with the rights of their owner, that everybody
may write, or that stand in `root_paths.py`. Nothing of the folders of apps.

What a person named in shared storage is personal: a file there becomes the folder, a number in the
order of the names, and the ending. Digests, which androidqf has room for and mostly leaves empty,
are stated of other files only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import NamedTuple

from msgspec import UNSET, DecodeError, Struct, UnsetType, json

from scanner.artifacts.android.answer import answer
from scanner.artifacts.android.file_entries import (
    PATH_LIMIT,
    STAT,
    Listed,
    ending,
    entry,
    records,
)
from scanner.artifacts.android.root_paths import ROOT_PATHS
from scanner.errors import ParseError
from scanner.formats.digests import digest
from scanner.formats.file_mode import mode_of
from scanner.formats.json_objects import flat_objects
from scanner.formats.lines import ended_lines
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import FileEntry
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Collected, Command

TEMPORARY, DOWNLOADS = "/data/local/tmp", "/sdcard/Download"
PROGRAMS = frozenset(("apk", "apks", "apkm", "dex", "elf", "jar", "sh", "so", "xapk"))
"""Endings of programs and of archives of programs."""

FILES_LIMIT = 200_000
_TEMPORARY = (f"{TEMPORARY}/", "/tmp/")  # noqa: S108  a name to look for
_SHARED = re.compile(
    r"/(?:(?:sdcard|storage/self/primary)|(?:storage/emulated|data/media)/(\d{1,5})"
    r"|storage/([0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}))/"
)
_OF_APPS = ("/data/", "/storage/", "/mnt/", "/proc/", "/sys/", "/dev/", "/acct/", "/config/")
_ROOT = frozenset(ROOT_PATHS)
_EVERYBODY_WRITES = 0o002


class _Place(NamedTuple):
    """A place in shared storage."""

    folder: str  # what may be named of it
    name: str  # what is below, in somebody's words


class _Collected(Struct):
    """What is read of one object of files.json."""

    path: str
    size: int | UnsetType = UNSET
    mode: str = ""
    user_id: int | UnsetType = UNSET
    user_name: str = ""
    modified_time: float | UnsetType = UNSET
    error: str = ""
    context: str = ""
    sha256: str = ""
    sha1: str = ""
    md5: str = ""


def parse_temporary(file: EvidenceFile) -> Iterator[FileEntry]:
    """Yield the files of `/data/local/tmp`."""
    for record in _below(file, TEMPORARY):
        yield entry(record, area="temporary")


def parse_downloads(file: EvidenceFile) -> Iterator[FileEntry]:
    """Yield the programs of `/sdcard/Download`, numbered."""
    yield from _numbered(
        (place, record)
        for record in _below(file, DOWNLOADS)
        if _is_program(record) and (place := _place(record.path))
    )


def parse_collected(file: EvidenceFile) -> Iterator[FileEntry]:
    """Yield what concerns a scan of the files that androidqf listed."""
    decoder = json.Decoder(_Collected)
    shared: list[tuple[_Place, Listed]] = []
    for text in flat_objects(answer(file)):
        try:
            listed = _listed(decoder.decode(text))
        except (DecodeError, ValueError) as error:
            raise ParseError("an object with a path, a mode and a size expected") from error
        if listed is None or listed.kind == "folder":
            continue
        path = listed.path
        if path.startswith(_TEMPORARY):
            yield entry(listed, area="temporary")
        elif place := _place(path):
            if _is_program(listed):
                shared.append((place, listed))
            if len(shared) > FILES_LIMIT:
                raise ParseError(f"at most {FILES_LIMIT} programs expected")
        elif path in _ROOT:
            yield entry(listed, area="root")
        elif not path.startswith(_OF_APPS) and _is_unusual(listed):
            yield entry(listed, area="system")
    yield from _numbered(shared)


def _below(file: EvidenceFile, folder: str) -> Iterator[Listed]:
    """Yield what is below a folder; what claims to be elsewhere is the rest of somebody's name."""
    looked = False
    for count, record in enumerate(records(ended_lines(answer(file)))):
        if count > FILES_LIMIT:
            raise ParseError(f"at most {FILES_LIMIT} files expected")
        looked = looked or record.path == folder
        if record.kind != "folder" and record.path.startswith(f"{folder}/"):
            yield record
    if not looked:
        raise ParseError(f"a record of {folder} expected")


def _listed(found: _Collected) -> Listed | None:
    if not found.path.startswith("/") or len(found.path) > PATH_LIMIT:
        return None
    if found.error:
        return Listed(path=found.path)
    kind, permissions = mode_of(found.mode)
    return Listed(
        path=found.path,
        kind=kind,
        permissions=permissions,
        size=found.size,
        uid=found.user_id,
        owner=found.user_name[:255] or UNSET,
        label=found.context[:255] or UNSET,
        modified=found.modified_time,
        sha256=digest(found.sha256, "sha256"),
        sha1=digest(found.sha1, "sha1"),
        md5=digest(found.md5, "md5"),
    )


def _is_program(listed: Listed) -> bool:
    end = ending(listed.path)
    return end in PROGRAMS or (end is None and listed.executable is True)


def _is_unusual(listed: Listed) -> bool:
    if listed.kind != "file" or listed.permissions is UNSET:
        return False
    return listed.setuid is True or bool(listed.permissions & _EVERYBODY_WRITES)


def _numbered(programs: Iterable[tuple[_Place, Listed]]) -> Iterator[FileEntry]:
    """State programs of shared storage under a folder, a number and the ending, each once."""
    numbers: dict[str, int] = {}
    for place, listed in sorted(dict(programs).items(), key=itemgetter(0)):
        numbers[place.folder] = number = numbers.get(place.folder, 0) + 1
        end = ending(listed.path)
        path = f"{place.folder}/{number}.{end}" if end else f"{place.folder}/{number}"
        yield entry(listed, area="shared", path=path)


def _place(path: str) -> _Place | None:
    """Return where in shared storage a path leads; None where it leads elsewhere."""
    match = _SHARED.match(path)
    if match is None:
        return None
    user, card = match.groups()
    name = path[match.end() :]
    folder = "/sdcard" if user in {None, "0"} else f"/storage/emulated/{user}"
    folder = "/storage/card" if card else folder
    inner, slash, rest = name.partition("/")
    return (
        _Place(f"{folder}/{inner}", rest) if slash and inner == "Download" else _Place(folder, name)
    )


_OF_BACKUPS = frozenset(("changed_at", "created_at", "domain", "missing"))
_STATED = tuple(name for name in FileEntry.__struct_fields__ if name not in _OF_BACKUPS)
FILES = Artifact(
    name="android.files",
    title="Files in temporary and shared folders",
    platform="android",
    states=(Stated(FileEntry, _STATED, where=("area", ("temporary", "shared"))),),
    readings=(
        Reading(
            Command(argv=("find", TEMPORARY, "-exec", *STAT, "{}", "+"), timeout=60.0),
            parse_temporary,
            covers=("temporary",),
        ),
        Reading(
            Command(argv=("find", DOWNLOADS, "-exec", *STAT, "{}", "+"), timeout=60.0),
            parse_downloads,
            covers=("shared",),
        ),
        Reading(Collected(collector="androidqf", name="files.json"), parse_collected),
    ),
    profile=Profile.STANDARD,
)
