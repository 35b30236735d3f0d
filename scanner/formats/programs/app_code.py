"""The code of an app: each of its programs, and what all of them together can do and name.

Every member is read once, and one at a time is held. Pages and scripts that an app shows or runs
are searched for URLs as well, and so is its table of resources; its code comes first.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.apk.archive import ApkArchive, Entry
from scanner.formats.programs.dex import DexFacts, read_dex
from scanner.formats.programs.elf import ElfFacts, read_elf
from scanner.formats.programs.embedded import Finder, belonging, is_expected
from scanner.formats.programs.held_certificates import (
    SIZE_LIMIT,
    digests_of_certificates,
    may_hold_certificates,
)
from scanner.formats.programs.observables import Observables
from scanner.formats.programs.packers import packers_of_paths
from scanner.model.entities.app_files import EmbeddedFile
from scanner.model.evidence import Reason
from scanner.model.requests import MiB

PROGRAM_LIMIT = 2000  # programs of one app
TOTAL_LIMIT = 512 * MiB  # bytes of all of them
CERTIFICATE_LIMIT = 500

_UNREADABLE = {"dex": "code_unreadable", "elf": "library_unreadable"}
_TEXT_LIMIT, _TEXT_TOTAL = 16 * MiB, 32 * MiB  # bytes of one text, and of all
_TEXTS = (
    *(".bundle", ".cfg", ".conf", ".htm", ".html", ".ini", ".js", ".json", ".lua"),
    *(".properties", "resources.arsc"),
)


class Program(Struct, frozen=True, kw_only=True):
    """One program that was read."""

    path: str
    sha256: str
    size: int  # bytes
    format: Literal["dex", "elf"]
    embedded: bool  # it lies where an app has no programs
    facts: DexFacts | ElfFacts


class UnreadMember(Struct, frozen=True, kw_only=True):
    """A member that holds code, or may hold some, and could not be read."""

    path: str
    reason: Reason
    detail: str


class CodeSummary(Struct, frozen=True, kw_only=True):
    """What the programs of an app tell together; each list is sorted, or in order of finding."""

    capabilities: tuple[str, ...]
    packers: tuple[str, ...]
    urls: tuple[str, ...]
    domains: tuple[str, ...]
    addresses: tuple[str, ...]
    embedded: tuple[EmbeddedFile, ...]
    certificates: tuple[str, ...]  # SHA-256 of those that it carries as files


def read_program(data: bytes) -> DexFacts | ElfFacts:
    """Read a program by its first bytes; ParseError where it is none."""
    return read_elf(data) if data.startswith(b"\x7fELF") else read_dex(data)


class AppCode:
    """Reads the code of an archive; the summary holds what `programs` has passed."""

    def __init__(self, archive: ApkArchive) -> None:
        self._archive = archive
        self._capabilities: set[str] = set()
        self._packers = packers_of_paths(archive.names)
        self._seen = Observables()
        self._embedded: list[EmbeddedFile] = []
        self._certificates: dict[str, None] = {}

    def programs(self) -> Iterator[Program | UnreadMember]:
        """Yield the programs of the archive, in the order of its directory."""
        finder = Finder(self._archive)
        count, left = 0, TOTAL_LIMIT
        for entry in self._archive.entries:
            try:
                kind = finder.kind(entry)
                if (belongs := belonging(entry.name)) and kind != belongs:
                    self._archive.note(_UNREADABLE[belongs])
                if kind not in {"dex", "elf"}:
                    self._add_other(finder, entry, kind)
                    continue
                if count >= PROGRAM_LIMIT or left <= 0:
                    yield _unread(entry, "truncated", "more programs than are read of one app")
                    break
                data = self._archive.read(entry)
                count, left = count + 1, left - len(data)
                if found := finder.find(entry, kind, data):
                    self._embedded.append(found)
                yield self._program(entry, data)
            except ParseError as error:
                if belongs := belonging(entry.name):
                    self._archive.note(_UNREADABLE[belongs])
                yield _unread(entry, error.reason, str(error))
        self._add_texts()

    def summary(self) -> CodeSummary:
        """Return what was found so far."""
        return CodeSummary(
            capabilities=tuple(sorted(self._capabilities)),
            packers=tuple(sorted(self._packers)),
            urls=tuple(self._seen.urls),
            domains=tuple(self._seen.domains),
            addresses=tuple(self._seen.addresses),
            embedded=tuple(self._embedded),
            certificates=tuple(self._certificates),
        )

    def _program(self, entry: Entry, data: bytes) -> Program:
        facts = read_program(data)
        if isinstance(facts, DexFacts):
            self._capabilities.update(facts.capabilities)
        self._packers.update(facts.packers)
        self._seen.add(facts.urls, facts.domains, facts.addresses)
        format: Literal["dex", "elf"] = "dex" if isinstance(facts, DexFacts) else "elf"
        return Program(
            path=entry.name,
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            format=format,
            embedded=not is_expected(entry.name, format),
            facts=facts,
        )

    def _add_other(self, finder: Finder, entry: Entry, kind: str | None) -> None:
        if found := finder.find(entry, kind):
            self._embedded.append(found)
        if may_hold_certificates(entry.name) and entry.size <= SIZE_LIMIT:
            data = self._archive.read(entry, SIZE_LIMIT)
            for digest in digests_of_certificates(entry.name, data):
                if len(self._certificates) < CERTIFICATE_LIMIT:
                    self._certificates[digest] = None

    def _add_texts(self) -> None:
        left = _TEXT_TOTAL
        for entry in self._archive.entries:
            if not _is_text(entry.name) or entry.size > min(_TEXT_LIMIT, left):
                continue
            left -= entry.size
            with contextlib.suppress(ParseError):  # nothing of it is lost but URLs
                self._seen.add_urls(self._archive.read(entry, _TEXT_LIMIT))


def _is_text(path: str) -> bool:
    """Whether a member may hold URLs that the app uses; licences hold those of others."""
    if not path.endswith(_TEXTS) or path.startswith("META-INF/"):
        return False
    return not any(word in path.lower() for word in ("licen", "notice", "third_party"))


def _unread(entry: Entry, reason: Reason, detail: str) -> UnreadMember:
    return UnreadMember(path=entry.name, reason=reason, detail=detail)
