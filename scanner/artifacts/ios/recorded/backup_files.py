"""The files that a backup holds, from its own list.

Manifest.db (since iOS 10) and Manifest.mbdb list every file with domain, path, size, mode, owner
and three times. The list is made by the phone while it is backed up; sizes in it are often wrong,
and an encrypted backup encrypts it as well. Files that a person may have named are told as
`scanner/formats/ios_personal.py` says.

Files of the camera roll are counted, not told one by one: of their names and times nothing may
be told but that there are so many, and they are most of a backup.
Times of what lies in the user's folders are told by their day: they say how a person uses the
phone.

A file that is listed and not there was lost, taken out, or left out by whoever made the copy.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator

from msgspec import UNSET, UnsetType

from scanner.artifacts.ios.recorded.file_facts import moment, permissions
from scanner.errors import ParseError
from scanner.formats.container import RecordedFile
from scanner.formats.ios_backup import mbdb
from scanner.formats.ios_backup.domains import device_path, is_plain
from scanner.formats.ios_backup.layout import DATABASE, LIST, Layout, layout_at
from scanner.formats.ios_backup.manifest import (
    FILE,
    FOLDER,
    LINK,
    PATH_LIMIT,
    PICTURES,
    Row,
    is_named_rightly,
    opened,
)
from scanner.formats.ios_backup.mbfile import Metadata, MetadataReader
from scanner.formats.ios_paths import area as area_of
from scanner.formats.ios_personal import Numbers, ending, personal_folder
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import Backup, FileEntry
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import BackupFile

ROWS_LIMIT = 2_000_000
_KINDS = {FILE: "file", FOLDER: "folder", LINK: "link"}
_DAY = 86_400
_SIZES, _UIDS = 2**63, 2**32
_APPS = "/private/var/mobile/Containers/"
_HOME = "/private/var/mobile/"
_TOLD = frozenset(("jailbreak", "staging", "temporary"))
_ODD = "rows of a list with names that a phone can have, and the identifiers of those, expected"

_Listed = tuple[Row, Callable[[], Metadata]]


def parse(file: EvidenceFile) -> Iterator[FileEntry | Backup]:
    """Yield each file of Manifest.db; ParseError behind them where rows are forged."""
    reader, counts = MetadataReader(), _Counts(_layout(file, DATABASE))
    with opened(file) as manifest:
        counts.take_pictures(manifest.pictures())
        yield from _entries(
            ((row, functools.partial(reader.read, record)) for row, record in manifest.listed()),
            counts,
        )


def parse_list(file: EvidenceFile) -> Iterator[FileEntry | Backup]:
    """Yield each file of Manifest.mbdb."""
    with file.open() as stream:
        listed = (
            (each.row, functools.partial(_same, each.file.metadata))
            for each in mbdb.records(stream)
        )
        yield from _entries(listed, _Counts(_layout(file, LIST)))


def _same(metadata: Metadata) -> Metadata:
    return metadata


def _layout(file: EvidenceFile, name: str) -> Layout | None:
    """Return where the backup's files lie; None where only its list is at hand."""
    if not isinstance(file, RecordedFile) or len(file.locator.members) != 1:
        return None
    (member,) = file.locator.members
    return layout_at(file.root, member.removesuffix(name)) if member.endswith(name) else None


class _Counts:
    """How many files a list names, and what is wrong with them."""

    def __init__(self, layout: Layout | None) -> None:
        self._layout = layout
        self.files = self.missing = self.odd = self.pictures = 0

    def take(self, row: Row) -> bool | UnsetType:
        """Count a file; return whether the backup does not hold it, UNSET where nobody can say."""
        self.files += 1
        self.pictures += row.domain == PICTURES
        self.odd += not is_named_rightly(row)
        if self._layout is None:
            return UNSET
        is_missing = self._layout.stored(row.file_id) is None
        self.missing += is_missing
        return is_missing

    def take_pictures(self, file_ids: Iterable[object]) -> None:
        """Count files of the camera roll by their identifiers; nothing else of them is read."""
        stored = None if self._layout is None else self._layout.stored
        for count, file_id in enumerate(file_ids):
            if count >= ROWS_LIMIT:
                raise ParseError(f"at most {ROWS_LIMIT} rows expected")
            self.pictures += 1
            if stored is not None:
                self.missing += not isinstance(file_id, str) or stored(file_id) is None
        self.files += self.pictures

    def backup(self) -> Backup:
        """Return what is stated of the whole backup."""
        missing = UNSET if self._layout is None else self.missing
        return Backup(files=self.files, missing=missing, pictures=self.pictures)


