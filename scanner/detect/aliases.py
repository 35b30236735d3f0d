"""Detections of public Android rules in our words: categories, events and fields.

The table is `data/aliases.toml`. A detection is rewritten before it is checked, so that what does
not fit is said in the same words as of our own rules.
"""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

import msgspec
from msgspec import Struct

from scanner.detect.sigma import CATEGORIES, fields

_ALTERNATIVES = 16  # maps that one map with fields of several names may become
_SHOWN = 6


class Event(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands for one kind of event: an entity, and the tests that tell it from others."""

    entity: str
    tests: dict[str, bool | str]


class Source(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One category of foreign rules."""

    entity: str | None = None  # where a rule names no event
    fields: dict[str, tuple[str, ...]] = {}
    constants: dict[str, str] = {}
    events: dict[str, Event] = {}


class Unknown(Exception):  # it is no error: the rule is listed
    """Something in a detection for which we have no word."""


@cache
def sources() -> dict[str, Source]:
    """Return the table, by category."""
    raw = resources.files("scanner.detect").joinpath("data/aliases.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(raw), dict[str, Source])


def translate(category: str, detection: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return our category and a detection in our words. Unknown where we have none."""
    source = sources().get(category)
    if source is None:
        return category, detection
    selections = {name: part for name, part in detection.items() if name != "condition"}
    entity, tests = _event(source, category, selections)
    names = fields(CATEGORIES[entity])
    strange = dict.fromkeys(
        field
        for field in (key.partition("|")[0] for key, _ in _items(selections))
        if field != "event_type"
        and field not in source.constants
        and not (field in source.fields and names.keys() >= set(source.fields[field]))
        and field not in names
    )
    if strange:
        listed = ", ".join(f"`{name[:40]}`" for name in [*strange][:_SHOWN])
        more = f" and {len(strange) - _SHOWN} more" if len(strange) > _SHOWN else ""
        raise Unknown(f"no field of {entity} for {listed}{more}")
    ours = {name: _selection(part, source, tests) for name, part in selections.items()}
    return entity, ours | {"condition": detection.get("condition")}


def renamed(category: str) -> dict[str, str]:
    """Return our names of the fields of a category, where there is exactly one."""
    source = sources().get(category)
    known = source.fields if source else {}
    return {name: ours[0] for name, ours in known.items() if len(ours) == 1}


def _event(source: Source, category: str, part: Any) -> tuple[str, dict[str, Any]]:
    """Return the entity of the events that a detection names, and what tells them from others."""
    listed: list[str] = []
    for key, value in _items(part):
        name, _, modifiers = key.partition("|")
        if name == "event_type":
            if modifiers:
                raise Unknown(f"`{key[:40]}`: an event is named in full")
            listed += [str(one) for one in (value if isinstance(value, list) else [value])]
    unread = [name for name in listed if name not in source.events]
    if unread:
        raise Unknown(f"no entity for events of the type `{unread[0][:40]}`")
    events = [source.events[name] for name in dict.fromkeys(listed)]
    if len(events) > 1:
        raise Unknown("events of several types in one rule")
    if events:
        return events[0].entity, dict(events[0].tests)
    if source.entity is None and category not in CATEGORIES:
        raise Unknown(f"the category `{category}` without the type of an event")
    return source.entity or category, {}


def _items(part: Any) -> Iterator[tuple[str, Any]]:
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        if isinstance(each, dict):
            yield from each.items()
        yield from _items(each)


def _selection(part: Any, source: Source, tests: dict[str, Any]) -> Any:
    if isinstance(part, list):
        return [_selection(each, source, tests) for each in part]
    if not isinstance(part, dict):
        return part
    ours: dict[str, Any] = {}
    choices: list[list[tuple[str, Any]]] = []
    for key, value in part.items():
        name, bar, modifiers = key.partition("|")
        if name == "event_type":
            ours |= tests
        elif name in source.constants:
            if value != source.constants[name]:
                raise Unknown(f"`{name}` is always `{source.constants[name]}` here")
        else:
            called = source.fields.get(name, (name,))
            choices.append([(f"{one}{bar}{modifiers}", value) for one in called])
    made = [_joined(ours, chosen) for chosen in _product(choices)]
    return made[0] if len(made) == 1 else made


def _product(choices: list[list[tuple[str, Any]]]) -> list[tuple[tuple[str, Any], ...]]:
    made = list(itertools.islice(itertools.product(*choices), _ALTERNATIVES + 1))
    if len(made) > _ALTERNATIVES:
        raise Unknown("too many fields of several names in one selection")
    return made


def _joined(ours: dict[str, Any], chosen: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    joined = dict(ours)
    for key, value in chosen:
        if key in joined and joined[key] != value:
            raise Unknown(f"two tests of `{key.partition('|')[0]}` in one selection")
        joined[key] = value
    return joined
