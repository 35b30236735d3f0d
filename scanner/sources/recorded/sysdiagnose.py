"""A sysdiagnose of an iPhone: one folder of many files, mostly packed as tar and gzip.

It is told by what lies in it: the log of its own making, or what only `sysdiagnose` collects. The
folder says when it was made: `sysdiagnose_2026.11.02_10-15-20+0100_iPhone-OS_iPhone_23B85`; so does
`sysdiagnose.log`. That of a Mac has the same shape and says macOS.

Files answer by their path below that folder. Only those that somebody reads are told one by one;
there are thousands, and most are the binary log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.errors import ParseError
from scanner.formats.container import Container
from scanner.formats.lines import decode
from scanner.formats.member import Member
from scanner.model.recording import Flaw, Header, Part
from scanner.model.requests import Diagnostic
from scanner.sources.recorded.parts import (
    Unread,
    Wanted,
    answering,
    source_of,
    top_of,
    with_log,
)

_LOG = "sysdiagnose.log"
_OWN = frozenset(
    (_LOG, "taskinfo.txt", "remotectl_dumpstate.txt", "spindump-nosymbols.txt", "tailspin-info.txt")
)
_OWN_FOLDERS = frozenset(("system_logs.logarchive", "crashes_and_spins"))
_COMMON = frozenset(
    ("ps.txt", "ps_thread.txt", "disks.txt", "mount.txt", "logs", "summaries", "ioreg", "WiFi")
)
_NAME = re.compile(
    r"(?:IN_PROGRESS_)?sysdiagnose_(\d{4})\.(\d\d)\.(\d\d)_(\d\d)-(\d\d)-(\d\d)([+-]\d{4})?(_|\Z)"
)
_STATED = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d{1,9})? ?([+-]\d{4})")
_MAC = re.compile(r"_mac ?OS", re.IGNORECASE)
_FIRST = 64 * 1024


def is_sysdiagnose(container: Container) -> bool:
    """Say whether a folder or an archive holds a sysdiagnose of an iPhone."""
    top = _top_of(container)
    if _MAC.search(top or container.root.name):
        return False
    first = {
        member.name.removeprefix(top).partition("/")[:2]
        for member in container.members
        if member.readable and member.name.startswith(top)
    }
    own = {name for name, slash in first if name in (_OWN_FOLDERS if slash else _OWN)}
    if not own:
        return False
    return bool(_NAME.match(top)) or len(own) > 1 or any(name in _COMMON for name, _ in first)


def _top_of(container: Container) -> str:
    """Return the folder of the sysdiagnose, with its slash; or nothing.

    Its name tells it from what else lies in an archive that somebody packed again.
    """
    names = {
        first
        for first, slash, _ in (member.name.partition("/") for member in container.members)
        if slash and _NAME.match(first)
    }
    return f"{names.pop()}/" if len(names) == 1 else top_of(container)


def survey(
    container: Container, wanted: Wanted, digest: str | None, *, everything: bool
) -> Iterator[Header | Part | Flaw]:
    """Yield when it was made, and the files that somebody reads."""
    top = _top_of(container)
    yield Header(kind="sysdiagnose", recorded_at=_recorded_at(container, top), sha256=digest)

    def counts(member: Member) -> bool:
        return member.kind != "link" or wanted(_request(member, top))

    yield from container.flaws(counts)
    unread = Unread(container, top, each=everything)
    for member in container.members:
        if not member.readable:
            continue
        request = _request(member, top)
        if member.name.startswith(top) and wanted(request):
            part = answering(source_of(container, member), request, wanted)
            yield with_log(part, container, member.name)
        else:
            yield from unread.add(member)
    yield from unread.rest()


def _request(member: Member, top: str) -> Diagnostic:
    return Diagnostic(name=member.name.removeprefix(top))


def _recorded_at(container: Container, top: str) -> str | None:
    for name in (top.rstrip("/"), container.root.name):
        if match := _NAME.match(name):
            year, month, day, hour, minute, second, zone, _ = match.groups()
            return f"{year}-{month}-{day}T{hour}:{minute}:{second}{_offset(zone)}"
    try:
        with container.open(f"{top}{_LOG}") as stream:
            stated = _STATED.search(decode(stream.read(_FIRST)))
    except ParseError:
        return None
    return f"{stated[1]}T{stated[2]}{_offset(stated[3])}" if stated else None


def _offset(zone: str | None) -> str:
    """Return an offset as ISO 8601 writes it with a time of its long form."""
    return f"{zone[:3]}:{zone[3:]}" if zone else ""