def _entries(listed: Iterable[_Listed], counts: _Counts) -> Iterator[FileEntry | Backup]:
    numbers = Numbers()
    folders: set[str] = set()  # several domains share some
    for count, (row, read) in enumerate(listed):
        if count >= ROWS_LIMIT:
            raise ParseError(f"at most {ROWS_LIMIT} rows expected")
        if not row.path:
            continue  # the folder that the domain is
        if not _is_possible(row):
            counts.odd += 1
            continue
        is_missing = counts.take(row) if row.flags == FILE else UNSET
        if row.domain == PICTURES and row.flags == FILE:
            continue
        path = device_path(row.domain, row.path)
        if row.flags == FOLDER and path is not None:
            if path in folders:
                continue
            folders.add(path)
        yield _entry(row, read(), path, numbers, is_missing)
    yield counts.backup()
    if counts.odd:
        raise ParseError(f"{_ODD}: {counts.odd} are not")


def _is_possible(row: Row) -> bool:
    """Say whether a phone can have a file of that name, in a domain of that name."""
    return len(row.path) <= PATH_LIMIT and is_plain(row.path) and _is_domain(row.domain)


@functools.lru_cache(maxsize=4096)
def _is_domain(name: str) -> bool:
    return "/" not in name and len(name) <= PATH_LIMIT and name.isprintable()


def _is_below(value: object, limit: int) -> bool:
    return isinstance(value, int) and 0 <= value < limit


def _entry(
    row: Row,
    metadata: Metadata,
    path: str | None,
    numbers: Numbers,
    missing: bool | UnsetType,
) -> FileEntry:
    end = ending(row.path) if row.flags == FILE else None
    folder = row.domain if path is None else personal_folder(path)  # of a domain nothing is known
    mode, executable, setuid = permissions(metadata.mode)
    size, uid = metadata.size, metadata.uid
    unit = _DAY if path is None or path.startswith(_HOME) else 1
    return FileEntry(
        path=path if folder is None and path else numbers.named(folder or row.domain, end),
        area=_area(path, is_personal=folder is not None),
        kind=_KINDS.get(row.flags, "other"),
        ending=end,
        size=size if _is_below(size, _SIZES) else UNSET,
        mode=mode,
        executable=executable,
        setuid=setuid,
        uid=uid if _is_below(uid, _UIDS) else UNSET,
        modified_at=moment(metadata.modified, unit),
        created_at=moment(metadata.born, unit),
        changed_at=moment(metadata.changed, unit),
        domain=row.domain,
        missing=missing,
    )


def _area(path: str | None, *, is_personal: bool) -> str:
    if path is None:
        return "data"
    if not path.startswith(_HOME):
        found = area_of(path)
        return found if found in _TOLD else "system"
    if path.startswith(_APPS):
        return "app"
    return "shared" if is_personal else "data"


BACKUP_FILES = Artifact(
    name="ios.backup_files",
    title="Files that a backup lists",
    platform="ios",
    states=(
        Stated(
            FileEntry,
            (
                *("path", "area", "kind", "ending", "size", "mode", "executable", "setuid", "uid"),
                *("modified_at", "created_at", "changed_at", "domain", "missing"),
            ),
        ),
        Stated(Backup, ("files", "missing", "pictures")),
    ),
    readings=(
        Reading(BackupFile(name=DATABASE), parse),
        Reading(BackupFile(name=LIST), parse_list),
    ),
    profile=Profile.STANDARD,
)
