"""What apps and Safari loaded from the network, from the Cache.db of each (CFURLCache).

`request_key` is the address, `time_stamp` a UTC time as a text: 2026-11-02 10:00:00.
"""

from __future__ import annotations

import re

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
from scanner.model.evidence import EvidenceFile

_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T]|\Z)")


def parse(file: EvidenceFile) -> Statements:
    """Yield the addresses that were loaded."""
    yield from gathered("app_cache", ("url",), _records(file))


def _records(file: EvidenceFile) -> Records:
    with database(file) as connection:
        columns = (("request_key",), ("time_stamp",))
        for url, time in rows(connection, "cfurl_cache_response", *columns):
            stated = _DAY.match(time) if isinstance(time, str) else None
            yield stated and stated[1], in_url(url)


APP_CACHE = content(
    "app_cache",
    "What apps loaded from the network",
    (f"{APP_DATA}/Library/Caches/*/Cache.db", parse),
    (f"{APP_DATA}/Library/Caches/Cache.db", parse),
    (f"{HOME}/Library/Caches/*/Cache.db", parse),
    (f"{HOME}/Library/Caches/Cache.db", parse),
)
