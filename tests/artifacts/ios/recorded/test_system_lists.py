"""Lists of the system: clients of locationd, shared preferences, the system's version."""

from __future__ import annotations

from datetime import datetime

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.recorded import (
    global_preferences,
    location_clients,
    lockdown_store,
    system_version,
)
from scanner.errors import ParseError
from scanner.model.entities import Build, DeviceState, LocationClient

from .stored import plist, read, read_partly

DAY = 815_281_445.5  # 2026-11-02
NAIVE = datetime(2026, 11, 4, 23)  # noqa: DTZ001 - so property lists write UTC


def client(name, **fields):
    nothing = dict.fromkeys(
        (
            "bundle",
            "bundle_path",
            "executable",
            "registered",
            "authorization",
            "started_on",
            "stopped_on",
        )
    )
    return LocationClient(client=name, **(nothing | fields))


def test_clients_of_locationd():
    data = plist(
        {
            "com.example.app": {
                "BundleId": "com.example.app",
                "BundlePath": "/private/var/containers/Bundle/Application/X/Example.app",
                "Executable": "/private/var/containers/Bundle/Application/X/Example.app/Example",
                "Registered": "/private/var/containers/Bundle/Application/X/Example.app",
                "Authorization": 4,
                "LocationTimeStarted": DAY,
                "FenceTimeStarted": str(DAY + 86_400),
                "LocationTimeStopped": NAIVE,
                "Latitude": 1.5,
            },
            "com.apple.locationd.bundle-/System/Library/LocationBundles/Example.bundle": {},
        }
    )

    assert [
        client(
            "com.example.app",
            bundle="com.example.app",
            bundle_path="/private/var/containers/Bundle/Application/X/Example.app",
            executable="/private/var/containers/Bundle/Application/X/Example.app/Example",
            registered="/private/var/containers/Bundle/Application/X/Example.app",
            authorization=4,
            started_on="2026-11-03",
            stopped_on="2026-11-04",
        ),
        client("com.apple.locationd.bundle-/System/Library/LocationBundles/Example.bundle"),
    ] == read(location_clients.parse, data)


def test_odd_values_of_a_client():
    entry = {"BundleId": 5, "Registered": True, "LocationTimeStarted": "soon", "Authorization": "4"}

    assert [client("a", started_on=UNSET)] == read(location_clients.parse, plist({"a": entry}))


def test_an_odd_entry_leaves_the_other_clients():
    found = read_partly(location_clients.parse, plist({"a": "x", "b": {}}))

    assert [client("b")] == found


@pytest.mark.parametrize(
    ("preferences", "mode"),
    [
        ({"LDMGlobalEnabled": True, "AppleLocale": "en"}, True),
        ({"LDMGlobalEnabled": False}, False),
        ({"LDMGlobalEnabled": 1}, True),
        ({"LDMGlobalEnabled": "yes"}, UNSET),
        ({"AppleLocale": "en"}, False),
        ({}, UNSET),
    ],
)
def test_lockdown_mode(preferences, mode):
    expected = [DeviceState(lockdown_mode=mode)]

    assert expected == read(global_preferences.parse, plist(preferences))


WIRELESS, BACKUP = "com.apple.mobile.wireless_lockdown-", "com.apple.mobile.backup-"
STORE = {"-DeviceName": "Example's phone", "-ProtocolVersion": "2"}


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({}, {}),
        ({"-ActivationState": "Activated"}, {"activation": "Activated"}),
        ({"-ActivationState": "two words"}, {}),
        (
            {f"{WIRELESS}EnableWifiDebugging": True},
            {"wifi_debugging": True, "wifi_connections": False},
        ),
        (
            {f"{WIRELESS}EnableWifiConnections": 1, f"{WIRELESS}EnableWifiDebugging": "yes"},
            {"wifi_connections": True},
        ),
        ({f"{BACKUP}WillEncrypt": True}, {"backup_encrypted": True}),
        ({f"{BACKUP}Version": "1"}, {"backup_encrypted": False}),
    ],
)
def test_the_store_of_lockdownd(stated, expected):
    assert [DeviceState(**expected)] == read(lockdown_store.parse, plist(STORE | stated))


def test_a_list_that_is_no_store_of_lockdownd():
    with pytest.raises(ParseError):
        read(lockdown_store.parse, plist({"LDMGlobalEnabled": True}))


def test_the_system_version():
    stated = {"ProductName": "iPhone OS", "ProductVersion": "26.1", "ProductBuildVersion": "23B85"}
    build = Build(
        manufacturer="Apple", release="26.1", release_major=26, release_extra=None, build="23B85"
    )

    assert [build] == read(system_version.parse, plist(stated))
    (extra,) = read(system_version.parse, plist(stated | {"ProductVersionExtra": "(a)"}))
    assert "(a)" == extra.release_extra


@pytest.mark.parametrize(
    "parse",
    [
        location_clients.parse,
        global_preferences.parse,
        lockdown_store.parse,
        system_version.parse,
    ],
)
@pytest.mark.parametrize("data", [b"", b"x", plist([]), plist("text"), b"bplist00" + bytes(40)])
def test_no_such_list(parse, data):
    with pytest.raises(ParseError):
        read(parse, data)


def test_a_version_list_without_a_version():
    with pytest.raises(ParseError):
        read(system_version.parse, plist({"ProductBuildVersion": "23B85"}))
