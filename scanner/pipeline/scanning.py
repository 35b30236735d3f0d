"""A scan: acquisition and examination of a live device in one go."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from scanner.detect.calls import asked_calls
from scanner.model.events import Finished
from scanner.pipeline.acquisition import Acquiring, acquiring, starting
from scanner.pipeline.app_files import AppInspection
from scanner.pipeline.compose import Examination, Examined
from scanner.pipeline.files import rendered, write_report
from scanner.pipeline.host import now
from scanner.pipeline.knowledge import Indicators, Knowledge, Rules, known
from scanner.pipeline.offline import scan_recording
from scanner.pipeline.options import Options
from scanner.pipeline.privacy import Redaction, hidden_at
from scanner.pipeline.results import Scanned
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
) -> Scanned:
    """Acquire a device, or a recording by its path, into a case and examine it.

    The report lies in the case. A recording is not copied: the case names what was read of it.

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
            path, options=options, rules=rules, indicators=indicators, formats=formats
        )
    with starting() as worker:
        # While the worker starts, and before any device is touched.
        knowledge = known(rules, indicators)
        return _scan(target, options, worker, knowledge, formats or ("json", "html"))


def _scan(
    target: str | None,
    options: Options,
    worker: Worker,
    knowledge: Knowledge,
    formats: Sequence[str],
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
            examined = Examination(
                acquisition=running.case.acquisition,
                settle=running.settle,
                evidence=running.case.evidence,
                reader=running.reader,
                knowledge=knowledge,
                redaction=Redaction(options.privacy, running.case.device_key),
                started_at=started,
                source=running.source,
                contents=apps.finish(),
            ).conclude(options.on_event)
            verdict, findings = examined.report.verdict, len(examined.report.findings)
            complete = running.case.acquisition.complete
            return _stored(running, examined, formats)
    finally:
        options.emit(Finished(complete=complete, verdict=verdict, findings=findings))


def _stored(running: Acquiring, examined: Examined, formats: Sequence[str]) -> Scanned:
    """Put the report into the case and close it; beside an incomplete one, which stays open."""
    folder = running.case.path
    if running.case.acquisition.complete:
        for name, content in rendered(examined, ("json", *formats)):
            running.case.add_report(name, content)
        digest: str | None = running.case.close()
        written = running.case.report_folder
    else:
        digest = None
        written = folder.with_name(f"{folder.name}-report-{now():%Y%m%dT%H%M%SZ}")
        write_report(examined, written, formats)
    return Scanned(
        report=examined.report,
        folder=folder,
        digest=digest,
        written=written,
        error=running.error,
    )
