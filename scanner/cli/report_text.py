"""A report on the terminal, as wide and as coloured as that is."""

from __future__ import annotations

import os
import shutil
import sys

import click

from scanner.model.report import Report
from scanner.report.text import render


def print_report(report: Report) -> None:
    """Print a report for people; coloured on a terminal, where nobody asked for no colour."""
    color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    width = shutil.get_terminal_size((80, 24)).columns
    click.echo(render(report, color=color, width=width), nl=False)
