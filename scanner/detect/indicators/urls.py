"""Normal forms of URLs (RFC 3986, section 6), and the undoing of what makes them harmless to read.

Reports write `hxxps://evil[.]example[.]com`, so that nobody follows a link by chance.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

from scanner.detect.indicators import hosts
from scanner.model.indicators import Atom

_PARTS = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?//([^/?#\\]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?\Z", re.DOTALL
)
_PORTS = {"http": "80", "https": "443", "ftp": "21", "ws": "80", "wss": "443"}
_DEFANGED = re.compile(r"(?i)[\[({]\s*(?:dot|\.|,)\s*[\])}]")
_SCHEME = re.compile(r"(?i)\A(h(?:xx|\*\*|tt)p(s?)|fxp)\s*:\s*//")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_KEPT = "!$&'()*+,;=:@/~%-._?"  # what a path or a query may hold as it is
_AS_IT_IS = re.compile(r"[A-Za-z0-9!$&'()*+,;=:@/~._?-]*\Z")
_LENGTH = 8192
_MARKS = frozenset("[({\\")


class Url(NamedTuple):
    """The parts of a URL in their normal form."""

    scheme: str  # empty: none is stated
    host: Atom
    port: str  # empty: that of the scheme
    rest: str  # path and query

    def __str__(self) -> str:
        name = f"[{self.host[1]}]" if ":" in self.host[1] else self.host[1]
        port = f":{self.port}" if self.port else ""
        scheme = f"{self.scheme}:" if self.scheme else ""
        return f"{scheme}//{name}{port}{self.rest}"


def refang(text: str) -> str:
    """Undo what makes an indicator harmless to read: `hxxp`, `[.]`, `(dot)`, `[://]`, `[at]`."""
    if _MARKS.isdisjoint(text) and text[:2].lower() not in {"hx", "h*", "fx"}:
        return text
    text = text.replace("[://]", "://").replace("[:]", ":").replace("[@]", "@")
    text = text.replace("[at]", "@").replace("(at)", "@").replace("\\.", ".")
    text = _DEFANGED.sub(".", text)
    if found := _SCHEME.match(text):
        scheme = "ftp" if found[1].lower() == "fxp" else f"http{found[2].lower()}"
        text = f"{scheme}://{text[found.end() :]}"
    return text


def parse(text: str) -> Url:
    """Read a URL; user-info, fragment and the scheme's own port are dropped."""
    scheme, authority, path, query = _parts(text)
    scheme = (scheme or "").lower()
    named, port = _authority(authority)
    if port == _PORTS.get(scheme):
        port = ""
    rest = _segments(_escaped(path.replace("\\", "/"))) + (f"?{_escaped(query)}" if query else "")
    return Url(scheme, hosts.host(named), port, rest)


def host_of(text: str) -> Atom:
    """Return the host of a URL alone, which costs less; ValueError as `parse` raises it."""
    named, _ = _authority(_parts(text)[1])
    return hosts.host(named)


def _parts(text: str) -> tuple[str | None, str, str, str | None]:
    """Return scheme, authority, path and query of a URL."""
    text = text.strip()
    if len(text) > _LENGTH:
        raise ValueError(f"a URL of more than {_LENGTH} characters")
    if "://" not in text and not text.startswith("//"):
        text = f"//{text}"
    found = _PARTS.match(text)
    if found is None:
        raise ValueError("no URL")
    scheme, authority, path, query = found.groups()
    return scheme, authority, path, query


def _authority(text: str) -> tuple[str, str]:
    named = text.rpartition("@")[2]
    if named.startswith("["):
        name, _, port = named.partition("]")
        name, port = f"{name}]", port.removeprefix(":")
    else:
        name, _, port = named.partition(":")
    if port and not (port.isascii() and port.isdecimal()):
        raise ValueError("no URL: its port is no number")
    return name, port.lstrip("0")


def _escaped(text: str) -> str:
    """Write as it is what needs no escape, and escape the rest in one way."""
    if _AS_IT_IS.match(text):
        return text
    return _ESCAPE.sub(_unescaped, quote(text, safe=_KEPT))


def _unescaped(found: re.Match[str]) -> str:
    character = unquote_to_bytes(found[0]).decode("latin-1")
    if character.isascii() and (character.isalnum() or character in "-._~"):
        return character
    return found[0].upper()


def _segments(path: str) -> str:
    """Return a path without the segments `.` and `..`; an empty path is `/`."""
    if "/." not in path:
        return path or "/"
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    ends = "/" if kept and segments[-1] in {".", ".."} else ""
    return "/" + "/".join(kept) + ends
