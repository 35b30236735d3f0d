"""`scanner rules prevalence`."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.cli.exits import exit_status, gravest, status_of
from scanner.cli.looking import TARGET, say_unread
from scanner.cli.options import json_option, privacy_option
from scanner.cli.output import print_json
from scanner.cli.rules.packs import pack_of
from scanner.cli.rules.trials import tries
from scanner.detect.workbench import Prevalence, Tally
from scanner.errors import ScannerError
from scanner.formats.text import safe_text
from scanner.model.privacy import PrivacyLevel


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, exists=True))
@click.argument("targets", metavar=f"{TARGET}...", nargs=-1, required=True)
@privacy_option
@json_option
@exit_status
def prevalence(
    file: Path, targets: tuple[str, ...], privacy: PrivacyLevel | None, as_json: bool
) -> int:
    """Say in how many cases or recordings each rule of FILE matches, and on which values.

    The bound is the largest rate that would still show so few matches in one of twenty such
    collections (95 %, Clopper and Pearson). A case in which a rule could not be decided does not
    count for it. What cannot be read is said, with its exit status; the others are counted.

    \b
    Example: scanner rules prevalence my-rule.yml cases/*
             scanner rules prevalence my-rules/ bugreports/*.zip --json
    """
    pack = pack_of((file,))
    counted = Tally(pack.rules)
    unread: list[ScannerError] = []
    for target in targets:
        try:
            done = tries(pack, target, privacy, 0)
        except ScannerError as error:
            say_unread(target, error)
            unread.append(error)
            continue
        for each in done.rules:
            counted.add(each)
        counted.devices += 1
    rates = tuple(counted.rates())
    if as_json:
        print_json({"devices": counted.devices, "unread": len(unread), "rules": rates})
    else:
        _print(rates, counted.devices, len(unread))
    return gravest(map(status_of, unread))


def _print(rates: tuple[Prevalence, ...], devices: int, unread: int) -> None:
    click.echo(f"{'match':>6} {'not':>6} {'unknown':>8} {'at most':>8}  rule")
    for rate in rates:
        bound = "-" if rate.upper_bound is None else f"{100 * rate.upper_bound:.0f} %"
        counts = f"{rate.matched:6} {rate.decided - rate.matched:6} {rate.not_examined:8}"
        click.echo(f"{counts} {bound:>8}  {safe_text(rate.title)}")
        for value in rate.values:
            shown = "(none)" if value.value is None else safe_text(str(value.value))
            click.echo(f"{value.devices:6} {'':24} {value.field} {shown}")
        if rate.more_values:
            click.echo(f"{'':31} and {rate.more_values} more values")
    click.echo(f"{devices} cases examined, {unread} could not be read")
