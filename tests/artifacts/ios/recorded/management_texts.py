"""Files of recordings that together state all that is known of profiles, management and networks.

`word` stands for what is personal in them.
"""

from __future__ import annotations

import json
import plistlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from scanner.artifacts.ios.management import MANAGEMENT
from scanner.artifacts.ios.profile_contents import PROFILE_CONTENTS
from scanner.artifacts.ios.profiles import PROFILES
from scanner.artifacts.ios.recorded.backup_state import BACKUP_STATE
from scanner.artifacts.ios.recorded.known_networks import KNOWN_NETWORKS
from scanner.artifacts.ios.recorded.managed_state import MANAGED_STATE
from scanner.artifacts.ios.recorded.mobile_installation import MOBILE_INSTALLATION
from scanner.artifacts.ios.recorded.network_extensions import NETWORK_EXTENSIONS
from scanner.artifacts.ios.recorded.pair_records import PAIR_RECORDS
from scanner.artifacts.ios.recorded.pairings import PAIRINGS
from scanner.artifacts.ios.recorded.profile_events import PROFILE_EVENTS
from scanner.artifacts.ios.recorded.restrictions import RESTRICTIONS
from scanner.formats.profile_envelope import opened
from scanner.model.artifact import Artifact
from scanner.model.requests import AnyRequest, Diagnostic, File
from tests.artifacts.ios.profile_texts import CONFIGURATION
from tests.sources.recorded.collected import generator

from .keyed import archive_of, object_of

_AT = datetime(2026, 3, 1, 8, 30)  # noqa: DTZ001 - as property lists write it
_SHARED = "logs/MCState/Shared"
_HOST = "01234567-0000-4000-8000-0123456789AB"
_RECORD = f"/private/var/root/Library/Lockdown/pair_records/{_HOST}.plist"

Answer = tuple[int, AnyRequest, bytes]


def texts(word: str) -> dict[str, list[Answer]]:
    """Return (reading, request, answer) by artifact."""
    named = (_profiles(word), _managements(word), _networks(word), _logs(word))
    found: dict[str, list[Answer]] = {}
    for artifact, request, data in (each for answers in named for each in answers):
        number = next(at for at, one in enumerate(artifact.readings) if one.fits(request))
        found.setdefault(artifact.name, []).append((number, request, data))
    return found


def seeds() -> dict[str, tuple[bytes, ...]]:
    """Return the answers by artifact, from which fuzzing starts."""
    return {name: tuple(data for *_, data in given) for name, given in texts("word").items()}


Named = Iterator[tuple[Artifact, AnyRequest, bytes]]


def _plist(value: Any) -> bytes:
    return plistlib.dumps(value, fmt=plistlib.FMT_BINARY)


def _diagnostic(name: str) -> Diagnostic:
    return Diagnostic(name=name)


def _profiles(word: str) -> Named:
    signing = generator("signing")
    signer = signing.party("Example Signer", authority=True)
    stub = _diagnostic(f"{_SHARED}/profile-0a.stub")
    for data in CONFIGURATION:
        content = {key: each for key, each in opened(data).content.items() if each is not None}
        content |= {
            "SignerCerts": [signer.der],
            "InstallDate": _AT,
            "InstallOptions": {"isInstalledByMDM": False, "who": word},
            "ConsentText": {"default": word},
        }
        yield PROFILES, stub, _plist(content)
        yield PROFILE_CONTENTS, stub, _plist(content)
    event = {"Operation": "install", "Process": "profiled", "Timestamp": _AT, "Who": word}
    events = {"ProfileEvents": [{"com.example.profile": event}]}
    yield PROFILE_EVENTS, _diagnostic(f"{_SHARED}/MCProfileEvents.plist"), _plist(events)
    change = {"event": "set", "process": "profiled", "timestamp": _AT}
    changed = {"com.example.a": {"restrictedBool": {"allowCamera": {"value": change}}}}
    settings = {"SystemProfileRestrictions": changed, "Other": {"who": word}}
    yield PROFILE_EVENTS, _diagnostic(f"{_SHARED}/MCSettingsEvents.plist"), _plist(settings)


