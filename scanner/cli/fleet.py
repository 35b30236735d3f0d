"""`scanner fleet`: many phones, held against each other."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.cli import options as shared
from scanner.cli.exits import (
    DONE,
    EVIDENCE,
    FINDINGS,
    INCOMPLETE,
    NO_DEVICE,
    complain,
    exit_status,
    gravest,
)
from scanner.cli.output import Progress, json_text, print_json, say
from scanner.errors import UsageError, WorkerKilled
from scanner.formats.text import safe_text

if TYPE_CHECKING:
    from scanner.model.fleet import FleetReport
    from scanner.model.privacy import PrivacyLevel

_COMMANDS = {"status": "scanner.cli.fleet_status"}
_HELP = {"status": "List which devices are certified, failing, expired or unseen."}
_ENDINGS = {"json": "json", "html": "html", "text": "txt"}
_YEARS = range(1970, 9999)
_SHOWN = 10  # refused cases that are told one by one
_DIFFERENCES = ("deviant", "uniform", "appeared")


class _FleetGroup(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *_COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(import_module(_COMMANDS[cmd_name]), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        own = [(name, each.get_short_help_str(200)) for name, each in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl([*own, *_HELP.items()])


@click.group(cls=_FleetGroup)
def fleet() -> None:
    """Compare the phones of a fleet; list which of them are certified.

    \b
    Example: scanner fleet compare cases/
    """


@fleet.command()
@click.argument("cases", metavar="CASE...", nargs=-1, required=True)
@click.option(
    "--reference",
    "references",
    multiple=True,
    metavar="CASE",
    help="A case of a phone that was set up apart from the fleet. May be given several times.",
)
@click.option(
    "--between",
    nargs=2,
    metavar="T0 T1",
    help="Also list what came to phones within this window: 2026-11-18 2026-11-20T12:00:00Z."
    " A day alone begins at 00:00 and, as the second, ends at 24:00 UTC.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=50,
    show_default=True,
    metavar="N",
    help="Phones that are listed, the most deviant first; 0 lists all.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Processes that read cases.  [default: one for each core]",
)
@click.option(
    "--dask",
    metavar="ADDRESS",
    help="Have a Dask cluster read the cases: the address of its scheduler, or `local`.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE|FOLDER",
    help="Write the comparison to a file.html, file.json or file.txt, or into a folder.",
)
@shared.format_option
@click.option(
    "--fail-on",
    type=click.Choice(_DIFFERENCES),
    multiple=True,
    help="Exit with status 10 when a phone is deviant, when all have what the reference lacks, or"
    " when the window has a line. May be given several times.",
)
@shared.privacy_option
@shared.json_option
@shared.quiet_option
@exit_status
def compare(
    *,
    cases: tuple[str, ...],
    references: tuple[str, ...],
    between: tuple[str, str] | None,
    limit: int,
    jobs: int | None,
    dask: str | None,
    output: Path | None,
    formats: tuple[str, ...],
    fail_on: tuple[str, ...],
    privacy: PrivacyLevel | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Compare phones with phones of their kind: what few have, and what all have.

    CASE is a case, a folder of cases, a recording, or @FILE with one path a line. Every case is
    verified first; one that is not as it was written, or cannot be read, is listed and the others
    are compared. Status 4 where a case was tampered with, 5 where one could not be read, or where
    those who read went away.

    \b
    Example: scanner fleet compare cases/ --reference golden/20261101T090000Z-7f3a
             scanner fleet compare cases/ --between 2026-11-18 2026-11-20 -o fleet.html
             scanner fleet compare @cases.txt --dask tcp://192.0.2.7:8786 --json
    """  # fmt: skip
    forms = _forms(output, formats)
    window = None if between is None else (_moment(between[0]), _moment(between[1], end=True))
    from scanner.pipeline.fleet.comparing import compare_fleet  # noqa: PLC0415 - heavy

    try:
        with Progress(quiet=quiet) as progress:
            report = compare_fleet(
                cases,
                reference=references,
                between=window,
                jobs=jobs,
                dask=dask,
                privacy=privacy or "share",
                limit=limit or None,
                on_event=progress,
            )
    except WorkerKilled as error:
        complain(error)
        return INCOMPLETE
    for path, form in forms:
        _write(path, report, form)
        if not quiet:
            say(f"Written: {safe_text(str(path))}")
    if as_json:
        print_json(report)
    elif not forms:
        _show(report)
    _tell_refused(report, quiet=quiet)
    return _status(report, fail_on)


