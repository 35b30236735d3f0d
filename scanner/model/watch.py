"""What a watch says while it runs, and what it kept of one phone: its time line."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from scanner.model.changes import ChangeLine
from scanner.model.findings import BaselineState, Finding, Level
from scanner.model.privacy import PrivacyLevel

WatchEventKind = Literal[
    "started",  # the watch began, or went on after a restart
    "attached",  # a phone can be asked
    "waiting",  # a phone is there and something stands in the way: unauthorised, locked
    "detached",
    "scanned",
    "failed",  # a scan that could not be made, or did not end
    "finding",  # a new one, once for each fingerprint
    "gone",  # a finding that is there no more
    "changes",  # what a scan shows to differ from the last one, or from the baseline
    "heartbeat",
    "silent",  # a phone was not scanned for longer than it should be
    "heard",  # a silent phone was scanned again
    "undelivered",  # a sink could not take events; they are queued, or were dropped
    "trouble",  # of the watch itself: a full disk, a server that is not there
    "stopped",
]


class WatchEvent(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of what a watch says; `id` never comes twice, also after a restart."""

    id: int
    at: datetime
    event: WatchEventKind
    device: str | None = None  # pseudonym; the target where it was never asked
    target: str | None = None  # android:SERIAL, ios:UDID; at privacy level `case` only
    profile: str | None = None
    trigger: str | None = None  # attached, interval, deep, manual
    verdict: str | None = None
    case: str | None = None  # folder of the case, where it was kept
    baseline: Literal["last", "baseline"] | None = None  # of `changes` and `finding`
    level: Level | None = None
    fingerprint: str | None = None  # of a finding: what duplicates are told by
    title: str | None = None
    finding: Finding | None = None
    changes: tuple[ChangeLine, ...] = ()
    counts: dict[str, int] = {}
    detail: str | None = None  # in our words
    suppressed: bool = False  # acknowledged or suppressed: it is told, and raises nothing


class TimelineScan(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One scan on the strip."""

    at: datetime
    seconds: float
    profile: str
    trigger: str
    verdict: str | None  # None: it failed
    coverage: int | None = None  # percent
    findings: dict[Level, int] = {}  # open ones
    new: int = 0
    changes: int = 0
    detail: str | None = None


class TimelineFinding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One finding with its life: since when, until when, and who has seen it."""

    fingerprint: str
    rule: str
    title: str
    level: Level
    subject: str
    state: BaselineState
    first_at: datetime
    last_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    suppressed_until: datetime | None = None
    note: str | None = None


class TimelineChange(Struct, frozen=True, kw_only=True):
    """One change with the time of the scan that showed it."""

    at: datetime
    change: ChangeLine


class Silence(Struct, frozen=True, kw_only=True):
    """A time in which a phone was not scanned although it should have been."""

    since: datetime
    until: datetime | None  # None: it lasts


class Timeline(Struct, frozen=True, kw_only=True):
    """What a watch kept of one phone: its ECG."""

    schema_version: str
    privacy: PrivacyLevel
    device: str  # pseudonym
    platform: str
    model: str | None = None
    build: str | None = None
    since: datetime
    until: datetime
    baseline_at: datetime | None = None
    interval: float  # seconds between scans, as it was asked for
    scans: tuple[TimelineScan, ...]
    findings: tuple[TimelineFinding, ...]
    changes: tuple[TimelineChange, ...]
    silences: tuple[Silence, ...] = ()
    dropped: int = 0  # older scans and changes that were pruned
