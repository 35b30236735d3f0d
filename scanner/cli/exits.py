"""The one place that maps errors and reports to exit statuses."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import ParamSpec

import click

from scanner.errors import (
    Cancelled,
    CaseError,
    DeviceError,
    NotAvailable,
    ParseError,
    RuleError,
    ScannerError,
    UsageError,
)
from scanner.formats.text import safe_text
from scanner.model.findings import LEVELS, Level
from scanner.model.report import Report

DONE, INTERNAL, USAGE, NO_DEVICE, EVIDENCE, INCOMPLETE, RULES, FINDINGS, INTERRUPTED = (
    0, 1, 2, 3, 4, 5, 6, 10, 130,
)  # fmt: skip

STATUSES: tuple[tuple[type[ScannerError], int], ...] = (
    (Cancelled, INTERRUPTED),
    (UsageError, USAGE),
    (RuleError, RULES),
    (CaseError, EVIDENCE),
    (ParseError, EVIDENCE),
    (DeviceError, NO_DEVICE),
    (NotAvailable, NO_DEVICE),
)

_GRAVITY = (
    INTERRUPTED, INTERNAL, USAGE, RULES, EVIDENCE, NO_DEVICE, FINDINGS, INCOMPLETE, DONE,
)  # fmt: skip

P = ParamSpec("P")
_ERRORS = 50  # that are told one by one


def exit_status(command: Callable[P, int | None]) -> Callable[P, None]:
    """Turn what a command returns or raises into an exit status, and an error into one line."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            status = command(*args, **kwargs) or DONE
        except ScannerError as error:
            complain(error)
            status = status_of(error)
        except KeyboardInterrupt:
            click.echo("interrupted; a case that was begun is valid and incomplete", err=True)
            status = INTERRUPTED
        except click.Abort:  # a question that nobody answered
            click.echo("stopped: a question was not answered", err=True)
            status = INTERRUPTED
        except BrokenPipeError:
            # The reader of our output has left: nothing more can be said, and nothing went wrong.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = DONE
        except click.ClickException:
            raise
        except Exception as error:  # noqa: BLE001 the last line of defence: one line, no values
            _report_defect(error)
            status = INTERNAL
        sys.exit(status)

    return run


def complain(error: ScannerError) -> None:
    """Say on standard error what is wrong and what to do; of rules and feeds, all that is wrong."""
    if isinstance(error, RuleError):
        from scanner.detect.problems import RuleErrors  # noqa: PLC0415  loads what compiles rules

        if isinstance(error, RuleErrors):
            for each in error.errors[:_ERRORS]:
                complain(each)
            if (more := len(error.errors) - _ERRORS) > 0:
                click.echo(f"scanner: and {more} more errors", err=True)
            return
    click.echo(f"scanner: {safe_text(str(error), 2000)}", err=True)
    if error.remedy:
        click.echo(f"  {safe_text(error.remedy, 2000)}", err=True)


def of_interruption(error: ScannerError | None) -> int | None:
    """Say what made an acquisition incomplete; return the status where that alone decides it."""
    if error is not None:
        complain(error)
    return INTERRUPTED if isinstance(error, Cancelled) else None


def of_report(report: Report, fail_on: Level | None, require_coverage: int | None) -> int:
    """Return the exit status that a report deserves."""
    if fail_on is not None and any(
        LEVELS.index(finding.level) >= LEVELS.index(fail_on)
        for finding in report.findings
        if finding.suppressed is None
    ):
        return FINDINGS
    acquisition = report.run.acquisition
    lost = acquisition is not None and not acquisition.complete
    short = require_coverage is not None and report.coverage.percent < require_coverage
    return INCOMPLETE if lost or short else DONE


def gravest(statuses: Iterable[int]) -> int:
    """Return the exit status that comes first where several hold."""
    return min(statuses, key=_GRAVITY.index, default=DONE)


def status_of(error: ScannerError) -> int:
    """Return the exit status of an error."""
    return next((status for kind, status in STATUSES if isinstance(error, kind)), INTERNAL)


def _report_defect(error: Exception) -> None:
    # Only places, never values: a message may quote what was read from a phone.
    places = traceback.extract_tb(error.__traceback__)[-3:]
    where = " < ".join(f"{place.name}:{place.lineno}" for place in reversed(places))
    click.echo(f"scanner: an error of ours: {type(error).__name__} at {where}", err=True)
    click.echo("  please report it, with the command and the version (scanner --version)", err=True)
