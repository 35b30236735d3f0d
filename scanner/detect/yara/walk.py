"""Rules applied to the bytes of files, and to what is in them: done in a child of a worker.

Routing. What the rules are asked depends on the kind of content (`kinds.py`), not on names:

- Code, and archives of code (`CODE`), is scanned whatever its size, with every rule but those
  which declare (meta `filetype`) that they are for other kinds.
- In an app, what is no code is scanned from 64 KiB on. Smaller resources are most of the members
  of an app and hold no program; leaving them out is what makes scanning apps fast. Only rules that
  declare such a kind (a configuration beside a library, say) see the small ones, too.
- Elsewhere on a phone, what is no code is not scanned: it is mostly personal. An image is looked
  into if an archive stands at its end.
- A file that a person names is scanned whatever it is.

An archive is scanned as it stands, and then its members. Bytes are held in memory one file at a
time, up to a limit, and inflated once; a large plain file of this computer is mapped instead. Of
what is larger the first part is scanned, and the rest is said to be missing. Depth, bytes and time
are bounded: what is beyond is said to be missing, too.
"""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Generator, Iterator
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from scanner.detect.yara import apart
from scanner.detect.yara.cache import HEADER_SIZE
from scanner.detect.yara.engine import ScanTimeout
from scanner.detect.yara.kinds import DIRECTORY_END_SIZE, FIRST, has_directory, kind_of
from scanner.detect.yara.yarax import OPEN_FILES, Compiled, load
from scanner.errors import ParseError
from scanner.formats.container import DEPTH_LIMIT, Archive, Container, open_at
from scanner.formats.member import Member
from scanner.model.content import (
    CODE,
    Content,
    ContentKind,
    Entered,
    PassedOver,
    Place,
    RuleMatch,
    RuleSetFile,
    Scanned,
    ScanWork,
    Unscanned,
    Work,
)

SMALL = 64 * 1024  # bytes: no code, and smaller, is not scanned
LARGE = 4 * 1024 * 1024  # bytes: a plain file of this computer is mapped, not held
_STEP = 1024 * 1024
_APP = ("AndroidManifest.xml", "classes.dex", "META-INF/MANIFEST.MF")
_IOS_APP = "Payload/"
_TOO_DEEP = f"at most {DEPTH_LIMIT} archives within each other are looked into"


def scan(root: Path | None, work: Work) -> Iterator[Content]:
    """Apply rules to places of a recording, or to a file, at `root`."""
    if not isinstance(work, ScanWork) or root is None:
        raise ParseError("places to scan expected")
    for number, place in enumerate(work.places):
        yield Entered(number=number)
        yield from _Walk(root, work).place(place)


class _Stop(Exception):
    """A bound of one place was reached."""


