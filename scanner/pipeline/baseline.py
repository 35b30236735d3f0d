"""An earlier state of a device, from wherever it is kept; and two states beside each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from scanner.case import Case
from scanner.errors import UsageError
from scanner.model.changes import Diff, DiffRule, State
from scanner.model.entities import DeviceIdentity
from scanner.model.events import OnEvent
from scanner.model.privacy import PrivacyLevel
from scanner.model.report import SCHEMA_VERSION, Report
from scanner.pipeline.change import state_of
from scanner.pipeline.compose import Baseline, Examination
from scanner.pipeline.examination import examining
from scanner.pipeline.knowledge import Indicators, Knowledge, Rules, known
from scanner.pipeline.limits import is_file
from scanner.pipeline.offline import examining_recording
from scanner.pipeline.options import Options, Password
from scanner.pipeline.target import is_case

if TYPE_CHECKING:
    from scanner.snapshot import Snapshot

_REMEDY = "name two cases of one phone; `scanner fleet compare` compares different ones"


class StoredBaseline(Struct, frozen=True):
    """A state that a caller kept."""

    kept: State

    def state(self, of: Examination) -> State:
        """Return the state. UsageError where it is of another device."""
        if self.kept.line.device != of.acquisition.device:
            raise UsageError("the baseline is of another phone", remedy=_REMEDY)
        return self.kept


class ExaminedBaseline(Struct, frozen=True):
    """A case or a recording that was read and held against the same rules as the state of now."""

    examination: Examination
    report: Report

    def state(self, of: Examination) -> State:
        """Return the state. UsageError where it is of another device.

        Installations give one device different pseudonyms: its own ids decide, where both name one.
        """
        own = self.examination
        if is_file(own.acquisition) or is_file(of.acquisition):
            raise UsageError("a file is no state of a phone", remedy=_REMEDY)
        if own.acquisition.device != of.acquisition.device:
            _require_same_device(own.reader.snapshot, of.reader.snapshot)
        return state_of(structs.replace(own, redaction=of.redaction), report=self.report)


def _require_same_device(old: Snapshot, new: Snapshot) -> None:
    one, other = _ids(old), _ids(new)
    if not one or not other:
        which = "the earlier state" if not one else "the later state"
        raise UsageError(
            f"nothing in {which} says which phone it is of",
            remedy="name recordings that state the serial number: it may have been cut off",
        )
    if not one & other:
        raise UsageError("the two are of different phones", remedy=_REMEDY)


def _ids(snapshot: Snapshot) -> set[str]:
    identities = snapshot.every(DeviceIdentity)
    return {id for each in identities for id in (each.serial, each.udid) if isinstance(id, str)}


def baseline_of(
    given: State | Path,
    knowledge: Knowledge,
    *,
    source: Path | None = None,
    privacy: PrivacyLevel | None = None,
    jobs: int | None = None,
    on_event: OnEvent | None = None,
    password: Password | None = None,
) -> Baseline:
    """Read a baseline: a state, a case, or a recording.

    CaseError for a case that is damaged or was tampered with.
    """
    if isinstance(given, State):
        return StoredBaseline(given)
    asked = Options(privacy=privacy or "share", jobs=jobs, on_event=on_event, password=password)
    with _examining(given, knowledge, source, privacy, asked) as examination:
        return ExaminedBaseline(examination, examination.conclude().report)


def with_baseline(
    examination: Examination, given: State | Path | None, password: Password | None = None
) -> Examination:
    """Return an examination that is compared with a baseline, where one is given."""
    if given is None:
        return examination
    level = examination.redaction.level
    before = baseline_of(given, examination.knowledge, privacy=level, password=password)
    return structs.replace(examination, baseline=before)


def _examining(
    path: Path,
    knowledge: Knowledge,
    source: Path | None,
    privacy: PrivacyLevel | None,
    options: Options,
) -> AbstractContextManager[Examination]:
    if is_case(path):
        return examining(
            path,
            knowledge,
            source=source,
            privacy=privacy,
            jobs=options.jobs,
            on_event=options.on_event,
            password=options.password,
        )
    if source is not None:
        raise UsageError("--source belongs to a case", remedy="name the case first")
    return examining_recording(
        path, rules=knowledge.pack, indicators=knowledge.feeds, options=options
    )


def diff(
    old: Path,
    new: Path,
    *,
    old_source: Path | None = None,
    source: Path | None = None,
    rules: Rules = (),
    indicators: Indicators = None,
    privacy: PrivacyLevel | None = None,
    jobs: int | None = None,
    on_event: OnEvent | None = None,
    password: Password | None = None,
) -> Diff:
    """Compare two cases, or recordings, of one phone: both are read again by the rules of now.

    `old_source` and `source` are the recordings that the cases were made of; `password` is asked
    for that of encrypted backups, which is one of both. CaseError for a case
    that is damaged or was tampered with, UsageError where they are of different phones.
    """
    knowledge = known(rules, indicators)
    if privacy is None and is_case(new):
        privacy = Case.open(new).acquisition.privacy
    asked = Options(privacy=privacy or "share", jobs=jobs, on_event=on_event, password=password)
    before = baseline_of(
        old,
        knowledge,
        source=old_source,
        privacy=privacy,
        jobs=jobs,
        on_event=on_event,
        password=password,
    )
    with _examining(new, knowledge, source, privacy, asked) as examination:
        report = structs.replace(examination, baseline=before).conclude().report
    earlier = before.report.verdict if isinstance(before, ExaminedBaseline) else ""
    return _diff(report, earlier)


def _diff(report: Report, earlier: str) -> Diff:
    if report.baseline is None:
        raise ValueError("no baseline was compared with")
    return Diff(
        schema_version=SCHEMA_VERSION,
        privacy=report.privacy,
        comparison=report.baseline,
        findings=report.findings,
        rules=tuple(_named(report)),
        gaps=report.gaps,
        old_verdict=earlier,
        new_verdict=report.verdict,
    )


def _named(report: Report) -> Iterator[DiffRule]:
    """Yield the rules that findings of either side are of."""
    gone = report.baseline
    every = (*report.findings, *(gone.absent if gone else ()))
    named = {each.rule for each in (*every, *(gone.unsettled_findings if gone else ()))}
    for rule in report.rules.rules:
        if rule.id in named:
            yield DiffRule(
                id=rule.id, title=rule.title, description=rule.description, level=rule.level
            )
