"""The noise policy: what of each type of entity is compared, as `noise.toml` states it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import re2
from msgspec import Struct

from scanner.model.changes import Plain
from scanner.model.entities import ENTITIES

_Values = tuple[str | int | bool, ...]


class EntityNoise(Struct, frozen=True, forbid_unknown_fields=True):
    """How entities of one type are compared."""

    skip: bool = False
    identity: tuple[str, ...] = ()  # none: the key of the entity
    present: dict[str, _Values] = {}
    passing: tuple[dict[str, str | _Values], ...] = ()  # a text is a pattern
    ignore: tuple[str, ...] = ()
    only: tuple[str, ...] = ()

    def compares(self, field: str) -> bool:
        """Whether a field is compared."""
        return field in self.only if self.only else field not in self.ignore

    def is_present(self, stated: Mapping[str, Plain]) -> bool:
        """Whether an entity counts as there. What it does not state speaks for it."""
        return all(
            name not in stated or stated[name] in values for name, values in self.present.items()
        )

    def passes(self, stated: Mapping[str, Plain]) -> bool:
        """Whether an entity is of those that come and go by nature."""
        return any(
            all(name in stated and _holds(asked, stated[name]) for name, asked in each.items())
            for each in self.passing
        )


def _holds(asked: str | _Values, value: Plain) -> bool:
    if isinstance(asked, str):
        return isinstance(value, str) and _pattern(asked).search(value) is not None
    return value in asked


@cache
def _pattern(text: str) -> Any:
    return re2.compile(text)


@cache
def policy() -> Mapping[str, EntityNoise]:
    """Return the policy, by type of entity; a type without an entry is compared whole."""
    text = (files("scanner.changes") / "noise.toml").read_text("utf-8")
    stated = msgspec.convert(tomllib.loads(text), dict[str, EntityNoise])
    keys = {str(entity.__struct_config__.tag): entity.key for entity in ENTITIES}
    return {
        name: msgspec.structs.replace(
            stated.get(name, EntityNoise()),
            identity=stated.get(name, EntityNoise()).identity or key,
        )
        for name, key in keys.items()
    }


def is_compared(entity: str) -> bool:
    """Whether entities of a type are compared at all."""
    return not policy()[entity].skip
