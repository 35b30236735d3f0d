"""Entities: the typed things that evidence states."""

from scanner.model.entities.apps import (
    AccessibilityService,
    App,
    DeviceAdmin,
    PolicyOwner,
)
from scanner.model.entities.base import (
    Entity,
    Otherwise,
)
from scanner.model.entities.files import (
    Crash,
    FileEntry,
    Mount,
)
from scanner.model.entities.network import (
    Certificate,
    Network,
    Socket,
    Vpn,
    WifiNetwork,
)
from scanner.model.entities.powers import (
    AppChange,
    AppOperation,
    InputMethod,
    MediaProjection,
    NotificationListener,
    PackageTrace,
    RoleHolder,
    Schedule,
)
from scanner.model.entities.processes import (
    Process,
)
from scanner.model.entities.system import (
    AdbKey,
    Build,
    Debugging,
    DeviceIdentity,
    Property,
    Setting,
    User,
)

AnyEntity = (
    AccessibilityService
    | AdbKey
    | App
    | AppChange
    | AppOperation
    | Build
    | Certificate
    | Crash
    | Debugging
    | DeviceAdmin
    | DeviceIdentity
    | FileEntry
    | InputMethod
    | MediaProjection
    | Mount
    | Network
    | NotificationListener
    | PackageTrace
    | PolicyOwner
    | Process
    | Property
    | RoleHolder
    | Schedule
    | Setting
    | Socket
    | User
    | Vpn
    | WifiNetwork
)
Statement = AnyEntity | Otherwise

ENTITIES: tuple[type[Entity], ...] = (
    App,
    AccessibilityService,
    NotificationListener,
    InputMethod,
    RoleHolder,
    AppOperation,
    DeviceAdmin,
    PolicyOwner,
    MediaProjection,
    Schedule,
    PackageTrace,
    AppChange,
    Process,
    Socket,
    Network,
    Vpn,
    WifiNetwork,
    Certificate,
    FileEntry,
    Mount,
    Crash,
    Build,
    DeviceIdentity,
    Property,
    Setting,
    User,
    AdbKey,
    Debugging,
)

__all__ = [
    "ENTITIES",
    "AccessibilityService",
    "AdbKey",
    "AnyEntity",
    "App",
    "AppChange",
    "AppOperation",
    "Build",
    "Certificate",
    "Crash",
    "Debugging",
    "DeviceAdmin",
    "DeviceIdentity",
    "Entity",
    "FileEntry",
    "InputMethod",
    "MediaProjection",
    "Mount",
    "Network",
    "NotificationListener",
    "Otherwise",
    "PackageTrace",
    "PolicyOwner",
    "Process",
    "Property",
    "RoleHolder",
    "Schedule",
    "Setting",
    "Socket",
    "Statement",
    "User",
    "Vpn",
    "WifiNetwork",
]
