"""Feeds of indicators, as text for a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime

import click

from scanner.cli.output import say
from scanner.formats.text import safe_text
from scanner.model.findings import Message
from scanner.model.indicators import FeedLine
from scanner.pipeline.feeds.catalogue import StoredFeed
from scanner.pipeline.feeds.download import origin_of
from scanner.pipeline.feeds.receive import Outcome
from scanner.pipeline.feeds.sources import Source
from scanner.report.messages import text as message_text

_STATES = {
    "new": "imported",
    "updated": "updated",
    "unchanged": "unchanged",
    "fresh": "looked at lately",
    "offline": "left as it is: offline",
    "unreachable": "not reached; what is there stays",
    "refused": "refused; what is there stays",
    "passed_over": "passed over: no feed",
}


def print_stored(feed: StoredFeed, now: datetime) -> None:
    """Print one line on a feed that was imported."""
    newest = feed.newest
    of = newest.published_at or newest.fetched_at
    age = max((now - of).days, 0)
    stated = "published" if newest.published_at else "imported"
    click.echo(
        f"{feed.id:24} {newest.indicators:>8} indicators  {stated} {of:%Y-%m-%d} ({age} days)"
        f"  signature {newest.signature}  {safe_text(newest.origin, 300)}"
    )


def print_feed(line: FeedLine, origin: str) -> None:
    """Print what a feed holds."""
    click.echo(f"{line.id}: {safe_text(line.title)}")
    published = f"{line.published_at:%Y-%m-%d}" if line.published_at else "not stated"
    rows = [
        ("file", safe_text(origin, 300)),
        ("kind", line.kind),
        ("published", published),
        ("sha256", line.sha256),
        ("signature", line.signature),
        ("tlp", line.tlp or "not stated"),
        *((type, str(count)) for type, count in line.types.items()),
        ("expired", str(line.expired)),
        ("too early", str(line.not_yet_valid)),
        ("revoked", str(line.revoked)),
        ("unusable", str(line.unusable)),
    ]
    if line.fetched_at is not None:
        rows.insert(3, ("imported", f"{line.fetched_at:%Y-%m-%d %H:%M} UTC"))
    for name, value in rows:
        click.echo(f"  {name:19} {value}")


def print_unusable(unusable: Sequence[Message], count: int) -> None:
    """Print what cannot be evaluated, each with its reason; as many as were listed."""
    for each in unusable:
        say(f"  {safe_text(message_text(each), 400)}")
    if count > len(unusable):
        say(f"  and {count - len(unusable)} more")


def print_begun(source: Source) -> None:
    """Tell a person at a terminal which source is being asked."""
    if sys.stderr.isatty():
        place = origin_of(source.url) if source.url else str(source.path)
        say(f"{source.id}: {safe_text(place, 300)} ...")


def print_outcome(outcome: Outcome) -> None:
    """Tell a person what became of a feed."""
    version = outcome.version
    held = f" ({version.indicators} indicators)" if version is not None else ""
    say(f"{outcome.id}: {_STATES[outcome.state]}{held}")
    for line in (outcome.reason, outcome.remedy, *outcome.others):
        if line:
            say(f"  {safe_text(line, 2000)}")
    if outcome.state in {"new", "updated"} and version is not None and version.unusable:
        objects = "object" if version.unusable == 1 else "objects"
        say(f"  {version.unusable} {objects} of it cannot be evaluated: scanner indicators show")
