"""A bugreport: the main text of dumpstate, alone or with what it was packed with.

Source: frameworks/native cmds/dumpstate. An archive (Android 7 to 16) holds the text, its name in
`main_entry.txt`, files of the phone below `FS/`, and outputs of its own; up to Android 6 the text
is all. A folder is an archive that somebody unpacked. What `main_entry.txt` says is looked up among
the members and is nothing else; where it leads nowhere, the text that begins as dumpstate begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import BinaryIO

from msgspec import Struct, structs

from scanner.errors import ParseError
from scanner.formats import section_lines
from scanner.formats.checked import Altered
from scanner.formats.container import Container
from scanner.formats.dumpstate import SectionSpan, sections
from scanner.formats.member import Member
from scanner.formats.text import safe_text
from scanner.model.evidence import Locator, Reason
from scanner.model.recording import Flaw, Part
from scanner.model.requests import File
from scanner.sources.recorded.parts import (
    Source,
    Wanted,
    answering,
    source_of,
    top_of,
    unread,
)

MAIN_ENTRY = "main_entry.txt"

_FIRST = 4096  # bytes that tell a main text
_TEXTS = 64  # texts at the top that are looked into
_NAMES = ("bugreport*.txt", "dumpstate*.txt")
_BESIDE = ("dumpstate_log*.txt", "dumpstate_board*.txt")
_PHONE = "FS/"  # files of the phone lie below, by their paths
_BEGINNING = "beginning of the text"
_TWO = "one text that begins as a bugreport does expected, found more"
_ASTRAY = "the name of the main text expected in main_entry.txt"
_BOMS = (b"\xff\xfe", b"\xfe\xff")


class MainText(Struct, frozen=True, kw_only=True):
    """The text that a bugreport is about, and what speaks against it."""

    source: Source
    recorded_at: str | None  # ISO 8601 in the device's own zone
    flaws: tuple[Flaw, ...] = ()


def survey(container: Container, wanted: Wanted) -> Iterator[Part | Flaw]:
    """Yield the parts of a bugreport in a folder or archive; ParseError where it has no text."""
    yield from container.flaws()
    main = main_text(container)
    yield from main.flaws
    top = top_of(container)
    for member in container.members:
        if not member.readable:
            continue
        source, name = source_of(container, member), member.name.removeprefix(top)
        if source.locator == main.source.locator:
            yield from survey_text(main.source, wanted)
        elif name.startswith(_PHONE) and ".." not in name.split("/"):
            yield answering(source, File(path=name.removeprefix(_PHONE[:-1])), wanted)
        else:
            yield unread(source)


def survey_text(source: Source, wanted: Wanted) -> Iterator[Part | Flaw]:
    """Yield the sections and services of a main text; ParseError where it has none."""
    with source.open() as stream:
        if stream.read(2) in _BOMS:
            raise ParseError("a main text in UTF-8 expected, found UTF-16")
        stream.seek(0)
        reading = _Reading(stream)
        spans = list(sections(reading, wanted))
    if not any(span.title for span in spans):
        raise ParseError("the sections of a bugreport expected")
    failure, whole = reading.failure, source.locator
    if failure is not None:
        yield Flaw(reason=failure.reason, detail=str(failure), locator=whole)
    elif spans[-1].cut == "truncated":
        yield Flaw(reason="truncated", detail=spans[-1].detail, locator=whole)
    if isinstance(failure, Altered):
        source = structs.replace(source, cut="parse_error", detail=str(failure))
    yield from (_part(span, source) for span in spans if span.title or span.length)


def main_text(container: Container) -> MainText:
    """Find the main text of a bugreport; ParseError where there is none."""
    named = _named(container)
    texts = list(_texts(container))
    begun = [(member, first) for member, first in texts if section_lines.is_dumpstate(first)]
    by_name = [one for one in texts if _has_name(one[0].name)]
    of_that_name = [one for one in texts if one[0].name == named]
    found = [one for one in begun if one[0].name == named] or begun or of_that_name or by_name
    if not found:
        raise ParseError("a bugreport's main text expected")
    member, first = max(found, key=lambda one: one[0].size)
    flaws: list[Flaw] = []
    if len(begun) > 1:
        flaws.append(_flaw(container, member.name, _TWO))
    if named is not None and member.name != named:
        flaws.append(_flaw(container, _main_entry(container), _ASTRAY))
    return MainText(
        source=source_of(container, member),
        recorded_at=section_lines.recorded_at(first),
        flaws=tuple(flaws),
    )


class _Reading:
    """A text as far as it can be read; what stopped the reading is kept."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.failure: ParseError | None = None

    def read(self, size: int, /) -> bytes:
        if self.failure is None:
            try:
                # One read of the archive: an error must not take along what came before it.
                return bytes(self._stream.read1(size))  # type: ignore[attr-defined]
            except ParseError as error:
                self.failure = error
        return b""


def _part(span: SectionSpan, source: Source) -> Part:
    cut: Reason | None = span.cut or source.cut
    return Part(
        title=safe_text(span.title) or _BEGINNING,
        locator=Locator(source.locator.members, span.start, span.length),
        size=span.length,
        request=span.request(),
        sha256=span.sha256,
        cut=cut,
        detail=span.detail or source.detail,
    )


def _texts(container: Container) -> Iterator[tuple[Member, bytes]]:
    """Yield the texts at the top with their first bytes, but those that lie beside a main text."""
    top, looked = top_of(container), 0
    for member in container.members:
        name = member.name.removeprefix(top)
        if not member.readable or "/" in name or not name.endswith(".txt") or looked == _TEXTS:
            continue
        if name == MAIN_ENTRY or any(fnmatchcase(name, pattern) for pattern in _BESIDE):
            continue
        looked += 1
        try:
            with container.open(member.name) as stream:
                yield member, stream.read(_FIRST)
        except ParseError:
            continue  # its flaw is told by whoever lists it


def _named(container: Container) -> str | None:
    """Return the name of the member that the main entry names; None where nothing is named."""
    try:
        with container.open(_main_entry(container)) as stream:
            name = stream.read(_FIRST)
    except ParseError:
        return None
    return top_of(container) + name.decode("utf-8", "replace").strip()


def _main_entry(container: Container) -> str:
    return top_of(container) + MAIN_ENTRY


def _has_name(name: str) -> bool:
    return any(fnmatchcase(name.rpartition("/")[2], pattern) for pattern in _NAMES)


def _flaw(container: Container, name: str, detail: str) -> Flaw:
    return Flaw(reason="parse_error", detail=detail, locator=container.locator(name))
