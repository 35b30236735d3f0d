"""Networks in use, in the layouts of Android 8 to 16."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from scanner.artifacts.android.connectivity import parse
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import Network

from .evidence import evidence

FOOT = """
Network Requests:
  uid/pid:1000/929 NetworkRequest [ REQUEST id=1, [ Capabilities: INTERNET ] ]
  NetworkAgentInfo{ a line of a log }
"""
EIGHT = (
    """\
NetworkFactories for: WIFI TelephonyNetworkFactory[0]

Active default network: 105

Current Networks:
  NetworkAgentInfo{ ni{[type: WIFI[], state: CONNECTED/CONNECTED, reason: (unspecified), \
extra: "Somebody's home", failover: false, available: true, roaming: false]}  network{105}  \
nethandle{450988002014}  lp{{InterfaceName: wlan0 LinkAddresses: [fe80::1/64,192.0.2.23/24,]  \
Routes: [0.0.0.0/0 -> 192.0.2.1 wlan0,] DnsAddresses: [192.0.2.1,fe80::1%wlan0,] Domains: null \
MTU: 0 TcpBufferSizes: 524288,2097152,4194304,262144,524288,1048576}}  nc{[ Transports: WIFI \
Capabilities: NOT_METERED&INTERNET&NOT_VPN&VALIDATED&FOREGROUND LinkUpBandwidth>=1048576Kbps \
SignalStrength: -66]}  Score{60}  everValidated{true}  clat{null} }
    Requests: REQUEST:3 LISTEN:13 BACKGROUND_REQUEST:0 total:16
"""
    + FOOT
)
NINE = EIGHT.replace(
    " Domains: null", " UsePrivateDns: true PrivateDnsServerName: dns.example.org Domains: null"
)
FOURTEEN = (
    """\
NetworkProviders for:
  9: RestrictedWifiNetworkFactory

