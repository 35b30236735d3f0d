"""The lists that a backup keeps of itself, and what a store wrote about an app."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.recorded import app_metadata, backup_lists
from scanner.errors import ParseError
from scanner.model.entities import App, Backup, Build, DeviceIdentity, DeviceState

from .stored import plist, read, read_partly

NAIVE = datetime(2026, 11, 2, 3, 4, 5)  # noqa: DTZ001 - so property lists write UTC
PERSON = "person@example.com"
SOLD = {
    "softwareVersionBundleId": "com.example.sold",
    "sourceApp": "com.apple.AppStore",
    "bundleShortVersionString": "1.2",
    "bundleVersion": "120",
    "itemName": "Example",
    "com.apple.iTunesStore.downloadInfo": {"accountInfo": {"AppleID": PERSON}},
}
MARKET = SOLD | {
    "sourceApp": "com.example.market",
    "distributorInfo": {"distributorID": "com.example.market", "accountID": PERSON},
}
INFO = {
    "Product Type": "iPhone15,2",
    "Product Version": "26.1",
    "Build Version": "23B85",
    "Serial Number": "EXAMPLE0001",
    "Target Identifier": "0" * 40,
    "Unique Identifier": "0" * 40,
    "Phone Number": "+1 555 0100",
    "Device Name": "Example's phone",
    "Last Backup Date": NAIVE,
}
BUILD = Build(
    manufacturer="Apple", model="iPhone15,2", release="26.1", release_major=26, build="23B85"
)
IDENTITY = DeviceIdentity(serial="EXAMPLE0001", udid="0" * 40)


def app(package, **fields):
    return App(user=0, package=package, installed=True, **fields)


def sold(package="com.example.sold", **fields):
    stated = {
        "installer": "com.apple.AppStore",
        "package_source": "store",
        "distributor": None,
        "volume_purchase": False,
        "version_name": "1.2",
        "bundle_version": "120",
    }
    return app(package, **(stated | fields))


def unsold(package):
    return app(
        package, installer=None, package_source="other", distributor=None, volume_purchase=False
    )


def apps_of(**stated):
    return [
        each
        for each in read(backup_lists.parse_info, plist(INFO | stated))
        if isinstance(each, App)
    ]


def test_info():
    made = Backup(made_at=datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC))

    assert [BUILD, IDENTITY, made] == read(backup_lists.parse_info, plist(INFO))


def test_apps_and_where_they_came_from():
    found = apps_of(
        **{
            "Installed Applications": ["com.example.sold", "com.example.bare", "com.example.side"],
            "Applications": {
                "com.example.sold": {"iTunesMetadata": plist(SOLD), "PlaceholderIcon": b"\0"},
                "com.example.bare": {"PlaceholderIcon": b"\0"},
                "com.example.market": {"iTunesMetadata": plist(MARKET)},
                "com.example.volume": {"iTunesMetadata": SOLD | {"sideLoadedDeviceBasedVPP": True}},
            },
        }
    )

    assert [
        sold(),
        unsold("com.example.bare"),
        unsold("com.example.side"),
        sold(
            "com.example.market", installer="com.example.market", distributor="com.example.market"
        ),
        sold("com.example.volume", volume_purchase=True),
    ] == found
    assert PERSON not in repr(found)


def test_a_list_of_names_alone_says_not_where_they_came_from():
    found = apps_of(**{"Installed Applications": ["com.example.a", 5], "Applications": {}})

    assert [app("com.example.a")] == found


@pytest.mark.parametrize("metadata", [b"x", b"", plist([1]), "text"])
def test_unreadable_metadata_costs_that_app_alone(metadata):
    info = INFO | {
        "Applications": {
            "com.example.a": {"iTunesMetadata": metadata},
            "com.example.sold": {"iTunesMetadata": plist(SOLD)},
        }
    }
    found = read_partly(backup_lists.parse_info, plist(info))

    assert [app("com.example.a"), sold()] == found[-2:]


def test_too_many_apps():
    info = INFO | {"Installed Applications": [f"com.example.a{number}" for number in range(20_001)]}

    with pytest.raises(ParseError):
        read(backup_lists.parse_info, plist(info))


@pytest.mark.parametrize("encrypted", [True, False])
def test_manifest(encrypted):
    manifest = {
        "IsEncrypted": encrypted,
        "WasPasscodeSet": True,
        "Version": "10.0",
        "Date": NAIVE,
        "BackupKeyBag": b"\0" * 100,
        "Lockdown": {
            "ProductType": "iPhone15,2",
            "ProductVersion": "26.1",
            "BuildVersion": "23B85",
            "SerialNumber": "EXAMPLE0001",
            "UniqueDeviceID": "0" * 40,
            "DeviceName": "Example's phone",
        },
        "Applications": {
            "com.example.a": {"CFBundleVersion": "7", "Path": "/var/containers/A.app"}
        },
    }

    assert [
        BUILD,
        IDENTITY,
        DeviceState(passcode=True, backup_encrypted=encrypted),
        Backup(version="10.0", encrypted=encrypted),
        app("com.example.a", path="/private/var/containers/A.app", bundle_version="7"),
    ] == read(backup_lists.parse_manifest, plist(manifest))


def test_a_manifest_of_a_phone_that_says_little():
    assert [
        Build(manufacturer="Apple"),
        DeviceIdentity(),
        DeviceState(backup_encrypted=False),
        Backup(encrypted=False),
    ] == read(backup_lists.parse_manifest, plist({"IsEncrypted": 0}))


def test_status():
    status = {"IsFullBackup": False, "SnapshotState": "finished", "Version": "3.3", "Date": NAIVE}

    assert [Backup(full=False, state="finished")] == read(backup_lists.parse_status, plist(status))
    assert [Backup(full=True)] == read(backup_lists.parse_status, plist({"IsFullBackup": True}))


@pytest.mark.parametrize(
    "parse", [backup_lists.parse_info, backup_lists.parse_manifest, backup_lists.parse_status]
)
@pytest.mark.parametrize("data", [b"", b"x", plist([]), plist({}), plist({"Version": "10.0"})])
def test_no_such_list(parse, data):
    with pytest.raises(ParseError):
        read(parse, data)


def test_metadata_beside_a_bundle():
    market = sold(installer="com.example.market", distributor="com.example.market")

    assert [sold()] == read(app_metadata.parse, plist(SOLD))
    assert [market] == read(app_metadata.parse, plist(MARKET))


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"sideLoadedDeviceBasedVPP": True}, True),
        ({"DeviceBasedVPP": 1}, True),
        ({"deviceBasedVPP": False}, False),
        ({"deviceBasedVPP": "no"}, UNSET),
        ({}, False),
    ],
)
def test_volume_purchases(stated, expected):
    (found,) = read(app_metadata.parse, plist(SOLD | stated))

    assert expected == found.volume_purchase


@pytest.mark.parametrize("data", [b"", plist([]), plist({}), plist({"softwareVersionBundleId": 5})])
def test_metadata_that_names_no_app(data):
    with pytest.raises(ParseError):
        read(app_metadata.parse, data)