def _managements(word: str) -> Named:
    cloud = {"IsSupervised": True, "OrganizationName": "Example", "OrganizationEmail": word}
    name = f"{_SHARED}/CloudConfigurationDetails.plist"
    yield MANAGEMENT, _diagnostic(name), _plist(cloud)
    enrolment = {
        "ManagingProfileIdentifier": "com.example.mdm",
        "ServerURL": f"https://{word}@mdm.example.com/{word}",
        "CheckInURL": "https://mdm.example.com/in",
        "Topic": "com.apple.mgmt.External.0a1b",
        "AccessRights": 8191,
        "PushMagic": word,
        "IsProfileLocked": True,
        "LastPollingSuccess": _AT,
    }
    yield MANAGED_STATE, _diagnostic(f"{_SHARED}/MDM.plist"), _plist(enrolment)
    apps = {"metadataByBundleID": {"com.example.app": {"redemptionCode": word}}}
    yield MANAGED_STATE, _diagnostic(f"{_SHARED}/MDMAppManagement.plist"), _plist(apps)
    effective = {
        "restrictedBool": {"allowCamera": {"value": False, "preference": True}},
        "unionValues": {
            "blockedAppBundleIDs": {"values": ["com.example.app"]},
            "managedWebDomains": {"values": [word]},
        },
    }
    effective_name = "logs/MCState/User/EffectiveUserSettings.plist"
    yield RESTRICTIONS, _diagnostic(effective_name), _plist(effective)
    truth = {"com.example.profile": {"restrictedBool": {"allowCamera": {"value": False}}}}
    yield RESTRICTIONS, _diagnostic(f"{_SHARED}/ProfileTruth.plist"), _plist(truth)
    backup = {
        "RestoreInfo": {"RestoreDate": _AT, "WasCloudRestore": True},
        "BackupStateInfo": {"isCloud": True, "errors": [{"code": 0, "date": _AT}]},
        "PreflightSizing": {word: 1},
    }
    name = "logs/MobileBackup/com.apple.MobileBackup.plist"
    yield BACKUP_STATE, _diagnostic(name), _plist(backup)


def _networks(word: str) -> Named:
    settings = object_of(
        "NEDNSOverTLSSettings", ServerName="dns.example.org", Servers=["192.0.2.1"]
    )
    bundle = object_of("NEDNSSettingsBundle", Enabled=True, Settings=settings, OnDemandRules=[])
    info = object_of("NEProfileIngestionPayloadInfo", ProfileIdentifier="com.example.profile")
    configuration = object_of(
        "NEConfiguration", Name=word, Application="com.a", DNSSettings=bundle, ProfileInfo=info
    )
    name = "logs/Networking/com.apple.networkextension.plist"
    yield NETWORK_EXTENSIONS, _diagnostic(name), archive_of(a=configuration)
    network = {
        "SupportedSecurityTypes": "Open",
        "Hidden": False,
        "BundleID": "com.example.app",
        "BSSList": [{"BSSID": word}],
    }
    days = {"AddedAt": _AT, "JoinedByUserAt": _AT}
    known = {f"wifi.network.ssid.{word}": network | days}
    name = "WiFi/com.apple.wifi.known-networks.plist"
    yield KNOWN_NETWORKS, _diagnostic(name), _plist(known)
    recent = {f"wifi.network.ssid.{word}": network}
    name = "WiFi/com.apple.wifi.recent-networks.json"
    yield KNOWN_NETWORKS, _diagnostic(name), json.dumps(recent).encode()


def _logs(word: str) -> Named:
    paired = (
        "04/07/26 06:35:07.106402 pid=79 handle_pair: Pair message: {\n"
        f'    HostID = "{_HOST}";\n    HostName = "{word}";\n}}\n'
        "04/07/26 06:35:10.563345 pid=79 handle_pair: Pair for usbmuxd succeeded .\n"
    )
    yield PAIRINGS, _diagnostic("logs/MobileLockdown/lockdownd.log"), paired.encode()
    yield PAIR_RECORDS, File(path=_RECORD), word.encode()
    head = "Mon Mar  2 08:30:15 2026 [672] <notice> (0x16d54b000) "
    installed = (
        f"{head}Installing <MIInstallableBundle ID=com.a; Version=1, ShortVersion=1.0> {word}\n"
        f"{head}Install Successful for (Customer:com.a); {word}\n"
    )
    name = "logs/MobileInstallation/mobile_installation.log"
    yield MOBILE_INSTALLATION, _diagnostic(name), installed.encode()
    gone = f"{head}Destroying container with identifier com.a at /private/var/{word}\n"
    name = "logs/MobileContainerManager/containermanagerd.log"
    yield MOBILE_INSTALLATION, _diagnostic(name), gone.encode()
