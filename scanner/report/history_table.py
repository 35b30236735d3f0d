"""Which field of which entity says when something happened, and in which words it is told.

A row is a moment: the entity's type and the field, a word for its kind, the words of the moment
(`timestamp_desc` of Timesketch), a sentence with fields of the entity in braces, how exact the
moment is, and the clock it was read from. Fields that say how a person uses the phone hold days.
`precise` and `clocked` name fields of the entity that decide instead, where it states them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from scanner.model.history import EventClock, Precision


class Moment(Struct, frozen=True):
    """One field that holds a moment, and how it is told."""

    entity: str
    field: str
    kind: str
    words: str
    sentence: str
    precision: Precision = "second"
    clock: EventClock = "device_utc"
    precise: str | None = None  # field that states the precision
    clocked: str | None = None  # field that states the clock: utc, device_local
    unless: str | None = None  # field that holds the same moment: then this one tells nothing new
    named: str | None = None  # field whose word ends the kind and the words: install, remove


_USED = "{process} {bundle} used the network ({source})"
_FILE = "{path} in {area}"

ROWS: tuple[Moment, ...] = (
    # Apps
    Moment("app", "first_installed", "app_installed", "App installed",
         "{package} was installed for user {user}", clock="device_local"),
    Moment("app", "last_updated", "app_updated", "App updated",
         "{package} was updated to {version_name}", clock="device_local", unless="first_installed"),
    Moment("app_change", "day", "app", "App",
         "{package}: {action}, version code {version_code}", "day", "device_local", named="action"),
    Moment("app_event", "at", "app", "App", "{package} {version}: {kind} ({source})", "unknown",
         precise="precision", clocked="clock", named="kind"),
    Moment("package_trace", "last_seen", "app_seen", "App last named",
         "{package} is named in {kind}", clock="device_local"),
    Moment("installed_file", "modified", "app_file_written", "File of an app written",
         "{path} of {package} was written"),
    # Profiles, certificates and management
    Moment("profile_event", "at", "profile", "Configuration profile",
         "Profile {identifier}: {operation} by {process}", named="operation"),
    Moment("profile", "installed_at", "profile_installed", "Profile installed",
         "Profile {identifier} was installed"),
    Moment("profile", "expires_at", "profile_goes", "Profile removes itself",
         "Profile {identifier} removes itself", clock="server"),
    Moment("profile", "signer_expires_at", "signer_expires", "Certificate of a signer expires",
         "The certificate that signed profile {identifier} expires", clock="server"),
    Moment("provisioning_profile", "created_at", "provisioning_made", "Provisioning profile made",
         "Provisioning profile {uuid} for {app_id} was made", clock="server"),
    Moment("provisioning_profile", "expires_at", "provisioning_expires",
         "Provisioning profile expires", "Provisioning profile {uuid} for {app_id} expires",
         clock="server"),
    Moment("certificate", "expires_at", "certificate_expires", "Certificate expires",
         "Certificate {name} in the store {store} expires", clock="server"),
    Moment("management", "last_contact_at", "management_contact", "Management server reached",
         "The phone last reached its management server"),
    # Computers
    Moment("adb_key", "last_connected_at", "adb_used", "Debugging computer connected",
         "The computer {fingerprint} was last connected for debugging"),
    Moment("pairing_event", "at", "pairing", "Pairing with a computer",
         "Computer {host}: {kind}", clocked="clock", named="kind"),
    # The system
    Moment("crash", "at", "crash", "Crash or report",
         "{process}: {kind} {signal}, report {file}"),
    Moment("shutdown", "at", "shutdown", "Shutdown",
         "The phone was shut down; it waited for {clients} programs"),
    Moment("shutdown_client", "at", "shutdown_client", "Program at a shutdown",
         "{path} still ran at a shutdown"),
    Moment("log_archive", "oldest_at", "log_begins", "Log begins", "The oldest line of the log"),
    Moment("log_archive", "newest_at", "log_ends", "Log ends", "The newest line of the log"),
    Moment("backup", "made_at", "backup_made", "Backup made", "A backup of the phone was made"),
    Moment("device_state", "restored_at", "restored", "Restored from a backup",
         "The phone was restored from a backup"),
    # Grants and use: what says how a person uses the phone is a day
    Moment("privacy_grant", "at", "grant", "Access decided",
         "{client}: {service} is {decision} ({reason})"),
    Moment("location_client", "started_on", "location_started", "Location use began",
         "{client} began to ask for the location", "day"),
    Moment("location_client", "stopped_on", "location_stopped", "Location use ended",
         "{client} ceased to ask for the location", "day"),
    Moment("traffic_record", "first_seen", "traffic_first", "Network use first seen", _USED, "day"),
    Moment("traffic_record", "last_seen", "traffic_last", "Network use last seen", _USED, "day"),
    Moment("content_match", "first_day", "content_first", "Indicator first named",
         "{source} names the indicator {indicator}", "day"),
    Moment("content_match", "last_day", "content_last", "Indicator last named",
         "{source} names the indicator {indicator}", "day"),
    # Files
    Moment("file", "created_at", "file_created", "File created", _FILE),
    Moment("file", "modified_at", "file_modified", "File modified", _FILE),
    Moment("file", "changed_at", "file_changed", "Metadata of a file changed", _FILE),
)  # fmt: skip


def _by_entity() -> Mapping[str, tuple[Moment, ...]]:
    found: dict[str, tuple[Moment, ...]] = {}
    for row in ROWS:
        found[row.entity] = (*found.get(row.entity, ()), row)
    return MappingProxyType(found)


MOMENTS = _by_entity()
