"""Processes."""

from __future__ import annotations

from typing import ClassVar

from msgspec import UNSET, UnsetType

from scanner.model.entities.base import Entity
from scanner.model.privacy import Observation, System


class Process(Entity, frozen=True, kw_only=True, tag="process"):
    """A process in one listing. Arguments beyond the program are personal and never read."""

    key: ClassVar[tuple[str, ...]] = ("source", "pid", "started")

    source: System[str]  # the listing that names it: ps
    pid: System[int]
    started: Observation[str | None]  # as the listing prints it
    parent: System[int | UnsetType] = UNSET  # pid of the parent
    owner: Observation[str | UnsetType] = UNSET  # user name, as printed: root, u0_a123
    uid: Observation[int | None | UnsetType] = (
        UNSET  # numeric; None where the name is a vendor's own
    )
    label: Observation[str | None | UnsetType] = UNSET  # SELinux label
    name: Observation[str | UnsetType] = UNSET
    executable: Observation[str | None | UnsetType] = UNSET  # first argument where it is a path
