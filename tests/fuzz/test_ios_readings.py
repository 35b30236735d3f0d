"""No reply of an iPhone may crash a reading: statements of the right types, or an error of ours.

Whole replies are mutated twice over: values are replaced, doubled and dropped anywhere in the tree,
and the bytes of either form of property list are cut and garbled.
"""

from __future__ import annotations

import copy
import plistlib
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.artifacts.ios.activation import ACTIVATION
from scanner.artifacts.ios.apps import APPS
from scanner.artifacts.ios.boot import BOOT
from scanner.artifacts.ios.build import BUILD
from scanner.artifacts.ios.companions import COMPANIONS
from scanner.artifacts.ios.disk_images import DISK_IMAGES
from scanner.artifacts.ios.home_screen import HOME_SCREEN
from scanner.artifacts.ios.management import MANAGEMENT
from scanner.artifacts.ios.profiles import PROFILES
from scanner.artifacts.ios.state import STATE
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import Entity, Statement
from scanner.model.evidence import BytesFile
from scanner.model.requests import AnyRequest, Lockdown, ServiceCall

ARTIFACTS = (
    BUILD,
    STATE,
    ACTIVATION,
    BOOT,
    MANAGEMENT,
    PROFILES,
    APPS,
    HOME_SCREEN,
    DISK_IMAGES,
    COMPANIONS,
)
LOCKDOWN = Lockdown()
DEFAULT = {
    "Request": "GetValue",
    "Value": {
        "ProductType": "iPhone15,2",
        "ProductVersion": "26.1",
        "BuildVersion": "23B85",
        "SupplementalBuildVersion": "23B85",
        "SerialNumber": "S",
        "UniqueDeviceID": "U",
        "ActivationState": "Activated",
        "PasswordProtected": True,
        "NonVolatileRAM": {"boot-args": b"-v\0"},
    },
}
SEEDS: dict[str, tuple[Any, ...]] = {
    "ios.build": (DEFAULT,),
    "ios.state": (
        DEFAULT,
        {"Value": {"EnableWifiConnections": True, "SupportsWifiSyncing": True}},
        {"Value": {"WillEncrypt": 1}},
        {"Value": {"DeveloperModeStatus": False}},
        {"Value": {"IsInternal": False}},
    ),
    "ios.activation": ({"Value": "Activated"}, DEFAULT),
    "ios.boot": (
        {
            "Status": "Success",
            "Diagnostics": {"IORegistry": {"name": b"chosen\0", "boot-args": b"\0"}},
        },
    ),
    "ios.management": (
        {"Status": "Acknowledged"},
        {
            "Status": "Acknowledged",
            "CloudConfiguration": {
                "IsSupervised": True,
                "OrganizationName": "Example",
                "ConfigurationURL": "https://mdm.example.com/x",
                "ConfigurationSource": 1,
                "SupervisorHostCertificates": [b"der"],
            },
        },
        {"Value": {"DeviceIsChaperoned": True}},
    ),
    "ios.profiles": (
        {
            "Status": "Acknowledged",
            "OrderedIdentifiers": ["com.a", "com.b"],
            "ProfileManifest": {"com.a": {"Description": "A", "IsActive": True}},
            "ProfileMetadata": {
                "com.a": {"PayloadUUID": "u-u", "PayloadRemovalDisallowed": False},
            },
        },
    ),
    "ios.apps": (
        {
            "Status": "Complete",
            "LookupResult": {
                "com.a": {
                    "ApplicationType": "User",
                    "Entitlements": {"get-task-allow": True, "groups": ["g"]},
                    "IsDemotedApp": False,
                    "Path": "/a",
                    "ProfileValidated": True,
                    "SBAppTags": ["hidden"],
                    "SignerIdentity": "iPhone Distribution: A (ABCDE12345)",
                    "UIBackgroundModes": ["voip"],
                },
                "com.b": {"ApplicationType": "System", "IsPlaceholder": True},
            },
        },
    ),
    "ios.home_screen": (
        [
            [{"bundleIdentifier": "com.a", "displayIdentifier": "com.a"}],
            [
                {"listType": "folder", "iconLists": [[{"bundleIdentifier": "com.b"}]]},
                {"displayIdentifier": "0123456789ABCDEF0123456789ABCDEF"},
                {"elementType": "widget", "bundleIdentifier": "com.c.widget"},
                0,
            ],
        ],
    ),
    "ios.disk_images": (
        {
            "EntryList": [
                {
                    "DeviceType": "DiskImage",
                    "MountPath": "/System/Developer",
                    "DiskImageType": "Personalized",
                    "IsReadOnly": True,
                    "ImageSignature": b"s",
                }
            ]
        },
        {"DeveloperModeStatus": True},
    ),
    "ios.companions": ({"PairedDevicesArray": ["udid"]}, {"Error": "NoPairedWatches"}),
}
READINGS = [
    pytest.param(artifact.name, reading.parse, id=f"{artifact.name}-{number}")
    for artifact in ARTIFACTS
    for number, reading in enumerate(artifact.readings)
    if isinstance(reading.request, Lockdown | ServiceCall)
]
STATEMENT = msgspec.json.Decoder(Statement)
QUIET = settings(max_examples=60, deadline=None)
ODD = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
    | st.binary(max_size=60)
    | st.sampled_from(["Complete", "Error", "a" * 3000, b"\xff" * 3000, [], {}, [[]], {"a": {}}])
)


