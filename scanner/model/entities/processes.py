"""Processes."""

from __future__ import annotations

from typing import ClassVar

from msgspec import UNSET, UnsetType

from scanner.model.entities.base import Entity
from scanner.model.privacy import Observation, System


class Process(Entity, frozen=True, kw_only=True, tag="process"):
    """A process in one listing. Arguments beyond the program are personal and never read."""

    key: ClassVar[tuple[str, ...]] = ("source", "pid", "started")

    source: System[str]  # the listing that names it: ps, pid_list, instruments, taskinfo, spindump
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
    area: System[str | None | UnsetType] = UNSET  # of its executable: as in BinaryImage
    whole: System[bool | UnsetType] = (
        UNSET  # its listing is not cut: what that does not name did not run at its moment
    )
    also_in: System[tuple[str, ...] | None | UnsetType] = (
        UNSET  # joined: other whole listings of the same recording that name it
    )
    missing_from: System[tuple[str, ...] | None | UnsetType] = (
        UNSET  # joined: whole listings of the same recording that do not name it
    )


class BinaryImage(Entity, frozen=True, kw_only=True, tag="binary_image"):
    """An executable or library of iOS that was seen at work, and the program it worked in."""

    key: ClassVar[tuple[str, ...]] = ("process", "path")

    process: Observation[str]  # path of the program
    path: Observation[str]  # of the image; the program's own where it is its main executable
    main: System[bool | UnsetType] = UNSET  # the program's own executable
    uuid: Observation[str | None | UnsetType] = UNSET  # LC_UUID, in upper case
    area: System[str | UnsetType] = (
        UNSET  # of its path: system, cryptex, app, developer, staging, temporary, jailbreak, other
    )
    process_area: System[str | UnsetType] = UNSET  # the same of the program's path
    own: System[bool | UnsetType] = UNSET  # it lies in the bundle of its program
