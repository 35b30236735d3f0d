"""Releases of iOS as numbers, and which of them holds a fix.

Apple closes a hole in the newest branch and often, weeks earlier or later, in older ones: fixed in
18.7.2 and in 26.1. A release of a branch between two that got a fix, or below all of them, has
none; above the newest, it has it. `16.5.1 (c)` is a rapid response on top of 16.5.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from msgspec import UNSET

from scanner.model.entities import Build

_RELEASE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3}){0,3})(?: ?\(([a-z])\))?\Z")
_NUMBERS = 4

Release = tuple[tuple[int, ...], str]


def release(text: Any) -> Release | None:
    """Return a release that can be compared; None for what is none."""
    match = _RELEASE.match(text) if isinstance(text, str) else None
    if match is None:
        return None
    numbers = tuple(int(part) for part in match[1].split("."))
    return numbers + (0,) * (_NUMBERS - len(numbers)), match[2] or ""


def release_of(build: Build) -> Release | None:
    """Return the release that a build states, with its rapid response."""
    extra = build.release_extra
    text = build.release
    if isinstance(text, str) and isinstance(extra, str) and extra.strip():
        text = f"{text} {extra.strip()}"
    return release(text)


def fixing(fixes: Iterable[str], of: Release | None) -> str:
    """Return the fix that concerns a release: its branch's own, else the next above it."""
    known = sorted((made, text) for text in fixes if (made := release(text)) is not None)
    above = [text for made, text in known if of is None or made[0][0] >= of[0][0]]
    return above[0] if above else known[-1][1]


def has_fix(fixes: Iterable[str], of: Release) -> bool:
    """Whether a release holds the fix: its branch got one and it is not older, or it is newer."""
    known = [made for each in fixes if (made := release(each)) is not None]
    own = [made for made in known if made[0][0] == of[0][0]]
    if own:
        return of >= min(own)
    return all(made < of for made in known)


def in_branch(fixes: Iterable[str], of: Release) -> bool:
    """Whether the branch of a release got a fix."""
    return any(made[0][0] == of[0][0] for each in fixes if (made := release(each)) is not None)


def within(build: Build, first: str | None, last: str | None) -> bool | None:
    """Whether a build lies between two releases, both included; None where it states none."""
    if first is None and last is None:
        return True
    own = release_of(build)
    if own is None or build.release is UNSET:
        return None
    lowest, highest = release(first), release(last)
    return (lowest is None or own[0] >= lowest[0]) and (highest is None or own[0] <= highest[0])
