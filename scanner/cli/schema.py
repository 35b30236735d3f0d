"""`scanner schema`."""

from __future__ import annotations

import click

from scanner.cli.exits import exit_status
from scanner.cli.output import print_json
from scanner.pipeline.schema import schema_of

DOCUMENTS = (
    "report",
    "events",
    "entities",
    "evidence",
    "diff",
    "watch",
    "timeline",
    "fleet",
    "statement",
    "fleet-status",
)


@click.command()
@click.argument("document", type=click.Choice(DOCUMENTS), default="report")
@exit_status
def schema(document: str) -> int:
    """Print the JSON Schema (2020-12) of a document that the scanner writes.

    report: report.json. events: a line of --events. entities: a line of entities.jsonl, before its
    privacy level; `x-privacy` is the privacy class of each field. evidence: a line of index.jsonl.
    diff: `scanner diff`. watch: a line of `watch --json`. timeline: `watch timeline`. fleet:
    `fleet compare`. statement: what `certify` signs. fleet-status: `fleet status`.

    \b
    Example: scanner schema report > report.schema.json
    """
    print_json(schema_of(document))
    return 0
