"""`scanner scan` with several phones: one line for each, and one exit status for all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from scanner import pipeline
from scanner.cli.demo_phone import Reached, serving
from scanner.cli.exits import complain, gravest, of_report, status_of
from scanner.cli.output import print_json, say
from scanner.errors import ScannerError, UsageError
from scanner.formats.text import safe_text
from scanner.model.report import Report
from scanner.pipeline import Options, Scanned

if TYPE_CHECKING:
    from scanner.model.events import Event
    from scanner.model.findings import Level
    from scanner.model.indicators import Feed


def scan_several(
    targets: Sequence[str],
    options_of: Callable[[Path | None, Reached, Callable[[Event], None]], Options],
    *,
    output: Path | None,
    rules: Sequence[Path],
    indicators: Sequence[Feed],
    formats: Sequence[str],
    quiet: bool,
) -> Iterator[tuple[str, Scanned | ScannerError]]:
    """Scan several phones at once, each into a folder of its own below `output`."""
    with ExitStack() as stack:
        phones: list[tuple[str, Options]] = []
        for number, target in enumerate(targets, start=1):
            reached = _reached(target, stack)
            folder = None if output is None else output / f"{number:02}"
            phones.append(
                (
                    reached.target or target,
                    options_of(folder, reached, _Announcer(target, quiet=quiet)),
                )
            )
        named = dict(zip((target for target, _ in phones), targets, strict=True))
        for target, result in pipeline.scan_each(
            phones, rules=rules, indicators=indicators, formats=formats
        ):
            yield named[target], result


class Result(Struct, frozen=True, kw_only=True):
    """What became of one phone: a report with its case, or an error with what to do."""

    target: str
    case: Path | None = None
    report: Report | None = None
    error: str | None = None
    remedy: str | None = None


def show_several(
    results: Iterable[tuple[str, Scanned | ScannerError]],
    fail_on: Level | None,
    require_coverage: int | None,
    *,
    as_json: bool,
    quiet: bool,
) -> int:
    """Print what became of each phone, as it comes; return the exit status for all."""
    statuses: list[int] = []
    shown: list[Result] = []
    try:
        for target, result in results:
            statuses.append(
                _show(target, result, fail_on, require_coverage, quiet=quiet or as_json)
            )
            shown.append(_result(target, result))
    finally:
        if as_json:
            print_json(shown)
    return gravest(statuses)


def _result(target: str, result: Scanned | ScannerError) -> Result:
    if isinstance(result, ScannerError):
        return Result(target=target, error=str(result), remedy=result.remedy)
    error = result.error
    return Result(
        target=target,
        case=result.folder,
        report=result.report,
        error=str(error) if error else None,
        remedy=error.remedy if error else None,
    )


class _Announcer:
    """Says once of each phone that it is being asked."""

    def __init__(self, target: str, *, quiet: bool) -> None:
        self._target, self._said = target, threading.Event()
        if quiet:
            self._said.set()

    def __call__(self, event: Event) -> None:
        if not self._said.is_set():
            self._said.set()
            say(f"{safe_text(self._target)}: being asked")


def _reached(target: str, stack: ExitStack) -> Reached:
    if target.startswith("demo:"):
        return stack.enter_context(serving(target.removeprefix("demo:")))
    path = pipeline.as_path(target)
    if path is not None and pipeline.is_case(path):
        raise UsageError(f"{target} is a case", remedy="examine it alone: scanner examine CASE")
    return Reached(target=target)


def _show(
    target: str,
    result: Scanned | ScannerError,
    fail_on: Level | None,
    require_coverage: int | None,
    *,
    quiet: bool,
) -> int:
    if isinstance(result, ScannerError):
        say(f"{safe_text(target)}:")
        complain(result)
        return status_of(result)
    if not quiet:
        report = result.report
        click.echo(
            f"{safe_text(target)}  {report.verdict}  findings {len(report.findings)}"
            f"  examined {report.coverage.percent} %  {result.folder}"
        )
    if result.error is not None:
        complain(result.error)
    return of_report(result.report, fail_on, require_coverage)
