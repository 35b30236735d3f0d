"""Scans of recordings: a case that names what was read, and copies nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scanner.case import OpenCase
from scanner.model.changes import State
from scanner.model.events import Finished
from scanner.model.evidence import Evidence
from scanner.model.report import Acquisition
from scanner.pipeline.baseline import with_baseline
from scanner.pipeline.compose import Examined
from scanner.pipeline.files import rendered
from scanner.pipeline.fleet.facts import encoded_facts
from scanner.pipeline.host import now
from scanner.pipeline.knowledge import Indicators, Rules
from scanner.pipeline.limits import is_file
from scanner.pipeline.offline import described, examination_of, require_whole, surveyed
from scanner.pipeline.options import Options
from scanner.pipeline.privacy import Redaction
from scanner.pipeline.read_recording import read_recording
from scanner.pipeline.recording import opened
from scanner.pipeline.results import Acquired, Scanned


def scan_recording(
    path: Path,
    *,
    options: Options | None = None,
    rules: Rules = (),
    indicators: Indicators = None,
    formats: Sequence[str] = ("json", "html"),
    baseline: State | Path | None = None,
) -> Scanned:
    """Examine a recording into a case, which names what was read and copies none of it.

    UsageError for a path of no known kind, CaseError where nothing of it can be read, RuleError for
    a rule file that is wrong.
    """
    options = options or Options()
    require_whole(options)
    started = now()
    verdict, findings, complete = None, 0, False
    try:
        with surveyed(path, rules, indicators, options, formats or ("html",)) as (
            recording,
            knowledge,
        ):
            reader, evidence, contents = read_recording(recording, options, knowledge.pack)
            acquisition, key = described(recording, reader, options, started)
            examination = examination_of(
                recording,
                reader,
                evidence,
                acquisition=acquisition,
                knowledge=knowledge,
                redaction=Redaction(options.privacy, key),
                started=started,
                contents=contents,
                on_event=options.on_event,
            )
            examined = with_baseline(examination, baseline, options.password).conclude(
                options.on_event
            )
            case, digest = _store(acquisition, key, evidence, options, (examined, formats))
            verdict, findings = examined.report.verdict, len(examined.report.findings)
            complete = True
            return Scanned(
                report=examined.report,
                folder=case.path,
                digest=digest,
                written=case.report_folder,
                examined=examined,
            )
    finally:
        options.emit(Finished(complete=complete, verdict=verdict, findings=findings))


def acquire_recording(path: Path, *, options: Options | None = None) -> Acquired:
    """Make a case of a recording without examining it."""
    options, started = options or Options(), now()
    require_whole(options)
    complete = False
    try:
        with opened(path, options) as recording:
            reader, evidence, _ = read_recording(recording, options)
            acquisition, key = described(recording, reader, options, started)
            case, digest = _store(acquisition, key, evidence, options)
            complete = True
            return Acquired(folder=case.path, digest=digest, acquisition=acquisition, round_trips=0)
    finally:
        options.emit(Finished(complete=complete, verdict=None, findings=0))


def _store(
    acquisition: Acquisition,
    key: bytes,
    evidence: Sequence[Evidence],
    options: Options,
    made: tuple[Examined, Sequence[str]] | None = None,
) -> tuple[OpenCase, str]:
    """Write a case, with its report in some formats; return it, closed, with its digest."""
    folder = options.output or Path("cases") / acquisition.case
    with OpenCase.create(folder, acquisition, device_key=key) as case:
        for each in evidence:
            case.refer(each)
        if made is not None:
            examined, formats = made
            for name, content in rendered(examined, ("json", *(formats or ("html",)))):
                case.add_report(name, content)
            if not is_file(acquisition):
                case.add_facts(encoded_facts(examined))
        return case, case.close()
