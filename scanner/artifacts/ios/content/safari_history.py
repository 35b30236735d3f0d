"""Pages visited in Safari, from History.db of each of its profiles.

A redirect is a chain of visits, each to an item of its own, so every address of a chain is one of
the items; what was erased leaves `history_tombstones`. Times are seconds since 2001.
"""

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
from scanner.artifacts.ios.content.rows import database, rows, rows_if_any
from scanner.formats.apple_time import day, mac_absolute
from scanner.model.evidence import EvidenceFile


def parse(file: EvidenceFile) -> Statements:
    """Yield the addresses that were visited."""
    yield from gathered("safari_history", ("url",), _records(file))


def _records(file: EvidenceFile) -> Records:
    with database(file) as connection:
        items = dict(rows(connection, "history_items", ("id", "url")))
        visited: set[object] = set()
        for item, time in rows(connection, "history_visits", ("history_item",), ("visit_time",)):
            visited.add(item)
            yield day(mac_absolute(time)), in_url(items.get(item))
        for item, url in items.items():
            if item not in visited:
                yield None, in_url(url)
        for url, time in rows_if_any(connection, "history_tombstones", ("url",), ("end_time",)):
            yield day(mac_absolute(time)), in_url(url)


SAFARI_HISTORY = content(
    "safari_history",
    "Pages visited in Safari",
    (f"{HOME}/Library/Safari/History.db", parse),
    (f"{HOME}/Library/Safari/Profiles/*/History.db", parse),
    (f"{APP_DATA}/Library/Safari/History.db", parse),
    (f"{APP_DATA}/Library/Safari/Profiles/*/History.db", parse),
)
