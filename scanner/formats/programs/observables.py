r"""Addresses that the code of an app names: URLs, domains and IP addresses, the first of each.

A URL counts wherever it stands (`scheme://` and a host); a domain or an address alone only where it
is a whole string, since names of packages and files look alike. Left out is what nearly every app
names and nobody opens: names of XML namespaces, licences and documentation (`_NAMESPACES`), hosts
without a known top-level domain, version numbers and object identifiers.

In a DEX a string lies between the byte that states its length and a zero. Lists of top-level
domains: the Public Suffix List, as installed with `publicsuffixlist`; it is never fetched.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

COUNT_LIMIT = 500  # of each kind
URL_LIMIT = 2048  # characters, besides those of the scheme

_CHUNK = 1024 * 1024
_SEARCHED = 1_000_000  # places with `://` that are looked at
_MATCHED = 64 * 1024 * 1024  # characters of URLs, which may overlap
_HOSTS = 10_000  # that are looked at once only
_SHORTEST, _LONGEST = 5, 127  # bytes of a string that may be a host
_SCHEMES = frozenset(
    b"ftp ftps http https mqtt mqtts rtmp rtmps rtsp socks socks5 tcp udp ws wss".split()
)
_CONTENT = b"content"
_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]{0,11}\Z")
# No quotes, brackets or controls.
_REST = re.compile(rb"://[!#-;=?-Z\\\]_a-z~\[]{1,%d}" % (URL_LIMIT - 3))
_AUTHORITY_END = re.compile(rb"[/?#\\]")
_AUTHORITY = re.compile(rb"[A-Za-z0-9_.-]{1,100}")
_TRAILING = b".,;:!?')]\\"  # marks of the text around a URL
_HOST = re.compile(rb"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_BARE_HOST = re.compile(_HOST.pattern + rb"(?::\d{1,5})?")
_BARE_ADDRESS = re.compile(rb"(\d{1,3}(?:\.\d{1,3}){3})(:\d{1,5})?")
_LAST_ROOT = 2  # object identifiers begin with 0, 1 or 2
_LARGE, _LARGE_COUNT = 20, 2  # versions seldom have two numbers above 20

_NAMESPACES = frozenset(
    b"apache.org exslt.org iptc.org java.sun.com javax.xml.XMLConstants ns.adobe.com "
    b"ns.useplus.org purl.org relaxng.org schema.org schemas.android.com schemas.microsoft.com "
    b"schemas.openxmlformats.org schemas.xmlsoap.org www.apache.org www.gnu.org "
    b"www.opensource.org www.openxmlformats.org www.slf4j.org www.w3.org www.xmlpull.org xml.org "
    b"xml.apache.org xmlpull.org xmlns.com".split()
)
# What a string begins with that is a name turned around, as those of packages and properties.
_REVERSED = frozenset(
    b"android androidx app co com dalvik de edu fr gov io java javax jp kotlin kotlinx me net org "
    b"os sun uk user".split()
)
_FORWARD = frozenset((b"com", b"net", b"org"))  # what a name turned around seldom ends in
# Top-level domains that are endings of files, or words of programs.
_AMBIGUOUS = frozenset(
    b"android app bar br by cc cfd click data dev dot final gl group host id in is java link ls "
    b"map md men mo mov ms name network new now open page pl play post properties ps pub py read "
    b"rs run save sc security select services settings sh show so software st style sy to tools ts "
    b"video watch zip".split()
)


@cache
def top_level_domains() -> frozenset[bytes]:
    """Return the top-level domains, in lower case and punycode."""
    listed = resources.files("publicsuffixlist").joinpath("public_suffix_list.dat")
    text = listed.read_text("utf-8").partition("===END ICANN DOMAINS===")[0]
    names = (line.rpartition(".")[2] for line in text.splitlines() if line[:2] != "//")
    return frozenset(map(_encoded, filter(None, map(str.strip, names)))) | {b"onion"}


class Observables:
    """Gathers what is named, each once and in the order of the first time."""

    def __init__(self) -> None:
        self.urls: dict[str, None] = {}
        self.domains: dict[str, None] = {}
        self.addresses: dict[str, None] = {}
        self.providers: set[str] = set()  # of content:// addresses
        self._hosts: dict[bytes, bool] = {}  # of URLs, and whether they could be reached

    def add_dex(self, data: bytes, start: int, end: int) -> None:
        """Add what a DEX names; its strings lie from `start` to `end`."""
        self.add_urls(data)
        for part in _dotted(data, start, end):
            if part[0] == len(part) - 1:
                self._add_bare(part[1:])

    def add_strings(self, data: bytes) -> None:
        """Add what strings that a zero ends name, as those of a native library."""
        self.add_urls(data)
        for part in _dotted(data, 0, len(data)):
            self._add_bare(part)

    def add(
        self, urls: tuple[str, ...], domains: tuple[str, ...], addresses: tuple[str, ...]
    ) -> None:
        """Add what was found elsewhere."""
        _keep(self.urls, *urls)
        _keep(self.domains, *domains)
        _keep(self.addresses, *addresses)

    def add_urls(self, data: bytes) -> None:
        """Add the URLs that stand anywhere in some bytes."""
        at, left = -1, _MATCHED
        for _ in range(_SEARCHED):
            at = data.find(b"://", at + 1)
            if at < 0:
                return
            scheme = _SCHEME.search(data, max(at - 12, 0), at)
            if scheme is None:
                continue
            known = _known_scheme(scheme[0])
            if known == _CONTENT:
                self._add_provider(data, at + 3)
            elif known and (found := _REST.match(data, at)):
                left -= len(found[0])
                if left < 0:
                    return
                self._add_url(known, found[0].rstrip(_TRAILING))

    def _add_provider(self, data: bytes, at: int) -> None:
        authority = _AUTHORITY.match(data, at)
        if authority and len(self.providers) < COUNT_LIMIT:
            self.providers.add(authority[0].decode())

    def _add_url(self, scheme: bytes, rest: bytes) -> None:
        authority_end = _AUTHORITY_END.search(rest, 3)
        host = _host(rest[3 : authority_end.start() if authority_end else len(rest)])
        if host is None or host in _NAMESPACES:
            return
        reachable = self._hosts.get(host)
        if reachable is None:
            reachable = self._add_host(host)
            if len(self._hosts) < _HOSTS:
                self._hosts[host] = reachable
        if reachable:
            _keep(self.urls, (scheme + rest).decode("ascii"))

    def _add_host(self, host: bytes) -> bool:
        """Add the host of a URL; False where it is none that could be reached."""
        if host[:1] == b"[" or host.rpartition(b".")[2].isdigit():
            return self._add_address(host.strip(b"[]"))
        if not _HOST.fullmatch(host) or host.rpartition(b".")[2] not in top_level_domains():
            return False
        _keep(self.domains, host.decode())
        return True

    def _add_address(self, text: bytes) -> bool:
        try:
            address = ipaddress.ip_address(text.decode())
        except ValueError:
            return False
        if address.is_loopback or address.is_unspecified:
            return False
        _keep(self.addresses, str(address))
        return True

    def _add_bare(self, text: bytes) -> None:
        """Add a whole string where it is a domain or an address, with or without a port."""
        if found := _BARE_ADDRESS.fullmatch(text):
            if found[2] or _looks_like_address(found[1]):
                self._add_address(found[1])
        elif _BARE_HOST.fullmatch(text):
            host = text.partition(b":")[0]
            if _looks_like_host(host) and host not in _NAMESPACES:
                _keep(self.domains, host.decode())


def _keep(found: dict[str, None], *values: str) -> None:
    for value in values:
        if len(found) < COUNT_LIMIT:
            found[value] = None


def _dotted(data: bytes, start: int, end: int) -> Iterator[bytes]:
    """Yield what lies between zeros and has a dot, of some lengths; little of it is held."""
    while start < end:
        stop = data.rfind(b"\0", start, min(start + _CHUNK, end)) + 1
        if stop <= start:
            stop = min(start + _CHUNK, end)
        for part in data[start:stop].split(b"\0"):
            if b"." in part and _SHORTEST <= len(part) <= _LONGEST:
                yield part
        start = stop


def _known_scheme(text: bytes) -> bytes:
    """Return the scheme that letters before `://` end in; the length of a string may precede it."""
    lower = text.lower()
    if lower in _SCHEMES or lower == _CONTENT:
        return lower
    lower = lower[1:]
    return lower if lower in _SCHEMES or lower == _CONTENT else b""


def _host(authority: bytes) -> bytes | None:
    named = authority.rpartition(b"@")[2].lower()
    if named[:1] == b"[":
        return named.partition(b"]")[0] + b"]"
    return named.partition(b":")[0].removesuffix(b".") or None


def _looks_like_host(host: bytes) -> bool:
    labels = host.split(b".")
    last = labels[-1]
    if last not in top_level_domains() or last in _AMBIGUOUS:
        return False
    return last in _FORWARD or labels[0] not in _REVERSED


def _looks_like_address(text: bytes) -> bool:
    """Whether four numbers are more likely an address than a version or an object identifier."""
    numbers = [int(number) for number in text.split(b".")]
    if numbers[0] <= _LAST_ROOT or sum(number > _LARGE for number in numbers) < _LARGE_COUNT:
        return False
    return max(numbers) <= 0xFF and ipaddress.ip_address(text.decode()).is_global  # noqa: PLR2004


def _encoded(name: str) -> bytes:
    if name.isascii():
        return name.lower().encode()
    return b"xn--" + name.encode("punycode")
