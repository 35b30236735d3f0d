"""Examination: from a case, or a recording, to a report; no phone is needed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from scanner.model.changes import State
from scanner.model.events import OnEvent
from scanner.model.privacy import PrivacyLevel
from scanner.pipeline.baseline import with_baseline
from scanner.pipeline.compose import Examined
from scanner.pipeline.examination import examining
from scanner.pipeline.host import now
from scanner.pipeline.knowledge import Indicators, Rules, known
from scanner.pipeline.offline import examining_recording
from scanner.pipeline.options import Options, Password


def examine(
    folder: Path,
    *,
    source: Path | None = None,
    rules: Rules = (),
    indicators: Indicators = None,
    privacy: PrivacyLevel | None = None,
    jobs: int | None = None,
    on_event: OnEvent | None = None,
    password: Password | None = None,
    clock: Callable[[], datetime] = now,
    baseline: State | Path | None = None,
) -> Examined:
    """Examine a case again. The case is verified first and never changed.

    Same case, rules, indicators and version: same report, but for its `run`. RuleError for a file
    of rules or indicators that is wrong, CaseError for a case that is damaged or was tampered with.
    `clock` dates the run and nothing else: *now* is the end of the acquisition, or when the
    recording was made.

    `source` is the recording that a case was made of; without it, what lies there is not examined.
    `password` is asked for that of an encrypted backup.
    `baseline` is an earlier state of the device, or the case or recording of one: the report says
    what changed since. UsageError where it is of another device.
    """
    with examining(
        folder,
        known(rules, indicators),
        source=source,
        privacy=privacy,
        jobs=jobs,
        on_event=on_event,
        password=password,
        clock=clock,
    ) as examination:
        return with_baseline(examination, baseline, password).conclude(on_event)


def examine_recording(
    path: Path,
    *,
    rules: Rules = (),
    indicators: Indicators = None,
    options: Options | None = None,
    clock: Callable[[], datetime] = now,
    baseline: State | Path | None = None,
) -> Examined:
    """Examine a recording without making a case of it."""
    options = options or Options()
    with examining_recording(
        path, rules=rules, indicators=indicators, options=options, clock=clock
    ) as examination:
        return with_baseline(examination, baseline, options.password).conclude(options.on_event)
