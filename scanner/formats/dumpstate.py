"""The sections of a dumpstate text, or of what `dumpsys` prints of all services, in one pass.

The lines that begin and end them are in `section_lines`. What an app prints into a text (a version
with line breaks in it, the output of its own service) may forge any of them, and it cannot take
back a real one. So a forged header makes one part more and never hides one; a service that it
splits shows by what is left over: an end without its beginning, a beginning without its end, or the
same service twice. Such parts are cut: what is not in them must not be taken as absent. A forged
end counts only where it is the last of its service before the next header, so it shortens nothing.
As of Android 10 a section may end without a line of its own: there a forged header goes unnoticed,
and a parser has to see that its list is unfinished.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple, Protocol

from msgspec import Struct

from scanner.formats import section_lines
from scanner.formats.section_lines import (
    DURATION,
    LINE_LIMIT,
    SECTION,
    SERVICE,
    TAIL_LIMIT,
    Ending,
    Heading,
)
from scanner.model.evidence import Reason
from scanner.model.requests import AnyRequest, Dumpsys, MiB, Section

SPAN_LIMIT = 100_000  # parts of one text; what follows them is one part more

_BLOCK = 256 * 1024
_AHEAD = LINE_LIMIT + TAIL_LIMIT  # bytes that must be there to read a line and what follows it
_KEPT = 2 * LINE_LIMIT  # bytes that are kept, to look back to
_CUT = "the text ends before its end"
_LONG = "it is longer than what is read"
_MANY = "the text has too many parts"
_NO_END = "the line that ends it is missing"
_SPLIT = "the line that ends it stands in another part"
_TWICE = "the text holds it more than once"


class Readable(Protocol):
    """Whatever bytes can be read from, one block after the other."""

    def read(self, size: int, /) -> bytes: ...


class SectionSpan(Struct, frozen=True, kw_only=True):
    """A part of the text: a section, or what one service printed; what comes first has no title.

    A last one that is `truncated` says that the text is; it has no title and no bytes where all
    parts before are whole.
    """

    title: str  # as printed: `SYSTEM PROPERTIES`, `package`, `CRITICAL activity`; bounded
    service: str | None = None
    start: int  # bytes, after the header line
    length: int  # bytes, without the line that ends it
    sha256: str | None = None  # of these bytes, where they are `wanted`
    cut: Reason | None = None
    detail: str = ""  # in our words

    def request(self) -> AnyRequest | None:
        """Return what it answers, if anything."""
        return _request(self.title, self.service)


def sections(
    stream: Readable, wanted: Callable[[AnyRequest], bool] = lambda _: False
) -> Iterator[SectionSpan]:
    """Yield the sections and services of a text in their order, after one pass over it.

    The text is in UTF-8 or any other encoding of ASCII. Memory grows with its parts only.
    """
    reader = _Reader(wanted)
    for block in iter(partial(stream.read, _BLOCK), b""):
        reader.feed(block)
    yield from reader.finish()


def _request(title: str, service: str | None) -> Dumpsys | Section | None:
    if service is not None:
        return Dumpsys(service=service)
    return Section(title=title) if title else None


class _End(NamedTuple):
    """Where a part may end, and what it is up to there."""

    at: int
    sha256: str | None
    is_timed_out: bool = False


class _Part:
    """A part that is being read, or was."""

    def __init__(self, heading: Heading, start: int, wanted: Callable[[AnyRequest], bool]) -> None:
        self.title, self.service, self.start = heading.title, heading.service, start
        request = _request(self.title, self.service)
        self.limit = start + (request.limit if request else 256 * MiB)
        self._hash = hashlib.sha256() if request and wanted(request) else None
        self._hashed = start
        self.ended: _End | None = None  # the last line that ends it
        self.foreign: _End | None = None  # the last line that ends another service
        self.end = _End(start, None)
        self.is_chapter = heading.title == heading.whole  # no command: others may stand in it
        self.has_elapsed = False  # an old dumpstate says that the command has ended
        self.cut: Reason | None = None
        self.detail = ""

    def take(self, data: bytes, base: int, to: int) -> None:
        """Hash the buffer, which begins at `base`, up to a place of the text."""
        if self._hash is not None and min(to, self.limit) > self._hashed:
            self._hash.update(memoryview(data)[self._hashed - base : min(to, self.limit) - base])
            self._hashed = min(to, self.limit)

    def digest(self) -> str | None:
        """Return the digest of what was hashed; None where none is wanted."""
        return self._hash.hexdigest() if self._hash is not None else None

    def mark(self, reason: Reason, detail: str) -> None:
        """Say why it is not whole; the first reason stands."""
        if self.cut is None:
            self.cut, self.detail = reason, detail

    def span(self) -> SectionSpan:
        if self.end.at > self.limit:
            self.mark("truncated", _LONG)
        return SectionSpan(
            title=self.title,
            service=self.service,
            start=self.start,
            length=min(self.end.at, self.limit) - self.start,
            sha256=self.end.sha256,
            cut=self.cut,
            detail=self.detail,
        )


class _Reader:
    """Finds the lines that begin and end parts, block by block."""

    def __init__(self, wanted: Callable[[AnyRequest], bool]) -> None:
        self._wanted = wanted
        self._data, self._base = b"\n", -1  # so the first line begins as any other
        self._seen = -1  # all lines that begin before were read
        self._open = _Part(Heading("", ""), 0, wanted)
        self._section: _Part | None = None  # where the services now come
        self._is_dumpstate = False
        self._parts: list[_Part] = []
        self._sections: dict[str, _Part] = {}  # the last of each title
        self._services: set[str] = set()
        self._split: set[str] = set()  # services whose end stood in another part

    def feed(self, block: bytes, *, final: bool = False) -> None:
        """Read one block more."""
        kept = max(min(self._seen, self._base + len(self._data) - _KEPT), self._base)
        self._data, self._base = self._data[kept - self._base :] + block, kept
        stop = self._base + len(self._data)
        if self._base <= 0:
            self._is_dumpstate = section_lines.is_dumpstate(self._data)
        for at, needle in self._found():
            if len(self._data) - at < _AHEAD and not final:
                self._seen = self._base + at
                break
            self._read(needle, at)
            self._seen = self._base + at + 1
        else:
            self._seen = max(self._seen, stop - len(DURATION))
        self._open.take(self._data, self._base, stop - _KEPT)

    def _found(self) -> list[tuple[int, bytes]]:
        found = []
        for needle in (SECTION, SERVICE, DURATION):
            at = self._data.find(needle, self._seen - self._base)
            while at >= 0:
                found.append((at, needle))
                at = self._data.find(needle, at + 1)
        return sorted(found)

    def _read(self, needle: bytes, at: int) -> None:
        if len(self._parts) >= SPAN_LIMIT:
            return
        if needle == DURATION:
            if ending := section_lines.service_end(self._data, at):
                self._end_service(ending)
            return
        stop = self._data.find(b"\n", at + 1, at + LINE_LIMIT)
        if stop < 0:
            return
        line = self._data[at + len(needle) : stop]
        if needle == SERVICE:
            if heading := section_lines.service_line(line):
                self._begin(heading, at + 1, stop + 1)
                self._services.add(heading.service or "")
            return
        told = section_lines.section_line(line, at + 1)
        if isinstance(told, Ending):
            self._end_section(told)
        elif told and not self._is_printed(told):
            self._begin(told, at + 1, stop + 1)
            self._section = self._sections[told.title] = self._sections[told.whole] = self._open

    def _is_printed(self, heading: Heading) -> bool:
        """Say whether a service prints it: the section after a service names its command."""
        running = self._open.service is not None and self._open.ended is None
        return running and heading.title == heading.whole

    def _begin(self, heading: Heading, at: int, start: int) -> None:
        self._close(at)
        if len(self._parts) >= SPAN_LIMIT:
            heading = Heading("", "")
        self._open = _Part(heading, self._base + start, self._wanted)

    def _end_service(self, ending: Ending) -> None:
        part = self._open
        if part.service == ending.title:
            part.ended = self._end_at(ending.at)
            return
        if ending.title in self._services:
            self._split.add(ending.title)
        if part.service is not None and part.ended is None:
            part.foreign = self._end_at(ending.at)

    def _end_section(self, ending: Ending) -> None:
        part = self._sections.get(ending.title)
        if part is self._open:
            part.ended = self._end_at(ending.at)
        elif part and part is not self._section and not part.ended and not part.is_chapter:
            part.mark("truncated", _SPLIT)

    def _end_at(self, at: int) -> _End:
        """Return a place of the buffer as one where the open part may end."""
        part, data = self._open, self._data
        part.take(data, self._base, self._base + at)
        last = data[self._first(at) : at]
        return _End(self._base + at, part.digest(), section_lines.is_timed_out(last))

    def _first(self, at: int) -> int:
        """Return where in the buffer the last bytes of the open part begin, before a place."""
        return max(self._open.start - self._base, at - TAIL_LIMIT, 0)

    def _close(self, at: int) -> None:
        """End the open part before a place of the buffer."""
        part, here = self._open, self._base + at
        near = part.foreign if part.foreign and here - part.foreign.at < TAIL_LIMIT else None
        if not (end := part.ended or near):
            separating, told = section_lines.trimmed(self._data[self._first(at) : at])
            end = self._end_at(at - separating)
            if told:
                part.ended, part.has_elapsed = end, True
        part.end = end
        if end.is_timed_out:
            part.mark("timeout", "the device gave up on it")
        if part.title or end.at > part.start:
            self._parts.append(part)

    def finish(self) -> Iterator[SectionSpan]:
        """Yield what was found, each with what the whole text says of it."""
        self.feed(b"", final=True)
        last = self._open
        self._close(len(self._data))
        self._judge_end(last)
        services = [part for part in self._parts if part.service is not None]
        printed = Counter(part.title for part in services)
        # Before Android 8 no service has a line of its own at its end.
        told = sum(part.ended is not None and not part.has_elapsed for part in services)
        expected = 0 < len(services) <= 2 * told
        # Many titles stand often (SHOW MAP); none that anybody wants does.
        wanted = [part for part in self._parts if not part.service and part.digest()]
        titled = Counter(part.title for part in wanted)
        for part in wanted:
            if titled[part.title] > 1:
                part.mark("truncated", _TWICE)
        for part in services:
            if part.service in self._split:
                part.mark("truncated", _SPLIT)
            if printed[part.title] > 1:
                part.mark("truncated", _TWICE)
            if expected and part.ended is None and part.foreign is None:
                part.mark("truncated", _NO_END)
        yield from (part.span() for part in self._parts)

    def _judge_end(self, last: _Part) -> None:
        if len(self._parts) >= SPAN_LIMIT:
            last.mark("truncated", _MANY)
        if self._section is None and not self._is_dumpstate:
            whole = last.ended is not None
        else:
            whole = last.has_elapsed or section_lines.is_end_of_all(self._data[-_KEPT:])
        if whole:
            return
        if last.ended is not None:
            last = _Part(Heading("", ""), last.end.at, self._wanted)
            self._parts.append(last)
        last.mark("truncated", _CUT)
