"""`scanner devices`."""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING

import click
import msgspec

from scanner import pipeline
from scanner.cli.exits import INTERRUPTED, exit_status
from scanner.cli.options import json_option, usbmux_option
from scanner.cli.output import print_json, say
from scanner.formats.text import safe_text

if TYPE_CHECKING:
    from scanner.model.source import Attached, Obstacle
    from scanner.sources.attached import Attachment


@click.command()
@json_option
@click.option("--watch", is_flag=True, help="Go on telling which phones come and go.")
@click.option("--adb-host", metavar="HOST", help="Where the adb server listens.")
@click.option("--adb-port", type=int, metavar="PORT", help="Its port.")
@usbmux_option
@exit_status
def devices(
    as_json: bool, watch: bool, adb_host: str | None, adb_port: int | None, usbmux: str | None
) -> int:
    """List attached phones, Android and iPhone, and what stands in the way of each.

    With --watch each phone is told as it comes, changes and goes, as adb and usbmuxd tell it, until
    Ctrl-C; with --json one object by line. An iPhone is not asked whether it is locked or paired.

    \b
    Example: scanner devices --json
             scanner devices --watch
    """
    if watch:
        return _watch(as_json, adb_host, adb_port, usbmux)
    found = pipeline.devices(host=adb_host, port=adb_port, usbmux=usbmux)
    if as_json:
        print_json(found)
        return 0
    if not found:
        click.echo("no phone is attached: plug one in and unlock it")
        click.echo("  Android needs USB debugging, an iPhone usbmuxd (scanner doctor looks for it)")
    for each in found:
        click.echo(_line(each))
        for line in _lines(each.obstacle):
            click.echo(line)
    return 0


def _watch(as_json: bool, host: str | None, port: int | None, usbmux: str | None) -> int:
    from scanner.sources.attached import follow  # noqa: PLC0415  loads adbutils

    events = follow(host=host, port=port, usbmux=usbmux, stop=threading.Event())
    try:
        with contextlib.closing(events):
            for event in events:
                if as_json:
                    click.echo(msgspec.json.encode(event))
                else:
                    _tell(event)
    except KeyboardInterrupt:
        say("no longer watching")
    return INTERRUPTED


def _tell(event: Attachment) -> None:
    """Tell of a phone on standard output, of a server on standard error."""
    at = f"{event.at.astimezone():%H:%M:%S}"
    if event.phone is not None:
        click.echo(f"{at}  {event.kind:8}  {_line(event.phone)}")
        for line in _lines(event.phone.obstacle):
            click.echo(line)
    elif event.trouble is not None:
        say(f"{at}  {safe_text(event.trouble.message, 500)}")
        say(f"  {safe_text(event.trouble.remedy, 500)}")
    else:
        say(f"{at}  {'usbmuxd' if event.server == 'usbmux' else 'the adb server'} answers again")


def _line(phone: Attached) -> str:
    name = " ".join(part for part in (phone.model, phone.product, phone.release) if part)
    return (
        f"{safe_text(phone.target)}  {phone.transport}  {safe_text(phone.state)}  {safe_text(name)}"
    )


def _lines(obstacle: Obstacle | None) -> tuple[str, ...]:
    if obstacle is None:
        return ()
    return (f"  {safe_text(obstacle.message, 500)}", f"  {safe_text(obstacle.remedy, 500)}")
