"""What payloads of configuration profiles say that set up a VPN."""

from __future__ import annotations

import pytest

from scanner.artifacts.ios.payloads import fields_of
from tests.artifacts.ios.test_payloads import NONE, about

VPN = {
    "scheme": None,
    "addresses": None,
    "proxy_kind": None,
    "provider": None,
    "always_on": False,
    "on_demand": False,
    "can_be_turned_off": True,
}


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({}, NONE | VPN),
        (
            {
                "VPNType": "IKEv2",
                "IKEv2": {"RemoteAddress": "vpn.example.com", "SharedSecret": "secret"},
            },
            about("vpn.example.com") | VPN | {"scheme": "ikev2"},
        ),
        (
            {
                "VPNType": "VPN",
                "VPNSubType": "com.example.tunnel",
                "VPN": {
                    "RemoteAddress": "vpn.example.com:51820",
                    "OnDemandEnabled": 1,
                    "OnDemandUserOverrideDisabled": 1,
                    "IncludeAllNetworks": 1,
                },
                "VendorConfig": {"Key": "secret"},
                "DNS": {"ServerAddresses": ["192.0.2.53"]},
            },
            about("vpn.example.com", 51820)
            | VPN
            | {
                "scheme": "vpn",
                "addresses": ("192.0.2.53",),
                "provider": "com.example.tunnel",
                "always_on": True,
                "on_demand": True,
                "can_be_turned_off": False,
            },
        ),
        (
            {
                "VPNType": "AlwaysOn",
                "AlwaysOn": {
                    "TunnelConfigurations": [
                        {"RemoteAddress": "a.example.com"},
                        {"RemoteAddress": "b.example.com"},
                    ]
                },
            },
            about("a.example.com", hosts=("a.example.com", "b.example.com"))
            | VPN
            | {"scheme": "alwayson", "always_on": True, "can_be_turned_off": False},
        ),
        (
            {
                "VPNType": "L2TP",
                "PPP": {"CommRemoteAddress": "vpn.example.com", "AuthPassword": "secret"},
                "Proxies": {"HTTPEnable": 1, "HTTPProxy": "proxy.example.com", "HTTPPort": 80},
            },
            about("vpn.example.com", hosts=("vpn.example.com", "proxy.example.com"))
            | VPN
            | {"scheme": "l2tp", "proxy_kind": "manual"},
        ),
        (
            {"VPNType": "IPSec", "OnDemandMatchAppEnabled": True, "SafariDomains": ["example.org"]},
            NONE | VPN | {"scheme": "ipsec", "on_demand": True},
        ),
    ],
)
@pytest.mark.parametrize("kind", ["com.apple.vpn.managed", "com.apple.vpn.managed.applayer"])
def test_vpns(kind, payload, expected):
    assert expected == fields_of(kind, payload)
