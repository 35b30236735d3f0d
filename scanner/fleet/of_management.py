"""Facts on who manages a device, whom it trusts, and where its traffic goes."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from scanner.fleet.values import Found, pairs, short, text
from scanner.model.artifact import Known
from scanner.model.entities import (
    Certificate,
    DeviceAdmin,
    Management,
    Network,
    Payload,
    PolicyOwner,
    Profile,
    ProvisioningProfile,
    Setting,
    Vpn,
)

_PROXY = "com.apple.proxy.http.global"
_DNS = "com.apple.dnsSettings.managed"
_VPN = "com.apple.vpn.managed"
_NO_PROXY = frozenset({"", ":0", "null"})


def authorities(state: Known) -> Iterator[Found]:
    """Yield certificate authorities that were added: by digest, else by the name of the file."""
    for each in state.every(Certificate):
        if each.authority is False:
            continue
        named = text(each.sha256)
        subject = text(each.subject)
        if named:
            yield f"{each.store} {named} {subject}" if subject else f"{each.store} {named}", None
        elif each.store != "profile":  # a payload's name holds that of a file
            yield f"{each.store} {each.name}", None


def owners(state: Known) -> Iterator[Found]:
    """Yield the owner of the device, and of profiles on it."""
    for each in state.every(PolicyOwner):
        owner = text(each.component) or text(each.package)
        if owner:
            yield f"{each.scope} {owner}", None


def admins(state: Known) -> Iterator[Found]:
    """Yield active administrators."""
    for each in state.every(DeviceAdmin):
        yield each.component, None


def management(state: Known) -> Iterator[Found]:
    """Yield who supervises an iPhone and how, and the server of its management."""
    for each in state.every(Management):
        yield from pairs(
            each,
            (
                "supervised", "organization", "host", "mandatory", "unremovable",
                "allow_pairing", "multi_user", "source",
            ),
        )  # fmt: skip
        for supervisor in each.supervisors or ():
            yield f"supervisor={supervisor}", None
    for payload in state.every(Payload):
        host = text(payload.host)
        if payload.payload_type == "com.apple.mdm" and host and payload.file is None:
            yield f"server={host}", None


def profiles(state: Known) -> Iterator[Found]:
    """Yield installed profiles with who signed them."""
    for each in state.every(Profile):
        if each.file is None and each.installed is not False:
            digest = text(each.signer_sha256)
            signer = text(each.signer) or (short(digest) if digest else None)
            signed = "not signed" if each.signature is None else f"signed by {signer}"
            known = signer or each.signature is None
            yield f"{each.identifier}, {signed}" if known else each.identifier, None


def profile_versions(state: Known) -> Iterator[Found]:
    """Yield installed profiles with the id that changes with each version."""
    for each in state.every(Profile):
        if each.file is None and each.installed is not False and each.uuid:
            yield f"{each.identifier} {each.uuid}", None


def provisioning(state: Known) -> Iterator[Found]:
    """Yield whose apps may run beside those of the store."""
    for each in state.every(ProvisioningProfile):
        if each.installed is False:
            continue
        words = [*(each.teams or ()), text(each.app_id) or text(each.name) or each.uuid]
        if each.enterprise is True:
            words.append("enterprise")
        yield " ".join(words), None


def restrictions(state: Known) -> Iterator[Found]:
    """Yield what profiles restrict, and what administrators may decide."""
    for payload in state.every(Payload):
        if payload.file is None:
            for setting in payload.settings or ():
                yield setting, None
    for admin in state.every(DeviceAdmin):
        for policy in admin.policies or ():
            yield f"{admin.package}: {policy}", None


def vpns(state: Known) -> Iterator[Found]:
    """Yield apps that traffic goes through, and VPNs that profiles set up."""
    for each in state.every(Vpn):
        words = [each.package]
        if each.always_on is True:
            words.append("always on")
        if each.lockdown is True:
            words.append("lockdown")
        yield ", ".join(words), None
    for payload in state.every(Payload):
        kind = text(payload.payload_type)
        if kind and kind.startswith(_VPN) and payload.file is None:
            yield " ".join(filter(None, (kind, text(payload.host) or text(payload.provider)))), None


def proxies(state: Known) -> Iterator[Found]:
    """Yield proxies of networks, of settings and of profiles."""
    for network in state.every(Network):
        if host := text(network.proxy_host):
            port = network.proxy_port
            yield f"{host}:{port}" if isinstance(port, int) else host, None
        if network.proxy_script is True:
            yield "script", None
    for setting in state.every(Setting):
        value = text(setting.value)
        if setting.name == "http_proxy" and value and value not in _NO_PROXY:
            yield value, None
    for payload in state.every(Payload):
        host = text(payload.host)
        if payload.payload_type == _PROXY and host and payload.file is None:
            yield f"{host}:{payload.port}" if isinstance(payload.port, int) else host, None


def name_servers(state: Known) -> Iterator[Found]:
    """Yield resolvers that somebody chose, and public ones that a network handed out."""
    for network in state.every(Network):
        if resolver := text(network.private_dns_server):
            yield f"private {resolver}", None
        for address in network.dns_servers or ():
            if _is_public(address):
                yield f"server {address}", None
    for payload in state.every(Payload):
        if payload.payload_type == _DNS and payload.file is None:
            for name in (text(payload.host), *(payload.addresses or ())):
                if name:
                    yield f"profile {name}", None


def _is_public(address: object) -> bool:
    """Whether an address is no router of a home: those are as many as there are homes."""
    try:
        found = ipaddress.ip_address(str(address))
    except ValueError:
        return False
    return not (found.is_link_local or found.is_loopback or _in_a_home(found))


def _in_a_home(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    home = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
    return any(address in ipaddress.ip_network(each) for each in home)
