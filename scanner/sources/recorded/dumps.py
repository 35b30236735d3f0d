"""Loose outputs of commands: a folder or archive of them, or a single file.

Somebody redirected `dumpsys appops`, `getprop` or `settings list global` into files of any name.
Each is recognised by how it begins; what is not is listed as unread. One file does not say whether
the command ended, so a text that lacks its last line's end counts as cut. Two answers to the same
request are two parts. Archives within are not opened: they may be of another phone.
"""

from __future__ import annotations

import functools
import io
import re
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import BinaryIO

from scanner.errors import ParseError
from scanner.formats.container import Container, open_at
from scanner.formats.lines import decode
from scanner.formats.section_lines import is_dumpstate
from scanner.model.evidence import Locator
from scanner.model.recording import Flaw, Part
from scanner.model.requests import AnyRequest, Command, MiB
from scanner.sources.recorded.app_file import Asked, within
from scanner.sources.recorded.lists import Recognised
from scanner.sources.recorded.parts import (
    Source,
    Wanted,
    answering,
    source_of,
    unread,
)
from scanner.sources.recorded.services import services
from scanner.sources.recorded.signs import recognise, recognise_binary

_FIRST = 4096  # bytes that tell a text from other files
_HEAD = 256 * 1024  # bytes of a text in which its signs are looked for
_FEW = 64  # bytes in which other files have what no text begins with
_UNPRINTED = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WHOSE = "several files state this of a user, and nothing says of whom each does"
_BLOCK = MiB
_BOMS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def survey(container: Container, asked: Asked) -> Iterator[Part | Flaw]:
    """Yield what each file of a folder or archive is; ParseError where they are of two phones."""
    yield from container.flaws()
    files = [_File(source_of(container, each)) for each in container.members if each.readable]
    _of_one_phone(files)
    unclear = _of_nobody_known(files)
    for file in files:
        if file.found is None and file.flaw is None:
            yield from within(file.source, asked, file.source.title)
        else:
            yield from file.parts(asked.wanted, unclear)


def survey_file(source: Source, wanted: Wanted) -> Iterator[Part | Flaw]:
    """Yield what a single file is."""
    yield from _File(source).parts(wanted)


class _File:
    """One file, and what it is."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: Recognised | None = None
        self.flaw: Flaw | None = None
        try:
            self.found = recognised(source)
        except ParseError as error:
            self.flaw = Flaw(reason="parse_error", detail=str(error), locator=source.locator)

    @property
    def request(self) -> AnyRequest | None:
        return self.found.request if self.found else None

    def parts(
        self, wanted: Wanted, unclear: Collection[AnyRequest | None] = ()
    ) -> Iterator[Part | Flaw]:
        if self.flaw:
            yield self.flaw
        if self.request in unclear:
            yield Flaw(reason="field_not_stated", detail=_WHOSE, locator=self.source.locator)
            yield unread(self.source)
        elif self.found is None:
            yield unread(self.source)
        elif self.found.request is None:
            yield from services(self.source, wanted)
        else:
            doubt = self.found.doubt
            source = self.source.doubted(doubt) if doubt else self.source
            yield answering(source, self.found.request, wanted)


def _of_one_phone(files: list[_File]) -> None:
    """ParseError where properties differ in the model or the serial number of the phone."""
    if sum(starts_dumpstate(file.source) for file in files if _is_of_services(file)) > 1:
        raise ParseError("a bugreport of one phone expected, found several")
    phones = [file.found.phone for file in files if file.found and file.found.phone]
    for values in zip(*phones, strict=True):
        if len({value for value in values if value}) > 1:
            raise ParseError("the outputs of one phone expected, found those of several")


def _is_of_services(file: _File) -> bool:
    return file.found is not None and file.found.request is None


def _of_nobody_known(files: list[_File]) -> set[AnyRequest | None]:
    """Return the requests about one user that several files answer: nothing says about whom."""
    counted = Counter(file.request for file in files)
    return {
        asked
        for asked, count in counted.items()
        if count > 1 and isinstance(asked, Command) and asked.argv[:2] == ("settings", "--user")
    }


def single(root: Path) -> Source:
    """Return the one file that a recording is."""
    whole = Locator()
    with open_at(root, whole) as stream:
        size = stream.seek(0, io.SEEK_END)
    return Source("the file itself", whole, size, functools.partial(open_at, root, whole))


def recognised(source: Source) -> Recognised | None:
    """Return what the bytes of a source are, or None for nothing that is known."""
    if not source.size:
        return None
    name = source.locator.members[-1] if source.locator.members else ""
    with source.open() as stream:
        data = stream.read(_FIRST)
        if data[:2] not in _BOMS and _UNPRINTED.search(data, 0, _FEW):
            return recognise_binary(data, name)
        text = decode(data + stream.read(_HEAD)).removeprefix("\ufeff").replace("\r\n", "\n")
        return recognise(text, name, functools.partial(_holds, stream))


def starts_dumpstate(source: Source) -> bool:
    """Say whether a source is the main text of a bugreport."""
    if not source.size:
        return False
    with source.open() as stream:
        return is_dumpstate(decode(stream.read(_FIRST)).encode("utf-8", "replace"))


def _holds(stream: BinaryIO, words: str) -> bool:
    """Say whether a text holds some words, whatever ends its lines; it is read in blocks."""
    stream.seek(0)
    encoding = _BOMS.get(stream.read(2), "utf-8")
    needles = [words.encode(encoding), words.replace("\n", "\r\n").encode(encoding)]
    overlap = max(map(len, needles))
    stream.seek(0)
    block = b""
    while chunk := stream.read(_BLOCK):
        block = block[-overlap:] + chunk
        if any(needle in block for needle in needles):
            return True
    return False
