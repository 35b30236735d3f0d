"""The report, put together from what was read and what the rules made of it."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, structs

from scanner.artifacts import ARTIFACTS
from scanner.detect import (
    MINIMUM,
    RulePack,
    ScanFacts,
    Vulnerability,
    asks_for_app_files,
    asks_for_recordings,
    decide,
    exposures,
    extent,
    of_change,
)
from scanner.model.artifact import Profile
from scanner.model.changes import State
from scanner.model.content import Contents
from scanner.model.entities import Build, DeviceIdentity, Entity, User
from scanner.model.events import CheckDone, FindingMade, GapFound, OnEvent
from scanner.model.evidence import Evidence, Gap
from scanner.model.exposure import Exposure
from scanner.model.findings import Check, Finding, Message
from scanner.model.indicators import IndicatorSet
from scanner.model.recording import HOLDING_CONTENT
from scanner.model.report import (
    SCHEMA_VERSION,
    Acquisition,
    Coverage,
    Device,
    EvidenceLine,
    Report,
    RunRecord,
    Verdict,
)
from scanner.pipeline.app_lines import app_lines
from scanner.pipeline.benchmarks import held
from scanner.pipeline.change import Against, against, state_of
from scanner.pipeline.compared import beyond, bytes_said, compare, feeds_said, index_of, set_of
from scanner.pipeline.footprint import footprint
from scanner.pipeline.gaps import unnamed
from scanner.pipeline.host import TOOL, now, system, tool_version
from scanner.pipeline.knowledge import Knowledge
from scanner.pipeline.limits import cannot_see, is_app_file, is_file, is_recording, reach
from scanner.pipeline.never_held import told_apart
from scanner.pipeline.plan import profile_named
from scanner.pipeline.privacy import Redaction, by_gravity
from scanner.pipeline.reading import EvidenceReader
from scanner.pipeline.target import LiveSource

if TYPE_CHECKING:
    from scanner.detect.indicators import Index

# Without these a user was not examined; what else most phones refuse does not say that.
_OF_A_USER = ("android.packages", "android.settings")


class Examined(Struct, frozen=True, kw_only=True, dict=True):
    """An examination: its report, and every entity at the report's privacy level."""

    report: Report
    entities: tuple[bytes, ...]  # lines of entities.jsonl
    examination: Examination

    @cached_property
    def state(self) -> State:
        """What was seen and found, to compare a later state with."""
        return state_of(self.examination, report=self.report)


class Baseline(Protocol):
    """An earlier state of the device, read before."""

    def state(self, of: Examination) -> State:
        """Return the state, with ids of the device as the examination of now gives them."""
        ...


