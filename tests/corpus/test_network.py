"""The artifacts about the network and debugging, on real recordings."""

from __future__ import annotations

import re

import pytest

from scanner.artifacts.android import connectivity, debugging, sockets, wifi
from scanner.errors import ParseError
from scanner.model.entities import Debugging
from scanner.model.evidence import BytesFile
from scanner.model.requests import Command

from .conftest import REPORTS, recordings

pytestmark = pytest.mark.corpus

NETWORK = re.compile(rb"^  NetworkAgentInfo\{.*lp\{\{InterfaceName: (\S+) ")
SAVED = re.compile(rb"^(?:\* |- DSBLE )?ID: (\d+) SSID: ", re.MULTILINE)


def read(parse, data):
    return list(parse(BytesFile(Command(argv=("x",)), data)))


def between(data, begin, end):
    """Return what stands between two texts, the first of each."""
    return data.partition(begin)[2].partition(end)[0]


def part(text, title):
    """Return what stands below the title of a section."""
    found = re.search(rb"^------ %b \(.*?\n(.*?)^------ " % title, text, re.DOTALL | re.MULTILINE)
    assert found is not None, title
    return found[1]


@pytest.mark.parametrize("name", REPORTS)
def test_sockets_of_netstat(bugreport, name):
    data = part(bugreport(name), b"NETSTAT")
    rows = re.findall(rb"^(tcp6?|udp6?) .*?(?: (\w+) *)?$", data, re.MULTILINE)
    found = read(sockets.parse_netstat, data)

    assert len(rows) == len(found)
    assert [one.protocol for one in found] == [row[0].decode() for row in rows]
    assert [row[1].decode().lower() for row in rows] == [one.state for one in found]
    assert not any(one.listening or one.local_address == "0.0.0.0" for one in found)


@pytest.mark.parametrize("name", REPORTS)
def test_ss_was_refused_on_all_of_them(bugreport, name):
    data = part(bugreport(name), b"DETAILED SOCKET STATE")

    assert b"uid:" not in data
    with pytest.raises(ParseError):
        read(sockets.parse_ss, data)


@pytest.mark.parametrize("name", REPORTS)
def test_networks_of_bugreports(section, name):
    same(section(name, "connectivity"))


def test_networks_of_a_tablet_with_a_vpn(corpus):
    for path in recordings(corpus / "android-dumpsys" / "xiaomi_pad6_A14", "red_actual.txt", 1):
        found = same(path.read_bytes())

        assert [1] == [sum("vpn" in one.transports for one in found)]
    for path in recordings(corpus / "android-dumpsys" / "xiaomi_pad6_A14", "conectividad.txt", 1):
        same(path.read_bytes())


def same(data):
    """Compare what is stated with the text, and return it."""
    now = between(data, b"\nCurrent Networks:", b"\nNetwork Requests:")
    lines = [line for line in now.splitlines() if line.startswith(b"  NetworkAgentInfo{")]
    found = read(connectivity.parse, data)
    words = (b"&VALIDATED", b"HttpProxy: ", b"UsePrivateDns: true")
    expected = [sum(word in line for line in lines) for word in words]
    servers = sum(
        listed.strip(b", ").count(b",") + 1
        for listed in re.findall(rb"DnsAddresses: \[([^\]]*)\]", b"\n".join(lines))
        if listed.strip()
    )

    assert sum(NETWORK.match(line) is not None for line in lines) == len(found)
    assert expected == [
        sum(one.validated for one in found),
        sum(one.proxy_host is not None for one in found),
        sum(one.private_dns is True for one in found),
    ]
    assert servers == sum(len(one.dns_servers or ()) for one in found)
    return found


def test_android_4_has_another_layout(corpus):
    for path in recordings(corpus / "android-bugreports", "*.txt", 2):
        data = between(path.read_bytes(), b"DUMP OF SERVICE connectivity:", b"\r\nDUMP OF SERVICE ")

        assert data.count(b"NetworkInfo: ") >= 6
        with pytest.raises(ParseError, match="Current Networks"):
            read(connectivity.parse, data)


def saved_networks(data):
    """Compare the saved networks with the text, and return how many there are."""
    now = between(data, b"Configured networks Begin ----\n", b"WifiConfigManager - Configured")
    found = read(wifi.parse_dumpsys, data)

    expected = [
        now.count(b" HIDDEN: true"),
        now.count(b"\nProxy settings: NONE"),
        len(re.findall(rb"^\* ID", now, re.MULTILINE)),
        len(re.findall(rb"^ KeyMgmt: WPA_PSK Protocols", now, re.MULTILINE)),
        len(re.findall(rb" cname=(?!android\.uid\.)\S", now)),
    ]
    ids = [int(number) for number in SAVED.findall(now)]

    assert ids == [one.id for one in found]
    assert expected == [
        sum(one.hidden is True for one in found),
        sum(one.proxy is False for one in found),
        sum(one.current is True for one in found),
        sum("psk" in one.security for one in found),
        sum(isinstance(one.suggested_by, str) for one in found),
    ]
    return len(found)


def test_saved_networks_of_bugreports(section):
    counted = [saved_networks(section(name, "wifi")) for name in REPORTS]

    assert [11, 1, 22, 0] == counted


def test_saved_networks_of_loose_texts(corpus):
    folder = corpus / "android-dumpsys"
    (redmi,) = recordings(folder / "redmi_lime_A12", "dumpsyswifi.txt", 1)
    (xiaomi,) = recordings(folder / "xiaomi_pad6_A14", "wifi.txt", 1)

    assert [20, 1] == [saved_networks(path.read_bytes()) for path in (redmi, xiaomi)]


@pytest.mark.parametrize("name", REPORTS)
def test_usb_of_bugreports(section, name):
    data = section(name, "usb")
    (found,) = read(debugging.parse_usb, data)
    connected = re.search(rb"^(?:    m|      c)[Cc]?onnected[:=] ?(\w+)$", data, re.MULTILINE)
    role = re.search(rb"^        data_role=(\w+)$|currentDataRole=(\w+),", data, re.MULTILINE)

    assert connected is not None
    assert (connected[1] == b"true") is found.usb_connected
    assert (role is None) or (role[1] or role[2]).decode() == found.usb_role
    assert (b"connected_to_adb=true" in data or b"to adbd: true" in data) == (
        found.connected is True
    )


def test_the_debugging_service(section, corpus):
    texts = [section(REPORTS[-1], "adb")]
    texts += [
        path.read_bytes()
        for path in recordings(corpus / "android-mvt-artifacts", "*/dumpsys_adb*.txt", 3)
    ]
    for data in texts:
        found = read(debugging.parse_adb, data)
        listed = between(data, b"user_keys=", b"keystore=").count(b"QAAAA")

        assert [Debugging(connected=True), listed] == [
            Debugging(connected=found[0].connected),
            found[1].key_count,
        ]
        assert (found[0].wireless is False) is (b"adb_wifi={" in data)
