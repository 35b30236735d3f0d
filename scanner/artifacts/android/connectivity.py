"""Networks in use, from `dumpsys connectivity`: name resolution, proxies, what the system found.

ConnectivityService.dump (Android 5 and later) prints below `Current Networks:` one line
`  NetworkAgentInfo{... lp{{InterfaceName: wlan0 ...}}  nc{[ Transports: WIFI Capabilities: A&B ...`
for each, up to `Network Requests:` (LinkProperties and NetworkCapabilities.toString):

- 5 to 8: `LinkAddresses: [a,b,]  Routes: [...] DnsAddresses: [a,b,] Domains: null MTU: 0 ...`; they
  know no private DNS.
- 9: the same, with `UsePrivateDns: false PrivateDnsServerName: null` before the domains.
- 10 and later: `LinkAddresses: [ a,b ] DnsAddresses: [ /a,/b ] ... Domains: ... Routes: [ ... ]`,
  in which `UsePrivateDns: true` and `PrivateDnsServerName: name` stand only where they hold.
- all: `HttpProxy: [host] port xl=...` or `HttpProxy: PAC Script: address...`, where there is one.

Networks are named, and networks name domains, as somebody else likes: what stands before `lp{{`
and after the capabilities is not read, and a line with a second `lp{{`, or a domain that could
imitate a word of the line, is an error. Android 4 has a layout without networks, which is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.addresses import normal
from scanner.formats.lines import raw_lines
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Network
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Dumpsys

_NETWORKS = 200
_SERVERS = 100
_LENGTH = 64 * 1024  # characters of a network's line
_BEGIN, _END = b"Current Networks:", b"Network Requests:"
_NETWORK = b"  NetworkAgentInfo{"
_PROPERTIES = " lp{{"
_INTERFACE = re.compile(r"InterfaceName: ([!-~]{1,15}) LinkAddresses: ")
_DNS = " DnsAddresses: ["
_PRIVATE = re.compile(r" UsePrivateDns: (true|false)\b")
_SERVER = re.compile(r" PrivateDnsServerName: ([!-~]{1,255})(?: |$)")
_DOMAINS, _STACKED = " Domains: ", " Stacked: ["
_DOMAIN = re.compile(r"[^:\[\]{}]{0,4000}MTU: \d")
_PROXY = re.compile(r"(?:\[([^\]]{1,255})\] (-?\d{1,5})\b|(PAC Script: ))")
_PROXIED, _NO_HOST = " HttpProxy: ", "[ProxyProperties.mHost == null]"
_CAPABILITIES = re.compile(
    r"\}\} {1,4}nc\{\[ Transports: ([A-Z_]{2,20}(?:\|[A-Z_]{2,20}){0,9})"
    r" Capabilities: ([A-Z0-9_&]+)"
)


def parse(file: EvidenceFile) -> Iterator[Network]:
    """Yield each network; ParseError where the list does not end."""
    begun, count = False, 0
    for number, line in enumerate(raw_lines(answer(file)), start=1):
        if not begun:
            begun = line.startswith(_BEGIN)
        elif line.startswith(_NETWORK) and line.endswith(b"\n"):
            count += 1
            if count > _NETWORKS:
                raise ParseError(f"at most {_NETWORKS} networks expected", line=number)
            network = _network(line.decode("utf-8", "replace").rstrip("\r\n"), number)
            if network is not None:
                yield network
        elif line.startswith(_END):
            return
    raise ParseError(f"'{(_END if begun else _BEGIN).decode()}' expected")


def _network(line: str, number: int) -> Network | None:
    """Return what a line states; None for a network that has no interface."""
    if line.count(_PROPERTIES) != 1 or len(line) > _LENGTH:
        raise ParseError("'lp{{' once in the line of a network expected", line=number)
    link = line.partition(_PROPERTIES)[2]
    if not link.startswith("InterfaceName: "):
        return None
    interface, capabilities = _INTERFACE.match(link), _CAPABILITIES.search(link)
    if interface is None or capabilities is None:
        raise ParseError("'InterfaceName: ... nc{[ Transports:' expected", line=number)
    resolution, _, rest = link[: capabilities.start()].partition(_DOMAINS)
    own = rest.partition(_STACKED)[0]  # links on top of this one say the same of themselves
    if not _DOMAIN.match(own) or own.count("MTU: ") != 1:
        raise ParseError("'Domains: ... MTU:' once expected", line=number)
    modern = " LinkAddresses: [ " in resolution
    held = capabilities[2].split("&")
    stated: dict[str, Any] = {"partial": "PARTIAL_CONNECTIVITY" in held} if modern else {}
    return Network(
        interface=interface[1],
        transports=tuple(word.lower() for word in capabilities[1].split("|")),
        validated="VALIDATED" in held,
        captive_portal="CAPTIVE_PORTAL" in held,
        **stated,
        **_resolution(f"{resolution} ", number, modern=modern),
        **_proxy(own),
    )


def _resolution(text: str, number: int, *, modern: bool) -> dict[str, Any]:
    """Return who resolves names, from what stands before the domains."""
    listed, end, _ = text.partition(_DNS)[2].partition("]")
    if not end:
        raise ParseError(f"'{_DNS.strip()}' expected", line=number)
    words = [word.strip(" /") for word in listed.split(",")]
    servers = tuple(normal(word) or "" for word in words if word)
    if "" in servers or len(servers) > _SERVERS:
        raise ParseError("addresses of resolvers expected", line=number)
    stated: dict[str, Any] = {"dns_servers": servers or None}
    private, server = _PRIVATE.search(text), _SERVER.search(text)
    if private or modern:
        stated["private_dns"] = private is not None and private[1] == "true"
        named = server is not None and server[1] != "null"
        stated["private_dns_server"] = server[1] if server and named else None
    return stated


def _proxy(text: str) -> dict[str, Any]:
    """Return the proxy, from what stands behind the domains."""
    _, proxied, proxy = text.partition(_PROXIED)
    if not proxied or proxy.startswith(_NO_HOST):
        return {"proxy_host": None, "proxy_port": None, "proxy_script": False}
    match = _PROXY.match(proxy)
    if match is None:
        return {}
    if match[3]:
        return {"proxy_script": True}  # its address is personal, and the proxy its own choice
    port = int(match[2])
    return {
        "proxy_host": match[1],
        "proxy_port": port if port > 0 else None,
        "proxy_script": False,
    }


CONNECTIVITY = Artifact(
    name="android.connectivity",
    title="Networks in use: DNS and proxies",
    platform="android",
    states=(Stated(Network),),
    readings=(Reading(Dumpsys(service="connectivity"), parse),),
)