class Examination(Struct, frozen=True, kw_only=True, dict=True):
    """Everything that a report is made of."""

    acquisition: Acquisition
    evidence: Sequence[Evidence]
    reader: EvidenceReader
    knowledge: Knowledge
    redaction: Redaction
    started_at: datetime
    settle: Callable[[], Acquisition] | None = None  # gives the record that the report carries
    clock: Callable[[], datetime] = now
    digest: str | None = None  # of the case; None: it is not closed yet
    source: LiveSource | None = None  # None: no device is at the other end
    flaws: tuple[Gap, ...] = ()  # what of a recording itself could not be looked into
    whole: bool = True  # nothing of a recording was cut off
    contents: Contents = Contents()  # what rules of bytes were applied to
    baseline: Baseline | None = None  # an earlier state of the device to compare with

    def conclude(self, on_event: OnEvent | None = None) -> Examined:
        """Apply the rules and put the report together."""
        tell = on_event or _nobody
        gaps = self.gaps()
        for gap in gaps:
            tell(GapFound(gap=gap))
        index = index_of(self.knowledge, self.acquisition)
        found = set_of(index)
        indicators = found and self.redaction.indicators(found)
        beside = self._beside_baseline(gaps)
        checks, findings = self._inspect(index, gaps, tell, beside)
        told = [self.redaction.finding(each) for each in findings]
        coverage = self._coverage(checks, gaps, indicators)
        report = Report(
            schema_version=SCHEMA_VERSION,
            run=self._run(),
            privacy=self.redaction.level,
            device=None
            if is_file(self.acquisition)
            else device_of(self.acquisition, self.reader, self.redaction),
            verdict=self._verdict(checks, findings, coverage),
            coverage=coverage,
            checks=tuple(checks),
            findings=tuple(by_gravity(told)),
            gaps=gaps,
            evidence=evidence_lines(self.evidence, self.reader, self.redaction),
            footprint=footprint(self.acquisition, self.evidence, self.redaction),
            rules=self.knowledge.pack.lines(),
            exposure=self._exposure(),
            indicators=indicators,
            baseline=beside.concluded(checks, findings, told, self.redaction) if beside else None,
            apps=tuple(app_lines(self.reader.snapshot, self.redaction.level)),
            benchmarks=held(self.acquisition, self.reader, gaps),
        )
        entities = tuple(self.redaction.entities(self.reader.snapshot))
        return Examined(report=report, entities=entities, examination=self)

    def _verdict(
        self, checks: Sequence[Check], findings: Sequence[Finding], coverage: Coverage
    ) -> Verdict:
        return decide(
            checks,
            findings,
            minimum=coverage.minimum,
            complete=self.acquisition.complete and self.whole,
            users_unreadable=coverage.users_unreadable,
            of_file=is_file(self.acquisition),
            beside=self._beside,
        )

    def _beside_baseline(self, gaps: Sequence[Gap]) -> Against | None:
        """Compare with the baseline, and let the rules see what changed; None without one."""
        if self.baseline is None:
            return None
        beside = against(self.baseline.state(self), state_of(self, gaps=gaps))
        beside.tell(self.reader.snapshot)
        return beside

    def gaps(self) -> tuple[Gap, ...]:
        """Return what could not be read, of the device and of the recording itself."""
        read = self.reader.gaps(self.acquisition.unanswered, self.acquisition.users)
        read = tuple(told_apart(read, self.acquisition, self.flaws))
        if self.redaction.level == "public":
            read = unnamed(read, self.reader.artifacts)
        return (*map(self.redaction.gap, (*read, *self.flaws)), *self.contents.gaps)

    def facts(self, beside: Against | None = None) -> ScanFacts:
        """Return what is known of the scan, beside what the device states."""
        others = beyond(
            ARTIFACTS,
            self.reader.artifacts,
            self.acquisition.platform,
            content=self.acquisition.transport in HOLDING_CONTENT,
        )
        return ScanFacts.of(
            self.acquisition,
            not_selected=others,
            kinds=self._kinds(),
            baseline=beside.facts if beside else None,
        )

    def _inspect(
        self, index: Index | None, gaps: Sequence[Gap], tell: OnEvent, beside: Against | None
    ) -> tuple[list[Check], list[Finding]]:
        checks: list[Check] = []
        findings: list[Finding] = []
        for check, found in compare(
            self.knowledge,
            index,
            self.reader.snapshot,
            platform=self.acquisition.platform,
            gaps=gaps,
            statements=self.reader.artifacts,
            facts=self.facts(beside),
            contents=self.contents,
        ):
            checks.append(check)
            tell(CheckDone(check=check))
            for finding in found:
                told = self.redaction.finding(finding)
                findings.append(beside.mark(finding, told, self.reader) if beside else finding)
                tell(FindingMade(finding=self.redaction.finding(findings[-1])))
        return checks, findings

    def _kinds(self) -> frozenset[type[Entity]] | None:
        """Return the types of entity that a file which is no phone's can hold; None of a phone."""
        if not is_file(self.acquisition):
            return None
        return frozenset(
            stated.entity
            for artifact in {self.reader.artifact_of[each.id] for each in self.evidence}
            for stated in artifact.states
        )

    @cached_property
    def _beside(self) -> frozenset[str]:
        """The rules that are no part of a phone's coverage: on files of apps, on changes."""
        if is_app_file(self.acquisition):
            return frozenset()
        platform, artifacts = self.acquisition.platform, self.reader.artifacts
        return frozenset(
            each.id
            for each in self.knowledge.pack.rules
            if each.platform == platform
            and (
                of_change(each) or asks_for_app_files(each) or asks_for_recordings(each, artifacts)
            )
        )

    def _holds_programs(self) -> bool:
        return is_app_file(self.acquisition) or not is_file(self.acquisition)

    def _exposure(self) -> tuple[Exposure, ...]:
        if is_file(self.acquisition):
            return ()
        build = next(iter(self.reader.snapshot.every(Build)), None)
        known = self.knowledge.pack.vulnerabilities
        return tuple(exposures(build, known, self.acquisition.platform))

    def _vulnerabilities_said(self) -> Iterator[Message]:
        """Say how many known holes a phone was held against; a file has none of them."""
        if not is_file(self.acquisition):
            yield Message("feeds.exposure", _dates(self._vulnerabilities()))

    def _vulnerabilities(self) -> list[Vulnerability]:
        known, platform = self.knowledge.pack.vulnerabilities, self.acquisition.platform
        return [each for each in known if each.platform == platform]

    def _coverage(
        self, checks: Sequence[Check], gaps: Sequence[Gap], indicators: IndicatorSet | None
    ) -> Coverage:
        reached = extent(checks, self._beside)
        counts = self.reader.snapshot.counts()
        missing = {gap.artifact for gap in gaps if gap.user is None} - {
            gap.artifact for gap in self.flaws
        }
        return Coverage(
            applicable=reached.applicable,
            examined=reached.examined,
            percent=reached.percent,
            minimum=self._minimum(),
            entities=counts,
            artifacts_read=tuple(
                artifact.name for artifact in self.reader.artifacts if artifact.name not in missing
            ),
            artifacts_missing=tuple(sorted(missing)),
            users_unreadable=unreadable_users(gaps),
            cannot_see=cannot_see(self.acquisition, apps_read="app_file" in counts),
            reach=reach(self.acquisition),
            feeds=(
                _rules_said(self.knowledge.pack),
                *self._vulnerabilities_said(),
                *self._app_rules_said(checks),
                *(bytes_said(self.knowledge, self.contents) if self._holds_programs() else ()),
                *feeds_said(indicators, self.acquisition.now),
            ),
        )

    def _app_rules_said(self, checks: Sequence[Check]) -> Iterator[Message]:
        """Say how many checks on files of apps were made, where they are beside the coverage."""
        beside = self._beside
        reached = extent(each for each in checks if each.rule in beside)
        if reached.examined:
            yield Message(
                "feeds.app_rules", {"examined": reached.examined, "count": reached.applicable}
            )

    def _minimum(self) -> int:
        """Return the least coverage; what a recording lacks nobody can be asked for."""
        recorded = is_recording(self.acquisition)
        return MINIMUM[Profile.QUICK if recorded else profile_named(self.acquisition.profile)]

    def _run(self) -> RunRecord:
        acquisition = self.settle() if self.settle else self.acquisition
        return RunRecord(
            tool=TOOL,
            version=tool_version(),
            started_at=self.started_at,
            finished_at=self.clock(),
            python=platform.python_version(),
            system=system(),
            sandbox=self.reader.sandbox,
            case_digest=self.digest,
            acquisition=structs.replace(
                acquisition,
                host_keys=_hidden(acquisition.host_keys, self.redaction),
                unanswered=self.redaction.unanswered(acquisition.unanswered),
            ),
            round_trips=self.source.round_trips if self.source else None,
        )


