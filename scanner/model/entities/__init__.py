"""Entities: the typed things that evidence states."""

from scanner.model.entities.apps import AccessibilityService, App, DeviceAdmin, PolicyOwner
from scanner.model.entities.base import Entity, Otherwise
from scanner.model.entities.processes import Process
from scanner.model.entities.system import (
    AdbKey,
    Build,
    DeviceIdentity,
    Property,
    Setting,
    User,
)

AnyEntity = (
    AccessibilityService
    | AdbKey
    | App
    | Build
    | DeviceAdmin
    | DeviceIdentity
    | PolicyOwner
    | Process
    | Property
    | Setting
    | User
)
Statement = AnyEntity | Otherwise

ENTITIES: tuple[type[Entity], ...] = (
    App,
    AccessibilityService,
    DeviceAdmin,
    PolicyOwner,
    Process,
    Build,
    DeviceIdentity,
    Property,
    Setting,
    User,
    AdbKey,
)

__all__ = [
    "ENTITIES",
    "AccessibilityService",
    "AdbKey",
    "AnyEntity",
    "App",
    "Build",
    "DeviceAdmin",
    "DeviceIdentity",
    "Entity",
    "Otherwise",
    "PolicyOwner",
    "Process",
    "Property",
    "Setting",
    "Statement",
    "User",
]
