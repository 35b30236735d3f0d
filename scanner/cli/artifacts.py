"""`scanner artifacts`."""

from __future__ import annotations

import click

from scanner.cli.exits import exit_status
from scanner.cli.options import json_option
from scanner.cli.output import print_json
from scanner.errors import UsageError
from scanner.pipeline import describe_artifacts


@click.group()
def artifacts() -> None:
    """Say what is read from a phone, and how.

    \b
    Example: scanner artifacts list
    """


@artifacts.command("list")
@json_option
@exit_status
def list_(as_json: bool) -> int:
    """List all artifacts: what each states and asks for.

    \b
    Example: scanner artifacts list --json
    """
    described = describe_artifacts()
    if as_json:
        print_json(described)
        return 0
    for each in described:
        click.echo(f"{each.name:28} {each.profile:9} {each.title}")
    return 0


@artifacts.command()
@click.argument("name")
@json_option
@exit_status
def show(name: str, as_json: bool) -> int:
    """Show one artifact: its requests as data, and the fields that it states.

    \b
    Example: scanner artifacts show android.adb_keys
    """
    described = {each.name: each for each in describe_artifacts()}
    if name not in described:
        raise UsageError(f"no artifact {name!r}", remedy="scanner artifacts list names them all")
    each = described[name]
    if as_json:
        print_json(each)
        return 0
    click.echo(f"{each.name}: {each.title}")
    click.echo(f"platform    {each.platform}\nprofile     {each.profile}")
    click.echo(f"provenance  {each.provenance}")
    for request in each.requests:
        click.echo(
            f"asks        {request.request}"
            + (f"  (after {', '.join(request.after)})" if request.after else "")
        )
    for entity, fields in each.states.items():
        click.echo(f"states      {entity}: {', '.join(fields)}")
    return 0
