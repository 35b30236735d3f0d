"""Artifacts: what is asked, as data, and how it is read, as pure functions."""

from scanner.artifacts.android.accessibility import ACCESSIBILITY
from scanner.artifacts.android.adb_keys import ADB_KEYS
from scanner.artifacts.android.app_operations import APP_OPERATIONS
from scanner.artifacts.android.battery_daily import BATTERY_DAILY
from scanner.artifacts.android.battery_history import BATTERY_HISTORY
from scanner.artifacts.android.certificates import CERTIFICATES
from scanner.artifacts.android.connectivity import CONNECTIVITY
from scanner.artifacts.android.databases import DATABASES
from scanner.artifacts.android.debugging import DEBUGGING
from scanner.artifacts.android.device_policy import DEVICE_POLICY
from scanner.artifacts.android.files import FILES
from scanner.artifacts.android.getprop import GETPROP
from scanner.artifacts.android.input_methods import INPUT_METHODS
from scanner.artifacts.android.media_projection import MEDIA_PROJECTION
from scanner.artifacts.android.mounts import MOUNTS
from scanner.artifacts.android.notification_listeners import NOTIFICATION_LISTENERS
from scanner.artifacts.android.package_details import PACKAGE_DETAILS
from scanner.artifacts.android.packages import PACKAGES
from scanner.artifacts.android.platform_compat import PLATFORM_COMPAT
from scanner.artifacts.android.processes import PROCESSES
from scanner.artifacts.android.roles import ROLES
from scanner.artifacts.android.root_traces import ROOT_TRACES
from scanner.artifacts.android.schedules import SCHEDULES
from scanner.artifacts.android.selinux import SELINUX
from scanner.artifacts.android.settings import SETTINGS
from scanner.artifacts.android.sockets import SOCKETS
from scanner.artifacts.android.tombstones import TOMBSTONES
from scanner.artifacts.android.users import USERS
from scanner.artifacts.android.vpn import VPN
from scanner.artifacts.android.wifi import WIFI
from scanner.model.artifact import Artifact

ARTIFACTS: tuple[Artifact, ...] = (
    GETPROP,
    USERS,
    SETTINGS,
    PACKAGES,
    PACKAGE_DETAILS,
    PROCESSES,
    ACCESSIBILITY,
    DEVICE_POLICY,
    ADB_KEYS,
    APP_OPERATIONS,
    NOTIFICATION_LISTENERS,
    INPUT_METHODS,
    ROLES,
    MEDIA_PROJECTION,
    SCHEDULES,
    PLATFORM_COMPAT,
    SOCKETS,
    CONNECTIVITY,
    VPN,
    WIFI,
    CERTIFICATES,
    DEBUGGING,
    MOUNTS,
    SELINUX,
    ROOT_TRACES,
    FILES,
    BATTERY_DAILY,
    BATTERY_HISTORY,
    DATABASES,
    TOMBSTONES,
)
"""All artifacts in reading order: the only registry."""

__all__ = ["ARTIFACTS"]
