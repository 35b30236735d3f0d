"""Examination: from a case to a report; no phone is needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from scanner.artifacts import ARTIFACTS
from scanner.case import Case, verify
from scanner.detect import load
from scanner.errors import CaseError
from scanner.model.events import OnEvent, Progress
from scanner.model.privacy import PrivacyLevel
from scanner.pipeline.compose import Examination, Examined
from scanner.pipeline.host import now
from scanner.pipeline.plan import profile_named, selected
from scanner.pipeline.privacy import Redaction
from scanner.pipeline.reading import EvidenceReader
from scanner.snapshot import Snapshot
from scanner.worker import Worker


def examine(
    folder: Path,
    *,
    rules: Sequence[Path] = (),
    privacy: PrivacyLevel | None = None,
    on_event: OnEvent | None = None,
    clock: Callable[[], datetime] = now,
) -> Examined:
    """Examine a case again. The case is verified first and never changed.

    Same case, rules and version: same report, but for its `run`. RuleError for a rule file that is
    wrong, CaseError for a case that is damaged or was tampered with. `clock` dates the run and
    nothing else: *now* is the end of the acquisition.
    """
    pack = load(rules)
    started = clock()
    case = open_unchanged(folder)
    acquisition, evidence = case.acquisition, case.evidence()
    snapshot = Snapshot(
        acquisition.platform,
        now=acquisition.ended_at or acquisition.started_at,
        host_keys=acquisition.host_keys,
    )
    artifacts = selected(ARTIFACTS, acquisition.platform, profile_named(acquisition.profile))
    with Worker(readable=[case.evidence_folder], preload=["scanner.artifacts"]) as worker:
        reader = EvidenceReader(artifacts, snapshot, worker)
        for done, each in enumerate(evidence, start=1):
            reader.read(each, case.file(each))
            if on_event is not None:
                on_event(Progress(phase="examine", done=done, total=len(evidence)))
        return Examination(
            acquisition=acquisition,
            evidence=evidence,
            reader=reader,
            pack=pack,
            redaction=Redaction(privacy or acquisition.privacy, case.device_key),
            started_at=started,
            clock=clock,
            digest=case.digest,
        ).conclude(on_event)


def open_unchanged(folder: Path) -> Case:
    """Open a case that is as it was written; CaseError, with what differs, for any other."""
    if problems := verify(folder).problems:
        raise CaseError(
            f"the case is not as it was written: {problems[0].path}: {problems[0].what}",
            remedy=f"`scanner verify {folder}` lists all that differs; use an untouched copy",
        )
    return Case.open(folder)
