"""`scanner scan` and `scanner acquire`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
from msgspec import Struct

from scanner import pipeline
from scanner.cli import options as shared
from scanner.cli.demo_phone import Reached, serving
from scanner.cli.exits import DONE, INCOMPLETE, exit_status, of_interruption, of_report
from scanner.cli.output import Progress, print_json, say, set_up_logging
from scanner.cli.passwords import password_from
from scanner.cli.report_text import print_report
from scanner.cli.several import scan_several, show_several
from scanner.errors import ScannerError, UsageError
from scanner.model.report import Report
from scanner.pipeline import AdbServer, Custody, Options
from scanner.pipeline.options import CONTENT, PHONE_PROFILE
from scanner.report import FORMATS
from scanner.report.messages import safety_text

if TYPE_CHECKING:
    from scanner.model.events import Event
    from scanner.model.findings import Level
    from scanner.model.indicators import Feed
    from scanner.pipeline.describe import DescribedRequest


@click.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@shared.case_option
@shared.device_options
@shared.transfer_options
@shared.recording_options
@shared.rules_option
@shared.indicator_options
@shared.baseline_option
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
    targets: tuple[str, ...],
    output: Path | None,
    rule_folders: tuple[Path, ...],
    indicator_files: tuple[Path, ...],
    feeds: bool,
    max_feed_bytes: int,
    baseline: Path | None,
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

    TARGET is android:SERIAL, android:HOST:PORT, ios:UDID, demo:NAME, or a path: a bugreport (zip,
    folder or text), an androidqf folder or zip, a folder of dumpsys outputs; a backup, sysdiagnose
    or file system of an iPhone; an app (APK, IPA, or a folder of them), a configuration or
    provisioning profile of iOS, a case. Without one, the only phone that is attached. A phone is
    only read from, a recording is not copied. Several targets are scanned at once, each into a
    folder of its own.

    \b
    Example: scanner scan
             scanner scan android:R5CT123 --operator 'A. Example' --fail-on high
             scanner scan ios:00008140-001A2B3C4D5E6F70 --include traffic
             scanner scan bugreport-2026-11-20.zip --json
             scanner scan backups/00008140-001A2B3C4D5E6F70 --include-content
             scanner scan sysdiagnose_2026.11.02_10-15-20+0100_iPhone-OS_iPhone_23B85.tar.gz
             scanner scan demo:android-14-tampered demo:ios-26-clean
             scanner scan bugreport.zip --indicators trackers.stix2
             scanner scan downloads/ --min-sdk 28
             scanner scan --baseline cases/20261114T140000Z-7f3a
    """
    set_up_logging(verbose)
    wanted = tuple(each for each in formats if each != "text")
    indicators = pipeline.read_feeds(indicator_files, stored=feeds, limit=max_feed_bytes)
    if len(targets) > 1:
        if events is not None:
            raise UsageError("--events is for one phone", remedy="scan the phones one by one")
        if baseline is not None:
            raise UsageError("--baseline is for one phone", remedy="scan the phones one by one")
        if not quiet:
            _say_safety()
        results = scan_several(
            targets,
            lambda folder, reached, tell: _options(folder, chosen, reached, tell),
            output=output,
            rules=rule_folders,
            indicators=indicators,
            formats=wanted,
            quiet=quiet,
        )
        return show_several(results, fail_on, require_coverage, as_json=as_json, quiet=quiet)
    done = _scan_one(
        targets[0] if targets else None,
        chosen,
        output=output,
        rules=rule_folders,
        indicators=indicators,
        formats=wanted,
        baseline=baseline,
        events=events,
        quiet=quiet,
    )
    _show(done, as_json=as_json, quiet=quiet, piped=events == "-")
    return of_interruption(done.error) or of_report(done.report, fail_on, require_coverage)


class _Done(Struct, frozen=True):
    """A report, and the case that it is of."""

    report: Report
    folder: Path
    digest: str | None
    error: ScannerError | None = None


def _scan_one(
    target: str | None,
    chosen: dict[str, object],
    *,
    output: Path | None,
    rules: tuple[Path, ...],
    indicators: tuple[Feed, ...],
    formats: tuple[str, ...],
    baseline: Path | None,
    events: str | None,
    quiet: bool,
) -> _Done:
    """Scan one phone or recording, or examine one case."""
    with ExitStack() as stack:
        stream = _event_stream(events, stack)
        progress = stack.enter_context(Progress(quiet=quiet, events=stream))
        path = None if _is_demo(target) else pipeline.as_path(target)
        if path is not None and pipeline.is_case(path):
            report = _examined(
                path, chosen, rules=rules, indicators=indicators, baseline=baseline, tell=progress
            )
            return _Done(report, path, report.run.case_digest)
        if not quiet and path is None:
            _say_safety()
        reached = stack.enter_context(_resolved(target))
        scanned = pipeline.scan(
            reached.target,
            options=_options(output, chosen, reached, progress),
            rules=rules,
            indicators=indicators,
            formats=formats,
            baseline=baseline,
        )
        return _Done(scanned.report, scanned.folder, scanned.digest, scanned.error)


