"""The detection section before it is parsed: fields, modifiers and values that fit each other.

pySigma knows no entity; it would let `instaler|contains: 5` through, and such a rule never matches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from scanner.detect.problems import Place, Problems
from scanner.detect.sigma.conditions import check_condition
from scanner.detect.sigma.fields import Field, fields
from scanner.detect.sigma.values import wrong_network, wrong_pattern
from scanner.model.entities import Entity
from scanner.model.privacy import UNREADABLE

_LEAVES_SHOWN = 12
COSTLY_LIMIT = 100  # values of a rule that become a pattern or many values each

_TEXT = {
    "base64",
    "base64offset",
    "cased",
    "cidr",
    "contains",
    "endswith",
    "fieldref",
    "re",
    "startswith",
    "utf16",
    "utf16be",
    "wide",
    "windash",
}
_COSTLY = {"base64offset", "re", "windash"}
_COMPARE = {"lt", "lte", "gt", "gte"}
_FLAGS = {"i", "ignorecase", "m", "multiline", "s", "dotall"}
_PARTS = {"minute", "hour", "day", "week", "month", "year"}
MODIFIERS = _TEXT | _COMPARE | _FLAGS | _PARTS | {"all", "exists", "neq"}
UNSUPPORTED = {"expand": "nothing gives values to placeholders"}


def check_detection(detection: dict[str, Any], entity: type[Entity], problems: Problems) -> None:
    """Note everything that is wrong with a detection section, each with its place."""
    check_condition(detection, problems)
    costly = (values for key, values in _items(detection) if _COSTLY.intersection(key.split("|")))
    if sum(len(values) if isinstance(values, list) else 1 for values in costly) > COSTLY_LIMIT:
        problems.add(("detection",), f"more than {COSTLY_LIMIT} patterns", "write several rules")
        return
    for name, definition in detection.items():
        if name != "condition":
            _check_selection(definition, entity, ("detection", name), problems)


def unsupported(detection: Any) -> str | None:
    """Say which modifier of Sigma cannot be evaluated here; None where each can."""
    for key, _ in _items(detection):
        for modifier in key.split("|")[1:]:
            if modifier in UNSUPPORTED:
                return f"the modifier `{modifier}`: {UNSUPPORTED[modifier]}"
    return None


def _items(part: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(part, dict):
        for key, value in part.items():
            yield key, value
            yield from _items(value)
    elif isinstance(part, list):
        for value in part:
            yield from _items(value)


def _check_selection(
    definition: Any, entity: type[Entity], place: Place, problems: Problems
) -> None:
    if isinstance(definition, dict) and definition:
        for key, value in definition.items():
            _check_item(key, value, entity, (*place, key), problems)
    elif isinstance(definition, list) and definition:
        for number, part in enumerate(definition):
            if isinstance(part, dict):
                _check_selection(part, entity, (*place, number), problems)
            else:
                problems.add((*place, number), *_KEYWORD)
    else:
        problems.add(place, *_KEYWORD)


_KEYWORD = (
    "a map of fields and values expected",
    "entities have fields and no text to search: name the field",
)


def _check_item(
    key: str, value: Any, entity: type[Entity], place: Place, problems: Problems
) -> None:
    name, *modifiers = key.split("|")
    known = fields(entity)
    for modifier in modifiers:
        if modifier not in MODIFIERS:
            problems.unknown(place, "modifier", modifier, MODIFIERS)
    field = _check_field(name, known, place, problems)
    values = value if isinstance(value, list) else [value]
    if not values:
        problems.add(place, "an empty list", "name a value, or null for none")
    if field is None or not MODIFIERS.issuperset(modifiers):
        return
    if problem := _misfit(field, modifiers):
        problems.add(place, problem)
        return
    for one in values:
        if expected := _expected(field, modifiers, one):
            problems.add(place, f"{expected} expected, not `{str(one)[:40]}`", _remedy(one))
        else:
            _check_value(one, modifiers, known, place, problems)


def _check_value(
    value: Any, modifiers: list[str], known: dict[str, Field], place: Place, problems: Problems
) -> None:
    if "fieldref" in modifiers:
        _check_field(value, known, place, problems)
    elif "re" in modifiers and (wrong := wrong_pattern(value)):
        problems.add(place, wrong, "https://github.com/google/re2/wiki/Syntax")
    elif "cidr" in modifiers and (wrong := wrong_network(value)):
        problems.add(place, wrong, "for example 192.0.2.0/24")


def _check_field(
    name: str, known: dict[str, Field], place: Place, problems: Problems
) -> Field | None:
    field = known.get(name)
    leaves = [one for one in known if one.startswith(f"{name}.")] if field is None else ()
    if leaves:
        remedy = f"name a field of it: {', '.join(f'`{one}`' for one in leaves[:_LEAVES_SHOWN])}"
        problems.add(place, f"`{name}` is a record", remedy)
    elif field is None:
        problems.unknown(place, "field", name, known)
    elif field.privacy in UNREADABLE:
        problems.add(place, f"`{name}` is personal or secret", "no rule may read it")
        return None
    return field


def _misfit(field: Field, modifiers: list[str]) -> str | None:
    """Say why modifiers do not fit a field or each other."""
    asked, is_a = set(modifiers), f"`{field.name}` is a {field.kind} and no"
    parts = asked & _PARTS
    wrong: tuple[tuple[bool, str], ...] = (
        (field.kind != "text" and bool(asked & (_TEXT | _FLAGS)), f"{is_a} text"),
        (field.kind != "moment" and bool(parts), f"{is_a} moment"),
        (
            len(parts) > 1 or bool(parts and asked - parts - {"neq"}),
            "a part of a moment is compared with a number only",
        ),
        (field.kind in {"flag", "moment"} and bool(asked & _COMPARE), f"{is_a} number"),
        (bool(asked & _FLAGS) and "re" not in asked, "`i`, `m` and `s` belong to `re`"),
        (
            "re" in asked and bool(asked & (_TEXT - {"re"})),
            "`re` is searched anywhere: write `^` and `$` into the pattern",
        ),
        ("exists" in asked and asked != {"exists"}, "`exists` stands alone"),
    )
    return next((reason for holds, reason in wrong if holds), None)


def _expected(field: Field, modifiers: list[str], value: Any) -> str | None:
    """Say what a value should be; None where it fits."""
    asked = set(modifiers) - {"all", "neq"}
    if asked & _TEXT:
        kind = "pattern"
    elif asked & _COMPARE:
        kind = "number"
    elif asked & _PARTS:
        kind = "part"
    elif "exists" in asked:
        kind = "flag"
    elif value is None:
        return None
    else:
        kind = field.kind
    expected, fits = _VALUES[kind]
    return None if fits(value) else expected


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_VALUES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "pattern": ("text", lambda value: isinstance(value, str)),
    "text": ("text", lambda value: isinstance(value, str) or _is_number(value)),
    "number": ("a number", _is_number),
    "part": ("a whole number", lambda value: type(value) is int),
    "flag": ("true or false", lambda value: isinstance(value, bool)),
    "moment": ("null", lambda _: False),
}


def _remedy(value: Any) -> str:
    return "quote it" if isinstance(value, bool | int | float) else ""
