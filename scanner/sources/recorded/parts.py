"""Parts of a recording, made of the members that hold them.

A digest is taken only of what somebody wants to read: the rest is listed by name and size.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from msgspec import Struct, structs

from scanner.errors import ParseError
from scanner.formats.container import Container
from scanner.formats.member import Member
from scanner.formats.text import safe_text
from scanner.model.evidence import Locator, Reason
from scanner.model.recording import Part
from scanner.model.requests import AnyRequest, MiB

Wanted = Callable[[AnyRequest], bool]
"""Whether anybody reads an answer to a request."""

_ADDED = {("__MACOSX", "/"), (".DS_Store", ""), ("Thumbs.db", ""), ("desktop.ini", "")}
ALTERED = "not the bytes whose digest the collector wrote"
_CHUNK = MiB
_LOG = "-wal"  # of SQLite, behind the name of its database


class Source(Struct, frozen=True):
    """Bytes of a recording: where they lie, how to open them, and what is known against them."""

    title: str
    locator: Locator
    size: int  # bytes, as declared
    open: Callable[[], BinaryIO]
    cut: Reason | None = None
    detail: str = ""
    sha256: str | None = None  # of its bytes, where it was taken on the way to the list

    def doubted(self, detail: str) -> Source:
        """Return it as one that may not be all of what it seems."""
        return structs.replace(self, cut=self.cut or "truncated", detail=self.detail or detail)


def top_of(container: Container) -> str:
    """Return the folder in which all lies that can be read, with its slash; or nothing."""
    return common_top(member.name for member in container.members if member.readable)


def common_top(names: Iterable[str]) -> str:
    """Return what all names begin with: one folder with its slash, or nothing.

    What macOS and Windows add by themselves does not count.
    """
    firsts = {name.partition("/")[:2] for name in names} - _ADDED
    if len(firsts) != 1:
        return ""
    ((name, slash),) = firsts
    return f"{name}/" if slash else ""


def source_of(container: Container, member: Member) -> Source:
    """Return a member as the source of a part."""
    return Source(
        safe_text(member.name),
        container.locator(member.name),
        member.size,
        functools.partial(container.open, member.name),
        member.reason,
        member.detail,
        container.digest(member.name),
    )


def digest_of(stream: BinaryIO) -> str:
    """Return the SHA-256 of all bytes that follow."""
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def unread(source: Source) -> Part:
    """Return a part that answers nothing which is known."""
    return Part(title=source.title, locator=source.locator, size=source.size)


def with_log(part: Part, container: Container, name: str) -> Part:
    """Return a part that knows the write-ahead log which lies beside it, if one does."""
    if part.sha256 is None or not container.has(f"{name}{_LOG}"):
        return part
    locator = structs.replace(part.locator, log=container.locator(f"{name}{_LOG}"))
    return structs.replace(part, locator=locator)


class Unread:
    """Files that nobody reads: as many parts, or for each folder at the top one that counts."""

    def __init__(self, container: Container, top: str, *, each: bool) -> None:
        self._container, self._top, self._each = container, top, each
        self._folders: dict[str, list[int]] = {}

    def add(self, member: Member) -> Iterator[Part]:
        """Take a file; yield it where each is wanted."""
        if self._each:
            yield unread(source_of(self._container, member))
            return
        folder, slash, _ = member.name.removeprefix(self._top).partition("/")
        counted = self._folders.setdefault(folder + slash if slash else "", [0, 0])
        counted[0] += 1
        counted[1] += member.size

    def rest(self) -> Iterator[Part]:
        """Yield what was counted."""
        for folder, (count, size) in self._folders.items():
            name = f"{self._top}{folder}"
            title = safe_text(f"{name or '.'} (files: {count})")
            yield Part(title=title, locator=self._container.locator(name), size=size)


def answering(
    source: Source, request: AnyRequest, wanted: Wanted, *, digest: str | None = None
) -> Part:
    """Return the part that answers a request; cut where its bytes cannot all be read.

    `digest` is the SHA-256 that the collector wrote of the bytes, where it did: others are cut.
    """
    part = Part(
        title=source.title,
        locator=source.locator,
        size=source.size,
        request=request,
        cut=source.cut,
        detail=source.detail,
    )
    if not wanted(request):
        return part
    part = _digested(part, source)
    if digest is None or digest == part.sha256 or part.cut:
        return part
    return structs.replace(part, cut="truncated", detail=ALTERED)


def _digested(part: Part, source: Source) -> Part:
    """Return a part with the digest of its bytes, up to the limit of what it answers."""
    digest, size = hashlib.sha256(), 0
    limit = part.request.limit if part.request else 0
    cut, detail, locator = part.cut, part.detail, part.locator
    if source.sha256 is not None and cut is None and part.size <= limit:
        return structs.replace(part, sha256=source.sha256)
    try:
        with source.open() as stream:
            while chunk := stream.read(min(_CHUNK, limit - size)):
                digest.update(chunk)
                size += len(chunk)
            if size == limit and stream.read(1):
                cut, detail = "truncated", f"more than {limit} bytes"
                locator = structs.replace(locator, length=size)
    except ParseError as error:
        cut, detail = "parse_error", str(error)
    return structs.replace(
        part, locator=locator, size=size, sha256=digest.hexdigest(), cut=cut, detail=detail
    )
