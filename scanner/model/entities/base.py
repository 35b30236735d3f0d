"""What all entities share."""

from __future__ import annotations

from typing import ClassVar

from msgspec import Struct

from scanner.model.privacy import System


class Entity(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """One typed thing observed, in the platform's words, with no opinion.

    UNSET: nothing that was read states the field. None: it is stated that there is none.
    A list that is stated to be empty is None.
    """

    key: ClassVar[tuple[str, ...]] = ()
    gathered: ClassVar[tuple[str, ...]] = ()  # lists of which each statement may know a part
    one_of: ClassVar[tuple[str, ...]] = ()  # fields that may differ without any disagreement


class Otherwise(Struct, frozen=True, kw_only=True, tag_field="type", tag="otherwise"):
    """What an evidence states of all entities that it does not name.

    The list of enabled accessibility services of user 0 states of each other app of user 0 that it
    has none: `Otherwise(entity="app", user=0, field="accessibility_services", value=None)`.
    """

    entity: System[str]
    user: System[int | None]
    field: System[str]
    value: System[str | int | bool | None] = None
