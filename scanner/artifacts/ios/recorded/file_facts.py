"""What a list of files says of each: its permissions, and times as the lists count them."""

from __future__ import annotations

import functools
import stat
from datetime import UTC, datetime

from msgspec import UNSET, UnsetType

_LATEST = 253_402_300_799  # seconds of the last moment that a datetime can hold


@functools.lru_cache(maxsize=256)
def permissions(
    mode: int | None,
) -> tuple[str | UnsetType, bool | UnsetType, bool | UnsetType]:
    """Return a mode in octal, whether somebody may run the file, and whether as its owner."""
    if mode is None or mode < 0:
        return UNSET, UNSET, UNSET
    return f"{stat.S_IMODE(mode):03o}", bool(mode & 0o111), bool(mode & stat.S_ISUID)


@functools.lru_cache(maxsize=8192)
def moment(seconds: float | None, unit: int) -> datetime | UnsetType:
    """Return a moment since 1970, cut to a `unit` of seconds; UNSET for none that can be."""
    if seconds is None or not 0 < seconds <= _LATEST:
        return UNSET
    return datetime.fromtimestamp(int(seconds) // unit * unit, tz=UTC)
