"""`scanner query`."""

from __future__ import annotations

from collections.abc import Sequence

import click
from msgspec import Struct

from scanner.cli.exits import USAGE, exit_status, gravest, status_of
from scanner.cli.looking import TARGET, look_at_each, say_unread
from scanner.cli.options import json_option, privacy_option
from scanner.cli.output import print_json, say
from scanner.detect.workbench import EXAMPLE, Found, Query, QueryError, read_query
from scanner.errors import UsageError
from scanner.formats.text import safe_text
from scanner.model.findings import Match
from scanner.model.privacy import PrivacyLevel
from scanner.pipeline.workbench import Looked, queried

_WIDTH = 60  # characters of one column
_VALUES = 6


class Row(Struct, frozen=True, kw_only=True):
    """An entity for which a query holds."""

    fields: dict[str, str | int | bool | list[str | int | bool | None] | None]
    evidence: tuple[str, ...]


class Queried(Struct, frozen=True, kw_only=True):
    """What a query found in one case or recording."""

    name: str
    platform: str
    category: str
    examined: int  # entities for which it was decided
    undecided: int
    unstated: str | None  # the first field that an undecided entity does not state
    found: tuple[Row, ...]


@click.command()
@click.argument("words", metavar=f"{TARGET}... QUERY", nargs=-1, required=True)
@click.option(
    "--fields", metavar="A,B", help="The fields to show.  [default: the key, and those asked]"
)
@privacy_option
@json_option
@exit_status
def query(
    words: tuple[str, ...], fields: str | None, privacy: PrivacyLevel | None, as_json: bool
) -> int:
    """Ask entities of cases and recordings, in the words of a Sigma detection.

    QUERY is YAML in one line: the category, and fields with Sigma's modifiers, which all must hold;
    or a whole detection with a condition. docs/entities.md lists categories and fields. What does
    not state a field that is asked for stays undecided, and is counted.

    \b
    Example: scanner query demo:android-14-tampered 'category: app, installer: null, system: false'
             scanner query CASE 'category: app, permissions_granted|contains: SMS' --fields package
             scanner query bugreport.zip '{category: socket, detection: {a: {state: LISTEN},
                 b: {shipped: true}, condition: a and not b}}' --json
    """
    *targets, text = words
    if not targets:
        raise UsageError("a case and a query expected", remedy=f"scanner query CASE '{EXAMPLE}'")
    try:
        asked = read_query(text)
    except QueryError as error:
        _say_faults(error)
        return USAGE
    columns = asked.columns([name for name in (fields or "").replace(" ", "").split(",") if name])
    answers: list[Queried] = []
    statuses: list[int] = []
    for each in look_at_each(targets, privacy):
        if isinstance(each, Looked):
            answers.append(_answer(asked, each, columns))
        else:
            say_unread(*each)
            statuses.append(status_of(each[1]))
    if as_json:
        print_json(answers)
    else:
        for answer in answers:
            _print(answer, columns, several=len(targets) > 1)
    return gravest(statuses)


def _answer(asked: Query, looked: Looked, columns: Sequence[str]) -> Queried:
    answer = queried(asked, looked, columns)
    return Queried(
        name=looked.name,
        platform=looked.ground.platform,
        category=asked.test.category,
        examined=answer.examined,
        undecided=answer.undecided,
        unstated=answer.unstated,
        found=tuple(_row(each) for each in answer.found),
    )


def _row(found: Found) -> Row:
    shown = {each.field: _value(each) for each in found.columns}
    return Row(fields=shown, evidence=found.evidence)


def _value(match: Match) -> str | int | bool | list[str | int | bool | None] | None:
    return match.values[0] if len(match.values) == 1 else list(match.values)


def _print(answer: Queried, columns: Sequence[str], *, several: bool) -> None:
    if several:
        click.echo(f"{safe_text(answer.name)} ({answer.platform})")
    rows = [tuple(_cell(row.fields[name]) for name in columns) for row in answer.found]
    widths = [
        min(_WIDTH, max(len(cell) for cell in column))
        for column in zip(columns, *rows, strict=True)
    ]
    for line in (columns, *rows) if rows else ():
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
    say(_said(answer))


def _cell(value: object) -> str:
    if isinstance(value, list):
        more = len(value) - _VALUES
        listed = ", ".join(safe_text(str(one)) for one in value[:_VALUES])
        return f"{listed} and {more} more" if more > 0 else listed
    return "(none)" if value is None else safe_text(str(value))


def _said(answer: Queried) -> str:
    if not answer.examined and not answer.undecided:  # that says nothing of the phone
        return f"what was read holds nothing of the category {answer.category}"
    text = f"{len(answer.found)} of {answer.examined} of the category {answer.category}"
    if answer.undecided:
        lacking = f": `{answer.unstated}` is not stated" if answer.unstated else ""
        text += f"; {answer.undecided} undecided{lacking}"
    return text


def _say_faults(error: QueryError) -> None:
    for fault in error.faults:
        text, pointer = fault.drawn(error.text)
        say(f"scanner: query: {safe_text(fault.reason, 2000)}")
        if "\n" not in error.text and safe_text(text, 2000) == text:
            say(f"  {text}\n  {pointer}")
        if fault.remedy:
            say(f"  {safe_text(fault.remedy, 2000)}")
