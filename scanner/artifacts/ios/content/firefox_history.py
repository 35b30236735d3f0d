"""Pages visited in Firefox: browser.db of older versions, places.db of newer ones, and their icons.

Times count from 1970: microseconds in browser.db, milliseconds in places.db.
"""

from __future__ import annotations

from scanner.artifacts.ios.content.addresses import in_url
from scanner.artifacts.ios.content.gathering import (
    APP_DATA,
    APP_GROUPS,
    HOME,
    Records,
    Statements,
    content,
    gathered,
)
from scanner.artifacts.ios.content.rows import database, require_any, rows_if_any
from scanner.formats.apple_time import day, unix
from scanner.model.evidence import EvidenceFile

# The table of pages, that of their visits, its columns for the page and for the time.
_HISTORIES = (
    ("history", "visits", "siteID", "date"),
    ("moz_places", "moz_historyvisits", "place_id", "visit_date"),
)
_OTHERS = ("favicons", "bookmarksLocal", "bookmarksMirror", "tabs", "queue")


def parse(file: EvidenceFile) -> Statements:
    """Yield the addresses that were visited, kept or shown as an icon."""
    yield from gathered("firefox_history", ("url",), _records(file))


def _records(file: EvidenceFile) -> Records:
    with database(file) as connection:
        require_any(connection, "history", "moz_places", *_OTHERS)
        for pages, visits, page, date in _HISTORIES:
            urls = dict(rows_if_any(connection, pages, ("id", "url")))
            visited: set[object] = set()
            for number, time in rows_if_any(connection, visits, (page,), (date,)):
                visited.add(number)
                yield day(unix(time)), in_url(urls.get(number))
            for number, url in urls.items():
                if number not in visited:
                    yield None, in_url(url)
        for table in _OTHERS:
            for url, other in rows_if_any(connection, table, (), ("url", "bmkUri")):
                yield None, (*in_url(url), *in_url(other))


FIREFOX_HISTORY = content(
    "firefox_history",
    "Pages visited in Firefox",
    *(
        (f"{folder}/{name}", parse)
        for folder in (
            f"{APP_GROUPS}/profile.profile",
            f"{APP_DATA}/Documents/profile.profile",
            f"{HOME}/profile.profile",
        )
        for name in ("browser.db", "places.db")
    ),
)
