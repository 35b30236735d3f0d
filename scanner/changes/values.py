"""Values of fields, compared: whether they differ, what a list gained, which way a version went."""

from __future__ import annotations

import re

from scanner.model.changes import Plain
from scanner.model.entities.changes import Direction

# Numbers with dots or hyphens between: 8.1.0, 2026-11-05.
_ORDERED = re.compile(r"[0-9]{1,9}([.-][0-9]{1,9}){0,5}", re.ASCII)


def differs(old: Plain, new: Plain) -> bool:
    """Whether two stated values differ; a list that is stated to be empty is none."""
    if isinstance(old, bool) != isinstance(new, bool):
        return True  # to Python, 1 is True
    return (old or None if isinstance(old, tuple) else old) != (
        new or None if isinstance(new, tuple) else new
    )


def parts(old: Plain, new: Plain) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what a list gained and what it lost; nothing where neither is a list."""
    before, after = _elements(old), _elements(new)
    if before is None or after is None:
        return (), ()
    return tuple(sorted(after - before)), tuple(sorted(before - after))


def direction(old: Plain, new: Plain) -> Direction | None:
    """Say which way a number, a version or a date went; None where it has no order."""
    before, after = _rank(old), _rank(new)
    if before is None or after is None or before == after:
        return None
    return "up" if after > before else "down"


def _elements(value: Plain) -> set[str] | None:
    if isinstance(value, tuple):
        return set(value)
    return set() if value is None else None


def _rank(value: Plain) -> tuple[int, ...] | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return (value,)
    if isinstance(value, str) and _ORDERED.fullmatch(value):
        return tuple(int(each) for each in re.split("[.-]", value))
    return None
