"""`scanner examine --since-feeds`: what newer indicators find in old cases, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from scanner.cli.exits import DONE, FINDINGS, complain, gravest, status_of
from scanner.cli.output import print_json, say
from scanner.errors import ScannerError
from scanner.formats.text import safe_text
from scanner.model.findings import LEVELS, Finding, Level
from scanner.model.indicators import IndicatorSet
from scanner.report.outline import outline

if TYPE_CHECKING:
    from scanner.pipeline.since import News


class CaseNews(Struct, frozen=True, kw_only=True):
    """What is new in one case, or why it was not examined."""

    case: Path
    findings: tuple[Finding, ...] = ()
    unexamined: int = 0  # checks of indicators
    indicators: IndicatorSet | None = None
    error: str | None = None
    remedy: str | None = None


def show_news(
    results: Iterable[tuple[Path, News | ScannerError]],
    fail_on: Level | None,
    *,
    as_json: bool,
    quiet: bool,
) -> int:
    """Print what is new in each case, as it comes; return the exit status for all."""
    statuses: list[int] = []
    shown: list[CaseNews] = []
    try:
        for path, result in results:
            statuses.append(_status(result, fail_on))
            shown.append(_case_news(path, result))
            if not as_json:
                _show(path, result, quiet=quiet)
    finally:
        if as_json:
            print_json(shown)
    return gravest(statuses)


def _status(result: News | ScannerError, fail_on: Level | None) -> int:
    if isinstance(result, ScannerError):
        return status_of(result)
    if fail_on is None:
        return DONE
    least = LEVELS.index(fail_on)
    grave = any(LEVELS.index(each.level) >= least for each in result.findings)
    return FINDINGS if grave else DONE


def _case_news(path: Path, result: News | ScannerError) -> CaseNews:
    if isinstance(result, ScannerError):
        return CaseNews(case=path, error=str(result), remedy=result.remedy)
    return CaseNews(
        case=path,
        findings=result.findings,
        unexamined=result.unexamined,
        indicators=result.report.indicators,
    )


def _show(path: Path, result: News | ScannerError, *, quiet: bool) -> None:
    name = safe_text(str(path))
    if isinstance(result, ScannerError):
        say(f"{name}:")
        complain(result)
        return
    arranged = outline(result.report)
    found = (*arranged.compromise, *arranged.historic)
    if found or not quiet:
        click.echo(f"{name}: {len(found) or 'nothing'} new")
    for each in found:
        level = each.finding.level
        click.echo(f"  {level:14}{each.title} ({each.kind} {each.subject})")
    if arranged.uncompared and not quiet:
        click.echo(f"  not looked for everywhere: {', '.join(arranged.uncompared)}")
