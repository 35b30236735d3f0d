"""Events of a running scan, in a guaranteed order: started, then any, then finished."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from scanner.model.evidence import Gap
from scanner.model.findings import Check, Finding
from scanner.model.report import Verdict


class Started(Struct, frozen=True, kw_only=True, tag_field="event", tag="started"):
    """The scan began."""

    device: str
    profile: str
    requests: int
    recorded: bool = False  # nothing is asked: parts of a recording are read


class EvidenceAdded(Struct, frozen=True, kw_only=True, tag_field="event", tag="evidence"):
    """One evidence was acquired."""

    id: str
    artifact: str
    request: str
    size: int


class Progress(Struct, frozen=True, kw_only=True, tag_field="event", tag="progress"):
    """How far the scan is."""

    phase: str  # acquire, examine, inspect (files of apps), content
    done: int
    total: int


class GapFound(Struct, frozen=True, kw_only=True, tag_field="event", tag="gap"):
    """Something could not be looked at."""

    gap: Gap


class CheckDone(Struct, frozen=True, kw_only=True, tag_field="event", tag="check"):
    """One check was decided."""

    check: Check


class FindingMade(Struct, frozen=True, kw_only=True, tag_field="event", tag="finding"):
    """One finding was made."""

    finding: Finding


class Finished(Struct, frozen=True, kw_only=True, tag_field="event", tag="finished"):
    """The scan ended."""

    complete: bool
    verdict: Verdict | None  # None: nothing was examined, only acquired
    findings: int


Event = Started | EvidenceAdded | Progress | GapFound | CheckDone | FindingMade | Finished
OnEvent = Callable[[Event], None]
