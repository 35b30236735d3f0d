"""Changes: what differs between two states of one device, as rules can ask for it."""

from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import UNSET, UnsetType

from scanner.model.entities.base import Entity
from scanner.model.privacy import AppFact, Observation, System

ChangeKind = Literal["added", "removed", "modified"]
Direction = Literal["up", "down"]


class Change(Entity, frozen=True, kw_only=True, tag="change"):
    """An entity that appeared or disappeared since the baseline, or one field that is another.

    No artifact states it: it is there where a device is compared with an earlier state of its own.
    Ids that are unique to a device stand here as their pseudonyms.
    """

    key: ClassVar[tuple[str, ...]] = ("entity", "identity", "field")

    entity: System[str]  # type of the entity that changed: app, certificate, setting
    identity: Observation[str]  # what tells it from others: `user=0 package=com.example`
    field: System[str | None]  # None: the entity itself appeared or disappeared
    change: System[ChangeKind | UnsetType] = UNSET
    names: Observation[tuple[str, ...] | None | UnsetType] = UNSET  # the words of its identity
    user: System[int | None | UnsetType] = UNSET
    package: AppFact[str | None | UnsetType] = UNSET  # the app it is about
    old: Observation[str | int | None | UnsetType] = (
        UNSET  # a flag is `true` or `false`; UNSET: a list, or nothing was there
    )
    new: Observation[str | int | None | UnsetType] = UNSET
    gained: Observation[tuple[str, ...] | None | UnsetType] = UNSET  # elements of a list
    lost: Observation[tuple[str, ...] | None | UnsetType] = UNSET
    direction: System[Direction | None | UnsetType] = (
        UNSET  # of a version, a date or a number: up, down; None: it has no order
    )
    facts: Observation[tuple[str, ...] | None | UnsetType] = (
        UNSET  # what an entity that appeared states, or stated before: `enabled: true`
    )
    system_app: AppFact[bool | UnsetType] = UNSET  # the app lies on a system partition
    installer: AppFact[str | None | UnsetType] = UNSET  # of the app
    new_app: AppFact[bool | UnsetType] = UNSET  # the app was not there in the baseline
    same_signer: AppFact[bool | UnsetType] = UNSET  # of the app, in both states
    build_changed: System[bool | UnsetType] = UNSET  # another build of the system runs
    restarted: System[bool | UnsetType] = UNSET  # the device was started in between
    days: System[int | UnsetType] = UNSET  # between the two states
