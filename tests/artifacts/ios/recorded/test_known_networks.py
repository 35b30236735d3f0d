"""Known Wi-Fi networks, reduced to how they are secured."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.recorded.known_networks import (
    KNOWN_NETWORKS,
    parse,
    parse_old,
    parse_recent,
)
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import WifiNetwork
from scanner.model.requests import Diagnostic, File

from .property_lists import HOSTILE, stated, stated_until_the_error

NAME = "wifi.network.ssid.secret name"
NETWORK = {
    "SSID": b"secret name",
    "SupportedSecurityTypes": "WPA2 Personal",
    "Hidden": True,
    "AddedAt": datetime(2026, 3, 1, 23, 30),  # noqa: DTZ001 - as property lists write it
    "JoinedByUserAt": datetime(2026, 3, 2, 8, 0),  # noqa: DTZ001
    "JoinedBySystemAt": datetime(2026, 3, 5, 8, 0),  # noqa: DTZ001
    "BSSList": [{"BSSID": "00:00:5e:00:53:01", "LocationLatitude": 1.5}],
    "BundleID": "com.example.hotspots",
}


def test_a_network():
    assert [
        WifiNetwork(
            id=0,
            security=("psk",),
            hidden=True,
            suggested_by="com.example.hotspots",
            added_on="2026-03-01",
            joined_on="2026-03-05",
        )
    ] == stated(parse, {NAME: NETWORK})


def test_names_addresses_and_places_are_not_stated():
    text = repr(stated(parse, {NAME: NETWORK}))

    for word in ("secret", "00:00:5e", "1.5"):
        assert word not in text


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Open", ("open",)),
        ("None", ("open",)),
        ("WEP", ("wep",)),
        ("Dynamic WEP", ("wep", "eap")),
        ("WPA Personal", ("psk",)),
        ("WPA/WPA2 Personal", ("psk",)),
        ("WPA2/WPA3 Personal", ("psk", "sae")),
        ("WPA3 Personal", ("sae",)),
        ("WPA3 Transition", ("psk", "sae")),
        ("WPA2 Enterprise", ("eap",)),
        ("WPA3 Enterprise", ("eap",)),
        ("OWE", ("owe",)),
        ("OWE Transition", ("open", "owe")),
        ("something new", UNSET),
        (7, UNSET),
    ],
)
def test_how_it_is_secured(said, expected):
    (found,) = stated(parse, {NAME: {"SupportedSecurityTypes": said}})

    assert expected == found.security


def test_an_odd_network_hides_no_other():
    found, said = stated_until_the_error(parse, {"other": {}, NAME: NETWORK, f"{NAME}2": "text"})

    assert [1] == [each.id for each in found]
    assert "2 are none" in said


def test_a_phone_without_networks_has_none():
    assert [] == stated(parse, {})


def test_networks_that_were_joined_lately_are_read_from_json():
    network = {
        "SupportedSecurityTypes": "Open",
        "Hidden": False,
        "AddedAt": "2026-03-01T22:29:16-05:00",
        "JoinedByUserAt": "no moment",
    }

    assert [
        WifiNetwork(
            id=10_000,
            security=("open",),
            hidden=False,
            suggested_by=None,
            added_on="2026-03-02",
            joined_on=None,
        )
    ] == stated(parse_recent, json.dumps({NAME: network}).encode())


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b"[" * 5000, b"\xff\xff"])
def test_what_is_no_json_object_is_refused(data):
    with pytest.raises(ParseError):
        stated(parse_recent, data)


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ({}, ("open",)),
        ({"WEP": True}, ("wep",)),
        ({"RSN_IE": {"IE_KEY_RSN_AUTHSELS": [2, 8]}}, ("psk", "sae")),
        ({"WPA_IE": {"IE_KEY_WPA_AUTHSELS": [1]}}, ("eap",)),
        ({"RSN_IE": {"IE_KEY_RSN_AUTHSELS": [99]}}, UNSET),
        ({"RSN_IE": {}}, UNSET),
    ],
)
def test_the_old_list_tells_by_elements_of_beacons(network, expected):
    (found,) = stated(parse_old, {"List of known networks": [{"SSID_STR": "secret"} | network]})

    assert expected == found.security
    assert "secret" not in repr(found)


def test_the_old_list_has_days_too():
    added, joined = datetime(2026, 3, 1), datetime(2026, 3, 2)  # noqa: DTZ001
    network = {"HIDDEN_NETWORK": 1, "addedAt": added, "lastJoined": joined}
    (found,) = stated(parse_old, {"List of known networks": [network]})

    assert (True, "2026-03-01", "2026-03-02") == (found.hidden, found.added_on, found.joined_on)


def test_a_list_that_moved_is_not_an_empty_one():
    with pytest.raises(NotAvailable):
        stated(parse_old, {"Version": 20})


@pytest.mark.parametrize("listed", ["text", ["text"], [{}] * 10_001])
def test_an_old_list_of_another_shape_is_refused(listed):
    with pytest.raises(ParseError):
        stated(parse_old, {"List of known networks": listed})


def test_more_networks_than_any_phone_knows_are_refused():
    with pytest.raises(ParseError):
        stated(parse, {f"{NAME}{number}": {} for number in range(10_001)})


@pytest.mark.parametrize("parser", [parse, parse_old])
@pytest.mark.parametrize("data", HOSTILE)
def test_what_is_no_property_list_is_refused(parser, data):
    with pytest.raises(ParseError):
        stated(parser, data)


@pytest.mark.parametrize(
    "asked",
    [
        Diagnostic(name="WiFi/com.apple.wifi.known-networks.plist"),
        Diagnostic(name="WiFi/com.apple.wifi.recent-networks.json"),
        File(path="/private/var/preferences/com.apple.wifi.known-networks.plist"),
        File(path="/private/var/preferences/SystemConfiguration/com.apple.wifi.plist"),
    ],
)
def test_recordings_answer(asked):
    assert any(reading.fits(asked) for reading in KNOWN_NETWORKS.readings)
