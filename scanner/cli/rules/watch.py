"""`scanner rules test --watch`: check and test again whenever a rule file is saved.

Files are looked at by their times and sizes; an editor that writes in several steps is waited for.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import click
from msgspec import Struct

from scanner.cli.exits import INTERRUPTED
from scanner.cli.output import say
from scanner.cli.rules.check import check_pack
from scanner.cli.rules.packs import number_of, pack_of
from scanner.cli.rules.tested import accused
from scanner.cli.rules.trials import CleanPhones, on_clean
from scanner.detect.workbench import Problem, of_error
from scanner.errors import RuleError
from scanner.formats.text import safe_text
from scanner.model.data import data_folder

_EVERY = 0.3  # seconds
_SUFFIXES = frozenset({".yml", ".yaml", ".yar", ".yara", ".json"})
_FILES = 20_000

State = dict[str, tuple[int, int, int]]  # of each file: its time, its size, its inode


class Outcome(Struct, frozen=True, kw_only=True):
    """What is wrong after one run, as the lines that say so."""

    rules: int
    errors: tuple[str, ...] = ()  # that keep the rules from being loaded
    wrong: tuple[str, ...] = ()  # what else is wrong; of rules that do not load, what last was


def watch_rules(paths: tuple[Path, ...], *, clean: bool) -> int:
    """Check and test until Ctrl-C; print what changed, and a summary in one line."""
    watched = paths or (data_folder("rules"),)
    phones = CleanPhones() if clean else None
    before: Outcome | None = None
    try:
        for _ in saves(watched):
            outcome = _run(paths, phones, before)
            for line in _changes(before, outcome):
                click.echo(line)
            click.echo(f"{time.strftime('%H:%M:%S')} {_summary(outcome)}")
            before = outcome
    except KeyboardInterrupt:
        say("no longer watching")
    return INTERRUPTED


def saves(paths: tuple[Path, ...]) -> Iterator[State]:
    """Yield the state of some files at once, and again each time they have changed and rest."""
    known = seen = _state(paths)
    yield known
    while True:
        time.sleep(_EVERY)
        now = _state(paths)
        if now == seen != known:  # it changed, and is the same as a moment ago
            known = now
            yield known
        seen = now


def _state(paths: tuple[Path, ...]) -> State:
    found: State = {}
    for path in paths:
        with contextlib.suppress(OSError):  # a folder is gone while it is looked through
            for file in path.rglob("*") if path.is_dir() else (path,):
                if file.suffix in _SUFFIXES and len(found) < _FILES:
                    try:
                        stated = file.stat()
                    except OSError:
                        continue  # gone between two looks, or a link that leads nowhere
                    found[str(file)] = (stated.st_mtime_ns, stated.st_size, stated.st_ino)
    return found


def _run(paths: tuple[Path, ...], phones: CleanPhones | None, before: Outcome | None) -> Outcome:
    known = before.wrong if before else ()
    if gone := [path for path in paths if not path.exists()]:
        return Outcome(rules=0, errors=(f"{gone[0]}: is not there",), wrong=known)
    try:
        pack = pack_of(paths)
        problems: tuple[Problem, ...] = tuple(check_pack(pack, paths))
        found = tuple(on_clean(pack, phones, paths)) if phones is not None else ()
    except RuleError as error:
        return Outcome(rules=0, errors=_lines(of_error(error)), wrong=known)
    on_phones = (accused(each) for each in found if each.accepted is None)
    wrong = dict.fromkeys((*_lines(problems), *on_phones))
    return Outcome(rules=number_of(pack), wrong=tuple(wrong))


def _lines(problems: tuple[Problem, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_line(each.text(), each.remedy) for each in problems))


def _line(text: str, remedy: str) -> str:
    shown = safe_text(text, 2000)
    return f"{shown}\n    {safe_text(remedy, 2000)}" if remedy else shown


def _changes(before: Outcome | None, now: Outcome) -> Iterator[str]:
    known = (*before.errors, *before.wrong) if before else ()
    current = (*now.errors, *now.wrong)
    yield from (f"+ {line}" for line in current if line not in known)
    yield from (f"- {line.partition(chr(10))[0]}" for line in known if line not in current)


def _summary(outcome: Outcome) -> str:
    if outcome.errors:
        return f"no rules: {len(outcome.errors)} errors, and nothing else was looked at"
    state = f"{len(outcome.wrong)} problems" if outcome.wrong else "all of it holds"
    return f"{outcome.rules} rules: {state}"
