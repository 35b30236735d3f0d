"""`scanner rules check`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
from msgspec import Struct

from scanner.cli.exits import RULES, exit_status
from scanner.cli.options import json_option
from scanner.cli.output import print_json, say
from scanner.cli.rules.packs import PATHS, number_of, pack_of
from scanner.detect import RulePack
from scanner.detect.workbench import Problem, RuleFiles, of_error, problems_of
from scanner.errors import RuleError
from scanner.formats.text import safe_text


class Checked(Struct, frozen=True, kw_only=True):
    """What `check` says of some rules."""

    rules: int
    problems: tuple[Problem, ...]


@click.command()
@PATHS
@json_option
@exit_status
def check(paths: tuple[Path, ...], as_json: bool) -> int:
    """Check rule files: form, fields, recommendations, and that each rule carries its proof.

    Every error names its file, line and key, the reason and a remedy, all of them at once.
    Exit status 6 when a file is wrong, departs from a recommendation, or cannot be evaluated.

    \b
    Example: scanner rules check my-rules/
             scanner rules check my-rules/ --json
    """
    checked = check_rules(paths)
    if as_json:
        print_json(checked)
    else:
        for problem in checked.problems:
            say_problem(problem)
        click.echo(f"{checked.rules} rules checked, {counted(checked.problems)}")
    return RULES if checked.problems else 0


def check_rules(paths: tuple[Path, ...]) -> Checked:
    """Load rules and hold them against everything that `check` knows."""
    try:
        pack = pack_of(paths)
    except RuleError as error:
        return Checked(rules=0, problems=of_error(error))
    return Checked(rules=number_of(pack), problems=tuple(check_pack(pack, paths)))


def check_pack(pack: RulePack, paths: tuple[Path, ...]) -> Iterator[Problem]:
    """Yield what is wrong with rules that could be loaded."""
    return problems_of(pack, RuleFiles(paths, shipped=not paths))


def say_problem(problem: Problem) -> None:
    """Say on standard error what is wrong, and below it what to do."""
    say(f"scanner: {safe_text(problem.text(), 2000)}")
    if problem.remedy:
        say(f"  {safe_text(problem.remedy, 2000)}")


def counted(problems: tuple[Problem, ...]) -> str:
    """Return how many problems there are, by kind where there are several kinds."""
    kinds = Counter(problem.kind for problem in problems)
    by_kind = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return f"{len(problems)} problems" + (f" ({by_kind})" if problems else "")
