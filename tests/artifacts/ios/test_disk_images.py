"""Mounted disk images, developer mode, and paired watches."""

from __future__ import annotations

import hashlib

import pytest
from msgspec import UNSET

from scanner.artifacts.ios import companions
from scanner.artifacts.ios.disk_images import DISK_IMAGES, parse, parse_developer_mode
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import Companion, DeviceState, DiskImage

from .replies import read

DEVELOPER = {
    "DeviceType": "DiskImage",
    "DeviceNode": "/dev/disk3s1",
    "MountPath": "/System/Developer",
    "FilesystemType": "apfs",
    "IsMounted": True,
    "IsReadOnly": True,
    "DiskImageType": "Personalized",
    "PersonalizedImageType": "DeveloperDiskImage",
    "BackingImage": "/private/var/x.dmg",
    "ImageSignature": b"signature",
}
CRYPTEX = {
    "DeviceType": "DiskImage",
    "MountPath": "/private/preboot/Cryptexes/OS",
    "DiskImageType": "Cryptex",
    "IsReadOnly": True,
}


def test_an_image_for_developers():
    assert [
        DiskImage(
            path="/System/Developer",
            kind="Personalized",
            backing="/private/var/x.dmg",
            read_only=True,
            developer=True,
            signature=hashlib.sha256(b"signature").hexdigest(),
            device_type="DiskImage",
        )
    ] == read(parse, {"EntryList": [DEVELOPER]})


def test_a_cryptex_and_no_image_at_all():
    (cryptex,) = read(parse, {"EntryList": [CRYPTEX]})

    assert ("Cryptex", False, UNSET) == (cryptex.kind, cryptex.developer, cryptex.signature)
    assert [] == read(parse, {"EntryList": []})


@pytest.mark.parametrize(
    ("change", "developer"),
    [
        ({"DiskImageType": "Developer", "MountPath": "/Developer"}, True),
        ({"DiskImageType": "Personalized", "MountPath": "/System/Developer"}, True),
        ({"PersonalizedImageType": "FactoryDiskImage", "DiskImageType": "Personalized"}, False),
        ({"DiskImageType": "Personalized"}, UNSET),
        ({"DiskImageType": "Unheard"}, UNSET),
        ({}, UNSET),
    ],
)
def test_which_image_is_for_developers(change, developer):
    mount = {"DeviceType": "DiskImage", "MountPath": "/private/var/somewhere"} | change
    (image,) = read(parse, {"EntryList": [mount]})

    assert developer == image.developer


@pytest.mark.parametrize(
    "mount",
    [
        {"DeviceType": "MassStorage", "MountPath": "/private/var/mnt/a name"},
        {"DeviceType": "PTPCamera", "LocationID": 7},
        DEVELOPER | {"IsMounted": False},
    ],
)
def test_what_is_no_mounted_image_is_not_read(mount):
    assert [] == read(parse, {"EntryList": [mount]})


@pytest.mark.parametrize("mounts", [None, {}, [7], [{"DeviceType": "DiskImage"}], [CRYPTEX] * 1001])
def test_other_lists_are_an_error(mounts):
    with pytest.raises(ParseError):
        read(parse, {"EntryList": mounts} if mounts is not None else {"Status": "Complete"})


@pytest.mark.parametrize("status", [True, False])
def test_developer_mode(status):
    stated = read(parse_developer_mode, {"DeveloperModeStatus": status, "Status": "Complete"})

    assert [DeviceState(developer_mode=status)] == stated


def test_a_version_without_developer_mode():
    with pytest.raises(NotAvailable) as raised:
        read(parse_developer_mode, {"Status": "Complete"})

    assert "unsupported_version" == raised.value.reason
    assert ("images", "developer_mode") == DISK_IMAGES.parts()


def test_watches():
    udid = "00008006-000000000000000E"

    assert [Companion(udid=udid)] == read(companions.parse, {"PairedDevicesArray": [udid]})
    assert [] == read(companions.parse, {"PairedDevicesArray": []})
    assert [] == read(companions.parse, {"Error": "NoPairedWatches"})


@pytest.mark.parametrize("watches", [None, "x", [7], ["x"] * 101])
def test_other_registries_are_an_error(watches):
    with pytest.raises(ParseError):
        read(companions.parse, {"PairedDevicesArray": watches} if watches else {"a": 1})
