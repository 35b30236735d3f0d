"""Payloads of configuration profiles that set up a VPN, for all of a phone or for some apps.

Source: https://github.com/apple/device-management, com.apple.vpn.managed and its .applayer. What
a type needs lies in a dictionary of its name; `VPNSubType` is the bundle identifier of the app
that does the work. Apps write the server as `RemoteAddress` into `VPN`, with or without a port.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.artifacts.ios.payload_fields import Fields, about, listed, maps, with_port
from scanner.formats.plists import Map, flag, mapping, text, texts
from scanner.formats.servers import Server, server_of

_OF_TYPES = ("VPN", "IKEv2", "IPSec", "PPP", "TransparentProxy")


def of_vpn(payload: Map) -> Fields:
    """Return what a payload says of its VPN."""
    kind = text(payload, "VPNType")
    parts = list(_parts(payload))
    always = mapping(payload, "AlwaysOn")
    servers = [server for server in map(_server, parts) if server]
    fields = about(servers[0] if servers else None, [*servers, *_proxies(payload)])
    named = (text(part, "ProviderBundleIdentifier") for part in parts)
    return fields | {
        "scheme": kind.lower() if kind else None,
        "addresses": listed(texts(mapping(payload, "DNS"), "ServerAddresses")),
        "proxy_kind": _proxy_kind(mapping(payload, "Proxies")),
        "provider": text(payload, "VPNSubType") or next(filter(None, named), None),
        "always_on": bool(always) or any(flag(part, "IncludeAllNetworks") for part in parts),
        "on_demand": any(flag(part, "OnDemandEnabled") for part in parts)
        or flag(payload, "OnDemandMatchAppEnabled") is True,
        "can_be_turned_off": _has_switch(always, parts),
    }


def _parts(payload: Map) -> Iterator[Map]:
    yield from (part for key in _OF_TYPES if (part := mapping(payload, key)))
    yield from maps(mapping(payload, "AlwaysOn"), "TunnelConfigurations")


def _server(part: Map) -> Server | None:
    return server_of(part.get("RemoteAddress")) or server_of(part.get("CommRemoteAddress"))


def _proxies(payload: Map) -> Iterator[Server | None]:
    of = mapping(payload, "Proxies")
    yield with_port(server_of(of.get("HTTPProxy")), of.get("HTTPPort"))
    yield with_port(server_of(of.get("HTTPSProxy")), of.get("HTTPSPort"))
    yield server_of(of.get("ProxyAutoConfigURLString"))


def _proxy_kind(of: Map) -> str | None:
    if flag(of, "ProxyAutoConfigEnable") or flag(of, "ProxyAutoDiscoveryEnable"):
        return "auto"
    return "manual" if flag(of, "HTTPEnable") or flag(of, "HTTPSEnable") else None


def _has_switch(always: Map, parts: list[Map]) -> bool:
    """Whether the person may turn it off; one that is always on shows a switch only if told to."""
    if always:
        return flag(always, "UIToggleEnabled") is True
    return not any(flag(part, "OnDemandUserOverrideDisabled") for part in parts)
