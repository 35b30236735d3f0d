"""Patterns of paths: the same answers as one by one."""

from __future__ import annotations

from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st

from scanner.formats.path_patterns import PathPatterns

PARTS = st.sampled_from(("a", "b", "ab", "*", "a*", "?", "[ab]", "", "*.db"))
NAMES = st.sampled_from(("a", "b", "ab", "x.db", "", "*", "A"))


def paths(parts):
    return st.lists(parts, min_size=1, max_size=4).map("/".join)


@given(st.lists(paths(PARTS), max_size=5), paths(NAMES))
def test_what_is_covered(patterns, path):
    found = PathPatterns()
    for pattern in patterns:
        found.add(pattern)

    assert any(covers(pattern, path) for pattern in patterns) is found.covers(path)


def covers(pattern: str, path: str) -> bool:
    wanted, parts = pattern.split("/"), path.split("/")
    return len(wanted) == len(parts) and all(map(fnmatchcase, parts, wanted))