def _examined(
    case: Path,
    chosen: dict[str, object],
    *,
    rules: tuple[Path, ...],
    indicators: tuple[Feed, ...],
    baseline: Path | None,
    tell: Callable[[Event], None],
) -> Report:
    """Examine a case that was named as the target."""
    if chosen["min_sdk"] is not None:
        raise UsageError(
            "--min-sdk is for files of apps: a case keeps what it was made with",
            remedy="scan the files again",
        )
    if chosen["include_content"]:
        raise UsageError(
            "--include-content is for recordings: a case keeps what it was made with",
            remedy="scan the recording again",
        )
    asked: Any = {"privacy": chosen["privacy"], "jobs": chosen["jobs"]}
    return pipeline.examine(
        case, rules=rules, indicators=indicators, baseline=baseline, on_event=tell, **asked
    ).report


@click.command()
@click.argument("target", required=False)
@shared.case_option
@click.option("--dry-run", is_flag=True, help="Print every request as data; run none.")
@click.option("--resume", is_flag=True, help="Go on with the interrupted case in CASE.")
@shared.device_options
@shared.transfer_options
@shared.recording_options
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
             scanner acquire ios: --dry-run --profile standard
    """
    set_up_logging(verbose)
    if dry_run:
        asked = pipeline.dry_run(
            str(chosen["profile"] or PHONE_PROFILE),
            _platform(target),
            include=chosen["include"],  # type: ignore[arg-type]
        )
        _print_plan(asked, as_json=as_json)
        return 0
    with ExitStack() as stack:
        progress = stack.enter_context(Progress(quiet=quiet, events=_event_stream(events, stack)))
        if not quiet and (_is_demo(target) or pipeline.as_path(target) is None):
            _say_safety()
        reached = stack.enter_context(_resolved(target))
        acquired = pipeline.acquire(
            reached.target, options=_options(output, chosen, reached, progress, resume=resume)
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
    reached: Reached,
    progress: Callable[[Event], None],
    *,
    resume: bool = False,
) -> Options:
    users = chosen["users"]
    own = AdbServer(host=chosen["adb_host"], port=chosen["adb_port"])  # type: ignore[arg-type]
    custody = ("operator", "case_number", "purpose", "consent", "debugging_before")
    return Options(
        output=output,
        profile=chosen["profile"],  # type: ignore[arg-type]
        users=users if isinstance(users, tuple) and users else None,
        privacy=chosen["privacy"] or "share",  # type: ignore[arg-type]
        time_budget=chosen["time_budget"],  # type: ignore[arg-type]
        custody=Custody(**{name: chosen[name] for name in custody}),  # type: ignore[arg-type]
        adb=reached.adb or own,
        usbmux=reached.usbmux or chosen["usbmux"],  # type: ignore[arg-type]
        apps=chosen["apps"],  # type: ignore[arg-type]
        min_sdk=chosen["min_sdk"],  # type: ignore[arg-type]
        jobs=chosen["jobs"],  # type: ignore[arg-type]
        app_cache=int(chosen["app_cache"]) * 2**20,  # type: ignore[call-overload]
        include=_included(chosen),
        password=password_from(chosen["password_file"]),  # type: ignore[arg-type]
        resume=resume,
        on_event=progress,
    )


def _included(chosen: dict[str, object]) -> tuple[str, ...]:
    """Return what is read on request only, each word once."""
    words: list[str] = [*chosen["include"]]  # type: ignore[misc]
    return tuple(dict.fromkeys((*words, *([CONTENT] if chosen["include_content"] else []))))


def _event_stream(events: str | None, stack: ExitStack) -> TextIO | None:
    if events is None:
        return None
    if events == "-":
        return sys.stdout
    return stack.enter_context(Path(events).open("w", encoding="utf-8"))


def _is_demo(target: str | None) -> bool:
    return target is not None and target.startswith("demo:")


def _resolved(target: str | None) -> AbstractContextManager[Reached]:
    """Start the simulated phone that `demo:NAME` names; any other target stands as it is."""
    if target is None or not _is_demo(target):
        return nullcontext(Reached(target=target))
    return serving(target.removeprefix("demo:"))


def _say_safety() -> None:
    say(safety_text())
    say()


def _show(done: _Done, *, as_json: bool, quiet: bool, piped: bool) -> None:
    if as_json:
        click.echo(FORMATS["json"](done.report), nl=False)
    elif not piped:
        print_report(done.report)
    if not quiet:
        _say_case(done.folder, done.digest)


def _say_case(folder: Path, digest: str | None) -> None:
    say(f"\nCase:    {folder}")
    if digest is None:
        say("         incomplete; `scanner acquire --resume -o CASE` goes on with it")
        return
    say(f"Digest:  {digest}")
    say("         Note this digest outside of this computer: it alone shows a later rewrite.")


def _platform(target: str | None) -> str:
    """Return the platform of a phone that is named and not asked; without a name, Android."""
    if target is not None and _is_demo(target):
        return "ios" if target.startswith("demo:ios") else "android"
    return "ios" if target is not None and target.startswith("ios") else "android"


def _print_plan(requests: tuple[DescribedRequest, ...], *, as_json: bool) -> None:
    if as_json:
        print_json(requests)
        return
    for each in requests:
        click.echo(each.request)
