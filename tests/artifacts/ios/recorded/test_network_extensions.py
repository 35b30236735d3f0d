"""Configurations of NetworkExtension, as its store holds them."""

from __future__ import annotations

import plistlib

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.recorded.network_extensions import NETWORK_EXTENSIONS, parse
from scanner.errors import ParseError
from scanner.model.entities import NetworkExtension
from scanner.model.requests import Diagnostic, File

from .keyed import archive_of, object_of, url_of, uuid_of
from .property_lists import HOSTILE, stated, stated_until_the_error

ID = "0A1B2C3D-0000-4000-8000-000000000000"
PROFILE = object_of(
    "NEProfileIngestionPayloadInfo",
    ProfileIdentifier="com.example.profile",
    ProfileOrganization="Example",
)


def configuration(**parts):
    return object_of(
        "NEConfiguration",
        Identifier=uuid_of(ID),
        Name="somebody's tunnel",
        Application="com.example.app",
        Grade=1,
        **parts,
    )


def read(**parts):
    return stated(
        parse, archive_of(**{ID.lower(): configuration(**parts)}, Generation=3, Version=1)
    )


def test_a_vpn_of_an_app():
    protocol = object_of(
        "NETunnelProviderProtocol",
        Type=4,
        ServerAddress="VPN.example.com:443",
        Username="someone",
        Password="secret",
        PluginType="com.example.vpn",
        NEProviderBundleIdentifier="com.example.vpn.tunnel",
    )
    vpn = object_of("NEVPN", Enabled=True, OnDemandEnabled=False, Protocol=protocol)

    assert [
        NetworkExtension(
            id=ID,
            kind="vpn",
            provider="com.example.vpn",
            enabled=True,
            on_demand=False,
            protocol="plugin",
            server="vpn.example.com",
            profile=None,
        )
    ] == read(VPN=vpn)


def test_a_vpn_of_a_profile():
    protocol = object_of("NEVPNProtocolIKEv2", Type=5, ServerAddress="198.51.100.7")
    vpn = object_of("NEVPN", Enabled=False, OnDemandEnabled=True, Protocol=protocol)
    (found,) = read(VPN=vpn, ProfileInfo=PROFILE)

    assert ("com.example.profile", "ikev2", "198.51.100.7", True, False) == (
        found.profile,
        found.protocol,
        found.server,
        found.on_demand,
        found.enabled,
    )
    assert "com.example.app" == found.provider


def test_an_encrypted_name_server():
    settings = object_of(
        "NEDNSOverHTTPSSettings",
        ServerURL=url_of("https://dns.example.net/q?id=1"),
        Servers=["192.0.2.53", "2001:db8::53", "192.0.2.53"],
    )
    bundle = object_of("NEDNSSettingsBundle", Enabled=True, Settings=settings, OnDemandRules=["x"])
    (found,) = read(DNSSettings=bundle)

    assert ("dns", "https", "dns.example.net", ("192.0.2.53", "2001:db8::53"), True) == (
        found.kind,
        found.protocol,
        found.server,
        found.addresses,
        found.on_demand,
    )


def test_a_name_server_with_tls_is_named():
    settings = object_of("NEDNSOverTLSSettings", ServerName="dns.example.org")
    (found,) = read(DNSSettings=object_of("NEDNSSettingsBundle", Enabled=False, Settings=settings))

    assert ("tls", "dns.example.org", None, False) == (
        found.protocol,
        found.server,
        found.addresses,
        found.on_demand,
    )


