"""Values of restrictions and settings, compared with what a benchmark asks for."""

from __future__ import annotations

import re

from msgspec import UNSET

from scanner.benchmarks.data import Condition
from scanner.formats.text import safe_text

_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,6})?")
_WORDS = {"true": True, "false": False}
_LONGEST = 60  # characters of a value that is shown


def holds(condition: Condition, value: object) -> bool | None:
    """Say whether a value is what a condition asks for; None where its type cannot tell."""
    value = _plain(value)
    if condition.equals is not UNSET:
        return _same(condition.equals, value)
    if condition.one_of is not UNSET:
        answers = [_same(each, value) for each in condition.one_of]
        return True if True in answers else None if None in answers else False
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if condition.at_most is not UNSET:
        return value <= condition.at_most
    return None if condition.at_least is UNSET else value >= condition.at_least


def stated_in(settings: object, name: str) -> object | None:
    """Return the value that the settings of a payload (`name=value`) state; None for none."""
    if isinstance(settings, tuple):
        for each in settings:
            key, _, value = str(each).partition("=")
            if key == name and value:
                return value
    return None


def said(value: object) -> str:
    """Return a value in words for a reader."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e6 else str(int(value))  # noqa: PLR2004 - no exponent
    return safe_text(str(value), _LONGEST)


def asked(condition: Condition) -> str:
    """Return what a condition asks for, in the notation of its data."""
    name = condition.name
    if condition.equals is not UNSET:
        return f"{name} = {said(condition.equals)}"
    if condition.at_most is not UNSET:
        return f"{name} <= {condition.at_most}"
    if condition.at_least is not UNSET:
        return f"{name} >= {condition.at_least}"
    if condition.one_of is not UNSET:
        return f"{name} in {', '.join(said(each) for each in condition.one_of)}"
    return f"no user of type {name}"


def _plain(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value in _WORDS:
        return _WORDS[value]
    if _NUMBER.fullmatch(value):
        return float(value) if "." in value else int(value)
    return value


def _same(wanted: object, value: object) -> bool | None:
    if isinstance(wanted, bool):
        return wanted == value if value in {0, 1} else None
    if isinstance(wanted, int | float):
        numeric = isinstance(value, int | float) and not isinstance(value, bool)
        return wanted == value if numeric else None
    return wanted == value if isinstance(value, str) else None