def _rules_said(pack: RulePack) -> Message:
    return Message("feeds.rules", {"count": len(pack.rules), "digest": pack.digest[:16]})


def _dates(vulnerabilities: Sequence[Vulnerability]) -> dict[str, str | int]:
    newest = max((each.known_exploited for each in vulnerabilities), default="")
    return {"count": len(vulnerabilities), "newest": newest}


def _hidden(keys: tuple[str, ...] | None, redaction: Redaction) -> tuple[str, ...] | None:
    return None if keys is None else tuple(redaction.identifier(key) or "" for key in keys)


def unreadable_users(gaps: Iterable[Gap]) -> tuple[int, ...]:
    """Return the users whose apps or settings could not be read, although they were asked for."""
    return tuple(
        sorted(
            {
                gap.user
                for gap in gaps
                if gap.user is not None
                and gap.artifact in _OF_A_USER
                and gap.reason != "not_selected"
            }
        )
    )


def device_of(acquisition: Acquisition, reader: EvidenceReader, redaction: Redaction) -> Device:
    """Describe the device, as far as the privacy level lets it be named."""
    build = next(iter(reader.snapshot.every(Build)), Build())
    identity = next(iter(reader.snapshot.every(DeviceIdentity)), DeviceIdentity())
    return Device(
        platform=acquisition.platform,
        pseudonym=acquisition.device,
        serial=_word(identity.serial) if redaction.level == "case" else None,
        manufacturer=_word(build.manufacturer),
        model=_word(build.model),
        release=_word(build.release),
        build=_word(build.fingerprint) or _word(build.build),
        security_patch=_word(build.security_patch),
        users=tuple(user.id for user in reader.snapshot.every(User)),
    )


def evidence_lines(
    evidence: Iterable[Evidence], reader: EvidenceReader, redaction: Redaction
) -> tuple[EvidenceLine, ...]:
    """List the evidence in the order of its ids, so that arrival never shows."""
    lines = []
    for each in sorted(evidence, key=lambda one: one.id):
        artifact = reader.artifact_of.get(each.id)
        lines.append(
            EvidenceLine(
                id=each.id,
                artifact=artifact.name if artifact else "",
                request=redaction.request(each.request),
                origin=redaction.origin(each.origin),
                sha256=each.sha256,
                size=each.size,
                exit_code=each.outcome.exit_code,
                cut=each.outcome.cut,
                provenance=artifact.provenance if artifact else "os_claimed",
            )
        )
    return tuple(lines)


def _word(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _nobody(event: object) -> None:
    """Take an event that nobody asked for."""
