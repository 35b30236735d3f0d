"""The crash area of a phone: names, headers, single files.

What moves new reports there, and with that changes the phone, is not asked.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Iterator
from typing import TypeVar

from msgspec import Struct

from scanner.errors import NotAvailable
from scanner.formats.crash_listing import (
    ENTRIES_LIMIT,
    HEADER_LIMIT,
    PATH_LIMIT,
    CrashEntry,
    CrashHeader,
    header_of,
    line,
)
from scanner.model.requests import CrashFile, CrashReports, MiB
from scanner.sources.ios.afc import About, Afc, Refusal
from scanner.sources.ios.feed import Feed
from scanner.sources.ios.refusals import REFUSED

T = TypeVar("T")
_FOLDERS = 2000
_AT_ONCE = 32  # files that are looked into together
_REPORT = b".ips"
_MORE = "there are more files than are listed"
_PART = "not every file could be listed"


class _Found(Struct):
    path: bytes
    about: About
    header: CrashHeader | None = None


class CrashArea:
    """Reads the area over one connection."""

    def __init__(self, afc: Afc, feed: Feed) -> None:
        self._afc, self._feed = afc, feed
        self._found: list[_Found] = []

    async def list(self, request: CrashReports) -> None:
        """Write a line for each file; what was found stands also where the phone broke off."""
        try:
            await self._walk(request)
            await self._look(request.headers)
        except REFUSED:
            await self._write()
            raise
        await self._write()

    async def copy(self, request: CrashFile) -> None:
        """Write the content of one file."""
        path = request.path.strip("/").encode()
        if b"\0" in path or b".." in path.split(b"/") or not 0 < len(path) <= PATH_LIMIT:
            raise NotAvailable("source_absent", "not a path of the crash area")
        async with self._feed.waiting():
            handle = await self._afc.open(b"/" + path)
        while True:
            async with self._feed.waiting():
                piece = await self._afc.read(handle, MiB)
            if not piece:
                return
            await self._feed.write(piece)

    async def _walk(self, request: CrashReports) -> None:
        folders = deque([(b"", 1)])
        visited, limit = 0, min(request.count, ENTRIES_LIMIT)
        while folders and visited < _FOLDERS and len(self._found) <= limit:
            folder, depth = folders.popleft()
            visited += 1
            async for path, about in self._in(folder, limit):
                if about.is_folder and depth < request.depth:
                    folders.append((path, depth + 1))
                elif about.is_folder:
                    self._feed.incomplete = _MORE
                elif about.is_file and about.size is not None:
                    self._found.append(_Found(path, about))
        if folders or len(self._found) > limit:
            self._feed.incomplete = _MORE
            del self._found[limit:]

    async def _in(self, folder: bytes, limit: int) -> AsyncIterator[tuple[bytes, About]]:
        async with self._feed.waiting():
            names = await self._afc.names(b"/" + folder)
        if isinstance(names, Refusal):
            if not folder:
                raise names.error()
            self._feed.incomplete = self._feed.incomplete or _PART
            return
        paths = [folder + b"/" + name if folder else name for name in names]
        fitting = [path for path in paths if len(path) <= PATH_LIMIT]
        if len(fitting) < len(paths):
            self._feed.incomplete = self._feed.incomplete or _PART
        for some in _rows(fitting):
            if len(self._found) > limit:
                return
            async with self._feed.waiting():
                answers = await self._afc.about([b"/" + path for path in some])
            for path, about in zip(some, answers, strict=True):
                if isinstance(about, About):
                    yield path, about
                elif not about.is_absence:
                    self._feed.incomplete = self._feed.incomplete or _PART

    async def _look(self, count: int) -> None:
        reports = [one for one in self._found if _REPORT in one.path.rpartition(b"/")[2]]
        reports.sort(key=lambda one: (one.about.modified_at or "", one.path), reverse=True)
        for some in _rows(reports[:count]):
            async with self._feed.waiting():
                starts = await self._afc.starts([b"/" + one.path for one in some], HEADER_LIMIT)
            for report, start in zip(some, starts, strict=True):
                report.header = None if isinstance(start, Refusal) else header_of(start)

    async def _write(self) -> None:
        for found in sorted(self._found, key=lambda one: one.path):
            entry = CrashEntry(
                path=found.path.decode("utf-8", "replace"),
                size=found.about.size or 0,
                modified_at=found.about.modified_at,
                header=found.header,
            )
            await self._feed.write(line(entry))


def _rows(of: list[T]) -> Iterator[list[T]]:
    for first in range(0, len(of), _AT_ONCE):
        yield of[first : first + _AT_ONCE]
