"""`scanner rules show`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from textwrap import fill, indent
from typing import Any

import click
import yaml
from msgspec import Struct

from scanner.cli.exits import exit_status
from scanner.cli.options import json_option
from scanner.cli.output import print_json
from scanner.cli.rules.listing import YARA
from scanner.cli.rules.packs import RULES_OPTION, pack_of, rule_named
from scanner.detect import AnyRule, Correlation
from scanner.detect.documents import read_file
from scanner.detect.workbench import RuleFiles, source_of
from scanner.detect.yara import YaraFile
from scanner.detect.yara.heading import Heading
from scanner.detect.yara_proofs import sidecar
from scanner.formats.text import safe_text

_WIDTH = 88
_FACTS = ("id", "level", "rule_class", "confidence", "status", "platform", "category")
_SECTIONS = ("detection", "correlation", "tests")


class ShownRule(Struct, frozen=True, kw_only=True):
    """A rule, whole."""

    id: str
    title: str
    description: str
    level: str
    rule_class: str
    confidence: str
    status: str
    platform: str | None  # None: any
    category: str
    file: str
    sha256: str
    foreign: bool
    fields: tuple[str, ...]
    tags: tuple[str, ...]
    falsepositives: tuple[str, ...]
    references: tuple[str, ...]
    advice: tuple[str, ...]
    documents: tuple[dict[str, Any], ...] = ()  # as written: condition, base rules and proofs
    source: str = ""  # of a YARA rule, as written


@click.command()
@click.argument("name")
@RULES_OPTION
@json_option
@exit_status
def show(name: str, paths: tuple[Path, ...], as_json: bool) -> int:
    """Show one rule whole, by its id, a part of its title or of its file's name.

    \b
    Example: scanner rules show 'verified boot'
    """
    rule = rule_named(pack_of(paths), name)
    if isinstance(rule, tuple):
        shown: ShownRule = _of_bytes(*rule)
    else:
        shown = _shown(rule, RuleFiles(paths, shipped=not paths))
    if as_json:
        print_json(shown)
    else:
        _print(shown)
    return 0


def _shown(rule: AnyRule, files: RuleFiles) -> ShownRule:
    documents = files.documents(rule) if isinstance(rule, Correlation) else ()
    if not documents and (own := files.document(rule)):
        documents = (own,)
    facts: dict[str, Any] = {name: getattr(rule, name) for name in (*_FACTS, "title", "sha256")}
    return ShownRule(
        **facts,
        description=rule.description,
        file=str(files.path(rule)),
        foreign=rule.foreign,
        fields=rule.fields(),
        tags=rule.tags,
        falsepositives=rule.falsepositives,
        references=rule.references,
        advice=rule.advice,
        documents=tuple(each.data for each in documents),
    )


def _of_bytes(file: YaraFile, rule: Heading) -> ShownRule:
    line = rule.line
    return ShownRule(
        id=line.id,
        title=line.title,
        description=line.description,
        level=line.level,
        rule_class=line.rule_class,
        confidence=line.confidence,
        status=line.status,
        platform=rule.platform or file.platform,
        category=YARA,
        file=file.path,
        sha256=file.sha256,
        foreign=rule.foreign,
        fields=rule.kinds,
        tags=line.tags,
        falsepositives=line.falsepositives,
        references=line.references,
        advice=rule.advice,
        documents=_proofs(file, rule.name),
        source=source_of(file.text, rule.name),
    )


def _proofs(file: YaraFile, rule: str) -> tuple[dict[str, Any], ...]:
    """Return the proofs that stand beside a YARA rule, as written."""
    path = sidecar(Path(file.path))
    if not path.is_file():
        return ()
    written = read_file(path).documents[0].data
    return ({"tests": written[rule]},) if rule in written else ()


def _print(rule: ShownRule) -> None:
    click.echo(safe_text(rule.title))
    click.echo(fill(safe_text(rule.description, 2000), _WIDTH) + "\n")
    for name in _FACTS:
        click.echo(f"{name:11} {getattr(rule, name)}")
    click.echo(f"{'file':11} {rule.file}")
    for name, values in (
        ("fields", (", ".join(rule.fields),)),
        ("tag", rule.tags),
        ("benign", rule.falsepositives),
        ("reference", rule.references),
        ("advice", rule.advice),
    ):
        _print_each(name, values)
    for document in rule.documents:
        named = f" of {document['name']}" if "name" in document else ""
        for section in _SECTIONS:
            if section in document:
                click.echo(f"\n{section}{named}:")
                click.echo(indent(_yaml(document[section]), "  "), nl=False)

    if rule.source:
        click.echo("\n" + _visible(rule.source), nl=False)


def _print_each(name: str, values: Iterable[str]) -> None:
    for value in values:
        click.echo(f"{name:11} {safe_text(value, 2000)}")


def _yaml(value: Any) -> str:
    text = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=_WIDTH)
    return _visible(text)


def _visible(text: str) -> str:
    return "".join(f"{safe_text(line, 2000)}\n" for line in text.splitlines())
