"""The report: the frozen document of one examination; renderers read only this."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from scanner.model.benchmarks import Benchmark
from scanner.model.changes import Comparison
from scanner.model.evidence import Gap, Provenance, Unanswered
from scanner.model.exposure import Exposure
from scanner.model.findings import Check, Confidence, Finding, Level, Message, RuleClass
from scanner.model.indicators import IndicatorSet
from scanner.model.privacy import PrivacyLevel

SCHEMA_VERSION = "1.6"

Verdict = Literal[
    "compromise_confirmed",
    "suspicious",
    "inconclusive",
    "nothing_found_in_what_was_examined",
]


class ClockReading(Struct, frozen=True, kw_only=True):
    """The device's clock against the host's; skew is device minus host."""

    device_at: datetime
    host_at: datetime  # the middle of the question's round trip
    skew_seconds: float
    uncertainty_seconds: float  # half the round trip
    uptime_seconds: float | None = None
    booted_at: datetime | None = None
    zone: str | None = None  # offset only, +0100: a zone's name is a place


class HostClock(Struct, frozen=True, kw_only=True):
    """Whether the host's clock can be trusted."""

    synchronized: bool | None  # None: the host does not say
    zone: str


class Acquisition(Struct, frozen=True, kw_only=True):
    """What must be recorded when a device is examined, since it can never be added later."""

    case: str  # id of the case
    tool: str
    version: str
    started_at: datetime
    ended_at: datetime | None  # None: the acquisition did not end
    recorded_at: datetime | None = None  # when a recording was made, as it says itself
    recording_sha256: str | None = None  # of a recording that is one file
    complete: bool
    platform: str
    transport: str  # usb, tcp, network; of a recording its kind: bugreport, androidqf, dumps ...
    device: str  # pseudonym
    profile: str
    privacy: PrivacyLevel
    users: tuple[int, ...] | None  # those asked for; None: all
    time_budget: float | None = None  # seconds
    included: tuple[str, ...] = ()  # what was asked for on request only: traffic, sysdiagnose
    host_clock: HostClock
    clock: ClockReading | None
    locked_at_start: bool | None  # None: the device does not say
    locked_at_end: bool | None
    debugging_before: bool | None  # whether debugging was on before we came, as the operator stated
    host_keys: tuple[str, ...] | None  # of the host's own adb keys or pairing; None: not known
    paired_at: datetime | None = None  # when `scanner pair` made the pairing that was used
    operator: str | None = None
    case_number: str | None = None
    purpose: str | None = None  # or legal basis
    consent: str | None = None
    sandbox: str = "none"
    interrupted: Message | None = None  # why it is incomplete
    resumed: int = 0  # times
    unanswered: tuple[Unanswered, ...] = ()  # requests that left no evidence

    @property
    def now(self) -> datetime:
        """The time that ages are counted to: of a recording when it was made."""
        return self.recorded_at or self.ended_at or self.started_at


class RunRecord(Struct, frozen=True, kw_only=True):
    """The one part of a report that differs between examinations of one case."""

    tool: str
    version: str
    started_at: datetime
    finished_at: datetime
    python: str
    system: str
    sandbox: str  # full, partial, none
    case_digest: str | None  # sha256 of the tag manifest that was examined; None: not closed yet
    acquisition: Acquisition | None
    round_trips: int | None = None


class Device(Struct, frozen=True, kw_only=True):
    """The device, as far as the privacy level lets it be named."""

    platform: str
    pseudonym: str
    serial: str | None = None  # at privacy level `case` only
    manufacturer: str | None = None
    model: str | None = None
    release: str | None = None
    build: str | None = None
    security_patch: str | None = None
    users: tuple[int, ...] = ()


class Coverage(Struct, frozen=True, kw_only=True):
    """How much of what applies was examined."""

    applicable: int  # compromise checks
    examined: int
    percent: int
    minimum: int  # of the profile, in percent
    entities: dict[str, int]  # observed, by type
    artifacts_read: tuple[str, ...]
    artifacts_missing: tuple[str, ...]
    users_unreadable: tuple[int, ...]
    cannot_see: tuple[Message, ...]  # what this kind of scan can never see
    reach: tuple[Message, ...]  # how far back what was read goes
    feeds: tuple[Message, ...]  # dates of rules and indicators


class EvidenceLine(Struct, frozen=True, kw_only=True):
    """One evidence, as the report names it."""

    id: str
    artifact: str
    request: str
    origin: str
    sha256: str
    size: int
    exit_code: int | None
    cut: str | None
    provenance: Provenance


class RuleLine(Struct, frozen=True, kw_only=True):
    """One rule, with the words a renderer needs."""

    id: str
    title: str
    description: str
    level: Level
    confidence: Confidence
    rule_class: RuleClass
    status: str
    tags: tuple[str, ...]
    falsepositives: tuple[str, ...]
    references: tuple[str, ...]
    sha256: str


class RuleSet(Struct, frozen=True, kw_only=True):
    """The rules of one examination."""

    digest: str
    rules: tuple[RuleLine, ...]
    unusable: tuple[Message, ...]  # rules in well-formed files that could not be evaluated


class AppLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file of an app that was read: what it says it is, and who signed it."""

    sha256: str
    kind: str
    name: str | None = None  # of the file
    label: str | None = None  # what is shown below its icon
    package: str | None = None
    version: str | None = None
    size: int | None = None  # bytes
    partial: bool = False  # only parts of it were read
    verified: bool | None = None  # None: it was not decided, or its kind is not signed
    schemes: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()  # SHA-256 of their certificates
    debug: bool = False  # signed with the debug key of a development kit
    errors: tuple[str, ...] = ()  # reasons why it does not hold
    evidence: tuple[str, ...] = ()


class Report(Struct, frozen=True, kw_only=True):
    """One examination of one device."""

    schema_version: str
    run: RunRecord
    privacy: PrivacyLevel
    device: Device | None
    verdict: Verdict
    coverage: Coverage
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]
    gaps: tuple[Gap, ...]
    evidence: tuple[EvidenceLine, ...]
    footprint: tuple[Message, ...]
    rules: RuleSet
    exposure: tuple[Exposure, ...] = ()  # known vulnerabilities, held against the build
    indicators: IndicatorSet | None = None  # None: none were given
    baseline: Comparison | None = None  # None: it was compared with no earlier state
    apps: tuple[AppLine, ...] = ()  # files of apps that were read, the first 2,000 of them
    benchmarks: tuple[Benchmark, ...] = ()  # how it is set up, beside what institutions ask for
