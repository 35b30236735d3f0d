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
from scanner.artifacts.android.installed_files import INSTALLED_FILES
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
from scanner.artifacts.apps.app_calls import APP_CALLS
from scanner.artifacts.apps.app_files import APP_FILES, IOS_APP_FILES, SYSTEM_APP_FILES
from scanner.artifacts.ios.activation import ACTIVATION
from scanner.artifacts.ios.apps import APPS
from scanner.artifacts.ios.binary_images import BINARY_IMAGES
from scanner.artifacts.ios.boot import BOOT
from scanner.artifacts.ios.build import BUILD
from scanner.artifacts.ios.companions import COMPANIONS
from scanner.artifacts.ios.configuration_profile import CONFIGURATION_PROFILE
from scanner.artifacts.ios.connections import CONNECTIONS
from scanner.artifacts.ios.crash_reports import CRASH_REPORTS
from scanner.artifacts.ios.disk_images import DISK_IMAGES
from scanner.artifacts.ios.home_screen import HOME_SCREEN
from scanner.artifacts.ios.lockdown_domains import LOCKDOWN_DOMAINS
from scanner.artifacts.ios.management import MANAGEMENT
from scanner.artifacts.ios.processes import PROCESSES as IOS_PROCESSES
from scanner.artifacts.ios.profile_contents import PROFILE_CONTENTS
from scanner.artifacts.ios.profiles import PROFILES
from scanner.artifacts.ios.provisioning import PROVISIONING
from scanner.artifacts.ios.running_processes import RUNNING_PROCESSES
from scanner.artifacts.ios.state import STATE
from scanner.artifacts.ios.sysdiagnose import SYSDIAGNOSE_ARCHIVES
from scanner.artifacts.ios.traffic import TRAFFIC
from scanner.model.artifact import Artifact

ARTIFACTS: tuple[Artifact, ...] = (
    GETPROP,
    USERS,
    SETTINGS,
    PACKAGES,
    PACKAGE_DETAILS,
    INSTALLED_FILES,
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
    BUILD,
    STATE,
    ACTIVATION,
    LOCKDOWN_DOMAINS,
    BOOT,
    MANAGEMENT,
    PROFILES,
    PROFILE_CONTENTS,
    PROVISIONING,
    APPS,
    HOME_SCREEN,
    IOS_PROCESSES,
    BINARY_IMAGES,
    RUNNING_PROCESSES,
    CONNECTIONS,
    TRAFFIC,
    DISK_IMAGES,
    COMPANIONS,
    CRASH_REPORTS,
    SYSDIAGNOSE_ARCHIVES,
    CONFIGURATION_PROFILE,
    APP_FILES,
    APP_CALLS,
    SYSTEM_APP_FILES,
    IOS_APP_FILES,
)
"""All artifacts in reading order: the only registry."""

__all__ = ["ARTIFACTS"]