def _forms(output: Path | None, formats: tuple[str, ...]) -> list[tuple[Path, str]]:
    """Return what to write where: one file, or in a folder one for each format."""
    if output is None:
        if formats:
            raise UsageError(
                "-f says what to write, and -o is missing", remedy="name a file or folder"
            )
        return []
    forms = {f".{ending}": form for form, ending in _ENDINGS.items()}
    if output.suffix in forms and not output.is_dir():
        if formats and formats != (forms[output.suffix],):
            raise UsageError(
                f"{output} is one file of one format", remedy="name a folder for several formats"
            )
        return [(output, forms[output.suffix])]
    if output.suffix and not output.is_dir():
        raise UsageError(
            f"{output}: no format of that ending", remedy="name a file.html, file.json or file.txt"
        )
    chosen = tuple(dict.fromkeys(formats)) or ("json", "html")
    return [(output / f"fleet.{_ENDINGS[form]}", form) for form in chosen]


def _moment(word: str, *, end: bool = False) -> datetime:
    try:
        moment = datetime.fromisoformat(word)
    except ValueError:
        raise UsageError(
            f"{safe_text(word, 40)!r} is no time", remedy="2026-11-20, or 2026-11-20T14:00:00Z"
        ) from None
    if moment.year not in _YEARS:
        raise UsageError(f"{safe_text(word, 40)!r} is no time of a phone")
    if end and len(word) <= len("2026-11-20"):
        moment = moment.replace(hour=23, minute=59, second=59)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _rendered(report: FleetReport, form: str) -> str:
    if form == "json":
        return json_text(report) + "\n"
    from scanner.report.fleet import render  # noqa: PLC0415 - only where it is shown

    return render(report, form)


def _show(report: FleetReport) -> None:
    from scanner.cli.report_text import terminal  # noqa: PLC0415 - heavy
    from scanner.report.fleet import render  # noqa: PLC0415 - only where it is shown

    click.echo(render(report, "text", **terminal()), nl=False)


def _write(path: Path, report: FleetReport, form: str) -> None:
    from scanner.pipeline.files import write_new  # noqa: PLC0415 - heavy

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path.parent} cannot be made: {error.strerror}") from error
    write_new(path, _rendered(report, form))


def _tell_refused(report: FleetReport, *, quiet: bool) -> None:
    if quiet or not report.refused:
        return
    say(f"{len(report.refused)} of {report.given} cases could not be compared:")
    for each in report.refused[:_SHOWN]:
        say(f"  {safe_text(each.path)}: {safe_text(each.error, 300)}")
    if (more := len(report.refused) - _SHOWN) > 0:
        say(f"  and {more} more")


def _status(report: FleetReport, fail_on: tuple[str, ...]) -> int:
    """Return the gravest: tampered, nothing compared, what --fail-on asks for, not all read."""
    statuses = [DONE]
    if any(each.tampered for each in report.refused):
        statuses.append(EVIDENCE)
    if not report.devices:
        statuses.append(NO_DEVICE)
    if report.refused:
        statuses.append(INCOMPLETE)
    found = {
        "deviant": any(each.deviant for each in report.lines),
        "uniform": bool(report.uniform),
        "appeared": bool(report.appeared),
    }
    if any(found[each] for each in fail_on):
        statuses.append(FINDINGS)
    return gravest(statuses)
