"""What payloads of configuration profiles say, by their type."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.payload_fields import LIST_LIMIT
from scanner.artifacts.ios.payloads import RIGHTS, fields_of

BOTH_SERVERS = {
    "ServerURL": "https://url.example.com:8443/q",
    "ServerName": "name.example.com",
}
DNS = {"addresses": None, "on_demand": False, "can_be_turned_off": True}
NONE = {"host": None, "port": None, "scheme": None, "hosts": None}


def about(host, port=None, scheme=None, hosts=None):
    return {"host": host, "port": port, "scheme": scheme, "hosts": hosts or (host,)}


@pytest.mark.parametrize(
    ("kind", "payload", "expected"),
    [
        (
            "com.apple.mdm",
            {
                "ServerURL": "https://mdm.example.com:8443/secret",
                "CheckInURL": "https://in.example.com",
                "AccessRights": 8191,
                "SignMessage": True,
            },
            about("mdm.example.com", 8443, "https", ("mdm.example.com", "in.example.com"))
            | {"access_rights": 8191, "rights": RIGHTS, "signs_messages": True},
        ),
        ("com.apple.mdm", {}, NONE | {"access_rights": None, "signs_messages": False}),
        (
            "com.apple.proxy.http.global",
            {"ProxyServer": "198.51.100.7", "ProxyServerPort": 8080},
            about("198.51.100.7", 8080) | {"proxy_kind": "manual"},
        ),
        (
            "com.apple.proxy.http.global",
            {"ProxyType": "Auto", "ProxyPACURL": "http://pac.example.com/x.pac"},
            about("pac.example.com", None, "http") | {"proxy_kind": "auto"},
        ),
        (
            "com.apple.wifi.managed",
            {"SSID_STR": "home", "EncryptionType": "WPA3", "Password": "secret"},
            NONE | {"proxy_kind": None, "security": "wpa3"},
        ),
        (
            "com.apple.wifi.managed",
            {"ProxyType": "Manual", "ProxyServer": "proxy.example.com", "ProxyServerPort": 3128},
            about("proxy.example.com", 3128) | {"proxy_kind": "manual", "security": "any"},
        ),
        (
            "com.apple.dnsSettings.managed",
            {
                "DNSSettings": {
                    "DNSProtocol": "HTTPS",
                    "ServerURL": "https://dns.example.com/q",
                    "ServerAddresses": ["192.0.2.53", "192.0.2.53", "2001:db8::53"],
                },
                "ProhibitDisablement": True,
            },
            about("dns.example.com", None, "https")
            | {
                "addresses": ("192.0.2.53", "2001:db8::53"),
                "on_demand": False,
                "can_be_turned_off": False,
            },
        ),
        (
            "com.apple.dnsSettings.managed",
            {
                "DNSSettings": {"DNSProtocol": "TLS", "ServerName": "dns.example.com"},
                "OnDemandRules": [{"Action": "Connect", "SSIDMatch": ["home"]}],
            },
            about("dns.example.com", None, "tls")
            | {"addresses": None, "on_demand": True, "can_be_turned_off": True},
        ),
        (
            "com.apple.dnsSettings.managed",
            {"DNSSettings": BOTH_SERVERS | {"DNSProtocol": "TLS"}},
            about("name.example.com", None, "tls", ("name.example.com", "url.example.com")) | DNS,
        ),
        (
            "com.apple.dnsSettings.managed",
            {"DNSSettings": BOTH_SERVERS | {"DNSProtocol": "HTTPS"}},
            about("url.example.com", 8443, "https", ("url.example.com", "name.example.com")) | DNS,
        ),
        (
            "com.apple.dnsSettings.managed",
            {"DNSSettings": {"DNSProtocol": "HTTPS", "ServerName": "name.example.com"}},
            about("name.example.com", None, "https") | DNS,
        ),
        (
            "com.apple.dnsProxy.managed",
            {"AppBundleIdentifier": "com.example.a", "ProviderBundleIdentifier": "com.example.b"},
            {"provider": "com.example.a", "apps": ("com.example.a", "com.example.b")},
        ),
        (
            "com.apple.webcontent-filter",
            {
                "FilterType": "Plugin",
                "PluginBundleID": "com.example.filter",
                "ServerAddress": "filter.example.com:444",
                "FilterDataProviderBundleIdentifier": "com.example.filter.data",
                "DenyListURLs": ["https://private.example.org"],
            },
            about("filter.example.com", 444)
            | {"provider": "com.example.filter", "apps": ("com.example.filter.data",)},
        ),
        (
            "com.apple.relay.managed",
            {
                "Relays": [
                    {"HTTP3RelayURL": "https://a.example.com/x"},
                    {"HTTP2RelayURL": "https://b.example.com:8443"},
                ]
            },
            about("a.example.com", None, "https", ("a.example.com", "b.example.com")),
        ),
        (
            "com.apple.security.scep",
            {"PayloadContent": {"URL": "http://ca.example.com/scep", "Challenge": "secret"}},
            about("ca.example.com", None, "http"),
        ),
        (
            "com.apple.security.acme",
            {"DirectoryURL": "https://ca.example.com/directory"},
            about("ca.example.com", None, "https"),
        ),
        (
            "com.apple.eas.account",
            {"Host": "mail.example.com", "EmailAddress": "ann@example.com", "SSL": False},
            about("mail.example.com", None, "http"),
        ),
        (
            "com.apple.mail.managed",
            {
                "EmailAccountType": "EmailTypeIMAP",
                "IncomingMailServerHostName": "in.example.com",
                "IncomingMailServerPortNumber": 993,
                "OutgoingMailServerHostName": "out.example.com",
                "IncomingMailServerUsername": "ann",
            },
            about("in.example.com", 993, "imap", ("in.example.com", "out.example.com")),
        ),
        (
            "com.apple.carddav.account",
            {"CardDAVHostName": "mail.example.com:2080", "CardDAVUsername": "ann"},
            about("mail.example.com", 2080, "https"),
        ),
        (
            "com.apple.caldav.account",
            {"CalDAVHostName": "mail.example.com", "CalDAVPort": 2080, "CalDAVUseSSL": False},
            about("mail.example.com", 2080, "http"),
        ),
        (
            "com.apple.subscribedcalendar.account",
            {"SubCalAccountHostName": "https://calendar.example.com/private/ann.ics"},
            about("calendar.example.com", None, "https"),
        ),
        (
            "com.apple.webClip.managed",
            {
                "URL": "https://shop.example.com/?id=7",
                "IsRemovable": False,
                "FullScreen": True,
                "TargetApplicationBundleIdentifier": "com.example.browser",
            },
            about("shop.example.com", None, "https")
            | {"removable": False, "full_screen": True, "apps": ("com.example.browser",)},
        ),
        (
            "com.apple.applicationaccess",
            {
                "allowCamera": False,
                "ratingApps": 200,
                "enforcedFingerprintTimeout": 1.5,
                "ratingRegion": "us",
                "PayloadVersion": 1,
                "blockedAppBundleIDs": ["com.example.safety"],
            },
            {
                "settings": (
                    "allowCamera=false",
                    "enforcedFingerprintTimeout=1.5",
                    "ratingApps=200",
                ),
                "apps": ("com.example.safety",),
            },
        ),
        (
            "com.apple.notificationsettings",
            {
                "NotificationSettings": [
                    {"BundleIdentifier": "com.example.a", "NotificationsEnabled": False},
                    {"BundleIdentifier": "com.example.b", "NotificationsEnabled": True},
                    {"BundleIdentifier": "com.example.c"},
                ]
            },
            {
                "apps": ("com.example.a", "com.example.b", "com.example.c"),
                "notifications_off": ("com.example.a",),
            },
        ),
        (
            "com.apple.cellular",
            {"APNs": [{"Name": "x", "ProxyServer": "proxy.example.com", "ProxyPort": 80}]},
            about("proxy.example.com", 80) | {"proxy_kind": "manual"},
        ),
        ("com.apple.cellular", {"APNs": [{"Name": "x"}]}, NONE | {"proxy_kind": None}),
        (
            "com.apple.apn.managed",
            {
                "PayloadContent": [
                    {"DefaultsData": {"apns": [{"proxy": b"proxy.example.com", "proxyPort": 80}]}}
                ]
            },
            about("proxy.example.com", 80) | {"proxy_kind": "manual"},
        ),
        (
            "com.apple.vpn.managed.appmapping",
            {"AppLayerVPNMapping": [{"Identifier": "com.example.a", "VPNUUID": "x"}]},
            {"apps": ("com.example.a",)},
        ),
        (
            "com.apple.app.lock",
            {"App": {"Identifier": "com.example.a"}},
            {"apps": ("com.example.a",)},
        ),
        (
            "com.apple.extensiblesso",
            {"ExtensionIdentifier": "com.example.sso", "Hosts": ["id.example.com"]},
            {"provider": "com.example.sso", "hosts": ("id.example.com",)},
        ),
        ("com.apple.profileRemovalPassword", {"RemovalPassword": "secret"}, {}),
        ("com.apple.security.pkcs12", {"PayloadContent": b"x", "Password": "secret"}, {}),
        ("com.apple.dock", {"orientation": "left"}, {}),
    ],
)
def test_payloads(kind, payload, expected):
    assert expected == fields_of(kind, payload)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (0, None),
        (1, ("inspect_profiles",)),
        (14, ("change_profiles", "lock_and_passcode", "erase")),
        (16 | 32 | 64, ("query_device", "query_network", "inspect_provisioning")),
        (128 | 256, ("change_provisioning", "inspect_apps")),
        (512 | 1024, ("query_restrictions", "query_security")),
        (2048.0, ("change_settings",)),
        (4096 | 1 << 20, ("manage_apps",)),
        (-1, RIGHTS),
    ],
)
def test_what_a_management_may_do(said, expected):
    found = fields_of("com.apple.mdm", {"AccessRights": said})

    assert (int(said), expected) == (found["access_rights"], found["rights"])


@pytest.mark.parametrize("said", ["8191", 1.5, True, [8191], 1e300, 2**70])
def test_rights_that_cannot_be_read_are_not_none(said):
    found = fields_of("com.apple.mdm", {"AccessRights": said})

    assert (UNSET, UNSET) == (found["access_rights"], found["rights"])


def test_a_management_of_a_persons_account_alone_has_no_rights():
    found = fields_of("com.apple.mdm", {"ManagedAppleID": "ann@example.com"})

    assert (None, None) == (found["access_rights"], found["rights"])


def test_values_of_other_types_cost_those_values_alone():
    odd = {
        "ServerURL": 7,
        "AccessRights": "all",
        "VPNType": 1,
        "IKEv2": [],
        "AlwaysOn": "x",
        "Relays": {"x": 1},
    }

    for kind in ("com.apple.mdm", "com.apple.vpn.managed", "com.apple.relay.managed"):
        assert None is fields_of(kind, odd)["host"]


def test_a_type_that_is_not_known_or_not_said_adds_nothing():
    assert {} == fields_of("com.example.settings", {"URL": "https://example.com"})
    assert {} == fields_of(None, {})


def test_a_list_beyond_all_bounds_is_not_stated_and_costs_itself_alone():
    many = [str(number) for number in range(LIST_LIMIT + 1)]
    found = fields_of(
        "com.apple.applicationaccess", {"allowCamera": False, "blockedAppBundleIDs": many}
    )

    assert {"settings": ("allowCamera=false",), "apps": UNSET} == found
    assert UNSET is fields_of("com.apple.applicationaccess", dict.fromkeys(many, True))["settings"]


def test_numbers_of_settings_are_whole():
    found = fields_of("com.apple.applicationaccess", {"a": 1234567, "b": 10**400, "c": 0.25})

    assert ("a=1234567", "b=…", "c=0.25") == found["settings"]
