"""Passwords of encrypted backups: from a file, the environment or a prompt, never an argument."""

from __future__ import annotations

import functools
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scanner.errors import UsageError

if TYPE_CHECKING:
    from scanner.pipeline import Password

VARIABLE = "SCANNER_BACKUP_PASSWORD"
_LIMIT = 4096  # characters

password_option = click.option(
    "--password-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help=f"Password of an encrypted backup: the first line of a file; else ${VARIABLE}, else a"
    " prompt at a terminal.",
)


def password_from(file: Path | None) -> Password:
    """Return what is asked for a password, once a backup turns out to be encrypted.

    A person is asked once: several backups of a phone have one password.
    """

    @functools.cache
    def ask() -> str | None:
        if file is not None:
            return _first_line(file)
        if (given := os.environ.get(VARIABLE)) is not None:
            return given
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return None
        typed: str = click.prompt(
            "Password of the backup (empty: examine it locked)",
            default="",
            hide_input=True,
            show_default=False,
            err=True,
        )
        return typed or None

    return ask


def _first_line(file: Path) -> str:
    try:
        with file.open(encoding="utf-8", newline=None) as stream:
            line = stream.readline(_LIMIT + 1).rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read as a password") from error
    if not line or len(line) > _LIMIT:
        raise UsageError(f"{file}: a password in the first line expected")
    return line