Current Networks:
  NetworkAgentInfo{network{100}  handle{432902426637}  ni{WIFI CONNECTED extra: } \
created=2026-05-04T20:57:59.102Z Score(Policies : TRANSPORT_PRIMARY&IS_VALIDATED ; \
KeepConnected : 0)  created 34031 lastValidated 34551  lp{{InterfaceName: wlan0 LinkAddresses: \
[ fe80::1/64,192.0.2.23/24 ] DnsAddresses: [ /192.0.2.1,/192.0.2.2 ] UsePrivateDns: true \
PrivateDnsServerName: dns.example.org ValidatedPrivateDnsAddresses: [192.0.2.1] Domains: \
home.example MTU: 1500 TcpBufferSizes: 524288,1048576,16777216 Routes: [ fe80::/64 -> :: wlan0 \
mtu 0 ] HttpProxy: [proxy.example.org] 8080 xl=a.example Stacked: [[ {InterfaceName: v4-wlan0 \
LinkAddresses: [ 192.0.2.9/32 ] DnsAddresses: [ ] Domains: null MTU: 0 Routes: [ ]} ]]}}  nc{[ \
Transports: WIFI Capabilities: NOT_METERED&INTERNET&CAPTIVE_PORTAL&PARTIAL_CONNECTIVITY \
LinkUpBandwidth>=20519Kbps TransportInfo: <SSID: "Somebody's home", BSSID: 02:00:00:00:00:01> \
SSID: "Somebody's home" UnderlyingNetworks: Null]}  factorySerialNumber=7}
    Nat464Xlat:
      <not started>
  NetworkAgentInfo{network{101}  handle{441492361229}  ni{VPN CONNECTED extra: }  created 5 \
lp{{InterfaceName: tun0 LinkAddresses: [ 203.0.113.9/32 ] DnsAddresses: [ ] Domains: null MTU: 0 \
Routes: [ ] HttpProxy: PAC Script: https://example.org/Somebody's.pac[localhost] 40001 xl=}}  nc{[ \
Transports: WIFI|VPN Capabilities: INTERNET&VALIDATED OwnerUid: 10123]}  factorySerialNumber=4}
  NetworkAgentInfo{network{102}  handle{445787328525}  ni{MOBILE CONNECTING extra: }  created 0 \
lp{{LinkAddresses: [ ] DnsAddresses: [ ] Domains: null MTU: 0 Routes: [ ]}}  nc{[ Transports: \
CELLULAR Capabilities: MMS]}  factorySerialNumber=4}
Status for known UIDs:
"""
    + FOOT
)
WIFI = Network(
    interface="wlan0",
    transports=("wifi",),
    validated=True,
    captive_portal=False,
    dns_servers=("192.0.2.1", "fe80::1"),
    proxy_host=None,
    proxy_port=None,
    proxy_script=False,
)


def stated(data, **kinds):
    return list(parse(evidence(data, "dumpsys", "connectivity", **kinds)))


def test_android_8_knows_no_private_resolver():
    assert [WIFI] == stated(EIGHT)


def test_android_9():
    (found,) = stated(NINE)

    assert (True, "dns.example.org") == (found.private_dns, found.private_dns_server)
    (found,) = stated(NINE.replace("true Priv", "false Priv").replace("dns.example.org", "null"))
    assert (False, None) == (found.private_dns, found.private_dns_server)


def test_android_10_and_later():
    assert [
        Network(
            interface="wlan0",
            transports=("wifi",),
            validated=False,
            captive_portal=True,
            partial=True,
            dns_servers=("192.0.2.1", "192.0.2.2"),
            private_dns=True,
            private_dns_server="dns.example.org",
            proxy_host="proxy.example.org",
            proxy_port=8080,
            proxy_script=False,
        ),
        Network(
            interface="tun0",
            transports=("wifi", "vpn"),
            validated=True,
            captive_portal=False,
            partial=False,
            dns_servers=None,
            private_dns=False,
            private_dns_server=None,
            proxy_script=True,
        ),
    ] == stated(FOURTEEN)


def test_a_resolver_that_is_chosen_by_the_network():
    found = stated(FOURTEEN.replace(" PrivateDnsServerName: dns.example.org", ""))[0]

    assert (True, None) == (found.private_dns, found.private_dns_server)


def test_a_proxy_without_a_host():
    found = stated(FOURTEEN.replace("[proxy.example.org] 8080", "[ProxyProperties.mHost == null]"))

    assert [(None, None, False)] == [
        (one.proxy_host, one.proxy_port, one.proxy_script) for one in found[:1]
    ]


def test_a_proxy_of_another_shape_is_not_read_as_none():
    found = stated(FOURTEEN.replace("[proxy.example.org] 8080", "proxy.example.org port 8080"))[0]

    assert {UNSET} == {found.proxy_host, found.proxy_port, found.proxy_script}


def test_no_network_at_all():
    assert [] == stated(f"Active default network: none\n\nCurrent Networks:\n{FOOT}")


def test_a_name_with_a_line_break_does_not_end_the_list():
    found = stated(FOURTEEN.replace('SSID: "Somebody\'s home" Und', 'SSID: "a\nb" Und'))

    assert ["wlan0", "tun0"] == [one.interface for one in found]


@pytest.mark.parametrize(
    "data",
    [
        EIGHT.replace("Somebody's home", "x lp{{InterfaceName: y"),
        EIGHT.replace("Somebody's home", "x\ny"),
        FOURTEEN.replace("home.example", "a MTU: 0 HttpProxy: [x] 1"),
        FOURTEEN.replace("home.example", "a Stacked: [ "),
        EIGHT.replace("DnsAddresses: [192.0.2.1,", "DnsAddresses: [x,"),
        EIGHT.replace(" DnsAddresses: ", " Servers: "),
        EIGHT.replace(" Transports: ", " "),
        EIGHT.replace("wlan0 LinkAddresses", "wlan0 with blanks and more LinkAddresses"),
        EIGHT.replace(FOOT, ""),
        EIGHT[: EIGHT.index("  Network")] + "  NetworkAgentInfo{\n" + FOOT,
        "NetworkInfo: type: WIFI[], state: CONNECTED/CONNECTED\n",
        "",
    ],
)
def test_other_output_is_an_error(data):
    with pytest.raises(ParseError):
        stated(data)


def test_what_was_read_before_the_text_was_cut_stands():
    found = parse(evidence(FOURTEEN[: FOURTEEN.index("Status")]))

    assert ["wlan0", "tun0"] == [next(found).interface, next(found).interface]
    with pytest.raises(ParseError, match="Network Requests:"):
        next(found)


def test_a_refusal_is_no_answer():
    with pytest.raises(NotAvailable):
        stated("Permission Denial: can't dump ConnectivityService from pid=1, uid=2000\n")
