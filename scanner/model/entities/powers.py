"""What apps were allowed beyond their permissions: app-ops, listeners, roles, the screen."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from msgspec import UNSET, UnsetType

from scanner.model.entities.base import Entity
from scanner.model.privacy import AppFact, Observation, System


class AppOperation(Entity, frozen=True, kw_only=True, tag="app_operation"):
    """One operation that the app-ops service guards, for one app."""

    key: ClassVar[tuple[str, ...]] = ("user", "package", "operation")

    user: System[int]
    package: AppFact[str]
    operation: AppFact[str]  # as printed, without a prefix: SYSTEM_ALERT_WINDOW
    uid: AppFact[int | None | UnsetType] = UNSET
    mode: AppFact[str | None | UnsetType] = (
        UNSET  # allow, ignore, deny, default, foreground; None: none was set
    )
    used: Observation[bool | UnsetType] = UNSET  # an access is on record
    used_in_background: Observation[bool | UnsetType] = UNSET
    rejected: Observation[bool | UnsetType] = UNSET  # a refused access is on record


class NotificationListener(Entity, frozen=True, kw_only=True, tag="notification_listener"):
    """A service that may read, dismiss and answer notifications."""

    key: ClassVar[tuple[str, ...]] = ("user", "component")

    user: System[int]
    component: AppFact[str]
    package: AppFact[str]
    enabled: AppFact[bool | UnsetType] = UNSET
    bound: AppFact[bool | UnsetType] = UNSET  # running now


class InputMethod(Entity, frozen=True, kw_only=True, tag="input_method"):
    """A keyboard: it sees what is typed."""

    key: ClassVar[tuple[str, ...]] = ("user", "component")

    user: System[int]
    component: AppFact[str]
    package: AppFact[str]
    enabled: AppFact[bool | UnsetType] = UNSET
    current: AppFact[bool | UnsetType] = UNSET  # the one in use


class RoleHolder(Entity, frozen=True, kw_only=True, tag="role_holder"):
    """An app that holds a role: it receives messages, makes calls, is the assistant."""

    key: ClassVar[tuple[str, ...]] = ("user", "role", "package")

    user: System[int]
    role: System[str]  # android.app.role.SMS
    package: AppFact[str]


class MediaProjection(Entity, frozen=True, kw_only=True, tag="media_projection"):
    """An app that sees the screen, or hears what plays, now."""

    key: ClassVar[tuple[str, ...]] = ("user", "package")

    user: System[int]
    package: AppFact[str]
    kind: AppFact[str | None | UnsetType] = UNSET  # screen_capture, mirroring, presentation


class Schedule(Entity, frozen=True, kw_only=True, tag="schedule"):
    """What wakes an app: a job or an alarm, counted by component."""

    key: ClassVar[tuple[str, ...]] = ("kind", "user", "package", "component")

    kind: System[str]  # job, alarm
    user: System[int]
    package: AppFact[str]
    component: AppFact[str | None]  # the job's service; None: an alarm names none
    count: AppFact[int | UnsetType] = UNSET
    persisted: AppFact[bool | UnsetType] = UNSET  # it outlives a restart
    wakes: AppFact[bool | UnsetType] = UNSET  # it wakes a sleeping phone


class PackageTrace(Entity, frozen=True, kw_only=True, tag="package_trace"):
    """A record of the past that names a package, installed or not."""

    key: ClassVar[tuple[str, ...]] = ("kind", "package")

    kind: System[str]  # platform_compat, database, app_operation, battery_removal, battery_history
    package: AppFact[str]
    last_seen: Observation[datetime | None | UnsetType] = UNSET  # device-local, taken as UTC
    installed: AppFact[bool | UnsetType] = UNSET  # joined: whether any user has it installed


class AppChange(Entity, frozen=True, kw_only=True, tag="app_change"):
    """An update, a downgrade or a removal that the battery statistics keep, by day."""

    key: ClassVar[tuple[str, ...]] = ("package", "day", "version_code")

    package: AppFact[str]
    day: Observation[str]  # the start of the day's record: 2026-11-20
    version_code: AppFact[int]  # 0: removed
    action: AppFact[str | UnsetType] = UNSET  # installed_or_updated, downgraded, removed
    previous_version: AppFact[int | None | UnsetType] = UNSET
    installed: AppFact[bool | UnsetType] = UNSET  # joined: whether any user has it installed now
