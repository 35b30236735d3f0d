"""Domains that web pages and views of apps loaded from, as WebKit's tracking prevention counts.

`ObservedDomains` of observations.db names every domain; its other tables pair numbers of them.
Before iOS 14 it was full_browsing_session_resourceLog.plist, where redirects name domains as well.
Times are seconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.artifacts.ios.content.addresses import Address, in_text
from scanner.artifacts.ios.content.gathering import (
    APP_DATA,
    HOME,
    Records,
    Statements,
    content,
    gathered,
)
from scanner.artifacts.ios.content.rows import database, rows
from scanner.errors import ParseError
from scanner.formats.apple_time import day, unix
from scanner.formats.plists import Value, read_map
from scanner.model.evidence import EvidenceFile

_SOURCE = "webkit_statistics"
_DATA = "Library/WebKit/WebsiteData"
_VIEWS = f"{APP_DATA}/SystemData/com.apple.SafariViewService/{_DATA}"
_LOG = "full_browsing_session_resourceLog.plist"


def parse(file: EvidenceFile) -> Statements:
    """Yield the domains of observations.db."""
    yield from gathered(_SOURCE, ("domain",), _observed(file))


def parse_log(file: EvidenceFile) -> Statements:
    """Yield the domains of a resource log."""
    yield from gathered(_SOURCE, ("domain",), _logged(file))


def _observed(file: EvidenceFile) -> Records:
    with database(file) as connection:
        columns = (("registrableDomain",), ("lastSeen",))
        for domain, seen in rows(connection, "ObservedDomains", *columns):
            yield day(unix(seen)), _domains(domain)


def _logged(file: EvidenceFile) -> Records:
    statistics = read_map(file).get("browsingStatistics")
    if not isinstance(statistics, list):
        raise ParseError("a list of browsing statistics expected")
    for entry in statistics:
        if isinstance(entry, dict):
            yield day(unix(entry.get("lastSeen"))), _domains(entry)


def _domains(value: Value) -> Iterator[Address]:
    """Yield every domain in an entry, as texts and as keys of what is counted for each."""
    rest = [value]
    while rest:
        one = rest.pop()
        if isinstance(one, dict):
            rest += [*one, *one.values()]
        elif isinstance(one, list):
            rest += one
        elif isinstance(one, str):
            yield from in_text(one)


WEBKIT_STATISTICS = content(
    _SOURCE,
    "Domains that web views loaded from",
    (f"{APP_DATA}/{_DATA}/ResourceLoadStatistics/observations.db", parse),
    (f"{HOME}/{_DATA}/ResourceLoadStatistics/observations.db", parse),
    (f"{_VIEWS}/observations.db", parse),
    (f"{_VIEWS}/ResourceLoadStatistics/observations.db", parse),
    (f"{APP_DATA}/{_DATA}/ResourceLoadStatistics/{_LOG}", parse_log),
    (f"{_VIEWS}/{_LOG}", parse_log),
    (f"{HOME}/Library/WebClips/*/Storage/{_LOG}", parse_log),
)
