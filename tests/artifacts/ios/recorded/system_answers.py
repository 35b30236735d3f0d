"""Recorded files that together state every field of their artifacts, with somebody's words in them.

Personal words stand where a phone has them: names of accounts, networks, persons and places.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from scanner.artifacts.ios.recorded.analytics import ANALYTICS
from scanner.artifacts.ios.recorded.app_metadata import APP_METADATA
from scanner.artifacts.ios.recorded.backup_lists import BACKUP_LISTS
from scanner.artifacts.ios.recorded.data_usage import DATA_USAGE
from scanner.artifacts.ios.recorded.global_preferences import GLOBAL_PREFERENCES
from scanner.artifacts.ios.recorded.installed_apps import INSTALLED_APPS
from scanner.artifacts.ios.recorded.location_clients import LOCATION_CLIENTS
from scanner.artifacts.ios.recorded.lockdown_store import LOCKDOWN_STORE
from scanner.artifacts.ios.recorded.net_usage import NET_USAGE
from scanner.artifacts.ios.recorded.privacy_grants import PRIVACY_GRANTS
from scanner.artifacts.ios.recorded.store_databases import STORE_DATABASES
from scanner.artifacts.ios.recorded.system_version import SYSTEM_VERSION
from scanner.artifacts.ios.recorded.trust_store import TRUST_STORE
from scanner.model.artifact import Artifact, Planned
from scanner.model.requests import AnyRequest, Diagnostic, File, Glob
from tests.sources.recorded.collected import generator

from .stored import database, plist

Answers = list[tuple[int, AnyRequest, bytes]]
ARTIFACTS: tuple[Artifact, ...] = (
    ANALYTICS,
    APP_METADATA,
    BACKUP_LISTS,
    DATA_USAGE,
    GLOBAL_PREFERENCES,
    INSTALLED_APPS,
    LOCATION_CLIENTS,
    LOCKDOWN_STORE,
    NET_USAGE,
    PRIVACY_GRANTS,
    STORE_DATABASES,
    SYSTEM_VERSION,
    TRUST_STORE,
)
_DAY = 815_281_445  # 2026-11-02, seconds since 2001
_NAIVE = datetime(2026, 11, 2, 3, 4, 5)  # noqa: DTZ001 - so property lists write UTC
_APP = "com.example.app"


def texts(word: str) -> dict[str, Answers]:
    """Return (reading, request, file) by artifact; `word` stands for what is personal in them."""
    files = {
        ANALYTICS: [
            plist({"netUsageBaseline": {f"apsd/{_APP}": [_NAIVE, 1, 2, 3, 4]}, word: word})
        ],
        APP_METADATA: [plist(_sold(word))],
        BACKUP_LISTS: list(_backup(word)),
        DATA_USAGE: [_usage(word)],
        GLOBAL_PREFERENCES: [plist({"LDMGlobalEnabled": True, "AppleLocale": word})],
        INSTALLED_APPS: [_front_board(word)],
        LOCATION_CLIENTS: [_clients(word)],
        LOCKDOWN_STORE: [_lockdown(word)],
        NET_USAGE: [_usage(word)],
        PRIVACY_GRANTS: [_grants(word)],
        STORE_DATABASES: [_store(word), *[_store(word)] * 3, _downloads(word)],
        SYSTEM_VERSION: [
            plist({"ProductVersion": "26.1", "ProductBuildVersion": "23B85", "x": word})
        ],
        TRUST_STORE: [_trust()],
    }
    return {
        artifact.name: [
            (number, _answer(artifact, number), data) for number, data in enumerate(each)
        ]
        for artifact, each in ((one, files[one]) for one in ARTIFACTS)
    }


def _answer(artifact: Artifact, number: int) -> AnyRequest:
    request = artifact.readings[number].request
    assert not isinstance(request, Planned)
    if isinstance(request, Glob):
        return File(path=request.pattern.replace("*", "0"))
    if isinstance(request, Diagnostic):
        return Diagnostic(name=request.name.replace("*", "28"))
    return request


def _sold(word: str) -> dict[str, Any]:
    return {
        "softwareVersionBundleId": _APP,
        "sourceApp": "com.example.market",
        "distributorInfo": {"distributorID": "com.example.market", "accountID": word},
        "bundleShortVersionString": "1.2",
        "bundleVersion": "120",
        "com.apple.iTunesStore.downloadInfo": {"accountInfo": {"AppleID": word}},
        "referrerURL": f"https://example.com/{word}",
    }


def _backup(word: str) -> Iterator[bytes]:
    yield plist(
        {
            "Product Type": "iPhone15,2",
            "Product Version": "26.1",
            "Build Version": "23B85",
            "Serial Number": "EXAMPLE0001",
            "Target Identifier": "0" * 40,
            "Device Name": word,
            "Phone Number": word,
            "Last Backup Date": _NAIVE,
            "Applications": {_APP: {"iTunesMetadata": plist(_sold(word))}},
        }
    )
    yield plist(
        {
            "IsEncrypted": True,
            "WasPasscodeSet": True,
            "Version": "10.0",
            "Lockdown": {"ProductVersion": "26.1", "DeviceName": word},
            "Applications": {_APP: {"Path": "/private/var/containers/A.app", "Name": word}},
        }
    )
    yield plist({"IsFullBackup": True, "SnapshotState": "finished", "UUID": word})


def _usage(word: str) -> bytes:
    return database(
        "create table ZPROCESS (Z_PK integer primary key, ZFIRSTTIMESTAMP real, ZTIMESTAMP real,"
        " ZBUNDLENAME text, ZPROCNAME text);"
        "create table ZLIVEUSAGE (ZHASPROCESS integer, ZTIMESTAMP real, ZWIFIIN real,"
        " ZWIFIOUT real, ZWWANIN real, ZWWANOUT real);"
        "create table ZNETWORKATTACHMENT (ZIDENTIFIER text);",
        [
            ("ZPROCESS", [(1, _DAY, _DAY, _APP, f"mDNSResponder/{_APP}")]),
            ("ZLIVEUSAGE", [(1, _DAY, 1.0, 2.0, 3.0, 4.0), (2, _DAY, 1.0, 2.0, 3.0, 4.0)]),
            ("ZNETWORKATTACHMENT", [(word,)]),
        ],
    )


def _front_board(word: str) -> bytes:
    path = "/private/var/containers/Bundle/Application/00000000-0000-4000-8000-000000000000/A.app"
    objects = ["$null", {"bundlePath": path, "sandboxPath": word}]
    archive = {"$top": {"root": objects[1]}, "$objects": objects}
    return database(
        "create table application_identifier_tab (id integer, application_identifier text);"
        "create table key_tab (id integer, key text);"
        "create table kvs (application_identifier integer, key integer, value blob);",
        [
            ("application_identifier_tab", [(1, _APP), (2, "com.example.gone")]),
            ("key_tab", [(1, "compatibilityInfo"), (2, "_UninstallDate"), (3, "other")]),
            (
                "kvs",
                [(1, 1, plist(plist(archive))), (2, 2, plist(_NAIVE)), (1, 3, word.encode())],
            ),
        ],
    )


def _clients(word: str) -> bytes:
    return plist(
        {
            _APP: {
                "BundleId": _APP,
                "BundlePath": "/Applications/Example.app",
                "Executable": "/Applications/Example.app/Example",
                "Registered": "/Applications/Example.app/Example",
                "Authorization": 4,
                "LocationTimeStarted": _DAY,
                "LocationTimeStopped": _DAY,
                "LastKnownPlace": word,
            }
        }
    )


def _lockdown(word: str) -> bytes:
    return plist(
        {
            "-DeviceName": word,
            "-ActivationState": "Activated",
            "com.apple.mobile.backup-WillEncrypt": True,
            "com.apple.mobile.wireless_lockdown-EnableWifiDebugging": True,
            "com.apple.mobile.data_sync-Contacts": {"AccountNames": [word]},
        }
    )


def _grants(word: str) -> bytes:
    return database(
        "create table access (service text, client text, client_type integer, auth_value integer,"
        " auth_reason integer, last_modified integer, csreq text);",
        [("access", [("kTCCServiceCamera", _APP, 0, 2, 3, 1_793_588_645, word)])],
    )


def _store(word: str) -> bytes:
    return database(
        "create table app_install (bundle_id text, bundle_version text, timestamp real,"
        " apple_id text);",
        [("app_install", [(_APP, "7", _DAY, word)])],
    )


def _downloads(word: str) -> bytes:
    return database(
        "create table download (bundle_id text, title text)", [("download", [(_APP, word)])]
    )


def _trust() -> bytes:
    root = generator("signing").party("Example Root", authority=True, path_length=1)
    return database(
        "create table tsettings (sha256 blob, subj blob, tset blob, data blob);",
        [("tsettings", [(b"\0" * 32, b"", plist([]), root.der)])],
    )
