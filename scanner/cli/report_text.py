"""Documents on the terminal, as wide and as coloured as that is."""

from __future__ import annotations

import os
import shutil
import sys
from typing import Any

import click

from scanner.model.report import Report
from scanner.report.text import render


def terminal() -> dict[str, Any]:
    """Return how a renderer of text may write: coloured where nobody asked for none, how wide."""
    color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return {"color": color, "width": shutil.get_terminal_size((80, 24)).columns}


def print_report(report: Report) -> None:
    """Print a report for people."""
    click.echo(render(report, **terminal()), nl=False)
