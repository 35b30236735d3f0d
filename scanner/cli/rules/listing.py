"""`scanner rules list` and `lints`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from msgspec import Struct

from scanner.cli.exits import exit_status
from scanner.cli.options import LEVEL_NAMES, json_option
from scanner.cli.output import print_json, say
from scanner.cli.rules.packs import PATHS, pack_of, rules_of_bytes
from scanner.detect import Correlation, RulePack
from scanner.detect.header import STATUSES, techniques
from scanner.detect.workbench import known_lints, unusable_of
from scanner.errors import UsageError
from scanner.formats.text import safe_text
from scanner.model.report import RuleLine

YARA = "yara"  # stands as the category of a rule of bytes


@click.command("list")
@PATHS
@click.option(
    "--technique", metavar="ID", help="Only those of a technique of ATT&CK for Mobile: T1453."
)
@click.option("--platform", type=click.Choice(("android", "ios")), help="Only those of a platform.")
@click.option("--category", metavar="NAME", help="Only those on a type of entity: app, process.")
@click.option("--level", type=click.Choice(LEVEL_NAMES), help="Only those of a level.")
@click.option("--status", type=click.Choice(STATUSES), help="Only those of a status.")
@json_option
@exit_status
def list_(
    *,
    paths: tuple[Path, ...],
    technique: str | None,
    platform: str | None,
    category: str | None,
    level: str | None,
    status: str | None,
    as_json: bool,
) -> int:
    """List rules: the shipped ones, or those under PATHS.

    \b
    Example: scanner rules list --technique T1453 --json
             scanner rules list my-rules/ --platform ios --level medium
    """
    pack = pack_of(paths)
    tag = None if technique is None else _tag(technique)
    wanted = {"platform": platform, "level": level, "status": status}
    chosen = [
        each
        for each in _listed(pack)
        if all(value in (None, getattr(each, name)) for name, value in wanted.items())
        and (category is None or category in each.categories)
        and (tag is None or any(one == tag or one.startswith(f"{tag}.") for one in each.tags))
    ]
    if as_json:
        print_json({"digest": pack.digest, "rules": chosen, "unusable": pack.lines().unusable})
        return 0
    for each in chosen:
        facts = f"{each.level:14}{each.rule_class:11}{each.platform or 'any':8}"
        click.echo(f"{facts}{each.categories[0]:22}{safe_text(each.title)}")
    for problem in unusable_of(pack):
        say(problem.text())
    return 0


class Listed(Struct, frozen=True, kw_only=True):
    """A rule in a list."""

    id: str
    title: str
    description: str
    platform: str | None  # None: any
    categories: tuple[str, ...]  # the first is its own, the others are those of its base rules
    level: str
    rule_class: str
    confidence: str
    status: str
    tags: tuple[str, ...]
    file: str  # within its pack


def _listed(pack: RulePack) -> Iterator[Listed]:
    for rule in pack.rules:
        bases = rule.bases if isinstance(rule, Correlation) else ()
        yield _line(
            rule.line(),
            platform=rule.platform,
            categories=(rule.category, *dict.fromkeys(base.category for base in bases)),
            file=rule.path,
        )
    for file, of_bytes in rules_of_bytes(pack):
        platform = of_bytes.platform or file.platform
        yield _line(of_bytes.line, platform=platform, categories=(YARA,), file=file.name)


def _line(
    line: RuleLine, *, platform: str | None, categories: tuple[str, ...], file: str
) -> Listed:
    return Listed(
        id=line.id,
        title=line.title,
        description=line.description,
        platform=platform,
        categories=categories,
        level=line.level,
        rule_class=line.rule_class,
        confidence=line.confidence,
        status=line.status,
        tags=line.tags,
        file=file,
    )


@click.command("lints")
@json_option
@exit_status
def lints(as_json: bool) -> int:
    """List what `rules check` recommends, and which of Sigma's own checks are left out and why.

    \b
    Example: scanner rules lints
    """
    known = known_lints()
    if as_json:
        print_json(known)
        return 0
    for one in known:
        if not one.left_out:
            click.echo(f"{one.name:44}{one.recommendation}")
    click.echo("\nNot run:")
    for one in known:
        if one.left_out:
            click.echo(f"{one.name:44}{one.left_out}")
    return 0


def _tag(technique: str) -> str:
    wanted = technique.upper()
    if wanted not in techniques():
        raise UsageError(
            f"{technique!r} is no technique of ATT&CK for Mobile",
            remedy="for example T1453 or T1636.004",
        )
    return f"attack.{wanted.lower()}"
