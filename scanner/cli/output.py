"""What people see: results on standard output, messages and progress on standard error."""

from __future__ import annotations

import logging
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

import click
import msgspec

from scanner.model.events import Progress as Step
from scanner.model.events import Started

if TYPE_CHECKING:
    from scanner.model.events import Event


def say(message: str = "") -> None:
    """Tell a person something, on standard error."""
    click.echo(message, err=True)


def json_text(value: object) -> str:
    """Return a result as one JSON document."""
    return msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2).decode()


def print_json(value: object) -> None:
    """Print a result as one JSON document."""
    click.echo(json_text(value))


def set_up_logging(verbose: int) -> None:
    """Log to standard error: warnings; with -v what is done, with -vv more."""
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    logging.basicConfig(stream=sys.stderr, level=level, format="%(name)s: %(message)s")


class Progress:
    """Shows how far a scan is: one line that is redrawn on a terminal, single lines elsewhere."""

    def __init__(self, *, quiet: bool, events: TextIO | None = None) -> None:
        self._quiet, self._events = quiet, events
        self._live = sys.stderr.isatty() and not quiet
        self._shown = False

    def __call__(self, event: Event) -> None:
        if self._events is not None:
            self._events.write(msgspec.json.encode(event).decode() + "\n")
            self._events.flush()
        if self._live:
            self._show(event)
        elif isinstance(event, Started) and not self._quiet:
            say(_begun(event))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _show(self, event: Event) -> None:
        if isinstance(event, Step) and event.total:
            filled = 24 * event.done // event.total
            bar = "#" * filled + "." * (24 - filled)
            sys.stderr.write(f"\r\x1b[K{event.phase:8} [{bar}] {event.done}/{event.total}")
            sys.stderr.flush()
            self._shown = True


def _begun(event: Started) -> str:
    if event.recorded:
        parts = "one part" if event.requests == 1 else f"{event.requests} parts"
        return f"reading {parts} of the recording"
    return f"asking the phone {event.requests} questions, and more where its answers call for it"
