"""The fields that rules may name: those of the entity that a category stands for."""

from __future__ import annotations

import types
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import Struct, UnsetType

from scanner.model.entities import ENTITIES, Entity
from scanner.model.privacy import PrivacyClass, privacy_classes

Kind = Literal["text", "number", "flag", "moment"]

_KINDS: dict[type, Kind] = {str: "text", int: "number", bool: "flag", datetime: "moment"}


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
    """Return the fields of an entity by name."""
    hints = get_type_hints(entity, include_extras=True)
    classes = privacy_classes(entity)
    found: dict[str, Field] = {}
    for name in entity.__struct_fields__:
        many, kind = _kind(hints[name])
        # A class that is not declared is treated as the strictest.
        found[name] = Field(name=name, kind=kind, many=many, privacy=classes[name] or "X")
    return found


def _kind(hint: Any) -> tuple[bool, Kind]:
    origin = get_origin(hint)
    if origin is Annotated:
        return _kind(get_args(hint)[0])
    if origin in {Union, types.UnionType}:
        parts = [part for part in get_args(hint) if part not in {types.NoneType, UnsetType}]
        return _kind(parts[0])
    if origin is tuple:
        return True, _kind(get_args(hint)[0])[1]
    return False, _KINDS[hint]
