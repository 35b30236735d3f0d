"""A scan: acquisition and examination of a live device in one go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from scanner.detect import load
from scanner.errors import ScannerError
from scanner.model.events import Finished
from scanner.model.report import Report
from scanner.pipeline.acquisition import Acquiring, acquiring
from scanner.pipeline.compose import Examination, Examined
from scanner.pipeline.files import rendered, write_report
from scanner.pipeline.host import now
from scanner.pipeline.options import Options
from scanner.pipeline.privacy import Redaction


class Scanned(Struct, frozen=True, kw_only=True):
    """A finished scan."""

    report: Report
    folder: Path  # the case
    digest: str | None  # of the case, for the operator to note; None: it is incomplete
    written: Path  # the folder that holds report.json
    error: ScannerError | None = None  # what made it incomplete; its remedy says what to do


def scan(
    target: str | None = None,
    *,
    options: Options | None = None,
    rules: Sequence[Path] = (),
    formats: Sequence[str] = ("json", "html"),
) -> Scanned:
    """Acquire a device into a case and examine it; the report lies in the case.

    Rules are loaded before any device is touched: RuleError for a file that is wrong. Of a device
    that goes away in the middle the report says what was collected until then and that the case is
    incomplete; DeviceLost is raised only where nothing was collected. Blocks; scans of several
    devices may run in several threads.
    """
    options = options or Options()
    pack = load(rules)
    started = now()
    verdict, findings, complete = None, 0, False
    try:
        with acquiring(target, options) as running:
            running.collect()
            running.record_end()
            examined = Examination(
                acquisition=running.case.acquisition,
                settle=running.settle,
                evidence=running.case.evidence,
                reader=running.reader,
                pack=pack,
                redaction=Redaction(options.privacy, running.case.device_key),
                started_at=started,
                source=running.source,
            ).conclude(options.on_event)
            verdict, findings = examined.report.verdict, len(examined.report.findings)
            complete = running.case.acquisition.complete
            return _stored(running, examined, formats or ("json", "html"))
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
