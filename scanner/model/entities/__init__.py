"""Entities: the typed things that evidence states."""

from scanner.model.entities.app_files import (
    ApiCall,
    AppComponent,
    AppFile,
    AppFileKind,
    CodeFile,
    EmbeddedFile,
    Signature,
    Signer,
    SigningError,
)
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
from scanner.model.entities.changes import (
    Change,
    ChangeKind,
)
from scanner.model.entities.files import (
    Crash,
    FileEntry,
    InstalledFile,
    Mount,
)
from scanner.model.entities.ios_records import (
    AppEvent,
    Backup,
    ContentMatch,
    ContentSource,
    LocationClient,
    LogArchive,
    NetworkExtension,
    PairingEvent,
    PrivacyGrant,
    ProfileEvent,
    RemoteService,
    Restriction,
    RowGap,
    Shutdown,
    ShutdownClient,
    TrafficRecord,
)
from scanner.model.entities.mentions import Mention
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
    | ApiCall
    | App
    | AppChange
    | AppComponent
    | AppEvent
    | AppFile
    | AppOperation
    | Backup
    | BinaryImage
    | Build
    | Certificate
    | Change
    | Clock
    | CodeFile
    | Companion
    | ContentMatch
    | ContentSource
    | Crash
    | Debugging
    | DeviceAdmin
    | DeviceIdentity
    | DeviceState
    | DiskImage
    | FileEntry
    | InputMethod
    | InstalledFile
    | LocationClient
    | LogArchive
    | Management
    | MediaProjection
    | Mount
    | Network
    | NetworkExtension
    | NotificationListener
    | PackageTrace
    | PairingEvent
    | Payload
    | PolicyOwner
    | PrivacyGrant
    | Process
    | Profile
    | ProfileEvent
    | Property
    | ProvisioningProfile
    | RemoteService
    | Restriction
    | RoleHolder
    | RowGap
    | Schedule
    | Setting
    | Shutdown
    | ShutdownClient
    | Socket
    | TrafficRecord
    | User
    | Vpn
    | WebClip
    | WifiNetwork
)
Statement = AnyEntity | Otherwise | Mention

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
    InstalledFile,
    AppFile,
    AppComponent,
    CodeFile,
    ApiCall,
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
    TrafficRecord,
    RowGap,
    PrivacyGrant,
    LocationClient,
    ProfileEvent,
    AppEvent,
    PairingEvent,
    Shutdown,
    ShutdownClient,
    NetworkExtension,
    Restriction,
    RemoteService,
    LogArchive,
    Backup,
    ContentSource,
    ContentMatch,
    Change,
)

__all__ = [
    "ENTITIES",
    "AccessibilityService",
    "AdbKey",
    "AnyEntity",
    "ApiCall",
    "App",
    "AppChange",
    "AppComponent",
    "AppEvent",
    "AppFile",
    "AppFileKind",
    "AppOperation",
    "Backup",
    "BinaryImage",
    "Build",
    "Certificate",
    "Change",
    "ChangeKind",
    "Clock",
    "CodeFile",
    "Companion",
    "ContentMatch",
    "ContentSource",
    "Crash",
    "Debugging",
    "DeviceAdmin",
    "DeviceIdentity",
    "DeviceState",
    "DiskImage",
    "EmbeddedFile",
    "Entity",
    "FileEntry",
    "InputMethod",
    "InstalledFile",
    "LocationClient",
    "LogArchive",
    "Management",
    "MediaProjection",
    "Mention",
    "Mount",
    "Network",
    "NetworkExtension",
    "NotificationListener",
    "Otherwise",
    "PackageTrace",
    "PairingEvent",
    "Payload",
    "PolicyOwner",
    "PrivacyGrant",
    "Process",
    "Profile",
    "ProfileEvent",
    "Property",
    "ProvisioningProfile",
    "RemoteService",
    "Restriction",
    "RoleHolder",
    "RowGap",
    "Schedule",
    "Setting",
    "Shutdown",
    "ShutdownClient",
    "Signature",
    "Signer",
    "SigningError",
    "Socket",
    "Statement",
    "TrafficRecord",
    "User",
    "Vpn",
    "WebClip",
    "WifiNetwork",
]