class _Walk:
    """The scan of one place."""

    def __init__(self, root: Path, work: ScanWork) -> None:
        self._root, self._work = root, work
        self._deadline = time.monotonic() + work.place_seconds
        self._left = work.total_limit
        self._passed = 0
        self._unended: set[str] = set()  # files of rules that did not end on a content below it
        self._sets, self._small = (
            {kind: each for each in work.sets for kind in each.kinds if each.small is small}
            for small in (False, True)
        )
        self._other = next((each for each in work.sets if not each.kinds), None)

    def place(self, place: Place) -> Iterator[Content]:
        """Yield what came of a place and of all below it."""
        names = place.locator.members
        try:
            with open_at(self._root, place.locator, self._work.keys) as stream:
                kind = kind_of(stream.read(FIRST))
                if not self._is_wanted_place(stream, kind, place.size):
                    yield PassedOver(place=names, files=1)
                    return
                if kind == "zip" or not (number := _mappable(stream)):
                    yield from self._file(stream, names, kind, place.size, depth=0)
                else:
                    yield from self._mapped(stream, number, names, kind)
        except ParseError as error:
            yield Unscanned(place=names, reason=error.reason, detail=str(error))
        except _Stop as stop:
            yield Unscanned(place=names, reason="timeout", detail=str(stop))
        if self._passed:
            yield PassedOver(place=names, files=self._passed)

    def _is_wanted_place(self, stream: BinaryIO, kind: ContentKind, size: int) -> bool:
        if self._work.scope == "named" or kind in CODE:
            return True
        if kind not in {"image", "other"}:
            return False
        stream.seek(max(size - DIRECTORY_END_SIZE, 0))
        return has_directory(stream.read(DIRECTORY_END_SIZE))

    def _file(
        self, stream: BinaryIO, names: tuple[str, ...], kind: ContentKind, size: int, *, depth: int
    ) -> Iterator[Content]:
        """Scan a file whose first bytes were read, and what is in it."""
        data, flaw = self._held(stream, size)
        if flaw:
            yield Unscanned(place=names, reason=flaw.reason, detail=flaw.detail)
        yield from self._bytes(names, kind, data, depth)
        if kind == "zip" or has_directory(data):
            if flaw is None:
                yield from self._inside(names, kind, data, depth)
            elif kind == "zip" and not depth and flaw.reason == "truncated":
                yield from self._large(names)

    def _mapped(
        self, stream: BinaryIO, number: int, names: tuple[str, ...], kind: ContentKind
    ) -> Iterator[Content]:
        """Scan a large file of this computer without holding it."""
        if (chosen := self._sets.get(kind, self._other)) is None:
            self._passed += 1
            return
        size = os.fstat(number).st_size

        def run(rules: Compiled, seconds: float) -> Iterator[RuleMatch]:
            return rules.scan_open(number, seconds=seconds)

        matches = yield from self._matches(names, chosen, kind, size, run)
        if matches is None:
            return
        digest = _digest(stream) if self._work.digests or matches else None
        yield Scanned(place=names, size=size, kind=kind, sha256=digest, matches=matches)

    def _held(self, stream: BinaryIO, size: int) -> tuple[bytes, Unscanned | None]:
        """Return a file's bytes as far as they are held, and what speaks against them."""
        limit = min(self._work.member_limit, self._left)
        stream.seek(0)
        data = stream.read(min(size, limit))
        detail = ""
        try:
            while more := stream.read(_STEP):  # it is longer than was said
                data += more
                if len(data) > limit:
                    data, detail = data[:limit], f"more than {limit} bytes"
                    break
        except ParseError as error:  # its end tells that it is not what was said
            self._left -= len(data)
            return data, Unscanned(place=(), reason=error.reason, detail=str(error))
        self._left -= len(data)
        if not detail:
            return data, None
        return data, Unscanned(place=(), reason="truncated", detail=detail)

    def _bytes(
        self, names: tuple[str, ...], kind: ContentKind, data: bytes, depth: int
    ) -> Iterator[Content]:
        chosen = self._sets.get(kind, self._other)
        if depth and self._is_small(kind, len(data)):
            chosen = self._small.get(kind)
        if chosen is None:
            self._passed += 1
            return

        def run(rules: Compiled, seconds: float) -> Iterator[RuleMatch]:
            return rules.scan(data, seconds=seconds)

        matches = yield from self._matches(names, chosen, kind, len(data), run)
        if matches is None:
            return
        told = self._work.digests or matches
        digest = hashlib.sha256(data).hexdigest() if told else None
        yield Scanned(place=names, size=len(data), kind=kind, sha256=digest, matches=matches)

    def _matches(
        self,
        names: tuple[str, ...],
        chosen: RuleSetFile,
        kind: ContentKind,
        size: int,
        run: apart.Run,
    ) -> Generator[Content, None, tuple[RuleMatch, ...] | None]:
        """Apply a set, or its files apart where it does not end; None: not one of them ended."""
        if not self._unended:
            try:
                return tuple(run(_compiled(chosen.path), self._work.member_seconds))
            except ScanTimeout:
                pass
        texts = apart.texts_of(chosen, kind)
        left = tuple(each for each in texts if each.source.name not in self._unended)
        found = self._found_apart(left, size, run)
        unended = tuple(each.source.name for each in texts if each.source.name in self._unended)
        if unended:
            detail = "the rules took too long"
            yield Unscanned(place=names, reason="timeout", detail=detail, files=unended)
        return None if len(unended) == len(texts) else found

    def _found_apart(self, texts: apart.Texts, size: int, run: apart.Run) -> tuple[RuleMatch, ...]:
        """Apply what is known to end together; the rest takes half of the time that is left."""
        if self._unended and texts:
            try:
                return tuple(run(apart.compiled(texts), self._work.member_seconds))
            except ScanTimeout:
                pass
        if len(texts) == 1:
            self._unended.add(texts[0].source.name)
            return ()
        now = time.monotonic()
        until = now + (self._deadline - now) / 2
        found, unended = apart.apply(texts, run, size, until)
        self._unended.update(unended)
        return tuple(found)

    def _inside(
        self, names: tuple[str, ...], kind: ContentKind, data: bytes, depth: int
    ) -> Iterator[Content]:
        """Scan the members of an archive whose bytes are held."""
        if depth == DEPTH_LIMIT:
            yield Unscanned(place=names, reason="truncated", detail=_TOO_DEEP)
            return
        try:
            archive = Archive(self._root, names, data)
        except ParseError as error:
            if kind == "zip":  # anything else may only look like one
                yield Unscanned(place=names, reason="parse_error", detail=str(error))
            return
        yield from self._members(archive, depth)

    def _large(self, names: tuple[str, ...]) -> Iterator[Content]:
        """Scan the members of an archive that is too large to be held."""
        try:
            archive = Archive(self._root, names)
        except ParseError as error:
            yield Unscanned(place=names, reason="parse_error", detail=str(error))
            return
        yield from self._members(archive, 0)

    def _members(self, archive: Container, depth: int) -> Iterator[Content]:
        for flaw in archive.flaws():
            yield Unscanned(place=flaw.locator.members, reason=flaw.reason, detail=flaw.detail)
        in_app = _is_app(archive)
        for member in archive.members:
            if member.readable:
                self._require_room()
                yield from self._member(archive, member, depth, in_app=in_app)

    def _member(
        self, archive: Container, member: Member, depth: int, *, in_app: bool
    ) -> Iterator[Content]:
        names = (*archive.inside, member.name)
        try:
            with archive.open(member.name) as stream:
                kind = kind_of(stream.read(FIRST))
                if self._is_wanted(kind, member.size, in_app=in_app):
                    yield from self._file(stream, names, kind, member.size, depth=depth + 1)
                else:
                    self._passed += 1
        except ParseError as error:
            yield Unscanned(place=names, reason=error.reason, detail=str(error))

    def _is_wanted(self, kind: ContentKind, size: int, *, in_app: bool) -> bool:
        if kind in CODE or not self._work.routed:
            return True
        is_asked = not self._is_small(kind, size) or kind in self._small
        return is_asked and (in_app or self._work.scope == "named")

    def _is_small(self, kind: ContentKind, size: int) -> bool:
        return self._work.routed and kind not in CODE and size < SMALL

    def _require_room(self) -> None:
        if time.monotonic() > self._deadline:
            raise _Stop(f"more than {self._work.place_seconds:g} s")
        if self._left <= 0:
            raise _Stop(f"more than {self._work.total_limit} bytes")


def _mappable(stream: BinaryIO) -> int:
    """Return the descriptor of a large plain file that ends as no archive does; 0: it is none."""
    try:
        number = stream.fileno()
        size = os.fstat(number).st_size
    except OSError:
        return 0
    if size < LARGE or not Path(OPEN_FILES).is_dir():
        return 0
    stream.seek(size - DIRECTORY_END_SIZE)
    return 0 if has_directory(stream.read(DIRECTORY_END_SIZE)) else number


def _digest(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    stream.seek(0)
    while piece := stream.read(_STEP):
        digest.update(piece)
    return digest.hexdigest()


def _is_app(archive: Container) -> bool:
    """Say whether an archive is a program: an APK, an IPA, a JAR."""
    return any(
        member.name in _APP or member.name.startswith(_IOS_APP) for member in archive.members
    )


@lru_cache(maxsize=16)
def _compiled(path: str) -> Compiled:
    """Load a set that the parent compiled and has vouched for."""
    with Path(path).open("rb") as stream:
        stream.seek(HEADER_SIZE)
        return load(io.BytesIO(stream.read()))
