"""The rules that a command is about: those under the paths it was given, or those that ship."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from scanner.detect import AnyRule, RulePack, load
from scanner.detect.yara import YaraFile
from scanner.detect.yara.heading import Heading
from scanner.errors import UsageError

_NAMED = 20  # rules that an error lists

PATHS = click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
RULES_OPTION = click.option(
    "--rules",
    "paths",
    type=click.Path(path_type=Path, exists=True),
    multiple=True,
    metavar="DIR",
    help="Look under this folder instead of the shipped rules.",
)


def pack_of(paths: tuple[Path, ...]) -> RulePack:
    """Load the rules under some paths, or those that ship where none is given."""
    return load(paths, shipped=not paths)


def number_of(pack: RulePack) -> int:
    """Return how many rules a pack holds, of entities and of bytes."""
    files = pack.yara.files if pack.yara else ()
    return len(pack.rules) + sum(len(file.rules) for file in files)


def rules_of_bytes(pack: RulePack) -> Iterator[tuple[YaraFile, Heading]]:
    """Yield the YARA rules of a pack, each with its file."""
    for file in pack.yara.files if pack.yara else ():
        for rule in file.rules:
            yield file, rule


def rule_named(pack: RulePack, name: str) -> AnyRule | tuple[YaraFile, Heading]:
    """Return the one rule of that id or title, or with that text in its title or file name."""
    wanted = name.lower()
    known: list[tuple[tuple[str, str, str], AnyRule | tuple[YaraFile, Heading]]] = [
        *(((rule.id, rule.title.lower(), rule.path), rule) for rule in pack.rules),
        *(
            ((rule.name.lower(), rule.line.title.lower(), rule.line.id.lower()), (file, rule))
            for file, rule in rules_of_bytes(pack)
        ),
    ]
    found = [rule for names, rule in known if wanted in names]
    found = found or [rule for names, rule in known if wanted in names[1] or wanted in names[2]]
    if len(found) != 1:
        titles = "; ".join(_title(rule) for rule in found[:_NAMED]) or "none"
        raise UsageError(
            f"{len(found)} rules are named {name!r}: {titles}",
            remedy="scanner rules list names them all",
        )
    return found[0]


def _title(rule: AnyRule | tuple[YaraFile, Heading]) -> str:
    return rule[1].line.title if isinstance(rule, tuple) else rule.title
