"""`scanner rules coverage`."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.cli.exits import exit_status
from scanner.cli.output import print_json
from scanner.detect import load
from scanner.detect.coverage import Coverage, navigator
from scanner.detect.coverage import coverage as covered


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(("text", "json", "navigator")),
    default="text",
    show_default=True,
    help="Words, data, or a layer for ATT&CK's Navigator.",
)
@click.option("--platform", type=click.Choice(("android", "ios")), help="Only rules of a platform.")
@exit_status
def coverage(paths: tuple[Path, ...], form: str, platform: str | None) -> int:
    """Say which techniques of ATT&CK for Mobile the shipped rules, or those under PATHS, speak of.

    \b
    Example: scanner rules coverage --platform ios
             scanner rules coverage -f navigator > layer.json
    """
    found = covered(load(paths, shipped=not paths), platform=platform)
    if form == "json":
        print_json(found)
    elif form == "navigator":
        print_json(navigator(found))
    else:
        _print(found)
    return 0


def _print(found: Coverage) -> None:
    for technique in found.techniques:
        click.echo(f"{technique.id:10}{len(technique.rules):4}".rstrip())
        for rule in technique.rules:
            click.echo(f"  {rule.platform or 'any':8}{rule.level:14}{rule.title}")
    click.echo(
        f"{len(found.techniques)} techniques of ATT&CK for Mobile {found.attack_version}, "
        f"{found.covered} with rules"
    )
