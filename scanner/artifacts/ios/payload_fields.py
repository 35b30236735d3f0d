"""What payloads of many types have in common: servers and lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import UNSET, UnsetType

from scanner.formats.plists import Map, entries
from scanner.formats.servers import Server, port_of

Fields = dict[str, Any]
"""Fields of a `Payload`; UNSET: what could not be read."""

LIST_LIMIT = 10_000  # apps, settings and servers of one payload


def about(server: Server | None, others: Iterable[Server | None] = ()) -> Fields:
    """Return the fields of the one server that a payload is about, and of all that it names."""
    hosts = (each.host for each in (server, *others) if each)
    return {
        "host": server.host if server else None,
        "port": server.port if server else None,
        "scheme": server.scheme if server else None,
        "hosts": listed(hosts),
    }


def listed(values: Iterable[str]) -> tuple[str, ...] | UnsetType | None:
    """Return each value once, as they stand; None for none, UNSET for too many."""
    found: dict[str, None] = {}
    for value in values:
        found[value] = None
        if len(found) > LIST_LIMIT:
            return UNSET
    return tuple(found) or None


def maps(of: Map, key: str) -> Iterator[Map]:
    """Yield the dictionaries of a list."""
    return (each for each in entries(of, key) if isinstance(each, dict))


def with_port(server: Server | None, port: Any) -> Server | None:
    """Return a server at a port that is said apart from its name."""
    if server is None:
        return None
    return Server(server.host, port_of(port) or server.port, server.scheme)
