"""The files of a copied file system, from the list of them.

Of a sealed place (the system, a cryptex, the developer image) only files are stated that run with
the rights of their owner or that everybody may write: nothing else can be told from a name there.
Of the bundles of apps as much; what is in them is examined by its bytes. Links are stated and never
followed. Files that a person may have named are told as `scanner/formats/ios_personal.py` says.

Times and modes are those that the copy states: an archive keeps them, and a folder of this computer
has those that whoever unpacked it gave. Those of the user's own folders are told by their day: they
say how a person uses the phone.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator

from msgspec import UNSET

from scanner.artifacts.ios.recorded.file_facts import moment, permissions
from scanner.errors import ParseError
from scanner.formats.ios_paths import area as area_of
from scanner.formats.ios_personal import Numbers, ending, personal_folder
from scanner.formats.ios_places import Places
from scanner.formats.listing import Line, lines_of
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import FileEntry
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import FileList

FILES_LIMIT = 500_000

_HOME = "/private/var/mobile/"
_APPS = f"{_HOME}Containers/"
_SEALED = frozenset(("system", "cryptex", "developer", "app"))
_TOLD = frozenset(("jailbreak", "staging", "temporary", "app"))
_KINDS = frozenset(("file", "link"))
_DAY = 86_400
_SIZES = 2**63
_UIDS = 2**32


def parse(file: EvidenceFile) -> Iterator[FileEntry]:
    """Yield the files that are told; ParseError behind them where there are too many."""
    places = Places()
    with file.open() as stream:
        for line in lines_of(stream):
            places.learn(line.name)
    numbers, count = Numbers(), 0
    with file.open() as stream:
        for line in lines_of(stream):
            path = places.path(line.name)
            if path is None or not path.isprintable():
                continue
            area = area_of(path)
            if area in _SEALED and not _is_unusual(line):
                continue
            count += 1
            if count > FILES_LIMIT:
                raise ParseError(f"at most {FILES_LIMIT} files outside of the system expected")
            yield _entry(line, path, area, numbers)


def _entry(line: Line, path: str, area: str, numbers: Numbers) -> FileEntry:
    kind = line.kind if line.kind in _KINDS else "other"
    end = ending(path) if kind == "file" else None
    folder = personal_folder(path) if area == "other" else None
    mode, executable, setuid = permissions(line.mode)
    return FileEntry(
        path=path if folder is None else numbers.named(folder, end),
        area=_area(path, area, is_personal=folder is not None),
        kind=kind,
        ending=end,
        size=line.size if kind == "file" and 0 <= line.size < _SIZES else UNSET,
        mode=mode,
        executable=executable,
        setuid=setuid,
        uid=line.uid if line.uid is not None and 0 <= line.uid < _UIDS else UNSET,
        modified_at=moment(line.modified, _DAY if path.startswith(_HOME) else 1),
    )


def _area(path: str, area: str, *, is_personal: bool) -> str:
    """Return the area as other lists of files state it."""
    if area in _TOLD:
        return area
    if not path.startswith(_HOME):
        return "system"
    if path.startswith(_APPS):
        return "app"
    return "shared" if is_personal else "data"


def _is_unusual(line: Line) -> bool:
    if line.kind != "file" or line.mode is None:
        return False
    return bool(line.mode & (stat.S_ISUID | stat.S_IWOTH))


COPIED_FILES = Artifact(
    name="ios.files",
    title="Files of a copied file system",
    platform="ios",
    states=(
        Stated(
            FileEntry,
            (
                *("path", "area", "kind", "ending", "size", "mode", "executable", "setuid", "uid"),
                "modified_at",
            ),
        ),
    ),
    readings=(Reading(FileList(), parse),),
    profile=Profile.STANDARD,
)
