"""Privacy classes: every field of every entity declares one.

| class | content                        | leaves the scanner as      |
|-------|--------------------------------|----------------------------|
| T     | tool and run                   | itself                     |
| H     | hardware model, build (public) | itself                     |
| S     | system state                   | itself                     |
| A     | app inventory                  | itself                     |
| D     | device-unique ids              | a pseudonym, but at `case` |
| N     | network, process observations  | matched fields only        |
| P     | personal content               | never                      |
| X     | secrets                        | never                      |

An undeclared class fails the build (`tests/model/test_privacy.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, get_args, get_type_hints

from msgspec import Meta, Struct

PrivacyClass = Literal["T", "H", "S", "A", "D", "N", "P", "X"]
PrivacyLevel = Literal["public", "share", "case"]

T = TypeVar("T")
_KEY = "x-privacy"

Run = Annotated[T, Meta(extra_json_schema={_KEY: "T"})]
Hardware = Annotated[T, Meta(extra_json_schema={_KEY: "H"})]
System = Annotated[T, Meta(extra_json_schema={_KEY: "S"})]
AppFact = Annotated[T, Meta(extra_json_schema={_KEY: "A"})]
DeviceId = Annotated[T, Meta(extra_json_schema={_KEY: "D"})]
Observation = Annotated[T, Meta(extra_json_schema={_KEY: "N"})]
Personal = Annotated[T, Meta(extra_json_schema={_KEY: "P"})]
Secret = Annotated[T, Meta(extra_json_schema={_KEY: "X"})]

UNREADABLE: frozenset[PrivacyClass] = frozenset({"P", "X"})


@cache
def privacy_classes(struct: type[Struct]) -> Mapping[str, PrivacyClass | None]:
    """Return the privacy class of each field of a struct; None where a field declares none."""
    hints = get_type_hints(struct, include_extras=True)
    return {name: _declared(hints[name]) for name in struct.__struct_fields__}


def _declared(hint: Any) -> PrivacyClass | None:
    for extra in getattr(hint, "__metadata__", ()):
        if isinstance(extra, Meta) and extra.extra_json_schema:
            declared: PrivacyClass | None = extra.extra_json_schema.get(_KEY)
            return declared
    for argument in get_args(hint):
        if (found := _declared(argument)) is not None:
            return found
    return None
