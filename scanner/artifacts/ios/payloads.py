"""What the payloads of configuration profiles say, by their type.

Source: https://github.com/apple/device-management, mdm/profiles, a schema for each type. Of a
server only scheme, host and port are read; names of persons, addresses of theirs, passwords, names
of wireless networks and of domains that people visit never are. A type that is not here is stated
by its name alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import UNSET

from scanner.artifacts.ios.payload_fields import Fields, about, listed, maps, with_port
from scanner.artifacts.ios.vpn_payloads import of_vpn
from scanner.formats.plists import Map, entries, flag, mapping, number, text, texts
from scanner.formats.servers import Server, server_of

_LARGEST = 2**64  # of a number in a setting
# Of AccessRights, from the lowest bit on.
RIGHTS = (
    "inspect_profiles",
    "change_profiles",
    "lock_and_passcode",
    "erase",
    "query_device",
    "query_network",
    "inspect_provisioning",
    "change_provisioning",
    "inspect_apps",
    "query_restrictions",
    "query_security",
    "change_settings",
    "manage_apps",
)
_APP_LISTS = (
    "allowListedAppBundleIDs",
    "whitelistedAppBundleIDs",
    "blockedAppBundleIDs",
    "blacklistedAppBundleIDs",
    "autonomousSingleAppModePermittedAppIDs",
)


def fields_of(payload_type: str | None, payload: Map) -> Fields:
    """Return what a payload says; UNSET for what it says in no way that can be read."""
    read = TYPES.get(payload_type or "")
    return read(payload) if read else {}


def _mdm(of: Map) -> Fields:
    return about(server_of(of.get("ServerURL")), [server_of(of.get("CheckInURL"))]) | {
        **_access(of),
        "signs_messages": flag(of, "SignMessage") or False,
    }


def _access(of: Map) -> Fields:
    """Read what a management may do.

    One that is for a person's own account alone (ManagedAppleID) has no such rights. For any other
    that says nothing, Apple does not say what a phone grants.
    """
    said = of.get("AccessRights")
    if said is None:
        none = text(of, "ManagedAppleID") is not None
        return {"access_rights": None, **({"rights": None} if none else {})}
    whole = isinstance(said, float) and said.is_integer()
    rights = number({"AccessRights": int(said)} if whole else of, "AccessRights")
    if rights is None:
        return {"access_rights": UNSET, "rights": UNSET}
    named = (name for bit, name in enumerate(RIGHTS) if rights >> bit & 1)
    return {"access_rights": rights, "rights": listed(named)}


def _global_proxy(of: Map) -> Fields:
    return _proxy(of, "Manual")


def _proxy(of: Map, otherwise: str = "None") -> Fields:
    """Read the proxy of a payload that may set one: by hand, or by a script (PAC)."""
    kind = (text(of, "ProxyType") or otherwise).lower()
    by_hand = with_port(server_of(of.get("ProxyServer")), of.get("ProxyServerPort"))
    by_script = server_of(of.get("ProxyPACURL"))
    server = {"manual": by_hand, "auto": by_script}.get(kind)
    return about(server, [by_hand, by_script]) | {"proxy_kind": None if kind == "none" else kind}


def _wifi(of: Map) -> Fields:
    return _proxy(of) | {"security": (text(of, "EncryptionType") or "Any").lower()}


def _dns(of: Map) -> Fields:
    settings = mapping(of, "DNSSettings")
    by_url, by_name = server_of(settings.get("ServerURL")), server_of(settings.get("ServerName"))
    protocol = text(settings, "DNSProtocol")
    # The protocol decides which of the two a phone asks: HTTPS the URL, TLS the name.
    first, second = by_url, by_name
    if protocol and protocol.lower() == "tls":
        first, second = by_name, by_url
    return about(first or second, [second]) | {
        "scheme": protocol.lower() if protocol else None,
        "addresses": listed(texts(settings, "ServerAddresses")),
        "on_demand": bool(entries(of, "OnDemandRules")),
        "can_be_turned_off": not flag(of, "ProhibitDisablement"),
    }


def _dns_proxy(of: Map) -> Fields:
    extension = text(of, "ProviderBundleIdentifier")
    app = text(of, "AppBundleIdentifier")
    return {"provider": app or extension, "apps": listed(filter(None, (app, extension)))}


def _filter(of: Map) -> Fields:
    apps = (text(of, f"Filter{what}ProviderBundleIdentifier") for what in ("Data", "Packet"))
    return about(server_of(of.get("ServerAddress"))) | {
        "provider": text(of, "PluginBundleID"),
        "apps": listed(filter(None, apps)),
    }


def _relay(of: Map) -> Fields:
    keys = ("HTTP3RelayURL", "HTTP2RelayURL")
    found = [server_of(relay.get(key)) for relay in maps(of, "Relays") for key in keys]
    servers = [each for each in found if each]
    return about(servers[0] if servers else None, servers)


def _scep(of: Map) -> Fields:
    return about(server_of(mapping(of, "PayloadContent").get("URL")))


def _acme(of: Map) -> Fields:
    return about(server_of(of.get("DirectoryURL")))


def _account(prefix: str, *, encrypted: bool) -> Callable[[Map], Fields]:
    """Read an account whose server, port and use of TLS are named alike."""

    def read(of: Map) -> Fields:
        server = with_port(server_of(of.get(f"{prefix}HostName")), of.get(f"{prefix}Port"))
        tls = flag(of, f"{prefix}UseSSL")
        return about(server) | _web(server, tls=encrypted if tls is None else tls)

    return read


def _exchange(of: Map) -> Fields:
    server = with_port(server_of(of.get("Host")), of.get("Port"))
    tls = flag(of, "SSL") is not False
    signs_in = (server_of(of.get(key)) for key in ("OAuthSignInURL", "OAuthTokenRequestURL"))
    return about(server, signs_in) | _web(server, tls=tls)


def _web(server: Server | None, *, tls: bool) -> Fields:
    if server is None:
        return {"scheme": None}
    return {"scheme": server.scheme or ("https" if tls else "http")}


def _mail(of: Map) -> Fields:
    incoming, port = of.get("IncomingMailServerHostName"), of.get("IncomingMailServerPortNumber")
    kind = text(of, "EmailAccountType") or ""
    outgoing = server_of(of.get("OutgoingMailServerHostName"))
    return about(with_port(server_of(incoming), port), [outgoing]) | {
        "scheme": kind.removeprefix("EmailType").lower() or None
    }


def _web_clip(of: Map) -> Fields:
    return about(server_of(of.get("URL"))) | {
        "removable": flag(of, "IsRemovable") is not False,
        "full_screen": flag(of, "FullScreen") or False,
        "apps": listed(filter(None, [text(of, "TargetApplicationBundleIdentifier")])),
    }


def _restrictions(of: Map) -> Fields:
    return {
        "settings": listed(_settings(of)),
        "apps": listed(app for key in _APP_LISTS for app in texts(of, key)),
    }


def _settings(of: Map) -> Iterator[str]:
    for name, value in sorted(of.items()):
        if isinstance(value, bool | int | float) and not name.startswith("Payload"):
            large = isinstance(value, int) and abs(value) > _LARGEST
            yield f"{name[:100]}={'…' if large else str(value).lower()}"


def _notifications(of: Map) -> Fields:
    found = [(text(each, "BundleIdentifier"), each) for each in maps(of, "NotificationSettings")]
    return {
        "apps": listed(app for app, _ in found if app),
        "notifications_off": listed(
            app for app, each in found if app and flag(each, "NotificationsEnabled") is False
        ),
    }


def _cellular(of: Map) -> Fields:
    return _access_points(maps(of, "APNs"), "ProxyServer", "ProxyPort")


def _old_cellular(of: Map) -> Fields:
    groups = [*maps(of, "PayloadContent"), of]
    points = (point for each in groups for point in maps(mapping(each, "DefaultsData"), "apns"))
    return _access_points(points, "proxy", "proxyPort")


def _access_points(points: Iterable[Map], name: str, port: str) -> Fields:
    found = [
        server
        for point in points
        if (server := with_port(server_of(_decoded(point.get(name))), point.get(port)))
    ]
    return about(found[0] if found else None, found) | {"proxy_kind": "manual" if found else None}


def _decoded(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _apps_of_vpn(of: Map) -> Fields:
    apps = (text(each, "Identifier") for each in maps(of, "AppLayerVPNMapping"))
    return {"apps": listed(filter(None, apps))}


def _app_lock(of: Map) -> Fields:
    app = text(mapping(of, "App"), "Identifier")
    return {"apps": (app,) if app else None}


def _sign_on(of: Map) -> Fields:
    named = [server_of(each) for key in ("URLs", "Hosts") for each in entries(of, key)]
    return {
        "provider": text(of, "ExtensionIdentifier"),
        "hosts": listed(each.host for each in named if each),
    }


def _enrolment(of: Map) -> Fields:
    """Read what a phone is asked for that enrols itself over the air, and by whom."""
    return about(server_of(mapping(of, "PayloadContent").get("URL")))


TYPES: dict[str, Callable[[Map], Fields]] = {
    "Profile Service": _enrolment,
    "com.apple.mdm": _mdm,
    "com.apple.vpn.managed": of_vpn,
    "com.apple.vpn.managed.applayer": of_vpn,
    "com.apple.vpn.managed.appmapping": _apps_of_vpn,
    "com.apple.proxy.http.global": _global_proxy,
    "com.apple.dnsSettings.managed": _dns,
    "com.apple.dnsProxy.managed": _dns_proxy,
    "com.apple.webcontent-filter": _filter,
    "com.apple.relay.managed": _relay,
    "com.apple.wifi.managed": _wifi,
    "com.apple.security.scep": _scep,
    "com.apple.security.acme": _acme,
    "com.apple.eas.account": _exchange,
    "com.apple.ews.account": _exchange,
    "com.apple.mail.managed": _mail,
    "com.apple.carddav.account": _account("CardDAV", encrypted=True),
    "com.apple.caldav.account": _account("CalDAV", encrypted=True),
    "com.apple.ldap.account": _account("LDAPAccount", encrypted=True),
    "com.apple.subscribedcalendar.account": _account("SubCalAccount", encrypted=False),
    "com.apple.webClip.managed": _web_clip,
    "com.apple.applicationaccess": _restrictions,
    "com.apple.mobiledevice.passwordpolicy": _restrictions,
    "com.apple.notificationsettings": _notifications,
    "com.apple.cellular": _cellular,
    "com.apple.apn.managed": _old_cellular,
    "com.apple.app.lock": _app_lock,
    "com.apple.extensiblesso": _sign_on,
}
