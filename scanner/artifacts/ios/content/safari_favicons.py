"""Icons of pages that Safari fetched, from Favicons.db: they outlive an erased history."""

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

_REJECTED = ("icon_url", "timestamp")


def parse(file: EvidenceFile) -> Statements:
    """Yield the addresses of pages and of their icons."""
    yield from gathered("safari_favicons", ("url",), _records(file))


def _records(file: EvidenceFile) -> Records:
    with database(file) as connection:
        icons = {
            uuid: (url, time)
            for uuid, url, time in rows(connection, "icon_info", ("uuid", "url"), ("timestamp",))
        }
        for page, uuid in rows(connection, "page_url", ("url", "uuid")):
            url, time = icons.get(uuid, (None, None))
            yield day(mac_absolute(time)), (*in_url(page), *in_url(url))
        refused = rows_if_any(connection, "rejected_resources", ("page_url",), _REJECTED)
        for page, url, time in refused:
            yield day(mac_absolute(time)), (*in_url(page), *in_url(url))


SAFARI_FAVICONS = content(
    "safari_favicons",
    "Icons of pages in Safari",
    (f"{HOME}/Library/Image Cache/Favicons/Favicons.db", parse),
    (f"{APP_DATA}/Library/Image Cache/Favicons/Favicons.db", parse),
)
