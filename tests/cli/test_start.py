"""Starting is cheap, and every command explains itself."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from scanner.cli.main import COMMANDS, main

ALLOWED = {"scanner", "scanner.__main__", "scanner.cli", "scanner.cli.main"}


def all_commands() -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []

    def walk(prefix: str, command: click.Command) -> None:
        found.append((prefix, command))
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                child = command.get_command(context, name)
                assert child is not None
                walk(f"{prefix} {name}", child)

    walk("scanner", main)
    return found


def test_help_loads_the_root_alone():
    code = (
        "import sys\n"
        "from scanner.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(*sorted(m for m in sys.modules if m.split('.')[0] == 'scanner'), file=sys.stderr)\n"
        "print(*sorted({m.split('.')[0] for m in sys.modules}), file=sys.stderr)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    ours, packages = ran.stderr.strip().splitlines()
    assert set(ours.split()) <= ALLOWED
    assert not {"msgspec", "rich", "jinja2", "sigma", "adbutils", "yaml"} & set(packages.split())


def test_help_lists_every_command(run):
    ran = run("--help")

    assert 0 == ran.returncode
    assert [] == [name for name in COMMANDS if f"\n  {name} " not in ran.stdout]


@pytest.mark.parametrize(("name", "command"), all_commands(), ids=lambda value: str(value)[:40])
def test_every_command_has_help_with_an_example(name: str, command: click.Command):
    text = command.get_help(click.Context(command, info_name=name))

    assert "Example:" in text
    assert f"{name.split(maxsplit=1)[0]} " in text


def test_the_table_says_what_the_commands_say():
    context = click.Context(main)
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        assert name == command.name


def test_the_version_is_printed(run):
    assert run("--version").stdout.startswith("scanner, version 20")
