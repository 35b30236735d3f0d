"""Recordings opened in place: a folder, or a zip at any depth; nothing is ever unpacked.

A name in an archive is a key to look a member up by, never a path of this computer. In a folder no
link is followed, whatever component it is. All reading is bounded: what is beyond the bounds is a
flaw, as is what is no plain file, what is encrypted, or what another member has the name of.
"""

from __future__ import annotations

import functools
import io
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats import folder, zip_directory
from scanner.formats.checked import checked
from scanner.formats.ended import ended
from scanner.formats.inflated import FREE_SIZE, RATIO_LIMIT, SIZE_LIMIT, Inflated
from scanner.formats.window import Window, window
from scanner.model.evidence import EvidenceFile, Locator, Reason
from scanner.model.recording import Flaw
from scanner.model.requests import AnyRequest, Survey

MEMBER_LIMIT = 100_000  # members of one container; the rest is a flaw
NAME_LIMIT = 1024  # characters of a member's name; a longer one is a flaw
DEPTH_LIMIT = 4  # archives within archives
TWICE = "another member has the same name; the first was read"
OVERLAP = "its bytes are also those of another member"

_FAR = 2**62  # bytes: no file is so long, and a seek may still go there
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_METHODS = (zip_directory.STORED, zip_directory.DEFLATED)


class Member(Struct, frozen=True, kw_only=True):
    """A member of a container: a plain file of a folder, an entry of an archive."""

    name: str  # from the container's top, with `/`; a key, never a path of this computer
    size: int = 0  # bytes, as declared; an archive may lie, and then the reading of it tells
    reason: Reason | None = None  # why it cannot be read whole, or not be trusted
    detail: str = ""  # of that, in our words
    readable: bool = True  # False: nothing of it can be opened


class Container(ABC):
    """A folder or an archive: what it holds, and the bytes of that."""

    root: Path  # the recording
    inside: tuple[str, ...]  # the names that lead from the root to this archive
    members: tuple[Member, ...]  # in its own order; each name once, the first of its name
    is_cut: bool  # there are more members than are listed

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

    def flaws(self) -> Iterator[Flaw]:
        """Yield what of it cannot be looked into, or not be trusted."""
        if self.is_cut:
            detail = "a list of all members expected: there are too many, or it is damaged"
            yield Flaw(reason="truncated", detail=detail, locator=Locator(members=self.inside))
        for member in self.members:
            if member.reason:
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
            flaw = entry.flaw or ("a name that is too long" if _is_long(entry.name) else "")
            found.append(
                Member(
                    name=entry.name,
                    size=entry.size,
                    reason="parse_error" if flaw else None,
                    detail=flaw,
                    readable=not flaw,
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
        shared = _shared(directory.entries)
        names: dict[str, int] = {}
        for entry in directory.entries:
            names[entry.name] = names.get(entry.name, 0) + 1
        self._entries: dict[str, zip_directory.Entry] = {}
        members: list[Member] = []
        for entry in directory.entries:
            if entry.name.endswith("/") or entry.name in self._entries:
                continue
            self._entries[entry.name] = entry
            members.append(_member(entry, twice=names[entry.name] > 1, shared=entry.at in shared))
        self.members, self.is_cut = tuple(members), directory.is_cut
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
    ) -> None:
        super().__init__(request, id=id, exit_code=exit_code, sha256=sha256)
        self.root, self.locator = root, locator

    def open(self) -> BinaryIO:
        """Open exactly the bytes of the locator, read-only and seekable.

        What was trimmed ends with a newline more.
        """
        stream = open_at(self.root, self.locator)
        return ended(stream) if self.locator.trimmed else stream

    def errors(self) -> str:
        return ""


def open_at(root: Path, locator: Locator) -> BinaryIO:
    """Open the bytes that a locator names; ParseError where the recording has no such bytes."""
    if not 0 <= locator.offset <= _FAR or not 0 <= (locator.length or 0) <= _FAR:
        raise ParseError("a place within the recording expected")
    stream = _opened(root, locator.members)
    if not locator.offset and locator.length is None:
        return stream
    return window(stream, locator.offset, locator.length)


def open_container(root: Path, inside: tuple[str, ...] = ()) -> Container:
    """Open a folder or an archive; ParseError where it is neither, or too damaged to be listed."""
    if not inside and root.is_dir():
        return Folder(root)
    return _archive(_key(root, inside), inside)


def is_container(root: Path, inside: tuple[str, ...] = ()) -> bool:
    """Say whether there is a folder, or a file that begins as a zip does."""
    if not inside and root.is_dir():
        return True
    with _opened(root, inside) as stream:
        return stream.read(4) in _ZIP


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


@functools.lru_cache(maxsize=4)
def _archive(key: tuple[Path, int, int, int], inside: tuple[str, ...]) -> Archive:
    return Archive(key[0], inside)


def _member(entry: zip_directory.Entry, *, twice: bool, shared: bool) -> Member:
    reason: Reason = "parse_error"
    detail, readable = "", False
    if _is_long(entry.name):
        detail = "a name that is too long"
    elif not entry.is_file:
        detail = "a link or no plain file"
    elif entry.is_encrypted:
        reason, detail = "locked", "it is encrypted"
    elif entry.method not in _METHODS:
        reason, detail = "unsupported_version", "a method of compression that is not known"
    else:
        readable = True
        if twice or shared:
            detail = TWICE if twice else OVERLAP
        elif entry.size > min(max(FREE_SIZE, RATIO_LIMIT * entry.packed), SIZE_LIMIT):
            reason, detail = "truncated", "it is larger than what is read"
    return Member(
        name=entry.name,
        size=entry.size,
        reason=reason if detail else None,
        detail=detail,
        readable=readable,
    )


def _is_long(name: str) -> bool:
    return len(name) > NAME_LIMIT


def _shared(entries: tuple[zip_directory.Entry, ...]) -> set[int]:
    """Return where entries begin whose bytes another entry has, too."""
    shared: set[int] = set()
    end, last = 0, -1
    for entry in sorted(entries, key=lambda entry: entry.at):
        if entry.at < end:
            shared |= {entry.at, last}
        stop = entry.at + zip_directory.HEADER_SIZE + entry.packed
        if stop > end:
            end, last = stop, entry.at
    return shared
