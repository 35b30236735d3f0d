"""What a kind of recording of an iPhone can never hold, told apart from what this one lacks.

A backup holds the files that its list names and some files of its own, a sysdiagnose what it
collects, a copy of the file system files. Logs and crash reports are not backed up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import structs

from scanner.artifacts import ARTIFACTS
from scanner.formats.ios_backup.domains import place_of
from scanner.model.artifact import Artifact, Planned
from scanner.model.evidence import NEVER_HELD, Gap
from scanner.model.report import Acquisition
from scanner.model.requests import AnyRequest, AppBytes, BackupFile, Diagnostic, FileList, Glob

_ANSWERED: Mapping[str, tuple[type[Any], ...]] = {
    "ios_backup": (BackupFile, Glob),
    "sysdiagnose": (Diagnostic,),
    "ios_filesystem": (Glob, FileList, AppBytes),
}
_NOT_BACKED_UP = (
    "/private/var/containers/Data/System/*/Documents/Persistence/",
    "/private/var/db/diagnostics/",
    "/private/var/db/spindump/",
    "/private/var/installd/Library/Logs/",
    "/private/var/mobile/Library/Caches/",
    "/private/var/mobile/Library/Logs/",
    "/private/var/mobile/Media/Downloads/",
    "/private/var/root/Library/Lockdown/",
    "/private/var/root/Library/Logs/",
)


def told_apart(
    gaps: Iterable[Gap], acquisition: Acquisition, flaws: Iterable[Gap]
) -> Iterator[Gap]:
    """Say of each artifact that nothing answered whether anything of this kind could have.

    What a backup that stayed locked could hold is locked, and not absent.
    """
    kind = acquisition.transport
    locked = any(each.reason == "locked" and _is_list(each.request) for each in flaws)
    artifacts = {each.name: each for each in ARTIFACTS}
    for gap in gaps:
        unanswered = gap.reason == "source_absent" and gap.request is None
        if kind not in _ANSWERED or not unanswered or gap.artifact not in artifacts:
            yield gap
        elif not can_hold(kind, artifacts[gap.artifact]):
            yield structs.replace(gap, detail=NEVER_HELD)
        else:
            yield structs.replace(gap, reason="locked", detail="") if locked else gap


def _is_list(request: str | None) -> bool:
    return request is not None and request.endswith(("Manifest.db", "Manifest.mbdb"))


def can_hold(kind: str, artifact: Artifact) -> bool:
    """Whether a recording of this kind can hold what an artifact reads."""
    return any(_answers(kind, reading.request) for reading in artifact.readings)


def _answers(kind: str, asked: AnyRequest | Planned) -> bool:
    request = asked.template if isinstance(asked, Planned) else asked
    if not isinstance(request, _ANSWERED[kind]):
        return False
    if kind != "ios_backup" or not isinstance(request, Glob):
        return True
    return place_of(request.pattern) is not None and not request.pattern.startswith(_NOT_BACKED_UP)
