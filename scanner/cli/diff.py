"""`scanner diff`: what changed on one phone between two cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner import pipeline
from scanner.cli import options as shared
from scanner.cli.exits import DONE, FINDINGS, exit_status
from scanner.cli.output import Progress, json_text, print_json, say
from scanner.cli.passwords import password_from, password_option
from scanner.cli.report_text import terminal
from scanner.errors import UsageError
from scanner.model.findings import LEVELS
from scanner.report.changes import render

if TYPE_CHECKING:
    from scanner.model.changes import Diff
    from scanner.model.findings import Level
    from scanner.model.privacy import PrivacyLevel

_PATH = click.Path(path_type=Path, exists=True)


@click.command()
@click.argument("old", metavar="OLD", type=_PATH)
@click.argument("new", metavar="NEW", type=_PATH)
@click.option(
    "--old-source", type=_PATH, metavar="PATH", help="The recording that OLD was made of."
)
@click.option("--source", type=_PATH, metavar="PATH", help="The recording that NEW was made of.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE",
    help="Write to this file, as html, json or text by its ending.",
)  # fmt: skip
@password_option
@shared.rules_option
@shared.indicator_options
@shared.privacy_option
@shared.fail_on_option
@shared.json_option
@shared.quiet_option
@exit_status
def diff(
    *,
    old: Path,
    new: Path,
    old_source: Path | None,
    source: Path | None,
    password_file: Path | None,
    output: Path | None,
    rule_folders: tuple[Path, ...],
    indicator_files: tuple[Path, ...],
    feeds: bool,
    max_feed_bytes: int,
    privacy: PrivacyLevel | None,
    fail_on: Level | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Compare two cases, or recordings, of one phone: what appeared, disappeared, is another.

    Both are verified and read again by the same rules; neither is changed. What one of them could
    not read is said beside the changes and never taken for one. With --fail-on, findings at or
    above the level give exit status 10 where they are new, or where it cannot be told.

    \b
    Example: scanner diff cases/20261114T140000Z-7f3a cases/20261121T140000Z-7f3a
             scanner diff old-bugreport.zip new-bugreport.zip -o changes.html
    """
    form = _format_of(output)
    with Progress(quiet=quiet, events=None) as progress:
        made = pipeline.diff(
            old,
            new,
            old_source=old_source,
            source=source,
            rules=rule_folders,
            indicators=pipeline.read_feeds(indicator_files, stored=feeds, limit=max_feed_bytes),
            privacy=privacy,
            on_event=progress,
            password=password_from(password_file),
        )
    if output is not None:
        pipeline.write_new(output, json_text(made) if form == "json" else render(made, form))
        if not quiet:
            say(f"Written: {output}")
    if as_json:
        print_json(made)
    elif output is None:
        click.echo(render(made, "text", **terminal()), nl=False)
    return _status(made, fail_on)


def _format_of(output: Path | None) -> str:
    """Return the format that a file's name asks for."""
    forms = {".html": "html", ".json": "json", ".txt": "text"}
    if output is None:
        return "text"
    if output.suffix not in forms:
        raise UsageError(
            f"{output}: no format of that ending", remedy="name a file.html, file.json or file.txt"
        )
    return forms[output.suffix]


def _status(made: Diff, fail_on: Level | None) -> int:
    """Return 10 where a finding at or above a level is new, or may be, and is not explained."""
    if fail_on is None:
        return DONE
    least = LEVELS.index(fail_on)
    new = (each for each in made.findings if each.baseline_state != "unchanged")
    grave = any(
        LEVELS.index(each.level) >= least and each.explained_by_scan is None for each in new
    )
    return FINDINGS if grave else DONE
