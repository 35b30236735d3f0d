"""Network addresses as the kernel, netstat, ss and Android's services print them."""

from __future__ import annotations

import ipaddress
import re

_HIGHEST_PORT = 0xFFFF
_WORD = 8  # hexadecimal digits of the 32-bit words that the kernel prints
_SCOPE = re.compile(r"%[^\s:\]%]{1,32}")


def normal(text: str) -> str | None:
    """Return an address in its shortest form, or None where the text is none.

    Brackets and the interface of a link-local address (`fe80::1%wlan0`) are left out. An IPv4
    address that is mapped into IPv6 is the IPv4 address.
    """
    bare = _SCOPE.sub("", text.strip("[]"), count=1)
    try:
        address = ipaddress.ip_address("0.0.0.0" if bare == "*" else bare)  # noqa: S104  no binding
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def from_hex(text: str) -> str | None:
    """Return the address that `/proc/net` prints: 32-bit words, each in the machine's order.

    All of Android's processors are little endian: 127.0.0.1 is `0100007F`.
    """
    if len(text) not in {_WORD, 4 * _WORD} or not re.fullmatch(r"[0-9A-Fa-f]+", text):
        return None
    words = (text[start : start + _WORD] for start in range(0, len(text), _WORD))
    data = b"".join(bytes.fromhex(word)[::-1] for word in words)
    return normal(str(ipaddress.ip_address(data)))


def endpoint(text: str) -> tuple[str, int] | None:
    """Return (address, port) of `address:port`; a port that is `*` is 0."""
    address, colon, port = text.rpartition(":")
    found = normal(address) if colon else None
    if found is None or len(port) > len(str(_HIGHEST_PORT)):
        return None
    if port == "*":
        return found, 0
    if not (port.isascii() and port.isdigit()) or int(port) > _HIGHEST_PORT:
        return None
    return found, int(port)


def is_loopback(address: str) -> bool:
    """Whether only the device itself can reach an address."""
    return ipaddress.ip_address(address).is_loopback


def is_unspecified(address: str) -> bool:
    """Whether an address stands for all, or for none: 0.0.0.0, ::."""
    return ipaddress.ip_address(address).is_unspecified
