"""`scanner doctor`."""

from __future__ import annotations

import click

from scanner.cli.exits import NO_DEVICE, exit_status
from scanner.cli.options import json_option
from scanner.cli.output import print_json
from scanner.pipeline.doctor import diagnose


@click.command()
@json_option
@exit_status
def doctor(as_json: bool) -> int:
    """Check this computer: adb, sandbox, clock, keys, rules, disk.

    Changes nothing and starts nothing. Exit status 3 when phones could not be examined from here.

    \b
    Example: scanner doctor --json
    """
    diagnosis = diagnose()
    if as_json:
        print_json(diagnosis)
    else:
        for each in diagnosis:
            click.echo(f"{each.state:8} {each.name:10} {each.text}")
            if each.remedy:
                click.echo(f"{'':19} {each.remedy}")
    return NO_DEVICE if any(each.state == "missing" for each in diagnosis) else 0
