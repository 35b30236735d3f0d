"""VPNs, filters, proxies and name servers that are set up, from the store of NetworkExtension.

com.apple.networkextension.plist is a keyed archive. Its top names the configurations by their UUID,
beside Index, Generation, Version and SCPreferencesSignature2. A configuration (NEConfiguration) has
Identifier, Application (the app that made it), ProfileInfo (ProfileIdentifier of the profile that
made it), and one of VPN, AppVPN, AlwaysOnVPN, ContentFilter, DNSProxy, DNSSettings, Relay and
URLFilter, each with Enabled. Every phone has configurations with PathController, for access to the
local network, and with none of these: they lead no traffic anywhere and are not stated.

The caches beside it (.cache.plist, .uuidcache.plist) hold identifiers of programs and no
configuration; they are not read. Names that people gave, accounts and secrets never are.

Sources: NetworkExtension's code (decompiled), encodeWithCoder of the classes named here.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from scanner.artifacts.ios.payload_fields import Fields, listed
from scanner.artifacts.ios.reply import known
from scanner.errors import ParseError
from scanner.formats.keyed_objects import Keyed, top_of
from scanner.formats.servers import server_of
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import NetworkExtension
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Diagnostic, Glob, MiB

_LIMIT = 64 * MiB
_COUNT = 2_000  # configurations
_ADDRESSES = 100  # name servers of one
_LENGTH = 255  # characters
_OTHERS = {"Index", "Generation", "Version", "SCPreferencesSignature", "SCPreferencesSignature2"}
_KINDS = {
    "AlwaysOnVPN": "always_on_vpn",
    "AppVPN": "app_vpn",
    "VPN": "vpn",
    "ContentFilter": "filter",
    "URLFilter": "url_filter",
    "DNSProxy": "dns_proxy",
    "DNSSettings": "dns",
    "Relay": "relay",
}
_PROTOCOLS = {
    "NEVPNProtocolIKEv2": "ikev2",
    "NEVPNProtocolIPSec": "ipsec",
    "NEVPNProtocolL2TP": "l2tp",
    "NEVPNProtocolPPTP": "pptp",
    "NEVPNProtocolPlugin": "plugin",
    "NETunnelProviderProtocol": "plugin",
    "NETransparentProxyProviderProtocol": "plugin",
    "NEDNSOverHTTPSSettings": "https",
    "NEDNSOverTLSSettings": "tls",
}
_PROVIDERS = (
    "PluginType",
    "NEProviderBundleIdentifier",
    "ProviderBundleIdentifier",
    "DataProviderBundleIdentifier",
    "PacketProviderBundleIdentifier",
)
_SERVERS = ("ServerAddress", "ServerURL", "ServerName", "HTTP3RelayURL", "HTTP2RelayURL")


def parse(file: EvidenceFile) -> Iterator[NetworkExtension]:
    """Yield each configuration; ParseError, after all else, where one cannot be read."""
    top = top_of(file.read(_LIMIT))
    names = [name for name in top.names() if name not in _OTHERS]
    if len(names) > _COUNT:
        raise ParseError(f"at most {_COUNT} configurations expected")
    odd = 0
    for name in names:
        configuration = top.object(name)
        if configuration is None:
            odd += 1
            continue
        for key, kind in _KINDS.items():
            if part := configuration.object(key):
                yield _stated(name, configuration, kind, part)
                break
    if odd:
        raise ParseError(f"configurations of the network expected; {odd} are none")


def _stated(name: str, configuration: Keyed, kind: str, part: Keyed) -> NetworkExtension:
    info = configuration.object("ProfileInfo")
    return NetworkExtension(
        id=configuration.uuid("Identifier") or name[:_LENGTH].upper(),
        kind=kind,
        enabled=known(part.flag("Enabled")),
        on_demand=_on_demand(kind, part),
        profile=info.text("ProfileIdentifier", limit=_LENGTH) if info else None,
        **_way(configuration, kind, part),
    )


def _way(configuration: Keyed, kind: str, part: Keyed) -> Fields:
    """Return which program the traffic is handed to, and which server."""
    ways = list(_ways(kind, part))
    named = (way.text(key, limit=_LENGTH) for way in ways for key in _PROVIDERS)
    servers = (server_of(way.text(key)) for way in ways for key in _SERVERS)
    server = next(filter(None, servers), None)
    protocols = (_PROTOCOLS[way.kind] for way in ways if way.kind in _PROTOCOLS)
    return {
        "provider": next(filter(None, named), None)
        or configuration.text("Application", limit=_LENGTH),
        "server": server.host if server else None,
        "protocol": next(protocols, None),
        "addresses": _addresses(ways) if kind == "dns" else UNSET,
    }


def _ways(kind: str, part: Keyed) -> Iterator[Keyed]:
    """Yield the objects that say where the traffic of a part goes."""
    if kind == "always_on_vpn":
        found = part.items("InterfaceProtocolMapping")
    elif kind == "relay":
        found = part.items("Relays")
    else:
        key = {"filter": "Provider", "dns": "Settings"}.get(kind, "Protocol")
        found = iter((part.get(key),))
    yield from (each for each in found if isinstance(each, Keyed))
    yield part


def _on_demand(kind: str, part: Keyed) -> bool | UnsetType:
    """Return whether rules start it; for what knows no such rules, UNSET."""
    if kind in {"vpn", "app_vpn"}:
        return known(part.flag("OnDemandEnabled"))
    if kind == "dns":
        return any(True for _ in part.items("OnDemandRules"))
    return UNSET


def _addresses(ways: list[Keyed]) -> tuple[str, ...] | UnsetType | None:
    found = [
        each[:_LENGTH]
        for way in ways
        for each in way.items("Servers")
        if isinstance(each, str) and each
    ]
    return UNSET if len(found) > _ADDRESSES else listed(found)


_NAME = "com.apple.networkextension.plist"
NETWORK_EXTENSIONS = Artifact(
    name="ios.network_extensions",
    title="VPNs, filters and name servers",
    platform="ios",
    states=(Stated(NetworkExtension),),
    readings=(
        Reading(Glob(pattern=f"/private/var/preferences/{_NAME}"), parse),
        Reading(Glob(pattern=f"/private/var/preferences/SystemConfiguration/{_NAME}"), parse),
        Reading(Glob(pattern=f"/Library/Preferences/{_NAME}"), parse),
        Reading(Diagnostic(name=f"logs/Networking/{_NAME}"), parse),
    ),
)
