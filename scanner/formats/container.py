"""Recordings opened in place: a folder, a zip or a tar at any depth; nothing is ever unpacked.

A name in an archive is a key to look a member up by, never a path of this computer. In a folder no
link is followed, whatever component it is. All reading is bounded: what is beyond the bounds is a
flaw, as is what is no plain file, what is encrypted, or what another member has the name of.
"""

from __future__ import annotations

import bisect
import functools
import io
import os
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from scanner.errors import ParseError
from scanner.formats import folder, tar, zip_directory
from scanner.formats.app_kind import HEAD, form_of
from scanner.formats.checked import checked
from scanner.formats.ended import ended
from scanner.formats.inflated import Inflated
from scanner.formats.ios_backup.sealed import unsealed
from scanner.formats.listing import listing
from scanner.formats.member import LONG, MEMBER_LIMIT, NAME_LIMIT, Member
from scanner.formats.tar_list import TarList
from scanner.formats.window import Window, window
from scanner.formats.zip_members import members_of
from scanner.model.evidence import EvidenceFile, Locator
from scanner.model.recording import BackupKeys, Flaw
from scanner.model.requests import AnyRequest, FileList, MiB, Survey

if TYPE_CHECKING:
    import sqlite3

DEPTH_LIMIT = 4  # archives within archives

_FAR = 2**62  # bytes: no file is so long, and a seek may still go there
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ARCHIVES = 4  # whose lists are kept


class Container(ABC):
    """A folder or an archive: what it holds, and the bytes of that."""

    root: Path  # the recording
    inside: tuple[str, ...]  # the names that lead from the root to this archive
    members: tuple[Member, ...]  # in its own order; each name once, the first of its name
    is_cut: bool  # there are more members than are listed
    _sorted: list[Member] | None = None  # by name, once somebody asked for a folder
    _names: frozenset[str] | None = None  # of what can be read, once somebody asked for one

    @abstractmethod
    def open(self, name: str) -> BinaryIO:
        """Open a member's bytes, read-only and seekable; ParseError where that cannot be done.

        Reading raises it too, where the bytes are not what the archive says.
        """

    def inner(self, name: str) -> Container:
        """Return the archive that a member is; ParseError where it is none or lies too deep."""
        return open_container(self.root, (*self.inside, name))

    def locator(self, name: str) -> Locator:
        """Return where in the recording a member lies."""
        return Locator(members=(*self.inside, name))

    def has(self, name: str) -> bool:
        """Say whether there is a member of a name that can be read."""
        if self._names is None:
            self._names = frozenset(each.name for each in self.members if each.readable)
        return name in self._names

    def digest(self, name: str) -> str | None:
        """Return the SHA-256 of a member, where it was taken on the way to the list."""
        return None

    def is_program(self, name: str) -> bool:
        """Say whether a member begins as a Mach-O does; ParseError where it cannot be read."""
        with self.open(name) as stream:
            return form_of(stream.read(HEAD)) == "macho"

    def below(self, folder: str) -> Iterator[Member]:
        """Yield the members of a folder, by their names; `folder` ends with a slash, or is none."""
        if self._sorted is None:
            self._sorted = sorted(self.members, key=_name)
        first = bisect.bisect_left(self._sorted, folder, key=_name)
        for at in range(first, len(self._sorted)):
            if not self._sorted[at].name.startswith(folder):
                return
            yield self._sorted[at]

    def flaws(self, counts: Callable[[Member], bool] = lambda _: True) -> Iterator[Flaw]:
        """Yield what of it cannot be looked into, or not be trusted; of members that count."""
        if self.is_cut:
            detail = "a list of all members expected: there are too many, or it is damaged"
            yield Flaw(reason="truncated", detail=detail, locator=Locator(members=self.inside))
        for member in self.members:
            if member.reason and counts(member):
                name = member.name[:NAME_LIMIT]
                yield Flaw(reason=member.reason, detail=member.detail, locator=self.locator(name))


