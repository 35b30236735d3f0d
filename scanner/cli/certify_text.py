"""Statements as people read them in a terminal."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.certify.statement import Statement
from scanner.certify.verify import Standing
from scanner.formats.text import safe_text

_NAMED = 5  # of what stands against one requirement


def show_statement(statement: Statement) -> None:
    """Print what a statement says: each requirement, and what stands against it."""
    said, case = statement.predicate, safe_text(statement.case.name)
    click.echo(f"{safe_text(said.device.platform)} {safe_text(said.device.pseudonym)}, case {case}")
    click.echo(f"policy: {safe_text(said.policy.title)}")
    for line in said.requirements:
        why = ": ".join(part for part in (line.reason, line.detail) if part)
        shown = f"  {line.result:13} {safe_text(line.id, 64):28} {safe_text(why, 160)}"
        click.echo(shown.rstrip())
        against = line.named if line.result != "met" else ()
        for each in against[:_NAMED]:
            click.echo(f"{'':17}{safe_text(each, 160)}")
        if (more := len(against) - _NAMED) > 0:
            click.echo(f"{'':17}and {more} more, which the statement names")
    if said.not_applicable:
        others = ", ".join(said.not_applicable)
        click.echo(f"  not asked of this phone: {safe_text(others, 160)}")
    met = sum(line.result == "met" for line in said.requirements)
    click.echo(f"{met} of {len(said.requirements)} requirements are met; level {said.level}")
    click.echo(f"stands until {said.valid_until.isoformat()}")


def show_standing(path: Path, standing: Standing) -> None:
    """Print what verifying a statement showed."""
    statement = standing.statement
    for each in standing.signatures:
        name = safe_text(each.signer) or "nobody that is named"
        click.echo(f"{each.state:15} {safe_text(each.fingerprint)} ({name})")
    if statement is not None:
        show_statement(statement)
    for refused in standing.refused:
        click.echo(f"refused: {refused.reason}: {safe_text(refused.detail, 400)}")
    said = "holds: what it says was checked, and signed" if standing.holds else "does not hold"
    click.echo(f"{safe_text(str(path))}: {said}")
