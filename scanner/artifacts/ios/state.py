"""How the phone is set up, from the values and domains of lockdownd.

Each reply is a domain: all of its values as a dictionary.

- the domain without a name: PasswordProtected (reported to be false as well on a phone that has a
  passcode and is unlocked), HostAttached, TrustedHostAttached, SIMStatus
  (kCTSIMSupportSIMStatusReady) and NonVolatileRAM, a dictionary with `boot-args`;
- com.apple.mobile.wireless_lockdown: EnableWifiConnections and EnableWifiDebugging, which a
  computer sets. lockdownd keeps what was ever set and nothing else: where others of the domain
  stand and one of these does not, nobody set it, and it is off;
- com.apple.mobile.backup: WillEncrypt, likewise;
- com.apple.security.mac.amfi: DeveloperModeStatus, since iOS 16;
- com.apple.mobile.internal: IsInternal, which ordinary phones do not state.

A domain without any value states nothing: lockdownd answers so for one that it does not know.

Sources: pymobiledevice3 lockdown_service_provider.py and mobilebackup2.py, which take what is not
there for off; the store of lockdownd (data_ark.plist) of a real phone of 2023; IsInternal and
`boot-args` from headers and clients of liblockdown, not seen on a current phone.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from scanner.artifacts.ios.boot_arguments import boot_arguments
from scanner.artifacts.ios.reply import known, values_of
from scanner.formats.plists import Map, flag, mapping, text
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import DeviceState
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Lockdown

_LIMIT = 100  # characters


def parse_default(file: EvidenceFile) -> Iterator[DeviceState]:
    """Yield what the domain without a name states."""
    values = values_of(file)
    yield DeviceState(
        passcode=known(flag(values, "PasswordProtected")),
        host_attached=known(flag(values, "HostAttached")),
        trusted_host_attached=known(flag(values, "TrustedHostAttached")),
        sim=known(text(values, "SIMStatus", limit=_LIMIT)),
        boot_arguments=boot_arguments(mapping(values, "NonVolatileRAM")),
    )


def parse_wireless(file: EvidenceFile) -> Iterator[DeviceState]:
    """Yield whether computers reach the phone over Wi-Fi."""
    values = values_of(file)
    yield DeviceState(
        wifi_connections=_set(values, "EnableWifiConnections"),
        wifi_debugging=_set(values, "EnableWifiDebugging"),
    )


def parse_backup(file: EvidenceFile) -> Iterator[DeviceState]:
    """Yield whether a backup would be encrypted."""
    yield DeviceState(backup_encrypted=_set(values_of(file), "WillEncrypt"))


def parse_developer(file: EvidenceFile) -> Iterator[DeviceState]:
    """Yield whether developer mode is on."""
    yield DeviceState(developer_mode=known(flag(values_of(file), "DeveloperModeStatus")))


def parse_internal(file: EvidenceFile) -> Iterator[DeviceState]:
    """Yield whether the build is one for Apple's own engineers."""
    yield DeviceState(internal=known(flag(values_of(file), "IsInternal")))


def _set(values: Map, key: str) -> bool | UnsetType:
    """Return a setting that is off where nobody ever set it."""
    if key in values:
        return known(flag(values, key))
    return False if values else UNSET


STATE = Artifact(
    name="ios.state",
    title="Passcode, developer mode, pairing and backups",
    platform="ios",
    states=(
        Stated(
            DeviceState,
            (
                "passcode",
                "developer_mode",
                "internal",
                "backup_encrypted",
                "boot_arguments",
                "wifi_connections",
                "wifi_debugging",
                "host_attached",
                "trusted_host_attached",
                "sim",
            ),
        ),
    ),
    readings=(
        # A phone that lacks the internal domain is complete without it.
        Reading(Lockdown(), parse_default, covers=("values", "internal")),
        Reading(
            Lockdown(domain="com.apple.mobile.wireless_lockdown"),
            parse_wireless,
            covers=("wireless",),
        ),
        Reading(Lockdown(domain="com.apple.mobile.backup"), parse_backup, covers=("backup",)),
        Reading(
            Lockdown(domain="com.apple.security.mac.amfi"),
            parse_developer,
            covers=("developer_mode",),
        ),
        Reading(Lockdown(domain="com.apple.mobile.internal"), parse_internal, covers=("internal",)),
    ),
)
