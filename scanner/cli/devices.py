"""`scanner devices`."""

from __future__ import annotations

import click

from scanner import pipeline
from scanner.cli.exits import exit_status
from scanner.cli.options import json_option, usbmux_option
from scanner.cli.output import print_json
from scanner.formats.text import safe_text


@click.command()
@json_option
@click.option("--adb-host", metavar="HOST", help="Where the adb server listens.")
@click.option("--adb-port", type=int, metavar="PORT", help="Its port.")
@usbmux_option
@exit_status
def devices(as_json: bool, adb_host: str | None, adb_port: int | None, usbmux: str | None) -> int:
    """List attached phones, Android and iPhone, and what stands in the way of each.

    \b
    Example: scanner devices --json
    """
    found = pipeline.devices(host=adb_host, port=adb_port, usbmux=usbmux)
    if as_json:
        print_json(found)
        return 0
    if not found:
        click.echo("no phone is attached: plug one in and unlock it")
        click.echo("  Android needs USB debugging, an iPhone usbmuxd (scanner doctor looks for it)")
    for each in found:
        name = " ".join(part for part in (each.model, each.product, each.release) if part)
        click.echo(
            f"{safe_text(each.target)}  {each.transport}  {safe_text(each.state)}"
            f"  {safe_text(name)}"
        )
        if each.obstacle:
            click.echo(f"  {safe_text(each.obstacle.message, 500)}")
            click.echo(f"  {safe_text(each.obstacle.remedy, 500)}")
    return 0
