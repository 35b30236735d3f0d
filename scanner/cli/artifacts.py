"""`scanner artifacts`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner import pipeline
from scanner.cli.exits import exit_status
from scanner.cli.options import json_option
from scanner.cli.output import print_json
from scanner.cli.passwords import password_from
from scanner.errors import UsageError
from scanner.formats.text import safe_text

if TYPE_CHECKING:
    from scanner.model.recording import Part


@click.group()
def artifacts() -> None:
    """Say what is read from a phone, and how.

    \b
    Example: scanner artifacts list
    """


@artifacts.command("list")
@click.option(
    "--unread",
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="List the parts of a recording that no artifact reads.",
)
@json_option
@exit_status
def list_(unread: Path | None, as_json: bool) -> int:
    """List all artifacts: what each states and asks for.

    \b
    Example: scanner artifacts list --json
             scanner artifacts list --unread bugreport.zip
    """
    if unread is not None:
        return _list_unread(pipeline.unread(unread, password_from(None)), as_json=as_json)
    described = pipeline.describe_artifacts()
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
    described = {each.name: each for each in pipeline.describe_artifacts()}
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
            f"{'reads' if request.recorded else 'asks':11} {request.request}"
            + (f"  (after {', '.join(request.after)})" if request.after else "")
        )
    for entity, fields in each.states.items():
        click.echo(f"states      {entity}: {', '.join(fields)}")
    return 0


def _list_unread(parts: tuple[Part, ...], *, as_json: bool) -> int:
    if as_json:
        print_json(parts)
        return 0
    for part in parts:
        click.echo(f"{part.size:>12}  {safe_text(part.title)}")
    return 0
