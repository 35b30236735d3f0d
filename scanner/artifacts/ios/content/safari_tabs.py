"""Open tabs of Safari: BrowserState.db, SafariTabs.db (since iOS 15) and CloudTabs.db.

`session_data` is a property list after a header of 4 bytes: the pages that the tab showed before.
In SafariTabs.db a tab is a row of `bookmarks`, as in Bookmarks.db, and its time counts from 1970;
the other times count from 2001.
"""

from __future__ import annotations

from collections import defaultdict

from scanner.artifacts.ios.content.addresses import Address, in_archive, in_url
from scanner.artifacts.ios.content.gathering import (
    APP_DATA,
    HOME,
    Records,
    Statements,
    content,
    gathered,
)
from scanner.artifacts.ios.content.rows import database, require_any, rows_if_any
from scanner.formats.apple_time import day, mac_absolute, unix
from scanner.model.evidence import EvidenceFile

_HEADER = 4  # bytes before the property list
_FOLDERS = (
    f"{HOME}/Library/Safari",
    f"{HOME}/Library/Safari/Profiles/*",
    f"{APP_DATA}/Library/Safari",
    f"{APP_DATA}/Library/Safari/Profiles/*",
)
_NAMES = ("BrowserState.db", "SafariTabs.db", "CloudTabs.db")


def parse(file: EvidenceFile) -> Statements:
    """Yield the addresses of tabs, and of the pages that they showed before."""
    yield from gathered("safari_tabs", ("url", "domain", "email"), _records(file))


def _records(file: EvidenceFile) -> Records:
    with database(file) as connection:
        require_any(connection, "tabs", "bookmarks", "cloud_tabs")
        sessions: dict[object, set[Address]] = defaultdict(set)
        for tab, data in rows_if_any(connection, "tab_sessions", ("tab_uuid", "session_data")):
            if isinstance(data, bytes):
                sessions[tab].update(in_archive(data[_HEADER:]))
        columns = ("uuid", "user_visible_url", "last_viewed_time")
        for url, tab, shown, time in rows_if_any(connection, "tabs", ("url",), columns):
            before = sessions.pop(tab, ())
            yield day(mac_absolute(time)), (*in_url(url), *in_url(shown), *before)
        for before in sessions.values():
            yield None, before
        for url, time in rows_if_any(connection, "bookmarks", ("url",), ("last_modified",)):
            yield day(unix(time)), in_url(url)
        for url, time in rows_if_any(connection, "cloud_tabs", ("url",), ("last_viewed_time",)):
            yield day(mac_absolute(time)), in_url(url)


SAFARI_TABS = content(
    "safari_tabs",
    "Open tabs of Safari",
    *((f"{folder}/{name}", parse) for folder in _FOLDERS for name in _NAMES),
)
