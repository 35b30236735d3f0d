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
from scanner.artifacts.android.user_restrictions import USER_RESTRICTIONS
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
from scanner.artifacts.ios.content.app_cache import APP_CACHE
from scanner.artifacts.ios.content.calendar import CALENDAR
from scanner.artifacts.ios.content.calls import CALLS
from scanner.artifacts.ios.content.chrome_favicons import CHROME_FAVICONS
from scanner.artifacts.ios.content.chrome_history import CHROME_HISTORY
from scanner.artifacts.ios.content.firefox_history import FIREFOX_HISTORY
from scanner.artifacts.ios.content.id_status_cache import ID_STATUS_CACHE
from scanner.artifacts.ios.content.interactions import INTERACTIONS
from scanner.artifacts.ios.content.messages import MESSAGES
from scanner.artifacts.ios.content.safari_bookmarks import SAFARI_BOOKMARKS
from scanner.artifacts.ios.content.safari_favicons import SAFARI_FAVICONS
from scanner.artifacts.ios.content.safari_history import SAFARI_HISTORY
from scanner.artifacts.ios.content.safari_tabs import SAFARI_TABS
from scanner.artifacts.ios.content.shortcuts import SHORTCUTS
from scanner.artifacts.ios.content.webkit_statistics import WEBKIT_STATISTICS
from scanner.artifacts.ios.content.whatsapp import WHATSAPP
from scanner.artifacts.ios.crash_reports import CRASH_REPORTS
from scanner.artifacts.ios.disk_images import DISK_IMAGES
from scanner.artifacts.ios.home_screen import HOME_SCREEN
from scanner.artifacts.ios.lockdown_domains import LOCKDOWN_DOMAINS
from scanner.artifacts.ios.management import MANAGEMENT
from scanner.artifacts.ios.processes import PROCESSES as IOS_PROCESSES
from scanner.artifacts.ios.profile_contents import PROFILE_CONTENTS
from scanner.artifacts.ios.profiles import PROFILES
from scanner.artifacts.ios.provisioning import PROVISIONING
from scanner.artifacts.ios.recorded.analytics import ANALYTICS
from scanner.artifacts.ios.recorded.app_metadata import APP_METADATA
from scanner.artifacts.ios.recorded.backup_files import BACKUP_FILES
from scanner.artifacts.ios.recorded.backup_lists import BACKUP_LISTS
from scanner.artifacts.ios.recorded.backup_state import BACKUP_STATE
from scanner.artifacts.ios.recorded.crash_programs import CRASH_PROGRAMS
from scanner.artifacts.ios.recorded.crash_summary import CRASH_SUMMARY
from scanner.artifacts.ios.recorded.data_usage import DATA_USAGE
from scanner.artifacts.ios.recorded.files import COPIED_FILES
from scanner.artifacts.ios.recorded.global_preferences import GLOBAL_PREFERENCES
from scanner.artifacts.ios.recorded.installed_apps import INSTALLED_APPS
from scanner.artifacts.ios.recorded.known_networks import KNOWN_NETWORKS
from scanner.artifacts.ios.recorded.location_clients import LOCATION_CLIENTS
from scanner.artifacts.ios.recorded.lockdown_store import LOCKDOWN_STORE
from scanner.artifacts.ios.recorded.log_archive import LOG_ARCHIVE
from scanner.artifacts.ios.recorded.logged_programs import LOGGED_PROGRAMS
from scanner.artifacts.ios.recorded.managed_state import MANAGED_STATE
from scanner.artifacts.ios.recorded.mobile_installation import MOBILE_INSTALLATION
from scanner.artifacts.ios.recorded.mounts import IOS_MOUNTS
from scanner.artifacts.ios.recorded.net_usage import NET_USAGE
from scanner.artifacts.ios.recorded.network_extensions import NETWORK_EXTENSIONS
from scanner.artifacts.ios.recorded.pair_records import PAIR_RECORDS
from scanner.artifacts.ios.recorded.pairings import PAIRINGS
from scanner.artifacts.ios.recorded.privacy_grants import PRIVACY_GRANTS
from scanner.artifacts.ios.recorded.process_tables import PROCESS_TABLES
from scanner.artifacts.ios.recorded.profile_events import PROFILE_EVENTS
from scanner.artifacts.ios.recorded.remote_services import REMOTE_SERVICES
from scanner.artifacts.ios.recorded.restrictions import RESTRICTIONS
from scanner.artifacts.ios.recorded.sampled_processes import SAMPLED_PROCESSES
from scanner.artifacts.ios.recorded.shutdown_logs import SHUTDOWN_LOGS
from scanner.artifacts.ios.recorded.store_databases import STORE_DATABASES
from scanner.artifacts.ios.recorded.system_version import SYSTEM_VERSION
from scanner.artifacts.ios.recorded.task_info import TASK_INFO
from scanner.artifacts.ios.recorded.trust_store import TRUST_STORE
from scanner.artifacts.ios.running_processes import RUNNING_PROCESSES
from scanner.artifacts.ios.state import STATE
from scanner.artifacts.ios.sysdiagnose import SYSDIAGNOSE_ARCHIVES
from scanner.artifacts.ios.traffic import TRAFFIC
from scanner.model.artifact import Artifact

ARTIFACTS: tuple[Artifact, ...] = (
    GETPROP,
    USERS,
    USER_RESTRICTIONS,
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
    BACKUP_LISTS,
    SYSTEM_VERSION,
    LOCKDOWN_STORE,
    BACKUP_FILES,
    COPIED_FILES,
    ANALYTICS,
    APP_METADATA,
    BACKUP_STATE,
    CRASH_PROGRAMS,
    CRASH_SUMMARY,
    DATA_USAGE,
    GLOBAL_PREFERENCES,
    INSTALLED_APPS,
    KNOWN_NETWORKS,
    LOCATION_CLIENTS,
    LOG_ARCHIVE,
    LOGGED_PROGRAMS,
    MANAGED_STATE,
    MOBILE_INSTALLATION,
    IOS_MOUNTS,
    NET_USAGE,
    NETWORK_EXTENSIONS,
    PAIRINGS,
    PAIR_RECORDS,
    PRIVACY_GRANTS,
    PROCESS_TABLES,
    PROFILE_EVENTS,
    REMOTE_SERVICES,
    RESTRICTIONS,
    SAMPLED_PROCESSES,
    SHUTDOWN_LOGS,
    STORE_DATABASES,
    TASK_INFO,
    TRUST_STORE,
    APP_CACHE,
    CALENDAR,
    CALLS,
    CHROME_FAVICONS,
    CHROME_HISTORY,
    FIREFOX_HISTORY,
    ID_STATUS_CACHE,
    INTERACTIONS,
    MESSAGES,
    SAFARI_BOOKMARKS,
    SAFARI_FAVICONS,
    SAFARI_HISTORY,
    SAFARI_TABS,
    SHORTCUTS,
    WEBKIT_STATISTICS,
    WHATSAPP,
    APP_FILES,
    APP_CALLS,
    SYSTEM_APP_FILES,
    IOS_APP_FILES,
)
"""All artifacts in reading order: the only registry."""

__all__ = ["ARTIFACTS"]
