"""Values that are alike on alike devices: without what a device drew at random or counts up."""

from __future__ import annotations

import hashlib
import re

from msgspec import UNSET

Found = tuple[str, str | None]  # a value, and since when it is there

LENGTH = 300  # characters of a value
MOST = 4_000  # facts of one facet; a phone that claims more is cut, and the facet says so
_DIGEST = 16

_RANDOM = re.compile(
    r"~~[A-Za-z0-9_-]{8,}={0,2}"  # /data/app/~~Xy...==/
    r"|(?<=[A-Za-z0-9])-[A-Za-z0-9_-]{22}={0,2}(?=/|\Z)"  # com.example.app-Xy...==
    r"|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
    r"|[0-9A-Fa-f]{16,}"
)
_NUMBERS = re.compile(r"\d{2,}")


def steady(path: str) -> str:
    """Return a path without the parts that a device drew at random."""
    return _RANDOM.sub("#", path)


def unnumbered(path: str) -> str:
    """Return a path of a file that somebody named, without numbers, too."""
    return _NUMBERS.sub("#", steady(path))


def short(digest: str) -> str:
    """Return the first digits of a digest."""
    return digest[:_DIGEST]


def folded(value: str) -> str:
    """Return a value, or of a long one the digest: it is compared, not read."""
    if len(value) <= LENGTH // 2:
        return value
    return f"sha256:{short(hashlib.sha256(value.encode('utf-8', 'replace')).hexdigest())}"


def text(value: object) -> str | None:
    """Return a text that is stated and not empty."""
    return value if isinstance(value, str) and value else None


def pairs(entity: object, names: tuple[str, ...]) -> list[Found]:
    """Return the stated fields of an entity as name=value."""
    found: list[Found] = []
    for name in names:
        value = getattr(entity, name)
        if value is UNSET or value is None:
            continue
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        found.append((f"{name}={shown}", None))
    return found


def day(printed: object) -> str | None:
    """Return the day of a time that a device prints: 2026-11-20 14:03:12."""
    if isinstance(printed, str) and re.match(r"20\d\d-\d\d-\d\d(?:\D|\Z)", printed):
        return printed[:10]
    return None
