"""Configuration profiles as files: ordinary ones that resemble a hostile one, and hostile ones.

All parts of a file count for its verdict: there is no phone whose settings they could be.
"""

from __future__ import annotations

from typing import Any

from scanner.artifacts.ios import configuration_profile, provisioning
from scanner.model.entities import Entity, Payload, Profile
from tests.lookalikes.device import Outcome
from tests.lookalikes.ios.phone import examined, provisioned

ROOT = "com.apple.security.root"
DNS = "com.apple.dnsSettings.managed"
VPN = "com.apple.vpn.managed"
WIFI = "com.apple.wifi.managed"
MDM = "com.apple.mdm"
MAIL = "com.apple.mail.managed"
STATEMENTS = (configuration_profile.CONFIGURATION_PROFILE, provisioning.PROVISIONING)
APPLES_OWN = "Apple iPhone OS Provisioning Profile Signing"

Part = tuple[str, dict[str, Any]]


def authority() -> Part:
    return ROOT, {"authority": True}


def vpn(*, always: bool = False, rules: bool = False, switch: bool = True) -> Part:
    said = {"always_on": always, "on_demand": rules, "can_be_turned_off": switch}
    return VPN, {"proxy_kind": None, **said}


def managed(*rights: str, number: int | None) -> Part:
    return MDM, {"access_rights": number, "rights": rights or None}


def file(*parts: Part, signature: str | None = None, **stated: Any) -> list[Entity]:
    """Return a file with payloads; it is not signed, or by somebody whom a public root knows."""
    known: dict[str, Any] = {
        "installed": False,
        "name": "Example",
        "removable": True,
        "removal_passcode": False,
        "encrypted": False,
        "signature": signature,
        "chain": "public" if signature else None,
        "payload_types": tuple(sorted({kind for kind, _ in parts})) or None,
    }
    whole = Profile(identifier="com.example.a", uuid=None, file="a1", **known | stated)
    payloads = [
        Payload(profile="com.example.a", file="a1", index=index, payload_type=kind, **said)
        for index, (kind, said) in enumerate(parts)
    ]
    return [whole, *payloads]


def developers(**stated: Any) -> list[Entity]:
    """Return a provisioning profile as a file."""
    return [provisioned("1C0E5D7A", installed=False, **stated)]


def of_file(entities: list[Entity]) -> Outcome:
    return examined(entities, statements=STATEMENTS, gaps=(), of_file=True)


# Nothing above low, each of them.
ORDINARY_FILES: dict[str, list[Entity]] = {
    "a public name server": file((DNS, {"host": "dns.quad9.net", "can_be_turned_off": True})),
    "a name server of one's own": file((DNS, {"host": "dns.example.net"})),
    "a university's Wi-Fi": file(authority(), (WIFI, {"proxy_kind": None})),
    "a company's proxy without an authority": file((WIFI, {"proxy_kind": "manual"})),
    "a VPN at home, with its own authority": file(authority(), vpn(rules=True)),
    "a provider's VPN that is always on": file(vpn(always=True)),
    "parents' filter with its authority": file(authority(), ("com.apple.webcontent-filter", {})),
    "a server's certificate and a relay": file(
        (ROOT, {"authority": False}), ("com.apple.relay.managed", {})
    ),
    "a provider's mail, signed": file((MAIL, {"port": 993}), signature="valid"),
    "a proxy everywhere, for a company's phones": file(("com.apple.proxy.http.global", {})),
    "one that stays on a company's phones": file((WIFI, {"proxy_kind": None}), removable=False),
    "a management that may only look": file(managed("inspect_apps", "query_device", number=272)),
    "a shop's Wi-Fi with a careless name": file((WIFI, {"proxy_kind": None}), name="Apple Support"),
    "one that was signed long ago": file(
        (WIFI, {"proxy_kind": None}), signature="valid", signer_expired=True
    ),
    "a developer's": developers(),
    "a developer's for a Mac": developers(signer="Mac OS X Provisioning Profile Signing"),
    "a developer's, without Apple's certificates": developers(chain="incomplete"),
    "a developer's, taken out of its signature": developers(
        signature=None, chain=None, signer=None
    ),
}

# Each asks whoever got it not to install it before somebody looked.
SUSPICIOUS_FILES: dict[str, list[Entity]] = {
    **{
        f"a management that may {right}": file(managed(right, number=number))
        for right, number in (
            ("change_profiles", 2),
            ("lock_and_passcode", 4),
            ("erase", 8),
            ("change_provisioning", 128),
            ("change_settings", 2048),
            ("manage_apps", 4096),
        )
    },
    "a management that names no right": file((MDM, {"access_rights": None})),
    "mail that nobody signed": file((MAIL, {"port": 993})),
    "a calendar that nobody signed": file(("com.apple.caldav.account", {"port": 2080})),
    "an authority and a proxy everywhere": file(authority(), ("com.apple.proxy.http.global", {})),
    "an authority and a proxy in a network": file(authority(), (WIFI, {"proxy_kind": "auto"})),
    "an authority and a VPN that is always on": file(authority(), vpn(always=True)),
    "an authority and a VPN without a switch": file(authority(), vpn(rules=True, switch=False)),
    "an authority and a name server": file(authority(), (DNS, {"host": "dns.example.net"})),
    "an authority and a relay": file(authority(), ("com.apple.relay.managed", {})),
    # a part that only one phone can read beside the others
    "an authority, a proxy, and a part that is closed": file(
        authority(), ("com.apple.proxy.http.global", {}), encrypted=True
    ),
    "one that was changed after it was signed": file(signature="invalid", chain=None),
    "a developer's with a name of Apple's, from elsewhere": developers(
        chain="unknown", signer=APPLES_OWN
    ),
    "a developer's that a developer signed": developers(signer="Apple Development: Example"),
    "a developer's that a pass's certificate signed": developers(signer="Pass Type ID: pass.a"),
    "a developer's that was changed": developers(signature="invalid"),
}
