"""A copy of an iPhone's file system: a folder, tar or zip of it, or of a part.

Which names stand for which paths is told by `scanner/formats/ios_places.py`. Files answer by their
path on the phone. Once the whole list of files is a part, whose bytes are that list. Apps are told
by their folder, other programs by their first bytes (Mach-O); those of the system came with it, and
its seal vouches for them where it was not broken. Stores of personal content are not opened even
for that, unless somebody asked for them. Links and devices are normal in a file system:
they are in the list, and missed only where somebody asked for what they stand for.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from msgspec import structs

from scanner.errors import ParseError
from scanner.formats.container import Container
from scanner.formats.ios_paths import area
from scanner.formats.ios_places import Places
from scanner.formats.listing import listing
from scanner.formats.member import Member
from scanner.model.evidence import Locator
from scanner.model.recording import Flaw, Header, Part
from scanner.model.requests import AppBytes, File, FileList, MiB
from scanner.sources.recorded.app_file import Asked, executable_of
from scanner.sources.recorded.parts import Unread, answering, source_of, top_of, with_log

_APP = ".app/"
_INFO = "Info.plist"
_IPA = ".ipa"
_SHIPPED = frozenset(("system", "cryptex", "developer"))
_LEAST = 28  # bytes of the header of a Mach-O
_BESIDE = re.compile(r"-(?:wal|shm|journal)\Z")  # what lies beside a database
_LIST = "the list of files"


def places_of(container: Container) -> Places:
    """Return what the names of a folder or archive tell of a phone."""
    places = Places()
    for member in container.members:
        places.learn(member.name)
    return places


def is_ios_filesystem(container: Container) -> bool:
    """Say whether a folder or an archive holds files of an iPhone, by their paths there."""
    return places_of(container).is_any


def survey(
    container: Container, asked: Asked, digest: str | None, *, everything: bool
) -> Iterator[Header | Part | Flaw]:
    """Yield the files that somebody reads, the apps and programs, and the list of all files."""
    yield Header(kind="ios_filesystem", sha256=digest)
    yield from _Survey(container, asked).found(everything=everything)


class _Survey:
    def __init__(self, container: Container, asked: Asked) -> None:
        self._container, self._asked = container, asked
        self._places = places_of(container)
        self._apps = dict(_apps(container))

    def found(self, *, everything: bool) -> Iterator[Part | Flaw]:
        yield from self._container.flaws(self._counts)
        if self._asked.wanted(FileList()):
            yield _list(self._container)
        unread = Unread(self._container, top_of(self._container), each=everything)
        for member in self._container.members:
            if not member.readable:
                continue
            try:
                part = self._part(member)
            except ParseError as error:
                locator = self._container.locator(member.name)
                yield Flaw(reason=error.reason, detail=str(error), locator=locator)
                part = None
            if part is None:
                yield from unread.add(member)
            else:
                yield part
        yield from unread.rest()

    def _part(self, member: Member) -> Part | None:
        """Return what somebody reads of a file; None for nothing."""
        path = self._places.path(member.name)
        if path is None:
            return None
        wanted, source = self._asked.wanted, source_of(self._container, member)
        if wanted(request := File(path=path)):
            return with_log(answering(source, request, wanted), self._container, member.name)
        if not wanted(app := self._bytes(path)) or self._is_closed(path):
            return None
        if not self._is_app(member):
            return None
        return answering(source, app, wanted)

    def _is_closed(self, path: str) -> bool:
        """Say whether a file holds personal content that nobody asked for."""
        closed = self._asked.closed
        return closed is not None and closed(File(path=_BESIDE.sub("", path)))

    def _bytes(self, path: str) -> AppBytes:
        return structs.replace(self._asked.bytes_of(path), shipped=area(path) in _SHIPPED)

    def _is_app(self, member: Member) -> bool:
        """Say whether a file stands for an app, or is a program outside of any."""
        folder = _app_of(member.name)
        if folder in self._apps:
            return self._apps[folder] == member.name
        if member.name.lower().endswith(_IPA):
            return True
        return member.size >= _LEAST and self._container.is_program(member.name)

    def _counts(self, member: Member) -> bool:
        if member.kind == "file":
            return True
        path = self._places.path(member.name)
        return path is not None and self._asked.wanted(File(path=path))


def _list(container: Container) -> Part:
    """Return the list of all files as a part; where it lies is the recording itself."""
    digest, size = hashlib.sha256(), 0
    with listing(container.members) as stream:
        while data := stream.read(MiB):
            digest.update(data)
            size += len(data)
    return Part(
        title=_LIST,
        locator=Locator(members=container.inside),
        size=size,
        request=FileList(),
        sha256=digest.hexdigest(),
        cut="truncated" if container.is_cut else None,
        detail="not all files are listed" if container.is_cut else "",
    )


def _apps(container: Container) -> Iterator[tuple[str, str]]:
    """Yield the folders of apps, outermost ones only, each with the name of its executable."""
    for member in container.members:
        folder = _app_of(member.name) if member.name.endswith(_INFO) else ""
        if not folder or member.name != folder + _INFO or not member.readable:
            continue
        stem = folder.removesuffix(_APP).rpartition("/")[2]
        executable = f"{folder}{executable_of(container, member.name) or stem}"
        if container.has(executable):
            yield folder, executable


def _app_of(name: str) -> str:
    """Return the folder of the outermost app that a file lies in; nothing where it is in none."""
    end = name.find(_APP)
    return name[: end + len(_APP)] if end > 0 else ""