class Folder(Container):
    """A folder of this computer that is a recording."""

    inside = ()

    def __init__(self, root: Path) -> None:
        self.root, self.is_cut = root, False
        found: list[Member] = []
        for entry in folder.entries(root):
            if len(found) == MEMBER_LIMIT:
                self.is_cut = True
                break
            flaw = entry.flaw or (LONG if len(entry.name) > NAME_LIMIT else "")
            found.append(
                Member(
                    name=entry.name,
                    size=entry.size,
                    reason="parse_error" if flaw else None,
                    detail=flaw,
                    readable=not flaw,
                    kind=entry.kind,
                    mode=entry.mode,
                    modified=entry.modified,
                )
            )
        self.members = tuple(found)

    def open(self, name: str) -> BinaryIO:
        return folder.open_plain(self.root, name)


class Archive(Container):
    """A zip, wherever in the recording it lies; `held` are its bytes, where they were read."""

    def __init__(self, root: Path, inside: tuple[str, ...], held: bytes | None = None) -> None:
        self.root, self.inside = root, inside
        self._held, self._held_once = held, object()
        with self._stream() as stream:
            directory = zip_directory.read_directory(stream, MEMBER_LIMIT)
        self._entries, members = members_of(directory.entries)
        self.members, self.is_cut = members, directory.is_cut
        self._readable = {member.name for member in members if member.readable}

    def open(self, name: str) -> BinaryIO:
        if name not in self._readable:
            raise ParseError("a member that can be read expected in the archive")
        entry = self._entries[name]
        stream = self._stream()
        try:
            at = zip_directory.content_at(stream, entry)
        except ParseError:
            stream.close()
            raise
        content: Window | Inflated = Window(stream, at, entry.packed)
        if entry.method == zip_directory.DEFLATED:
            content = Inflated(content, entry.packed, self._name(name))
        return checked(content, entry.crc, entry.size)

    def _stream(self) -> BinaryIO:
        return _opened(self.root, self.inside) if self._held is None else io.BytesIO(self._held)

    def _name(self, name: str) -> tuple[object, ...]:
        """Tell a member from all others of this process."""
        if self._held is not None:
            return self._held_once, name
        return (*_key(self.root, self.inside), *self.inside, name)


class TarArchive(Container):
    """A tar, alone or in gzip, wherever in the recording it lies."""

    def __init__(
        self,
        root: Path,
        inside: tuple[str, ...],
        digested: Callable[[str], bool] | None,
        *,
        gzip: bool,
    ) -> None:
        self.root, self.inside = root, inside
        read = functools.partial(_opened, root, inside)
        self._list = TarList(read, digested, gzip=gzip)
        self.members, self.is_cut = self._list.members, self._list.is_cut

    def open(self, name: str) -> BinaryIO:
        return self._list.open(name)

    def digest(self, name: str) -> str | None:
        return self._list.digests.get(name)

    def is_program(self, name: str) -> bool:
        return name in self._list.programs


_archives: OrderedDict[Hashable, Container] = OrderedDict()


class RecordedFile(EvidenceFile):
    """Evidence that is a part of a recording, read in place."""

    def __init__(
        self,
        request: AnyRequest | Survey,
        root: Path,
        locator: Locator,
        *,
        id: str = "",
        exit_code: int | None = 0,
        sha256: str | None = None,
        keys: BackupKeys | None = None,
    ) -> None:
        super().__init__(request, id=id, exit_code=exit_code, sha256=sha256)
        self.root, self.locator, self.keys = root, locator, keys

    def open(self) -> BinaryIO:
        """Open exactly the bytes of the locator, read-only and seekable.

        What was trimmed ends with a newline more. Of a list of files it is the list.
        """
        if isinstance(self.request, FileList):
            return listing(open_container(self.root, self.locator.members).members)
        stream = open_at(self.root, self.locator, self.keys)
        return ended(stream) if self.locator.trimmed else stream

    def sqlite(
        self, wal: EvidenceFile | None = None, *, seconds: float = 10.0, limit: int = 256 * MiB
    ) -> AbstractContextManager[sqlite3.Connection]:
        """Open a database as any evidence does; one that lies there as it is, without copying it.

        Then `limit` does not count: SQLite reads the pages that it is asked for.
        """
        path = self._place()
        if path is None or wal is not None or self.locator.log is not None:
            return super().sqlite(wal, seconds=seconds, limit=limit)
        from scanner.model.database import open_database_at  # noqa: PLC0415 - few parsers need it

        return open_database_at(path, seconds=seconds)

    def _place(self) -> Path | None:
        """Return the file of this computer that it is as a whole; None where it is none."""
        place = self.locator
        if place != Locator(members=place.members) or len(place.members) > 1:
            return None
        if not place.members:
            return self.root if self.root.is_file() else None
        if not self.root.is_dir():
            return None
        with folder.open_plain(self.root, place.members[0]):
            return self.root / place.members[0]

    def beside(self) -> RecordedFile | None:
        """Return the write-ahead log of the database that it is; None where there is none."""
        log = self.locator.log
        return None if log is None else RecordedFile(self.request, self.root, log, keys=self.keys)

    def errors(self) -> str:
        return ""


