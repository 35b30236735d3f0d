"""Saved Wi-Fi networks."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from scanner.artifacts.android.wifi import parse_dumpsys, parse_list
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import WifiNetwork

from .evidence import evidence

LIST = """\
Network Id      SSID                         Security type
0            Somebody's home                  wpa2-psk
0            Somebody's home                  wpa3-sae^
1            open  (library)                  open
2            work                             wpa3 enterprise 192-bit
3                                             wpa2
4            old                              wep/owe
5            new                              another way
6            \u00e9 wpa3 enterprise                passpoint r1/r2
6            \u00e9 wpa3 enterprise                passpoint r3
7            dragon                           dpp/open
"""
BEGIN = """\
Wi-Fi is enabled
ID: 9 SSID: "in a log" PROVIDER-NAME: null PRIO: 0 HIDDEN: true
WifiConfigManager - Configured networks Begin ----
"""
END = """\
WifiConfigManager - Configured networks End ----
WifiConfigManager - ConfigurationMap Begin ----
mPerId={0=ID: 8 SSID: "again" PROVIDER-NAME: null PRIO: 0 HIDDEN: true
WifiConfigManager - ConfigurationMap End ----
"""
OLD = """\
* ID: 0 SSID: "Somebody's home" PROVIDER-NAME: null BSSID: null FQDN: null PRIO: 0 HIDDEN: false
 NetworkSelectionStatus NETWORK_SELECTION_ENABLED
 hasEverConnected: true
 KeyMgmt: WPA_PSK Protocols: WPA RSN
 AuthAlgorithms: OPEN
 PSK: *
Enterprise config:
IP config:
IP assignment: DHCP
Proxy settings: NONE
 cuid=1000 cname=android.uid.system:1000 luid=1000 lname=android.uid.system:1000 lcuid=1000 
recentFailure: Association Rejection code: 0

- DSBLE ID: 1 SSID: "x" PROVIDER-NAME: null BSSID: null FQDN: null PRIO: 0 HIDDEN: true
 KeyMgmt: NONE Protocols: WPA RSN
 AuthAlgorithms: OPEN SHARED
Proxy settings: STATIC
HTTP proxy: [proxy.example.org] 8080
 cuid=10123 cname=com.example.adds luid=-1 lcuid=0 

ID: 2 SSID: "y" PROVIDER-NAME: null BSSID: null FQDN: null PRIO: 0 HIDDEN: false
 KeyMgmt: NONE Protocols: WPA RSN
 AuthAlgorithms: OPEN
Proxy settings: PAC
 cuid=10025 cname=android.uid.systemui:10025 luid=-1 

"""  # noqa: W291  as Android pads it
NEW = """\
* ID: 3 SSID: "z" PROVIDER-NAME: null BSSID: null FQDN: null HOME-PROVIDER-NETWORK: false PRIO: 0 \
HIDDEN: false PMF: false CarrierId: -1 SubscriptionGroup: null Currently Connected: true \
User Selected: false
 mLastUsedSecurityParams: Security Parameters:
 Type: 0
 KeyMgmt: NONE
 KeyMgmt: WPA_PSK Protocols: WPA RSN
SecurityParams List:
Security Parameters:
 Type: 2
 KeyMgmt: WPA_PSK
Security Parameters:
 Type: 4
 IsAddedByAutoUpgrade: true

Proxy settings: UNASSIGNED
 cuid=1000 cname=com.example.shared:1000 luid=1000

ID: 4 SSID: "w" PROVIDER-NAME: null BSSID: null FQDN: null HOME-PROVIDER-NETWORK: false PRIO: 0 \
HIDDEN: false PMF: false CarrierId: -1 SubscriptionGroup: null Currently Connected: false \
User Selected: false
SecurityParams List:
Security Parameters:
 Type: 99

"""


def listed(data, **kinds):
    return list(parse_list(evidence(data, "cmd", "wifi", "list-networks", **kinds)))


def dumped(data):
    return list(parse_dumpsys(evidence(data)))


def test_the_list_of_the_command():
    assert [
        WifiNetwork(id=0, security=("psk", "sae")),
        WifiNetwork(id=1, security=("open",)),
        WifiNetwork(id=2, security=("eap",)),
        WifiNetwork(id=3, security=("psk",)),
        WifiNetwork(id=4, security=("owe", "wep")),
        WifiNetwork(id=5),
        WifiNetwork(id=6, security=("eap",)),
        WifiNetwork(id=7),
    ] == listed(LIST)


def test_no_network_is_saved():
    assert [] == listed("No networks\n")


@pytest.mark.parametrize("row", ["3", "three            x   open", "    x    open"])
def test_reading_ends_at_a_row_that_is_none(row):
    found = []
    with pytest.raises(ParseError, match="rows"):
        collect(parse_list, LIST.replace("2            work", f"{row}\n2            work"), found)

    assert [0, 1] == [one.id for one in found]


def test_more_rows_than_any_phone_has_are_an_error():
    with pytest.raises(ParseError, match="at most"):
        listed(LIST + "7            x                                open\n" * 30_000)


def collect(parse, data, found):
    for one in parse(evidence(data)):
        found.append(one)


@pytest.mark.parametrize("data", ["", "hello\n", LIST.splitlines(keepends=True)[0]])
def test_other_output_of_the_command_is_an_error(data):
    with pytest.raises(ParseError):
        listed(data)


@pytest.mark.parametrize(
    "said", ["Unknown command: list-networks\n", "No shell command implementation.\n"]
)
def test_a_version_without_the_command(said):
    with pytest.raises(NotAvailable):
        listed(said, exit_code=255)


def test_android_8_to_11():
    assert [
        WifiNetwork(
            id=0, security=("psk",), current=True, hidden=False, proxy=False, suggested_by=None
        ),
        WifiNetwork(
            id=1, security=("wep",), hidden=True, proxy=True, suggested_by="com.example.adds"
        ),
        WifiNetwork(id=2, security=("open",), hidden=False, proxy=True, suggested_by=None),
    ] == dumped(BEGIN + OLD + END)


def test_android_12_and_later():
    assert [
        WifiNetwork(id=3, security=("psk", "sae"), current=True, hidden=False, proxy=False),
        WifiNetwork(id=4, current=False, hidden=False),
    ] == dumped(BEGIN + NEW + END)


@pytest.mark.parametrize(
    ("word", "way"),
    [
        ("WPA_EAP IEEE8021X", ("eap",)),
        ("FT_PSK WPA_PSK_SHA256", ("psk",)),
        ("SAE", ("sae",)),
        ("OWE", ("owe",)),
        ("SUITE_B_192", ("eap",)),
        ("UNHEARD", UNSET),
        ("", UNSET),
    ],
)
def test_ways_to_agree_on_a_key(word, way):
    data = BEGIN + OLD.replace("KeyMgmt: WPA_PSK", f"KeyMgmt: {word}") + END

    assert way == dumped(data)[0].security


def test_none_is_configured():
    assert [] == dumped(BEGIN + END)


def test_a_name_may_imitate_what_follows_it():
    data = OLD.replace("Somebody's home", 'x" HIDDEN: true PROVIDER-NAME: ')

    assert dumped(BEGIN + OLD + END) == dumped(BEGIN + data + END)


@pytest.mark.parametrize("name", ["x\ny", 'x\n\nID: 5 SSID: "y', "x\n KeyMgmt: SAE"])
def test_reading_ends_at_a_name_with_a_line_break(name):
    found = []
    with pytest.raises(ParseError, match="on one line"):
        collect(
            parse_dumpsys,
            BEGIN + OLD.replace('ID: 1 SSID: "x', f'ID: 1 SSID: "{name}') + END,
            found,
        )

    assert [0] == [one.id for one in found]


@pytest.mark.parametrize(
    "data",
    [
        "",
        "Wi-Fi is disabled\n",
        BEGIN + OLD,
        BEGIN + OLD.replace("ID: 0 ", "ID: 9999999999 ") + END,
    ],
)
def test_other_output_of_the_service_is_an_error(data):
    with pytest.raises(ParseError):
        dumped(data)
