"""A scan: acquisition and examination of a live device in one go."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from msgspec import structs

from scanner.detect.calls import asked_calls
from scanner.errors import UsageError
from scanner.model.changes import State
from scanner.model.events import Finished
from scanner.pipeline.acquisition import Acquiring, acquiring, starting
from scanner.pipeline.app_files import AppInspection
from scanner.pipeline.baseline import baseline_of
from scanner.pipeline.compose import Baseline, Examination, Examined
from scanner.pipeline.files import rendered, write_report
from scanner.pipeline.fleet.facts import encoded_facts
from scanner.pipeline.host import now
from scanner.pipeline.knowledge import Indicators, Knowledge, Rules, known
from scanner.pipeline.options import Options
from scanner.pipeline.privacy import Redaction, hidden_at
from scanner.pipeline.results import Scanned
from scanner.pipeline.scan_recording import scan_recording
from scanner.pipeline.target import as_path
from scanner.report.formats import prepare
from scanner.worker import Worker


def scan(
    target: str | None = None,
    *,
    options: Options | None = None,
    rules: Rules = (),
    indicators: Indicators = None,
    formats: Sequence[str] = ("json", "html"),
    baseline: State | Path | None = None,
) -> Scanned:
    """Acquire a device, or a recording by its path, into a case and examine it.

    The report lies in the case. A recording is not copied: the case names what was read of it.

    `baseline` is an earlier state of the same device, or the case or recording of one: the report
    says what changed since, and rules on changes are applied. UsageError where it is of another.

    `rules` are folders and files beside the shipped ones, or a pack that was loaded before;
    `indicators` are files of them, or feeds that were read before, and by default those that were
    imported. Both are loaded before any device is touched: RuleError for a file that is wrong. Of a
    device
    that goes away in the middle the report says what was collected until then and that the case is
    incomplete; DeviceLost is raised only where nothing was collected. Blocks; scans of several
    devices may run in several threads.
    """
    options = options or Options()
    if (path := as_path(target)) is not None:
        return scan_recording(
            path,
            options=options,
            rules=rules,
            indicators=indicators,
            formats=formats,
            baseline=baseline,
        )
    with starting() as worker:
        # While the worker starts, and before any device is touched.
        knowledge = known(rules, indicators)
        before = None
        if baseline is not None:
            before = baseline_of(
                baseline,
                knowledge,
                privacy=options.privacy,
                jobs=options.jobs,
                password=options.password,
            )
        formats = formats or ("json", "html")
        return _scan(target, options, worker, knowledge, formats=formats, baseline=before)


def _scan(
    target: str | None,
    options: Options,
    worker: Worker,
    knowledge: Knowledge,
    *,
    formats: Sequence[str],
    baseline: Baseline | None,
) -> Scanned:
    started = now()
    verdict, findings, complete = None, 0, False
    try:
        with (
            ThreadPoolExecutor(1, thread_name_prefix="beside") as beside,
            acquiring(target, options, worker) as running,
            AppInspection(
                running.reader,
                readable=[running.case.evidence_folder],
                platform=running.case.acquisition.platform,
                pack=knowledge.pack.yara,
                calls=asked_calls(knowledge.pack, running.case.acquisition.platform),
                jobs=options.jobs,
                hide=hidden_at(options.privacy),
                on_event=options.on_event,
            ) as apps,
        ):
            beside.submit(prepare, formats)
            running.handing_on.inspection = apps
            running.collect()
            running.record_end()
            examination = Examination(
                acquisition=running.case.acquisition,
                settle=running.settle,
                evidence=running.case.evidence,
                reader=running.reader,
                knowledge=knowledge,
                redaction=Redaction(options.privacy, running.case.device_key),
                started_at=started,
                source=running.source,
                contents=apps.finish(),
                baseline=baseline,
            )
            examined, refused = _concluded(examination, options)
            verdict, findings = examined.report.verdict, len(examined.report.findings)
            complete = running.case.acquisition.complete
            return _stored(running, examined, formats, refused)
    finally:
        options.emit(Finished(complete=complete, verdict=verdict, findings=findings))


def _concluded(examination: Examination, options: Options) -> tuple[Examined, UsageError | None]:
    """Conclude an examination; without its baseline where that turns out to be another phone's.

    What was collected is never lost for it.
    """
    try:
        return examination.conclude(options.on_event), None
    except UsageError as error:
        alone = structs.replace(examination, baseline=None)
        return alone.conclude(options.on_event), error


def _stored(
    running: Acquiring, examined: Examined, formats: Sequence[str], refused: UsageError | None
) -> Scanned:
    """Put the report into the case and close it; beside an incomplete one, which stays open.

    UsageError, with where the case lies, where the baseline was refused.
    """
    folder = running.case.path
    if running.case.acquisition.complete:
        for name, content in rendered(examined, ("json", *formats)):
            running.case.add_report(name, content)
        running.case.add_facts(encoded_facts(examined))
        digest: str | None = running.case.close()
        written = running.case.report_folder
    else:
        digest = None
        written = folder.with_name(f"{folder.name}-report-{now():%Y%m%dT%H%M%SZ}")
        write_report(examined, written, formats)
    if refused is not None:
        said = f"{refused}; the scan without it lies in {folder}"
        raise UsageError(said, remedy=refused.remedy)
    return Scanned(
        report=examined.report,
        folder=folder,
        digest=digest,
        written=written,
        error=running.error,
        examined=examined,
    )
