"""As much of the grammar of YARA as tells where a rule begins, and whether it is private."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache

# Texts, comments and regular expressions first: a rule named in one of them is none. A regular
# expression stands where a value does; a slash anywhere else divides. Nothing is read twice,
# whatever is not closed: the text may have been written to make that take hours.
_TOKENS = re.compile(
    r"\"(?:[^\"\\\n]|\\.)*+\"?|//[^\n]*+|/\*.*?(?:\*/|\Z)"
    r"|(?:[=(,]|\bmatches\b)\s*+/(?![/*])(?:[^/\\\n]|\\.)*+/?"
    r"|\b(?:(?P<before>(?:(?:private|global)\s++)++)|(?=rule\b))"
    r"(?:rule\s++(?P<name>[A-Za-z_]\w{0,127}))?",
    re.DOTALL,
)


@lru_cache(maxsize=8)
def starts(text: str) -> tuple[tuple[int, str, bool], ...]:
    """Return line, name and whether it is private of each rule, in their order."""
    found = []
    line, at = 1, 0
    for token in _TOKENS.finditer(text):
        if name := token["name"]:
            line += text.count("\n", at, token.start("name"))
            at = token.start("name")
            found.append((line, name, "private" in (token["before"] or "")))
    return tuple(found)


def rule_at(text: str, line: int) -> str:
    """Return the name of the rule that a line belongs to; empty where it stands before all."""
    found = starts(text)
    place = bisect_right(found, line, key=lambda one: one[0])
    return found[place - 1][1] if place else ""


def line_of(text: str, name: str) -> int:
    """Return the line on which a rule begins; 1 where there is none of that name."""
    return _lines(text).get(name, 1)


def private(text: str) -> frozenset[str]:
    """Return the names of rules that serve others only."""
    return frozenset(name for _, name, is_private in starts(text) if is_private)


@lru_cache(maxsize=8)
def _lines(text: str) -> Mapping[str, int]:
    """Return the line of each rule, of the first where several share a name."""
    return {name: line for line, name, _ in reversed(starts(text))}
