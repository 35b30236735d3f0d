"""`scanner rules`."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.cli.exits import RULES, complain, exit_status
from scanner.cli.options import json_option
from scanner.cli.output import print_json, say
from scanner.detect import AnyRule, RuleErrors, RulePack, lint, load, prove
from scanner.errors import UsageError

_PATHS = click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))


@click.group()
def rules() -> None:
    """List, show, check and test rules.

    \b
    Example: scanner rules check my-rules/
    """


@rules.command("list")
@_PATHS
@json_option
@exit_status
def list_(paths: tuple[Path, ...], as_json: bool) -> int:
    """List rules: the shipped ones, or those under PATHS.

    \b
    Example: scanner rules list --json
    """
    pack = _load(paths)
    if as_json:
        print_json(pack.lines())
        return 0
    for rule in pack.rules:
        click.echo(f"{rule.level:14}{rule.rule_class:11}{rule.category:12}{rule.title}")
    for line in _unusable(pack):
        say(line)
    return 0


@rules.command()
@click.argument("name")
@click.option(
    "--rules", "paths", type=click.Path(path_type=Path, exists=True), multiple=True,
    metavar="DIR", help="Look under this folder instead of the shipped rules.",
)  # fmt: skip
@json_option
@exit_status
def show(name: str, paths: tuple[Path, ...], as_json: bool) -> int:
    """Show one rule, by its id or a part of its title.

    \b
    Example: scanner rules show 'verified boot'
    """
    pack = _load(paths)
    found = [each for each in pack.rules if name == each.id or name.lower() in each.title.lower()]
    if len(found) != 1:
        titles = "; ".join(each.title for each in found) or "none"
        raise UsageError(
            f"{len(found)} rules are named {name!r}: {titles}",
            remedy="scanner rules list names them all",
        )
    if as_json:
        print_json(found[0].line())
    else:
        _print_rule(found[0])
    return 0


@rules.command()
@_PATHS
@json_option
@exit_status
def check(paths: tuple[Path, ...], as_json: bool) -> int:
    """Check rule files: schema, fields, lints, and that each rule carries its proof.

    Exit status 6 when a file is wrong, or a rule in it cannot be evaluated.

    \b
    Example: scanner rules check my-rules/
    """
    try:
        pack = _load(paths)
    except RuleErrors as error:
        if as_json:
            print_json({"errors": [str(each) for each in error.errors]})
        for each in error.errors:
            complain(each)
        return RULES
    problems = [
        *_lints(pack.rules),
        *_unusable(pack),
        *_failed_proofs(pack.rules),
    ]
    if as_json:
        print_json({"rules": len(pack.rules), "errors": problems})
    else:
        for problem in problems:
            say(problem)
        click.echo(f"{len(pack.rules)} rules checked, {len(problems)} problems")
    return RULES if problems else 0


@rules.command()
@_PATHS
@json_option
@exit_status
def test(paths: tuple[Path, ...], as_json: bool) -> int:
    """Run the proofs that rules carry: what must match, what must not, what must stay unknown.

    \b
    Example: scanner rules test my-rules/android/app/my-rule.yml
    """
    pack = _load(paths)
    proved = [(rule, proof) for rule in pack.rules for proof in prove(rule)]
    failed = _failed_proofs(pack.rules)
    if as_json:
        print_json({"proofs": len(proved), "failed": failed})
    else:
        for line in failed:
            click.echo(line)
        click.echo(f"{len(pack.rules)} rules, {len(proved)} proofs, {len(failed)} failed")
    return RULES if failed else 0


def _load(paths: tuple[Path, ...]) -> RulePack:

    return load(paths, shipped=not paths)


def _lints(loaded: tuple[AnyRule, ...]) -> list[str]:
    return [
        f"{rule.path}: {each.name}: {each.recommendation}" for rule in loaded for each in lint(rule)
    ]


def _unusable(pack: RulePack) -> list[str]:
    return [
        f"{each.params['path']}: cannot be evaluated: {each.params['reason']}"
        for each in pack.unusable
    ]


def _failed_proofs(loaded: tuple[AnyRule, ...]) -> list[str]:

    return [
        f"{rule.path}: proof {proved.proof.kind} {proved.proof.number} does not hold"
        for rule in loaded
        for proved in prove(rule)
        if not proved.holds
    ]


def _print_rule(rule: AnyRule) -> None:
    click.echo(f"{rule.title}\n{rule.description}\n")
    for name in ("id", "level", "rule_class", "confidence", "status", "platform", "category"):
        click.echo(f"{name:11} {getattr(rule, name)}")
    click.echo(f"{'fields':11} {', '.join(rule.fields())}")
    for tag in rule.tags:
        click.echo(f"{'tag':11} {tag}")
    for text in rule.falsepositives:
        click.echo(f"{'benign':11} {text}")
