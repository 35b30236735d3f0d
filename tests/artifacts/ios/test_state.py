"""How the phone is set up: each domain states its part, and no more."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from scanner.artifacts.ios import activation, boot, state
from scanner.artifacts.ios.boot_arguments import boot_arguments
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import DeviceState
from scanner.snapshot.snapshot import Snapshot

from .replies import read, values

WIRELESS = {"SupportsWifiSyncing": True, "BonjourFullServiceName": "x"}
BACKUP = {"CloudBackupEnabled": False}


def test_the_default_domain():
    stated = values(
        PasswordProtected=True,
        HostAttached=True,
        TrustedHostAttached=False,
        SIMStatus="kCTSIMSupportSIMStatusReady",
        NonVolatileRAM={"boot-args": b"-v debug=0x14e\0", "auto-boot": b"true"},
        PhoneNumber="+1 555 0100",
    )

    assert [
        DeviceState(
            passcode=True,
            host_attached=True,
            trusted_host_attached=False,
            sim="kCTSIMSupportSIMStatusReady",
            boot_arguments="-v debug=0x14e",
        )
    ] == read(state.parse_default, stated)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (WIRELESS, DeviceState(wifi_connections=False, wifi_debugging=False)),
        (
            WIRELESS | {"EnableWifiConnections": True},
            DeviceState(wifi_connections=True, wifi_debugging=False),
        ),
        (
            {"EnableWifiConnections": 1, "EnableWifiDebugging": 0},
            DeviceState(wifi_connections=True, wifi_debugging=False),
        ),
        ({"EnableWifiConnections": "yes"}, DeviceState(wifi_debugging=False)),
        ({}, DeviceState()),
    ],
)
def test_what_nobody_ever_set_is_off_but_an_empty_domain_says_nothing(stated, expected):
    assert [expected] == read(state.parse_wireless, values(**stated))


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (BACKUP | {"WillEncrypt": True}, True),
        (BACKUP | {"WillEncrypt": False}, False),
        (BACKUP, False),
        ({}, UNSET),
    ],
)
def test_backups(stated, expected):
    assert [DeviceState(backup_encrypted=expected)] == read(state.parse_backup, values(**stated))


@pytest.mark.parametrize(
    ("parse", "key", "field"),
    [
        (state.parse_developer, "DeveloperModeStatus", "developer_mode"),
        (state.parse_internal, "IsInternal", "internal"),
    ],
)
@pytest.mark.parametrize("value", [True, False])
def test_single_values(parse, key, field, value):
    assert [DeviceState(**{field: value})] == read(parse, values(**{key: value}))
    assert [DeviceState()] == read(parse, values(Other=value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"", None),
        (b"\0", None),
        (b"\0\0\0-v", None),
        ("", None),
        ("-v\0rest", "-v"),
        (b" amfi_get_out_of_my_way=1 \0", "amfi_get_out_of_my_way=1"),
        (b"\xff\0", "\ufffd"),
        (1, UNSET),
        ("x" * 5000, "x" * 1000),
    ],
)
def test_boot_arguments(value, expected):
    assert expected == boot_arguments({"boot-args": value})
    assert UNSET is boot_arguments({})


def tree(entry):
    return {"Status": "Success", "Diagnostics": {"IORegistry": entry}}


def test_the_device_tree():
    entry = {"name": b"chosen\0", "boot-args": b"-v\0", "boot-manifest-hash": b"\1\2"}

    assert [DeviceState(boot_arguments="-v")] == read(boot.parse, tree(entry))
    assert [DeviceState(boot_arguments=None)] == read(boot.parse, tree({"boot-args": b"\0"}))


def test_another_entry_of_the_device_tree_is_an_error():
    with pytest.raises(ParseError):
        read(boot.parse, tree({"name": b"memory\0", "boot-args": b"\0"}))


@pytest.mark.parametrize("answer", [tree({}), {"Status": "Success"}, {"Status": "Failure"}])
def test_an_entry_that_is_not_shown_is_not_empty(answer):
    with pytest.raises(NotAvailable):
        read(boot.parse, answer)


@pytest.mark.parametrize("word", ["Activated", "Unactivated", "FactoryActivated"])
def test_activation(word):
    expected = [DeviceState(activation=word)]

    assert expected == read(activation.parse, {"Value": word})
    assert expected == read(activation.parse_value, values(ActivationState=word))


@pytest.mark.parametrize("word", [None, "", 1, "two words", "x" * 100])
def test_no_word_of_activation(word):
    stated = {} if word is None else {"ActivationState": word}

    with pytest.raises(ParseError):
        read(activation.parse_value, values(**stated))


def test_two_voices_that_differ_are_a_conflict():
    snapshot = Snapshot("ios")
    for number, (parse, reply) in enumerate(
        (
            (activation.parse, {"Value": "Activated"}),
            (activation.parse_value, values(ActivationState="Unactivated")),
        )
    ):
        for one in read(parse, reply):
            snapshot.add(one, evidence=f"e-{number}", provenance="os_claimed", rank=0)
    (joined,) = snapshot.every(DeviceState)

    assert ("activation",) == joined.conflicts


def test_a_domain_that_is_refused_leaves_its_part_open():
    parts = state.STATE.parts()
    alone = [one.covers for one in state.STATE.readings if one.parse is not state.parse_internal]

    assert ("values", "internal", "wireless", "backup", "developer_mode") == parts
    assert [("values", "internal"), ("wireless",), ("backup",), ("developer_mode",)] == alone
