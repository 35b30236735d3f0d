"""`scanner examine`, `report`, `verify` and `case`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scanner import case as cases
from scanner import pipeline
from scanner.cli import options as shared
from scanner.cli.exits import EVIDENCE, INCOMPLETE, exit_status, of_report
from scanner.cli.history import show_history
from scanner.cli.output import print_json, say
from scanner.cli.passwords import password_from
from scanner.cli.report_text import print_report
from scanner.cli.since import show_news
from scanner.errors import UsageError
from scanner.formats.text import safe_text
from scanner.pipeline import Options
from scanner.pipeline.options import CONTENT
from scanner.report import FORMATS

if TYPE_CHECKING:
    from scanner.model.findings import Level
    from scanner.model.privacy import PrivacyLevel
    from scanner.pipeline.compose import Examined

_FOLDER = click.Path(path_type=Path, exists=True)
_TIMELINES = ("timeline", "timeline-csv")


@click.command()
@click.argument("cases", metavar="CASE|PATH...", type=_FOLDER, nargs=-1, required=True)
@click.option(
    "--source",
    type=_FOLDER,
    metavar="PATH",
    help="The recording that the case was made of; without it, what lies there is not examined.",
)
@click.option(
    "--since-feeds",
    metavar="OLD",
    help="Show only what the indicators of now find and older ones did not. OLD is a day (the"
    " imported feeds as they were then), a file or folder of older feeds, or `report` (what the"
    " report in the case names). Several cases may be named.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FOLDER",
    help="Where to write.  [default: ./reports/<case>-<time>]",
)  # fmt: skip
@shared.recording_options
@click.option(
    "--profile", type=click.Choice(shared.PROFILES), default=None,
    help="How much of a recording to read.  [default: deep, which is all]",
)  # fmt: skip
@shared.rules_option
@shared.indicator_options
@shared.baseline_option
@shared.format_option
@shared.privacy_option
@shared.fail_on_option
@shared.coverage_option
@shared.json_option
@shared.quiet_option
@exit_status
def examine(
    *,
    cases: tuple[Path, ...],
    source: Path | None,
    since_feeds: str | None,
    output: Path | None,
    min_sdk: int | None,
    jobs: int | None,
    include_content: bool,
    password_file: Path | None,
    profile: str | None,
    rule_folders: tuple[Path, ...],
    indicator_files: tuple[Path, ...],
    feeds: bool,
    max_feed_bytes: int,
    baseline: Path | None,
    formats: tuple[str, ...],
    privacy: PrivacyLevel | None,
    fail_on: Level | None,
    require_coverage: int | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Examine a case again, or a recording without making a case; neither is changed.

    \b
    Example: scanner examine cases/20261121T140000Z-7f3a --rules my-rules/
             scanner examine cases/20261121T140000Z-7f3a --source bugreport.zip
             scanner examine cases/* --since-feeds 2026-10-01
    """
    indicators = pipeline.read_feeds(indicator_files, stored=feeds, limit=max_feed_bytes)
    if since_feeds is not None:
        from scanner.pipeline.knowledge import known  # noqa: PLC0415 - loads what compiles rules
        from scanner.pipeline.since import since  # noqa: PLC0415

        _require_plain_since(
            cases,
            source,
            output=output,
            format=formats,
            require_coverage=require_coverage,
            baseline=baseline,
        )
        how: Any = {"source": source, "privacy": privacy, "password": password_from(password_file)}
        results = since(cases, since_feeds, known(rule_folders, indicators), **how)
        return show_news(results, fail_on, as_json=as_json, quiet=quiet)
    case = _only(cases)
    options = Options(
        privacy=privacy or "share",
        jobs=jobs,
        min_sdk=min_sdk,
        profile=profile,
        include=(CONTENT,) if include_content else (),
        password=password_from(password_file),
    )
    asked: Any = {"rules": rule_folders, "indicators": indicators, "baseline": baseline}
    examined = _examined(case, source, privacy, options, asked)
    folder = output or _default_folder(case)
    written = pipeline.write_report(examined, folder, formats or ("json", "html"))
    if as_json:
        click.echo((folder / "report.json").read_text("utf-8"), nl=False)
    else:
        print_report(examined.report)
    if not quiet:
        say("\nWritten: " + ", ".join(str(path) for path in written))
    return of_report(examined.report, fail_on, require_coverage)


def _only(cases: tuple[Path, ...]) -> Path:
    if len(cases) > 1:
        raise UsageError(
            f"{len(cases)} cases", remedy="examine them one by one, or give --since-feeds"
        )
    return cases[0]


