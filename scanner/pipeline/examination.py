"""A case, read: everything that a report is made of; no phone is needed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from scanner.case import Case, require_unchanged
from scanner.detect.calls import asked_calls
from scanner.errors import UsageError
from scanner.model.events import OnEvent, Progress
from scanner.model.evidence import NOT_GIVEN, Evidence
from scanner.model.privacy import PrivacyLevel
from scanner.model.report import Acquisition
from scanner.model.requests import AppBytes
from scanner.pipeline.app_files import AppInspection
from scanner.pipeline.compose import Examination
from scanner.pipeline.host import now
from scanner.pipeline.knowledge import Knowledge
from scanner.pipeline.limits import is_file, is_recording
from scanner.pipeline.offline import examining_again
from scanner.pipeline.options import Password
from scanner.pipeline.plan import reading_any, selected_for
from scanner.pipeline.privacy import Redaction, hidden_at
from scanner.pipeline.reading import EvidenceReader, snapshot_of
from scanner.worker import Worker


@contextlib.contextmanager
def examining(
    folder: Path,
    knowledge: Knowledge,
    *,
    source: Path | None = None,
    privacy: PrivacyLevel | None = None,
    jobs: int | None = None,
    on_event: OnEvent | None = None,
    password: Password | None = None,
    clock: Callable[[], datetime] = now,
) -> Iterator[Examination]:
    """Read a case, so that it can be held against rules and indicators more than once."""
    started = clock()
    require_unchanged(folder)
    case = Case.open(folder)
    acquisition, evidence = case.acquisition, case.evidence()
    if source is not None:
        _require_recording(acquisition)
        with examining_again(
            case,
            source,
            knowledge=knowledge,
            privacy=privacy,
            jobs=jobs,
            on_event=on_event,
            password=password,
            clock=clock,
        ) as examination:
            yield examination
        return
    with contextlib.ExitStack() as stack:
        hide = hidden_at(privacy or acquisition.privacy)
        reader, apps = _readers(
            case, evidence, knowledge, stack, jobs=jobs, hide=hide, on_event=on_event
        )
        for done, each in enumerate(evidence, start=1):
            _read(case, each, reader, apps)
            if on_event is not None:
                on_event(Progress(phase="examine", done=done, total=len(evidence)))
        yield Examination(
            acquisition=acquisition,
            evidence=evidence,
            reader=reader,
            knowledge=knowledge,
            redaction=Redaction(privacy or acquisition.privacy, case.device_key),
            started_at=started,
            clock=clock,
            digest=case.digest,
            contents=apps.finish(),
        )


def _readers(
    case: Case,
    evidence: Sequence[Evidence],
    knowledge: Knowledge,
    stack: contextlib.ExitStack,
    *,
    jobs: int | None,
    hide: Callable[[str], str],
    on_event: OnEvent | None,
) -> tuple[EvidenceReader, AppInspection]:
    """Start what reads a case: its evidence, and beside it the files of apps."""
    acquisition = case.acquisition
    recorded = is_recording(acquisition)
    artifacts = tuple(selected_for(acquisition, recorded=recorded))
    if is_file(acquisition):
        artifacts = reading_any(artifacts, (each.request for each in evidence))
    readable = [case.evidence_folder]
    worker = stack.enter_context(Worker(readable=readable, preload=["scanner.artifacts"]))
    snapshot = snapshot_of(acquisition, recorded=recorded)
    reader = EvidenceReader(artifacts, snapshot, worker, recorded=recorded)
    apps = AppInspection(
        reader,
        readable=readable,
        platform=acquisition.platform,
        pack=knowledge.pack.yara,
        calls=asked_calls(knowledge.pack, acquisition.platform),
        jobs=jobs,
        hide=hide,
        on_event=on_event,
    )
    return reader, stack.enter_context(apps)


def _require_recording(acquisition: Acquisition) -> None:
    if not is_recording(acquisition):
        raise UsageError(
            "this case holds its evidence itself", remedy="examine it without --source"
        )


def _read(case: Case, evidence: Evidence, reader: EvidenceReader, apps: AppInspection) -> None:
    """Read an evidence of a case; a file of an app that was cut would look like a forged one."""
    if evidence.locator is not None:
        reader.miss(evidence, "source_absent", NOT_GIVEN)
    elif not isinstance(evidence.request, AppBytes):
        reader.read(evidence, case.file(evidence))
    elif evidence.outcome.cut is not None:
        reader.miss(evidence, evidence.outcome.cut, evidence.outcome.detail)
    else:
        apps.submit(evidence, case.file(evidence))
