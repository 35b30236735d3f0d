"""The log archive of a recording: which times it covers, from its Info.plist.

`EndTimeRef` is when it was made; for each kind of log (`PersistMetadata`, `SpecialMetadata` ...)
`OldestTimeRef` says how far back it goes. A reference holds `WallTime`, nanoseconds since 1970, and
the `UUID` of the boot. What the log says is not read: that needs a decoder of its own.

Sources: Apple's LoggingSupport framework, `system_logs.logarchive` of sysdiagnose of iOS 15 to 26.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import UNSET

from scanner.errors import ParseError
from scanner.formats.apple_time import unix
from scanner.formats.plists import Map, mapping, number, read_map, text
from scanner.formats.spindump import uuid_of
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import LogArchive
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Diagnostic, MiB

_END = "EndTimeRef"
_OLDEST = "OldestTimeRef"
_KINDS = (
    "PersistMetadata",
    "SpecialMetadata",
    "SignpostMetadata",
    "HighVolumeMetadata",
    "LiveMetadata",
)
_LIMIT = 4 * MiB


def parse(file: EvidenceFile) -> Iterator[LogArchive]:
    """Yield the archive; ParseError where the file does not describe one."""
    values = read_map(file, limit=_LIMIT)
    identifier = uuid_of(text(values, "ArchiveIdentifier") or "")
    if identifier is None:
        raise ParseError("the identifier of a log archive expected")
    end = mapping(values, _END)
    oldest = [mapping(mapping(values, kind), _OLDEST) for kind in _KINDS]
    starts = [moment for each in oldest if (moment := _moment(each))]
    boots = {boot for each in (end, *oldest) if (boot := uuid_of(text(each, "UUID") or ""))}
    yield LogArchive(
        id=identifier,
        oldest_at=min(starts) if starts else UNSET,
        newest_at=_moment(end) or UNSET,
        boots=len(boots) or UNSET,
    )


def _moment(reference: Map) -> datetime | None:
    return unix(number(reference, "WallTime"))


LOG_ARCHIVE = Artifact(
    name="ios.log_archive",
    title="Log archive",
    platform="ios",
    states=(Stated(LogArchive, ("id", "oldest_at", "newest_at", "boots")),),
    readings=(Reading(Diagnostic(name="system_logs.logarchive/Info.plist"), parse),),
    profile=Profile.QUICK,
)
