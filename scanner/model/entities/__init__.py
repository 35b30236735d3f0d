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
    AppFile,
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
    BinaryImage,
    Process,
)
from scanner.model.entities.profiles import (
    Companion,
    Management,
    Payload,
    Profile,
    ProvisioningProfile,
    WebClip,
)
from scanner.model.entities.system import (
    AdbKey,
    Build,
    Clock,
    Debugging,
    DeviceIdentity,
    DeviceState,
    DiskImage,
    Property,
    Setting,
    User,
)

AnyEntity = (
    AccessibilityService
    | AdbKey
    | App
    | AppChange
    | AppFile
    | AppOperation
    | BinaryImage
    | Build
    | Certificate
    | Clock
    | Companion
    | Crash
    | Debugging
    | DeviceAdmin
    | DeviceIdentity
    | DeviceState
    | DiskImage
    | FileEntry
    | InputMethod
    | Management
    | MediaProjection
    | Mount
    | Network
    | NotificationListener
    | PackageTrace
    | Payload
    | PolicyOwner
    | Process
    | Profile
    | Property
    | ProvisioningProfile
    | RoleHolder
    | Schedule
    | Setting
    | Socket
    | User
    | Vpn
    | WebClip
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
    AppFile,
    Profile,
    Payload,
    ProvisioningProfile,
    Management,
    WebClip,
    Process,
    BinaryImage,
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
    DeviceState,
    DiskImage,
    Clock,
    Property,
    Setting,
    User,
    AdbKey,
    Debugging,
    Companion,
)

__all__ = [
    "ENTITIES",
    "AccessibilityService",
    "AdbKey",
    "AnyEntity",
    "App",
    "AppChange",
    "AppFile",
    "AppOperation",
    "BinaryImage",
    "Build",
    "Certificate",
    "Clock",
    "Companion",
    "Crash",
    "Debugging",
    "DeviceAdmin",
    "DeviceIdentity",
    "DeviceState",
    "DiskImage",
    "Entity",
    "FileEntry",
    "InputMethod",
    "Management",
    "MediaProjection",
    "Mount",
    "Network",
    "NotificationListener",
    "Otherwise",
    "PackageTrace",
    "Payload",
    "PolicyOwner",
    "Process",
    "Profile",
    "Property",
    "ProvisioningProfile",
    "RoleHolder",
    "Schedule",
    "Setting",
    "Socket",
    "Statement",
    "User",
    "Vpn",
    "WebClip",
    "WifiNetwork",
]
