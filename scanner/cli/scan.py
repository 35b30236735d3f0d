"""`scanner scan` and `scanner acquire`."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from scanner import pipeline
from scanner.cli import options as shared
from scanner.cli.demo_phone import serving
from scanner.cli.exits import DONE, INCOMPLETE, exit_status, of_interruption, of_report
from scanner.cli.output import Progress, print_json, say, set_up_logging
from scanner.cli.report_text import print_report
from scanner.errors import ScannerError
from scanner.pipeline import AdbServer, Custody, Options
from scanner.report import FORMATS
from scanner.report.messages import safety_text

if TYPE_CHECKING:
    from scanner.model.findings import Level
    from scanner.model.report import Report
    from scanner.pipeline.describe import DescribedRequest


@click.command()
@click.argument("target", required=False)
@shared.case_option
@shared.device_options
@shared.rules_option
@shared.format_option
@shared.privacy_option
@shared.fail_on_option
@shared.coverage_option
@shared.events_option
@shared.json_option
@shared.custody_options
@shared.quiet_option
@shared.verbose_option
@exit_status
def scan(
    *,
    target: str | None,
    output: Path | None,
    rule_folders: tuple[Path, ...],
    formats: tuple[str, ...],
    fail_on: Level | None,
    require_coverage: int | None,
    events: str | None,
    as_json: bool,
    quiet: bool,
    verbose: int,
    **chosen: object,
) -> int:
    """Acquire a phone and examine it, or examine a recording: the report.

    TARGET is android:SERIAL, android:HOST:PORT, demo:NAME, or a path: a bugreport (zip, folder or
    text), an androidqf folder or zip, a folder of dumpsys outputs, a case. Without one, the only
    phone that is attached. A phone is only read from, a recording is not copied.

    \b
    Example: scanner scan
             scanner scan android:R5CT123 --operator 'A. Example' --fail-on high
             scanner scan bugreport-2026-11-20.zip --json
             scanner scan demo:android-14-tampered
    """
    set_up_logging(verbose)
    error: ScannerError | None = None
    with ExitStack() as stack:
        stream = _event_stream(events, stack)
        progress = stack.enter_context(Progress(quiet=quiet, events=stream))
        path = None if _is_demo(target) else pipeline.as_path(target)
        if path is not None and pipeline.is_case(path):
            report = pipeline.examine(
                path,
                rules=rule_folders,
                privacy=chosen["privacy"],  # type: ignore[arg-type]
                on_event=progress,
            ).report
            folder, digest = path, report.run.case_digest
        else:
            if not quiet and path is None:
                _say_safety()
            target, adb = stack.enter_context(_resolved(target))
            scanned = pipeline.scan(
                target,
                options=_options(output, chosen, adb, progress),
                rules=rule_folders,
                formats=tuple(each for each in formats if each != "text"),
            )
            report, folder, digest = scanned.report, scanned.folder, scanned.digest
            error = scanned.error
    _show(report, folder, digest, as_json=as_json, quiet=quiet, piped=events == "-")
    return of_interruption(error) or of_report(report, fail_on, require_coverage)


@click.command()
@click.argument("target", required=False)
@shared.case_option
@click.option("--dry-run", is_flag=True, help="Print every request as data; run none.")
@click.option("--resume", is_flag=True, help="Go on with the interrupted case in CASE.")
@shared.device_options
@shared.privacy_option
@shared.events_option
@shared.json_option
@shared.custody_options
@shared.quiet_option
@shared.verbose_option
@exit_status
def acquire(
    *,
    target: str | None,
    output: Path | None,
    dry_run: bool,
    resume: bool,
    events: str | None,
    as_json: bool,
    quiet: bool,
    verbose: int,
    **chosen: object,
) -> int:
    """Collect evidence into a case, without examining it.

    \b
    Example: scanner acquire android:R5CT123 -o cases/2026-0007 --consent 'owner, in writing'
             scanner acquire --dry-run
    """
    set_up_logging(verbose)
    if dry_run:
        _print_plan(pipeline.dry_run(str(chosen["profile"])), as_json=as_json)
        return 0
    with ExitStack() as stack:
        progress = stack.enter_context(Progress(quiet=quiet, events=_event_stream(events, stack)))
        if not quiet and (_is_demo(target) or pipeline.as_path(target) is None):
            _say_safety()
        target, adb = stack.enter_context(_resolved(target))
        acquired = pipeline.acquire(
            target, options=_options(output, chosen, adb, progress, resume=resume)
        )
    if as_json:
        print_json(acquired)
    elif events != "-":
        click.echo(acquired.folder)
    if not quiet:
        _say_case(acquired.folder, acquired.digest)
    of_trouble = DONE if acquired.acquisition.complete else INCOMPLETE
    return of_interruption(acquired.error) or of_trouble


def _options(
    output: Path | None,
    chosen: dict[str, object],
    adb: AdbServer | None,
    progress: Progress,
    *,
    resume: bool = False,
) -> Options:
    users = chosen["users"]
    own = AdbServer(host=chosen["adb_host"], port=chosen["adb_port"])  # type: ignore[arg-type]
    custody = ("operator", "case_number", "purpose", "consent", "debugging_before")
    return Options(
        output=output,
        profile=str(chosen["profile"]),
        users=users if isinstance(users, tuple) and users else None,
        privacy=chosen["privacy"] or "share",  # type: ignore[arg-type]
        time_budget=chosen["time_budget"],  # type: ignore[arg-type]
        custody=Custody(**{name: chosen[name] for name in custody}),  # type: ignore[arg-type]
        adb=adb or own,
        resume=resume,
        on_event=progress,
    )


def _event_stream(events: str | None, stack: ExitStack) -> TextIO | None:
    if events is None:
        return None
    if events == "-":
        return sys.stdout
    return stack.enter_context(Path(events).open("w", encoding="utf-8"))


def _is_demo(target: str | None) -> bool:
    return target is not None and target.startswith("demo:")


def _resolved(target: str | None) -> AbstractContextManager[tuple[str | None, AdbServer | None]]:
    """Start the simulated phone that `demo:NAME` names; any other target stands as it is."""
    if target is None or not _is_demo(target):
        return nullcontext((target, None))
    return serving(target.removeprefix("demo:"))


def _say_safety() -> None:
    say(safety_text())
    say()


def _show(
    report: Report, folder: Path, digest: str | None, *, as_json: bool, quiet: bool, piped: bool
) -> None:
    if as_json:
        click.echo(FORMATS["json"](report), nl=False)
    elif not piped:
        print_report(report)
    if not quiet:
        _say_case(folder, digest)


def _say_case(folder: Path, digest: str | None) -> None:
    say(f"\nCase:    {folder}")
    if digest is None:
        say("         incomplete; `scanner acquire --resume -o CASE` goes on with it")
        return
    say(f"Digest:  {digest}")
    say("         Note this digest outside of this computer: it alone shows a later rewrite.")


def _print_plan(requests: tuple[DescribedRequest, ...], *, as_json: bool) -> None:
    if as_json:
        print_json(requests)
        return
    for each in requests:
        click.echo(each.request)
