"""Normal forms of hosts: domains (RFC 1035, UTS 46) and addresses (RFC 4291, RFC 5952)."""

from __future__ import annotations

import ipaddress
import re

from scanner.model.indicators import Atom

_PLAIN = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\Z")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\Z")
_PORT = re.compile(r":\d{1,5}\Z")
_LENGTH = 253  # of a domain, in characters
_TOO_LONG = f"a domain of more than {_LENGTH} characters"
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_ADDRESS = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}\Z")
_MAPPED = 96  # bits before an IPv4 address that is written as an IPv6 one
_TRANSLATED = 0x64FF9B << 96  # 64:ff9b::/96, by which networks of IPv6 reach IPv4 (RFC 6052)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def is_plain(text: str) -> bool:
    """Whether a text is a domain in its normal form; most are."""
    return len(text) <= _LENGTH and _PLAIN.match(text) is not None


def domain(text: str) -> str:
    """Return a domain in lower case and punycode, without a dot at its end.

    `*.` or a dot before it is dropped: a domain stands for itself and all names below it.
    """
    if is_plain(text):
        return text
    name = text.strip().lower()
    if not name.isascii():
        if len(name) > _LENGTH:
            raise ValueError(_TOO_LONG)
        name = _mapped(name)
    name = name.removesuffix(".").removeprefix("*").removeprefix(".")
    if not name:
        raise ValueError("an empty domain")
    if not name.isascii():
        name = ".".join(map(_encoded, name.split(".")))
    if len(name) > _LENGTH:
        raise ValueError(_TOO_LONG)
    if not _PLAIN.match(name):
        raise ValueError(_fault(name))
    return name


def _fault(name: str) -> str:
    labels = name.split(".")
    if not all(map(_LABEL.match, labels)):
        return "no domain: a part of it is empty, too long or has other characters"
    if len(labels) == 1:
        return "a single name without a domain"
    return "no domain: its last part is a number, or no top-level domain"


def _mapped(name: str) -> str:
    import idna  # noqa: PLC0415 - only names beyond ASCII need it

    try:
        return idna.uts46_remap(name, std3_rules=False, transitional=False)
    except idna.IDNAError:
        raise ValueError("no domain: it has characters that no name has") from None


def _encoded(label: str) -> str:
    if label.isascii():
        return label
    import idna  # noqa: PLC0415

    try:
        return idna.alabel(label).decode("ascii")
    except idna.IDNAError:
        # Registries sold names that IDNA 2008 forbids, as those of emoji; they resolve.
        return "xn--" + label.encode("punycode").decode("ascii")


def address(text: str) -> str:
    """Return an address or a network in its shortest form, an address without its port.

    An IPv4 address that is written as an IPv6 one, or is reached as one, is the IPv4 address.
    """
    name = text.strip()
    if _ADDRESS.match(name):
        return name
    if name.startswith("["):
        name = name[1:].partition("]")[0]
    elif name.count(".") == 3 and _PORT.search(name) and name.count(":") == 1:  # noqa: PLR2004
        name = name.partition(":")[0]
    name = name.partition("%")[0]
    if "/" in name:
        return _network(name)
    try:
        found = ipaddress.ip_address(name)
    except ValueError:
        raise ValueError("no address") from None
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    number = int(found)
    if number >> 32 == _TRANSLATED >> 32:
        return str(ipaddress.IPv4Address(number & 0xFFFFFFFF))
    return str(found.ipv4_mapped or found)


def _network(text: str) -> str:
    try:
        found: Network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise ValueError("no network of addresses") from None
    if isinstance(found, ipaddress.IPv6Network):
        mapped = found.network_address.ipv4_mapped
        if mapped is not None and found.prefixlen >= _MAPPED:
            found = ipaddress.IPv4Network((mapped, found.prefixlen - _MAPPED))
    if found.prefixlen == found.max_prefixlen:
        return str(found.network_address)
    return str(found)


def host(text: str) -> Atom:
    """Return a host as an address or a domain; port and brackets of a URL are dropped."""
    name = text.strip()
    if name.startswith("[") or name.count(":") > 1 or "/" in name:
        return "ip", address(name)
    name = name.partition(":")[0]
    last = name.removesuffix(".").rpartition(".")[2]
    if last.isdecimal() and last.isascii():
        return "ip", address(name.removesuffix("."))
    return "domain", domain(name)
