"""`scanner report -f timeline`: what happened on a phone, and when."""

from __future__ import annotations

from pathlib import Path

import click

from scanner.cli.output import say
from scanner.errors import UsageError

_OMITTED = {
    "hidden": "that the privacy level of the report hides (--privacy case shows them)",
    "unreadable": "that are no time",
    "file": "of files outside the system's folders (--files adds them)",
}


def show_history(source: Path, name: str, *, files: bool, output: Path | None, quiet: bool) -> int:
    """Write the timeline of a case or report, and say what it leaves out."""
    from scanner.pipeline.history import history_of  # noqa: PLC0415 - other formats need none of it

    history = history_of(source, files=files)
    if output is None:
        for part in history.written(name):
            click.echo(part, nl=False)
    else:
        try:
            with output.open("xb") as stream:
                for part in history.written(name):
                    stream.write(part)
        except FileExistsError:
            raise UsageError(
                f"{output} exists already", remedy="name another file with -o"
            ) from None
        except OSError as error:
            raise UsageError(f"{output} cannot be written: {error.strerror}") from error
    if not quiet:
        for why, count in sorted(history.omitted.items()):
            say(f"left out: {count} times {_OMITTED.get(why, why)}")
    return 0
