"""The feeds of one examination: those that were imported, and files that a person names."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from scanner.detect.problems import RuleErrors
from scanner.errors import RuleError
from scanner.formats.text import safe_text
from scanner.model.indicators import Feed, FeedLine
from scanner.pipeline.feeds.files import (
    MAX_FEED_BYTES,
    SIGNATURE_SUFFIXES,
    feed_files,
    id_of,
    unused,
    without_feeds,
)
from scanner.pipeline.feeds.parsed import stored_feeds, with_id
from scanner.pipeline.feeds.store import Store

log = logging.getLogger(__name__)


def gather(
    files: Sequence[Path],
    *,
    stored: bool = True,
    limit: int = MAX_FEED_BYTES,
    store: Store | None = None,
) -> tuple[Feed, ...]:
    """Return feeds with an id of its own each; a file that came in twice counts once.

    RuleErrors with everything that is wrong in any of the files.
    """
    imported = stored_feeds(store=store) if stored else ()
    taken, digests, named = {each.id for each in imported}, set(), []
    digests = {each.sha256 for each in imported}
    for feed in read_files(files, limit=limit):
        if feed.sha256 not in digests:
            digests.add(feed.sha256)
            named.append(with_id(feed, unused(feed.id, taken)))
    return (*imported, *named)


def read_files(files: Iterable[Path], *, limit: int = MAX_FEED_BYTES) -> tuple[Feed, ...]:
    """Read files and folders of feeds. RuleErrors with everything that is wrong in any.

    What is no feed in a folder is passed over, with a warning in the log.
    """
    feeds: list[Feed] = []
    errors: list[RuleError] = []
    for read in (each for path in files for each in read_each(path, limit=limit)):
        if isinstance(read.feed, Feed):
            feeds.append(read.feed)
        elif read.passed_over:
            log.warning("passed over: %s: %s", safe_text(str(read.file)), read.feed.reason)
        else:
            errors += read.feed.errors if isinstance(read.feed, RuleErrors) else (read.feed,)
    if errors:
        raise RuleErrors(errors)
    return tuple(feeds)


class Read(Struct, frozen=True):
    """A file, and the feed that it holds or why it is none."""

    file: Path
    feed: Feed | RuleError
    passed_over: bool = False  # nobody named it, and it is empty or of no known kind


def read_each(path: Path, *, limit: int = MAX_FEED_BYTES) -> Iterator[Read]:
    """Read a file, or each of a folder. UsageError where a folder holds nothing but other files."""
    from scanner.detect.feeds import NotFeed  # noqa: PLC0415  imported ones are read already

    folder, feeds = path.is_dir(), 0
    for file in feed_files(path):
        found: Feed | RuleError
        try:
            found = read_one(file, limit=limit)
        except RuleError as error:
            found = error
        passed_over = folder and isinstance(found, NotFeed)
        feeds += not passed_over
        yield Read(file, found, passed_over)
    if not feeds:
        raise without_feeds(path)


def read_one(file: Path, *, limit: int = MAX_FEED_BYTES) -> Feed:
    """Read one file; a signature beside it is named, and with no key to check it, is no more."""
    from scanner.detect.feeds import read_feed  # noqa: PLC0415  imported ones are read already

    feed = with_id(read_feed(file, limit=limit), id_of(file))
    signed = any(file.with_name(f"{file.name}{suffix}").exists() for suffix in SIGNATURE_SUFFIXES)
    return replace(feed, signature="unknown_key") if signed else feed


def feed_line(feed: Feed, at: datetime) -> FeedLine:
    """Count what a feed holds at a moment, as a report would."""
    from scanner.detect.indicators import Index, summary  # noqa: PLC0415  loads what matches

    return summary(Index.of([feed], at)).feeds[0]