def _examined(
    case: Path, source: Path | None, privacy: PrivacyLevel | None, options: Options, asked: Any
) -> Examined:
    """Examine a case or a recording, whichever a path is."""
    if not pipeline.is_case(case):
        if source is not None:
            raise UsageError("--source belongs to a case", remedy="name the case first")
        return pipeline.examine_recording(case, options=options, **asked)
    for name, value in (
        ("--min-sdk", options.min_sdk),
        ("--profile", options.profile),
        ("--include-content", options.include),
    ):
        if value:
            raise UsageError(
                f"{name} is for recordings and files of apps: a case keeps what it was made with",
                remedy="scan them again",
            )
    return pipeline.examine(
        case,
        source=source,
        privacy=privacy,
        jobs=options.jobs,
        password=options.password,
        **asked,
    )


@click.command()
@click.argument("source", metavar="CASE|report.json", type=_FOLDER)
@click.option(
    "-f", "--format", "formats", type=click.Choice((*shared.FORMAT_NAMES, *_TIMELINES)),
    multiple=True,
    help="What to render.  [default: text] The timelines are what Timesketch takes: JSON lines,"
    " or CSV.",
)  # fmt: skip
@click.option(
    "--files", is_flag=True,
    help="In a timeline, the times of all files, too, not only of those in the system's folders.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
    help="Write to this file.  [default: standard output]",
)  # fmt: skip
@shared.quiet_option
@exit_status
def report(
    *, source: Path, formats: tuple[str, ...], files: bool, output: Path | None, quiet: bool
) -> int:
    """Render a report again, in any format.

    \b
    Example: scanner report cases/20261121T140000Z-7f3a -f html -o report.html
             scanner report cases/20261121T140000Z-7f3a -f timeline -o events.jsonl
             scanner report cases/20261121T140000Z-7f3a -f timeline-csv -o events.csv
    """
    if len(formats) > 1:
        raise UsageError("one format at a time", remedy="call once for each format")
    name = formats[0] if formats else "text"
    if name in _TIMELINES:
        return show_history(source, name, files=files, output=output, quiet=quiet)
    if files:
        raise UsageError("--files is for a timeline", remedy=f"add -f {_TIMELINES[0]}")
    found = pipeline.read_report(source)
    if name == "text" and output is None:
        print_report(found)
        return 0
    data = FORMATS[name](found)
    if output is None:
        click.echo(data, nl=False)
    else:
        pipeline.write_new(output, data)
    return 0


@click.command()
@click.argument("case", type=_FOLDER)
@shared.json_option
@exit_status
def verify(case: Path, as_json: bool) -> int:
    """Check that a case is as it was written: files, manifests and the audit chain.

    Exit status 0: complete and unchanged. 4: changed. 5: unchanged, but never completed.

    \b
    Example: scanner verify cases/20261121T140000Z-7f3a
    """
    result = cases.verify(case)
    if as_json:
        print_json(result)
    else:
        for problem in result.problems:
            click.echo(f"{safe_text(problem.path)}: {safe_text(problem.what)}")
        if result.last_file is not None:
            names = ", ".join(result.last_file.names)
            click.echo(f"{names}: {result.last_file.fate}: the acquisition was interrupted here")
        state = "differs from what was written" if result.problems else (
            "complete, and as it was written" if result.complete
            else "incomplete, and as far as it goes as it was written"
        )  # fmt: skip
        click.echo(f"{case}: {state}")
    if result.problems:
        return EVIDENCE
    return 0 if result.complete else INCOMPLETE


@click.group()
def case() -> None:
    """Say what a case holds.

    \b
    Example: scanner case info cases/20261121T140000Z-7f3a
    """


@case.command()
@click.argument("folder", metavar="CASE", type=_FOLDER)
@shared.json_option
@exit_status
def info(folder: Path, as_json: bool) -> int:
    """Say who acquired what, when and how, and list the evidence.

    \b
    Example: scanner case info cases/20261121T140000Z-7f3a --json
    """
    described = pipeline.describe_case(folder)
    if as_json:
        print_json(described)
        return 0
    for name, value in described.lines():
        click.echo(f"{name:16} {safe_text(value, 500)}")
    for each in described.evidence:
        click.echo(f"  {each.id}  {each.size:>10}  {safe_text(str(each.request), 100)}")
    return 0


def _require_plain_since(cases: tuple[Path, ...], source: Path | None, **given: object) -> None:
    """UsageError for options that say how a whole report is written: --since-feeds writes none."""
    for name, value in given.items():
        if value not in {None, ()}:  # 0 was given
            option = "--" + name.replace("_", "-")
            raise UsageError(f"{option} is for a whole report", remedy="leave out --since-feeds")
    if source is not None and len(cases) > 1:
        raise UsageError("--source belongs to one case", remedy="name one case")


def _default_folder(case: Path) -> Path:
    stamp = datetime.now(tz=UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    return Path("reports") / f"{case.resolve().name}-{stamp}"
