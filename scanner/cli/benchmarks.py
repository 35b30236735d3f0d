"""`scanner benchmarks`: which security benchmarks a phone is held against, and how."""

from __future__ import annotations

import click

from scanner.benchmarks import BenchmarkEntry, listed, tables
from scanner.cli.exits import exit_status
from scanner.cli.options import json_option
from scanner.cli.output import print_json
from scanner.errors import UsageError
from scanner.pipeline.benchmarks import catalogues


@click.group()
def benchmarks() -> None:
    """List the security benchmarks that a phone is held against.

    \b
    Example: scanner benchmarks list
             scanner benchmarks show cis_ios26_personal_1
    """


@benchmarks.command("list")
@json_option
@exit_status
def list_(as_json: bool) -> int:
    """List all benchmarks: how many requirements each has, and how many can be decided.

    \b
    Example: scanner benchmarks list --json
    """
    entries = tuple(listed(catalogues()))
    if as_json:
        print_json(entries)
        return 0
    for each in entries:
        count = f"{each.decidable} of {each.requirements}"
        click.echo(f"{each.id:24} {count:>10}  {_named(each)}")
    return 0


@benchmarks.command()
@click.argument("name")
@json_option
@exit_status
def show(name: str, as_json: bool) -> int:
    """Show one benchmark: what each requirement asks for, and what an absent key means.

    \b
    Example: scanner benchmarks show cis_ios26_personal_1
    """
    found = {entry.id: (entry, asked) for entry, asked in tables(catalogues())}
    if name not in found:
        raise UsageError(f"no benchmark {name!r}", remedy="scanner benchmarks list names them all")
    entry, requirements = found[name]
    if as_json:
        print_json({"benchmark": entry, "requirements": requirements})
        return 0
    click.echo(f"{_named(entry)}\n{entry.source}\n")
    for each in requirements:
        click.echo(f"{each.title}  ({', '.join((each.id, *each.ids))})")
        if not each.asks:
            click.echo(f"    not decided: {each.undecidable.replace('_', ' ')}")
            continue
        click.echo(f"    asks    {each.asks}{'  (supervised)' if each.supervised else ''}")
        if each.absent:
            click.echo(f"    absent  {each.absent}")
    return 0


def _named(entry: BenchmarkEntry) -> str:
    return f"{entry.title}, level {entry.level}" if entry.level else entry.title