def run(parse: Any, data: bytes, request: AnyRequest = LOCKDOWN) -> None:
    """Read a reply; what is stated must be what the model allows, an error in words of ours."""
    stated: list[Any] = []
    told = ""
    try:
        stated = list(parse(BytesFile(request, data)))
    except (ParseError, NotAvailable) as error:
        told = str(error)
    assert told.isascii()
    assert len(told) < 200
    for one in stated:
        assert one == STATEMENT.decode(msgspec.json.encode(one))
        texts = [value for value in msgspec.structs.astuple(one) if isinstance(value, str)]
        assert all(len(text) <= 1000 for text in texts)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return each (container, key) of a tree."""
    found = []
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            found += [(value, key), *places(value[key])]
    return found


@st.composite
def trees(draw: st.DrawFn, seed: Any) -> Any:
    """Change a reply as a hostile or newer phone would."""
    root = [copy.deepcopy(seed)]
    for _ in range(draw(st.integers(1, 4))):
        container, key = draw(st.sampled_from(places(root)))
        change = draw(st.sampled_from(["replace", "drop", "move", "rename"]))
        if change == "move":
            other, there = draw(st.sampled_from(places(root)))
            container[key] = copy.deepcopy(other[there])
        elif change == "drop" and container is not root:
            del container[key]
        elif change == "rename" and isinstance(container, dict):
            container[draw(st.text(st.characters(exclude_categories=["Cs"])))] = container[key]
        else:
            container[key] = copy.deepcopy(draw(ODD))
    return root[0]


@st.composite
def garbled(draw: st.DrawFn, data: bytes) -> bytes:
    """Cut and overwrite some bytes."""
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=4)) + data[at + draw(st.integers(0, 4)) :]
    return data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data


def packed(value: Any, form: Any) -> bytes:
    """Return a property list, or nothing where this form cannot say it."""
    try:
        return plistlib.dumps(value, fmt=form)
    except (TypeError, ValueError, OverflowError):
        return b""


@pytest.mark.parametrize("parse", [pytest.param(one.values[1], id=one.id) for one in READINGS])
@QUIET
@given(data=st.binary(max_size=2048))
def test_random_bytes(parse, data):
    run(parse, data)


@pytest.mark.parametrize(("name", "parse"), READINGS)
@QUIET
@given(data=st.data())
def test_changed_trees(name, parse, data):
    value = data.draw(trees(data.draw(st.sampled_from(SEEDS[name]))))

    run(parse, packed(value, plistlib.FMT_BINARY))


@pytest.mark.parametrize(("name", "parse"), READINGS)
@QUIET
@given(data=st.data(), form=st.sampled_from(plistlib.PlistFormat))
def test_garbled_bytes(name, parse, data, form):
    seed = data.draw(st.sampled_from(SEEDS[name]))

    run(parse, data.draw(garbled(packed(seed, form))))


@pytest.mark.parametrize(("name", "parse"), READINGS)
def test_every_reading_reads_one_of_its_seeds(name, parse):
    found: list[Any] = []
    for seed in SEEDS[name]:
        try:
            found += parse(BytesFile(LOCKDOWN, plistlib.dumps(seed)))
        except (ParseError, NotAvailable):
            continue

    assert any(isinstance(one, Entity) for one in found)
