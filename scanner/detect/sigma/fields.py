"""The fields that rules may name: those of the entity that a category stands for.

A field may hold a record, or a list of records. Their leaves are named by dots:
`signature.signers.sha256` is a list, of the digests of all signers.
"""

from __future__ import annotations

import operator
import types
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import UNSET, Struct, UnsetType

from scanner.model.entities import ENTITIES, Entity
from scanner.model.privacy import PrivacyClass, privacy_classes

Kind = Literal["text", "number", "flag", "moment"]

_KINDS: dict[type, Kind] = {
    str: "text",
    int: "number",
    float: "number",
    bool: "flag",
    datetime: "moment",
}


class Field(Struct, frozen=True, kw_only=True):
    """One field of an entity, as a rule sees it."""

    name: str
    kind: Kind
    many: bool  # a list: it matches when any element does
    privacy: PrivacyClass


def category(entity: type[Entity]) -> str:
    """Return the log source category that stands for an entity type."""
    return str(entity.__struct_config__.tag)


CATEGORIES: dict[str, type[Entity]] = {category(entity): entity for entity in ENTITIES}


@cache
def fields(entity: type[Entity]) -> dict[str, Field]:
    """Return the fields of an entity by name; of a record its leaves."""
    classes = privacy_classes(entity)
    found: dict[str, Field] = {}
    for name, kind, many in _leaves(entity):
        # A class that is not declared is treated as the strictest. A record's is its field's.
        privacy = classes[whole(name)] or "X"
        found[name] = Field(name=name, kind=kind, many=many, privacy=privacy)
    return found


def whole(name: str) -> str:
    """Return the field of the entity itself that a name lies in."""
    return name.partition(".")[0]


def read(entity: Entity, name: str) -> Any:
    """Return what an entity states of a field.

    UNSET or None on the way to a leaf is what the leaf is. Of a list of records the leaf is a list
    of what they state: None where none of them states any. What an incomplete record, as a proof
    may hold, leaves out is UNSET among the others.
    """
    return getattr(entity, name) if "." not in name else reader(name)(entity)


@cache
def reader(name: str) -> Callable[[Entity], Any]:
    """Return the function that reads a field."""
    first, *steps = name.split(".")
    if not steps:
        return operator.attrgetter(name)

    def leaf(entity: Entity) -> Any:
        value = getattr(entity, first)
        for step in steps:
            if value is UNSET or value is None:
                return value
            value = _all_of(value, step) if type(value) is tuple else getattr(value, step)
        return None if value == () else value

    return leaf


def _all_of(records: tuple[Any, ...], name: str) -> tuple[Any, ...] | None:
    found: list[Any] = []
    for record in records:
        value = UNSET if record is UNSET else getattr(record, name)
        if type(value) is tuple:
            found.extend(value)
        elif value is not None:
            found.append(value)
    return tuple(found) or None


def _leaves(struct: type[Struct]) -> Iterator[tuple[str, Kind, bool]]:
    """Yield the name, the kind and whether it is a list of each leaf of a struct."""
    hints = get_type_hints(struct, include_extras=True)
    for name in struct.__struct_fields__:
        held, many = held_type(hints[name])
        if issubclass(held, Struct):
            yield from (
                (f"{name}.{leaf}", kind, many or several) for leaf, kind, several in _leaves(held)
            )
        else:
            yield name, _KINDS[held], many


def held_type(hint: Any) -> tuple[type, bool]:
    """Return the type of what a field holds when it holds something, and whether it is a list."""
    origin = get_origin(hint)
    if origin is Annotated:
        return held_type(get_args(hint)[0])
    if origin in {Union, types.UnionType}:
        parts = [part for part in get_args(hint) if part not in {types.NoneType, UnsetType}]
        return held_type(parts[0])
    if origin is tuple:
        return held_type(get_args(hint)[0])[0], True
    if origin is Literal:
        return type(get_args(hint)[0]), False
    held: type = hint
    return held, False
