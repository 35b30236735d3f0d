"""The network security config of an app: what it allows beside TLS, and whom it trusts.

Source: AOSP `XmlConfigSource.java`, `NetworkSecurityConfig.java`; where an app has none, the
platform's defaults by the version that the app targets.
"""

from __future__ import annotations

from msgspec import Struct

from scanner.formats.apk.axml import BinaryXml, Start
from scanner.formats.apk.values import BOOLEAN, STRING, Value

DOMAIN_LIMIT = 4096

_CLEARTEXT_OFF = 28  # from this target on, traffic without TLS is off by default
_USER_OFF = 24  # and from this one on, certificates that a person added are not trusted


class NetworkSecurity(Struct, frozen=True, kw_only=True):
    """What an app allows on the network."""

    cleartext: bool  # traffic without TLS, to all hosts that are not named
    cleartext_domains: tuple[str, ...] = ()  # hosts named as such
    trusts_user_certificates: bool  # those that a person or a manager of the device added
    debug_trusts_user_certificates: bool = False  # where the app is debuggable
    pinned_domains: tuple[str, ...] = ()


def platform_default(target_sdk: int | None, *, cleartext: bool | None = None) -> NetworkSecurity:
    """Return what holds for an app without a config; `cleartext` is what its manifest says."""
    target = target_sdk or 1
    return NetworkSecurity(
        cleartext=target < _CLEARTEXT_OFF if cleartext is None else cleartext,
        trusts_user_certificates=target < _USER_OFF,
    )


def read_network_security(data: bytes, target_sdk: int | None) -> NetworkSecurity:
    """Read a config; ParseError where it is no binary XML."""
    reader = _Reader()
    for event in BinaryXml(data).elements():
        if isinstance(event, Start):
            reader.start(event)
        elif event is None:
            reader.end()
        else:
            reader.text(event)
    return reader.config(platform_default(target_sdk))


class _Scope(Struct):
    """A base-config, a domain-config or the debug-overrides, as it is read."""

    kind: str
    cleartext: bool | None
    domains: list[str]
    user: bool = False
    is_pinned: bool = False


class _Reader:
    """Takes the elements of a config one by one."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._open: list[_Scope] = []
        self._closed: list[_Scope] = []
        self._anchored: set[str] = set()  # kinds of those that list whom they trust
        self._left = DOMAIN_LIMIT

    def start(self, element: Start) -> None:
        name = element.name
        self._path.append(name)
        if name in {"base-config", "debug-overrides", "domain-config"}:
            stated = _boolean(element.attributes.get("cleartextTrafficPermitted"))
            if stated is None and self._open:
                stated = self._open[-1].cleartext  # from the one around it
            self._open.append(_Scope(name, stated, []))
        elif self._open:
            scope = self._open[-1]
            if name == "trust-anchors":
                self._anchored.add(scope.kind)
            elif name == "certificates":
                source = element.attributes.get("src")
                scope.user = scope.user or (source is not None and source.text == "user")
            elif name == "pin":
                scope.is_pinned = True

    def text(self, text: str) -> None:
        if self._path and self._path[-1] == "domain" and self._open and self._left:
            self._left -= 1
            self._open[-1].domains.append(text.strip().lower())

    def end(self) -> None:
        name = self._path.pop()
        if self._open and self._open[-1].kind == name:
            self._closed.append(self._open.pop())

    def config(self, default: NetworkSecurity) -> NetworkSecurity:
        scopes = self._closed + self._open
        base = next((each for each in scopes if each.kind == "base-config"), None)
        cleartext = default.cleartext if base is None or base.cleartext is None else base.cleartext
        user = default.trusts_user_certificates
        if base is not None and "base-config" in self._anchored:
            user = base.user
        of_domains = [each for each in scopes if each.kind == "domain-config"]
        return NetworkSecurity(
            cleartext=cleartext,
            cleartext_domains=_domains([each for each in of_domains if each.cleartext]),
            trusts_user_certificates=user or any(each.user for each in of_domains),
            debug_trusts_user_certificates=any(
                each.user for each in scopes if each.kind == "debug-overrides"
            ),
            pinned_domains=_domains([each for each in of_domains if each.is_pinned]),
        )


def _domains(scopes: list[_Scope]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(domain for each in scopes for domain in each.domains if domain))


def _boolean(value: Value | None) -> bool | None:
    if value is None:
        return None
    if value.kind == BOOLEAN:
        return value.data != 0
    if value.kind == STRING:
        return {"true": True, "false": False}.get((value.text or "").lower())
    return None
