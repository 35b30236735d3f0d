"""The generated pages: up to date, and nothing that exists is missing from them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from scanner.artifacts import ARTIFACTS
from scanner.cli import main
from scanner.detect.workbench import known_lints
from scanner.detect.yara_proofs import sidecar
from scanner.model.entities import ENTITIES, Signer
from tools import entities_page

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
RULES = sorted((ROOT / "rules" / "sigma").rglob("*.yml"))
YARA_FILES = sorted((ROOT / "rules" / "yara").rglob("*.yar"))


def walk(command: click.Command, path: str) -> list[tuple[str, click.Command]]:
    """Return a command and all below it, each with what is typed to call it."""
    found = [(path, command)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            found += walk(child, f"{path} {name}")
    return found


COMMANDS = walk(main, "scanner")


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_generated_pages_are_up_to_date():
    run = subprocess.run(
        [sys.executable, ROOT / "tools" / "docs.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ("", 0) == (run.stderr, run.returncode)


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[path for path, _ in COMMANDS])
def test_a_command_is_documented_and_its_help_has_an_example(path, command):
    assert f"## `{path}`\n" in page("cli.md")
    assert f"Example: {path}" in (command.help or "")


@pytest.mark.parametrize("artifact", ARTIFACTS, ids=lambda artifact: artifact.name)
def test_an_artifact_is_documented(artifact):
    assert f"## {artifact.name}\n" in page("artifacts.md")


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.__name__)
def test_an_entity_is_documented_with_each_field(entity):
    name = entity.__struct_config__.tag
    part = page("entities.md").split(f"## {name}\n")[1].split("\n## ")[0]

    assert [] == [field for field in entity.__struct_fields__ if f"| `{field}` |" not in part]


RECORDS = sorted(
    {record for entity in ENTITIES for record in entities_page.records(entity)},
    key=lambda record: record.__name__,
)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_a_record_is_documented_with_each_field(record):
    part = page("entities.md").split(f"### {record.__name__}\n")[1].split("\n### ")[0]

    assert [] == [field for field in record.__struct_fields__ if f"| `{field}` |" not in part]


def test_a_field_that_holds_a_record_leads_to_it():
    assert f"list of [{Signer.__name__}](#{Signer.__name__.lower()})" in page("entities.md")


@pytest.mark.parametrize("rule", RULES, ids=lambda path: path.stem)
def test_a_rule_is_documented(rule):
    assert f"(../{rule.relative_to(ROOT)})" in page("rules.md")


@pytest.mark.parametrize("path", YARA_FILES, ids=lambda path: path.stem)
def test_a_file_of_yara_rules_is_documented_with_its_proofs(path):
    for named in (path, sidecar(path)):
        assert f"(../{named.relative_to(ROOT)})" in page("rules.md")


@pytest.mark.parametrize("known", known_lints(), ids=lambda known: known.name)
def test_a_recommendation_is_documented(known):
    assert f"| `{known.name}` |" in page("rules.md")


def test_there_are_rules():
    assert len(RULES) >= 10