def open_at(root: Path, locator: Locator, keys: BackupKeys | None = None) -> BinaryIO:
    """Open the bytes that a locator names; ParseError where the recording has no such bytes.

    `keys` open what an encrypted backup sealed; NotAvailable without them.
    """
    if not 0 <= locator.offset <= _FAR or not 0 <= (locator.length or 0) <= _FAR:
        raise ParseError("a place within the recording expected")
    stream = _opened(root, locator.members)
    if locator.sealed:
        stream = unsealed(stream, locator.sealed, keys)
    if not locator.offset and locator.length is None:
        return stream
    return window(stream, locator.offset, locator.length)


def open_container(
    root: Path,
    inside: tuple[str, ...] = (),
    *,
    digested: Callable[[str], bool] | None = None,
) -> Container:
    """Open a folder or an archive; ParseError where it is neither, or too damaged to be listed.

    Of the members of a tar that `digested` names, the digests are taken on the way to its list.
    """
    if not inside and root.is_dir():
        return Folder(root)
    key = _key(root, inside), inside
    found = _archives.get(key)
    if found is None:
        _archives[key] = found = _archive(root, inside, digested)
        while len(_archives) > _ARCHIVES:
            _archives.popitem(last=False)
    _archives.move_to_end(key)
    return found


def is_container(root: Path, inside: tuple[str, ...] = ()) -> bool:
    """Say whether there is a folder, or a file that begins as a zip or a tar does."""
    if not inside and root.is_dir():
        return True
    with _opened(root, inside) as stream:
        return stream.read(4) in _ZIP or tar.form_of_archive(stream) is not None


def _opened(root: Path, members: tuple[str, ...]) -> BinaryIO:
    """Open a file of the recording, or a member of the archive that it is, and so on."""
    if len(members) > DEPTH_LIMIT + 1:
        raise ParseError(f"at most {DEPTH_LIMIT} archives within each other expected")
    if not members:
        return _plain(root)
    if len(members) == 1 and root.is_dir():
        return folder.open_plain(root, members[0])
    return open_container(root, members[:-1]).open(members[-1])


def _plain(root: Path) -> BinaryIO:
    if not root.is_file():
        raise ParseError("a plain file or a folder expected")
    try:
        return root.open("rb")
    except OSError:
        raise ParseError("a file that can be read expected") from None


def _key(root: Path, inside: tuple[str, ...]) -> tuple[Path, int, int, int]:
    """Tell the file of the recording that holds an archive from what may lie there later."""
    with _opened(root, inside[:1] if root.is_dir() else ()) as stream:
        state = os.fstat(stream.fileno())
    return root, state.st_ino, state.st_mtime_ns, state.st_size


def _archive(
    root: Path, inside: tuple[str, ...], digested: Callable[[str], bool] | None
) -> Container:
    with _opened(root, inside) as stream:
        form = None if stream.read(4) in _ZIP else tar.form_of_archive(stream)
    if form is None:
        return Archive(root, inside)
    return TarArchive(root, inside, digested, gzip=form == "gzip")


def _name(member: Member) -> str:
    return member.name
