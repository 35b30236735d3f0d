"""`scanner rules`: each command in a file of its own."""

from __future__ import annotations

import click

from scanner.cli.coverage import coverage
from scanner.cli.rules.check import check
from scanner.cli.rules.listing import lints, list_
from scanner.cli.rules.new import new
from scanner.cli.rules.prevalence import prevalence
from scanner.cli.rules.show import show
from scanner.cli.rules.test import test


@click.group()
def rules() -> None:
    """Write, list, show, check and test rules.

    \b
    Example: scanner rules check my-rules/
             scanner rules test my-rules/ --watch
    """


for _command in (new, list_, show, check, lints, test, prevalence, coverage):
    rules.add_command(_command)
