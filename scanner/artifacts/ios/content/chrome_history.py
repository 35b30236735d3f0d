"""Pages visited in Chrome, from its History. Times are microseconds since 1601."""

from __future__ import annotations

from scanner.artifacts.ios.content.addresses import in_url
from scanner.artifacts.ios.content.gathering import (
    APP_DATA,
    Records,
    Statements,
    content,
    gathered,
)
from scanner.artifacts.ios.content.rows import database, rows, rows_if_any
from scanner.formats.apple_time import day, webkit
from scanner.model.evidence import EvidenceFile


def parse(file: EvidenceFile) -> Statements:
    """Yield the addresses that were visited."""
    yield from gathered("chrome_history", ("url",), _records(file))


def _records(file: EvidenceFile) -> Records:
    with database(file) as connection:
        pages = {
            id: (url, time)
            for id, url, time in rows(connection, "urls", ("id", "url"), ("last_visit_time",))
        }
        visited: set[object] = set()
        for page, time in rows(connection, "visits", ("url",), ("visit_time",)):
            visited.add(page)
            yield day(webkit(time)), in_url(pages.get(page, (None, None))[0])
        for page, (url, time) in pages.items():
            if page not in visited:
                yield day(webkit(time)), in_url(url)
        for (url,) in rows_if_any(connection, "downloads_url_chains", ("url",)):
            yield None, in_url(url)


CHROME_HISTORY = content(
    "chrome_history",
    "Pages visited in Chrome",
    (f"{APP_DATA}/Library/Application Support/Google/Chrome/Default/History", parse),
    (f"{APP_DATA}/Library/Application Support/Google/Chrome/Profile */History", parse),
)
