"""Icons of pages that Chrome fetched, from its Favicons: they outlive an erased history."""

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
    """Yield the addresses of pages and of their icons."""
    yield from gathered("chrome_favicons", ("url",), _records(file))


def _records(file: EvidenceFile) -> Records:
    with database(file) as connection:
        icons = dict(rows(connection, "favicons", ("id", "url")))
        times: dict[object, object] = dict(
            rows_if_any(connection, "favicon_bitmaps", ("icon_id",), ("last_updated",))
        )
        for page, icon in rows(connection, "icon_mapping", ("page_url", "icon_id")):
            yield day(webkit(times.get(icon))), (*in_url(page), *in_url(icons.get(icon)))


CHROME_FAVICONS = content(
    "chrome_favicons",
    "Icons of pages in Chrome",
    (f"{APP_DATA}/Library/Application Support/Google/Chrome/Default/Favicons", parse),
    (f"{APP_DATA}/Library/Application Support/Google/Chrome/Profile */Favicons", parse),
)
