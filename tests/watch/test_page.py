"""The page on watching phones: its tables are the code's, and its commands exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import click

from scanner.cli.watch import watch
from scanner.model.watch import WatchEventKind
from scanner.watch.schedule import GAP, Pace
from scanner.watch.settings import KeepCases

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "watch-phones.md").read_text("utf-8")


def firsts(heading: str) -> set[str]:
    """Return the words in the first cells of the table below a heading."""
    part = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`.*?`) \|", part, flags=re.MULTILINE)
    return {word for cell in cells for word in re.findall(r"`(\w+)`", cell)}


def test_every_event_is_told():
    assert set(get_args(WatchEventKind)) == firsts("What is told")


def test_when_a_phone_is_scanned():
    triggers = {"attached", "interval", "deep", "finding", "manual"}

    assert triggers == firsts("When a phone is scanned")
    assert f"at least {GAP:.0f} seconds apart" in PAGE
    assert (3600.0, 86400.0, 3 * 3600.0) == (Pace().interval, Pace().deep_every, Pace().quiet)


def test_which_cases_stay():
    assert set(get_args(KeepCases)) == firsts("What is kept")


def test_its_commands_and_options_exist():
    assert isinstance(watch, click.Group)
    options = {
        name for command in watch.commands.values() for each in command.params for name in each.opts
    }
    named = set(re.findall(r"(--[a-z][a-z-]+)", PAGE))
    words = set(re.findall(r"scanner watch ([a-z]+)\b(?!:)", PAGE))

    assert set() == named - options
    assert words <= set(watch.commands)