@pytest.mark.parametrize(
    ("key", "kind", "part", "provider"),
    [
        (
            "ContentFilter",
            "filter",
            {
                "Provider": object_of(
                    "NEFilterProviderConfiguration", DataProviderBundleIdentifier="com.example.f"
                )
            },
            "com.example.f",
        ),
        (
            "DNSProxy",
            "dns_proxy",
            {
                "Protocol": object_of(
                    "NEDNSProxyProviderProtocol", ProviderBundleIdentifier="com.example.d"
                )
            },
            "com.example.d",
        ),
        ("Relay", "relay", {"Relays": []}, "com.example.app"),
        ("URLFilter", "url_filter", {}, "com.example.app"),
        (
            "AppVPN",
            "app_vpn",
            {"Protocol": object_of("NETunnelProviderProtocol", PluginType="com.example.v")},
            "com.example.v",
        ),
    ],
)
def test_other_kinds(key, kind, part, provider):
    (found,) = read(**{key: object_of("Part", Enabled=True, **part)})

    assert (kind, provider, True) == (found.kind, found.provider, found.enabled)


def test_a_vpn_that_is_always_on():
    mapping = object_of(
        "NSDictionary",
        **{
            "NS.keys": None,
            "NS.objects": [object_of("NEVPNProtocolIKEv2", ServerAddress="on.example.com")],
        },
    )
    (found,) = read(
        AlwaysOnVPN=object_of("NEAOVPN", Enabled=True, InterfaceProtocolMapping=mapping)
    )

    assert ("always_on_vpn", "on.example.com", "ikev2", UNSET) == (
        found.kind,
        found.server,
        found.protocol,
        found.on_demand,
    )


def test_a_relay_names_its_server():
    relay = object_of("NERelay", HTTP3RelayURL=url_of("https://relay.example.com/x"))
    (found,) = read(Relay=object_of("NERelayConfiguration", Enabled=True, Relays=[relay]))

    assert "relay.example.com" == found.server


def test_access_to_the_local_network_leads_no_traffic_anywhere():
    assert [] == read(PathController=object_of("NEPathController", Rules=[]))


def test_names_accounts_and_secrets_are_not_stated():
    protocol = object_of("NEVPNProtocolIPSec", ServerAddress="a.example.com", Username="someone")
    text = repr(read(VPN=object_of("NEVPN", Enabled=True, Protocol=protocol)))

    for word in ("somebody", "someone"):
        assert word not in text


def test_a_store_without_configurations_has_none():
    assert [] == stated(parse, archive_of(Generation=1, Version=1, Index=object_of("NSDictionary")))


def test_an_odd_configuration_hides_no_other():
    vpn = object_of("NEVPN", Enabled=True)
    data = archive_of(odd="text", other=configuration(VPN=vpn))
    found, said = stated_until_the_error(parse, data)

    assert [ID] == [each.id for each in found]
    assert "1 are none" in said


def test_an_object_that_holds_itself_costs_nothing():
    document = plistlib.loads(archive_of(a=configuration(VPN=object_of("NEVPN", Enabled=True))))
    for each in document["$objects"]:
        if isinstance(each, dict) and "VPN" in each:
            each["ProfileInfo"] = each["VPN"] = document["$top"]["a"]

    (found,) = stated(parse, plistlib.dumps(document, fmt=plistlib.FMT_BINARY))
    assert (None, UNSET) == (found.profile, found.enabled)


@pytest.mark.parametrize("data", [*HOSTILE, plistlib.dumps({"app-rules": {}})])
def test_what_is_no_archive_is_refused(data):
    with pytest.raises(ParseError):
        stated(parse, data)


def test_a_number_without_an_object_is_refused():
    document = plistlib.loads(archive_of(a=configuration()))
    document["$top"]["a"] = plistlib.UID(10_000)

    with pytest.raises(ParseError):
        stated(parse, plistlib.dumps(document, fmt=plistlib.FMT_BINARY))


def test_more_configurations_than_any_phone_has_are_refused():
    with pytest.raises(ParseError):
        stated(parse, archive_of(**{f"c{number}": None for number in range(2_001)}))


@pytest.mark.parametrize(
    "asked",
    [
        Diagnostic(name="logs/Networking/com.apple.networkextension.plist"),
        File(path="/private/var/preferences/com.apple.networkextension.plist"),
    ],
)
def test_recordings_answer(asked):
    assert any(reading.fits(asked) for reading in NETWORK_EXTENSIONS.readings)
