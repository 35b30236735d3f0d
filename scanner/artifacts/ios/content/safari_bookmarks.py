"""Bookmarks and the reading list of Safari, from Bookmarks.db. Times count from 1970."""

from __future__ import annotations

from scanner.artifacts.ios.content.addresses import in_url
from scanner.artifacts.ios.content.gathering import (
    APP_DATA,
    HOME,
    Records,
    Statements,
    content,
    gathered,
)
from scanner.artifacts.ios.content.rows import database, rows
from scanner.formats.apple_time import day, unix
from scanner.model.evidence import EvidenceFile


def parse(file: EvidenceFile) -> Statements:
    """Yield the addresses of bookmarks."""
    yield from gathered("safari_bookmarks", ("url",), _records(file))


def _records(file: EvidenceFile) -> Records:
    with database(file) as connection:
        for url, time in rows(connection, "bookmarks", ("url",), ("last_modified",)):
            yield day(unix(time)), in_url(url)


SAFARI_BOOKMARKS = content(
    "safari_bookmarks",
    "Bookmarks of Safari",
    (f"{HOME}/Library/Safari/Bookmarks.db", parse),
    (f"{APP_DATA}/Library/Safari/Bookmarks.db", parse),
)
