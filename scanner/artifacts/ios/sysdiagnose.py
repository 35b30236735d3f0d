"""Sysdiagnose archives that lie in an iPhone's crash area: kept as evidence, not yet examined.

Somebody makes one with the buttons of the phone; nothing makes it for an examination. Each holds
hundreds of megabytes of logs, so only the newest are taken. Gzip (RFC 1952) over tar.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from scanner.artifacts.ios.crash_reports import ARCHIVE, AREA
from scanner.errors import NotAvailable, ParseError
from scanner.model.artifact import Artifact, Known, Planned, Reading, Stated
from scanner.model.entities import FileEntry
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import AnyRequest, CrashFile

ARCHIVES_LIMIT = 3

_GZIP = b"\x1f\x8b\x08"
_TEMPLATE = CrashFile(path="DiagnosticLogs/sysdiagnose/sysdiagnose_*.tar.gz")
_NEVER = datetime.min.replace(tzinfo=UTC)


def plan(known: Known) -> Iterable[AnyRequest]:
    """Return the requests for the newest archives that the crash area lists."""
    archives = [
        (file.modified_at or _NEVER, path)
        for file in known.every(FileEntry)
        if ARCHIVE.fullmatch(path := file.path.removeprefix(f"{AREA}/"))
    ]
    newest = sorted(archives, reverse=True)[:ARCHIVES_LIMIT]
    return [CrashFile(path=path) for _, path in newest]


def parse(file: EvidenceFile) -> Iterator[FileEntry]:
    """Yield the archive itself; then NotAvailable, for what it holds is not read."""
    request = file.request
    if not isinstance(request, CrashFile) or not ARCHIVE.fullmatch(request.path):
        raise ParseError("a request for a sysdiagnose archive expected")
    with file.open() as stream:
        if stream.read(len(_GZIP)) != _GZIP:
            raise ParseError("a gzip archive expected")
    yield FileEntry(path=f"{AREA}/{request.path}", kind="file", ending="gz")
    raise NotAvailable("unsupported_version", "the archive is kept; what it holds is not examined")


SYSDIAGNOSE_ARCHIVES = Artifact(
    name="ios.sysdiagnose",
    title="Sysdiagnose archives",
    platform="ios",
    states=(Stated(FileEntry, ("path", "kind", "ending")),),
    readings=(
        Reading(Planned(after=("ios.crash_reports",), template=_TEMPLATE, plan=plan), parse),
    ),
    opt_in="sysdiagnose",
)
