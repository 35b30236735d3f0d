"""`scanner watch status`, `timeline`, `ack` and the other commands on what a watch keeps."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from scanner.case.storage import disk_errors
from scanner.cli import options as shared
from scanner.cli.exits import exit_status
from scanner.cli.output import print_json, say
from scanner.cli.report_text import terminal
from scanner.cli.watch_options import DURATION, store_option
from scanner.errors import UsageError
from scanner.formats.text import safe_text
from scanner.pipeline.host import now
from scanner.pipeline.knowledge import known
from scanner.report.timeline import render
from scanner.watch import acknowledge, overview
from scanner.watch.settings import store_path
from scanner.watch.store.database import refused
from scanner.watch.store.prune import prune as shorten
from scanner.watch.store.store import Store

if TYPE_CHECKING:
    from scanner.watch.overview import Watched

_device = click.argument("device")
_finding = click.argument("fingerprint", metavar="FINGERPRINT")
_note = click.option("--note", metavar="TEXT", help="Why; kept with the finding.")
_by = click.option(
    "--by", default=lambda: os.environ.get("USER"), metavar="NAME",
    help="Who says so.  [default: the user]",
)  # fmt: skip


@click.command()
@store_option
@shared.json_option
@exit_status
def status(*, store: Path | None, as_json: bool) -> None:
    """Say of each phone when it was last scanned, what is open, and whether it is silent.

    \b
    Example: scanner watch status
             scanner watch status --json
    """
    with _opened(store) as kept:
        phones = overview.status(kept, now())
    if as_json:
        print_json(phones)
        return
    if not phones:
        say("no phone was seen yet")
    for phone in phones:
        click.echo(_line(phone))


@click.command()
@_device
@click.option(
    "-f", "--format", "form", type=click.Choice(("json", "html", "text")), default="text",
    show_default=True, help="How it is shown.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Write it here.",
)  # fmt: skip
@store_option
@exit_status
def timeline(*, device: str, form: str, output: Path | None, store: Path | None) -> None:
    """Show what a watch kept of a phone: its scans, findings, changes and silences.

    DEVICE is the phone's pseudonym, or its beginning.

    \b
    Example: scanner watch timeline 2c0deb2e
             scanner watch timeline 2c0deb2e -f html -o phone.html
    """
    with _opened(store) as kept:
        row = kept.device(acknowledge.device_named(kept, device))
        if row is None:
            raise UsageError(f"{safe_text(device)} is not known")
        line = overview.timeline(kept, row, privacy=kept.privacy, now=now())
    if form == "json":
        text = msgspec.json.format(msgspec.json.encode(line), indent=2).decode() + "\n"
    else:
        chosen = terminal() if form == "text" and output is None else {}
        text = render(line, form, **chosen)
    if output is None:
        click.echo(text, nl=False)
        return
    with disk_errors(output.parent):
        output.write_text(text, encoding="utf-8")


@click.command()
@_device
@_finding
@_note
@_by
@store_option
@exit_status
def ack(*, device: str, fingerprint: str, store: Path | None, **said: Any) -> None:
    """Note that somebody has seen a finding: it raises nothing while it lasts.

    When it was gone and comes back it is told again.

    \b
    Example: scanner watch ack 2c0deb2e 5f0c2a9d --note 'her new work profile'
    """
    with _opened(store) as kept:
        finding = acknowledge.acknowledge(
            kept, acknowledge.device_named(kept, device), fingerprint, now(), **said
        )
    say(f"acknowledged: {finding.title} ({finding.subject})")


@click.command()
@_device
@_finding
@click.option(
    "--for", "seconds", type=DURATION, default="7d", show_default=True, metavar="TIME",
    help="How long; if it is there afterwards it is told again.",
)  # fmt: skip
@_note
@_by
@store_option
@exit_status
def suppress(*, device: str, fingerprint: str, store: Path | None, **said: Any) -> None:
    """Let a finding raise nothing for a time.

    \b
    Example: scanner watch suppress 2c0deb2e 5f0c2a9d --for 7d --note 'until it is repaired'
    """
    with _opened(store) as kept:
        finding = acknowledge.suppress(
            kept, acknowledge.device_named(kept, device), fingerprint, now(), **said
        )
    say(f"suppressed until {finding.suppressed_until:%Y-%m-%d %H:%M} UTC: {finding.title}")


@click.command()
@_device
@_finding
@store_option
@exit_status
def unsuppress(*, device: str, fingerprint: str, store: Path | None) -> None:
    """Take back an acknowledgement or a suppression.

    \b
    Example: scanner watch unsuppress 2c0deb2e 5f0c2a9d
    """
    with _opened(store) as kept:
        finding = acknowledge.unsuppress(kept, acknowledge.device_named(kept, device), fingerprint)
    say(f"neither acknowledged nor suppressed: {finding.title} ({finding.subject})")


@click.command()
@_device
@click.option(
    "--set", "given", required=True, metavar="last|CASE",
    help="Its last scans, or a case of it.",
)  # fmt: skip
@shared.rules_option
@store_option
@exit_status
def baseline(
    *, device: str, given: str, rule_folders: tuple[Path, ...], store: Path | None
) -> None:
    """Choose what a phone is compared with, after a change that is wanted.

    \b
    Example: scanner watch baseline 2c0deb2e --set last
             scanner watch baseline 2c0deb2e --set cases/2026-0007
    """
    if given != "last" and not Path(given).exists():
        raise UsageError(f"{safe_text(given)}: no such case", remedy="name its folder, or `last`")
    knowledge = None if given == "last" else known(rule_folders)
    with _opened(store) as kept:
        acknowledge.new_baseline(
            kept, acknowledge.device_named(kept, device), given, knowledge, now()
        )
    say("the baseline is set")


@click.command()
@click.option("--keep-days", type=click.IntRange(1, 36_500), default=90, show_default=True,
              metavar="N", help="Older events, scans and changes are removed.")  # fmt: skip
@click.option("--max-mib", type=click.IntRange(1, 1_000_000), default=256, show_default=True,
              metavar="N", help="Beyond this the oldest are removed.")  # fmt: skip
@store_option
@shared.json_option
@exit_status
def prune(*, keep_days: int, max_mib: int, store: Path | None, as_json: bool) -> None:
    """Remove what is old from the store; open findings, states and what is owed stay.

    \b
    Example: scanner watch prune --keep-days 30
    """
    with _opened(store) as kept:
        done = shorten(kept, now(), keep_days=keep_days, max_mib=max_mib)
    if as_json:
        print_json(done)
        return
    click.echo(f"{done.rows} rows removed; {done.bytes // 1024} KiB are used")


@click.command()
@_device
@store_option
@exit_status
def forget(*, device: str, store: Path | None) -> None:
    """Remove a phone from the store: it is not expected any more. Its cases stay.

    \b
    Example: scanner watch forget 2c0deb2e
    """
    with _opened(store) as kept:
        rows = acknowledge.forget(kept, acknowledge.device_named(kept, device))
    say(f"forgotten: {rows} rows")


KEPT = (status, timeline, ack, suppress, unsuppress, baseline, prune, forget)


@contextlib.contextmanager
def _opened(path: Path | None) -> Iterator[Store]:
    """Open a store that is there; UsageError where none is."""
    path = store_path(path)
    if not path.is_file():
        raise UsageError(f"{path}: no watch has run yet", remedy="start one: scanner watch")
    store = Store(path)
    try:
        yield store
    except sqlite3.DatabaseError as error:
        raise refused(error, path) from error
    finally:
        store.close()


def _line(phone: Watched) -> str:
    counts = ", ".join(f"{count} {level}" for level, count in phone.open.items())
    state = "silent" if phone.silent_since else "attached" if phone.present else "away"
    parts = [
        phone.device,
        f"{state:8}",
        f"{phone.scanned_at:%Y-%m-%d %H:%M}" if phone.scanned_at else "never scanned   ",
        safe_text(phone.model or phone.platform, 40),
        f"open: {counts or 'none'}; {phone.unseen} not acknowledged",
    ]
    if phone.obstacle:
        parts.append(safe_text(phone.obstacle, 200))
    return "  ".join(parts)
