"""The type of a value that a list does not name, by its shape.

A name with dots is a domain or a package, and both are written with the same characters. Domains
end with a top-level domain and packages begin with one: `spy.example.com` is a domain, and
`com.example.spy` a package. Where both ends are one (`com.example.app`), the value is listed and
not used, unless its first part is none that packages begin with. A list whose file name or first
comment states the type needs no guess.
"""

from __future__ import annotations

import re

from scanner.detect.indicators.normal import LENGTH_LIMIT
from scanner.detect.indicators.suffixes import public_suffixes
from scanner.detect.indicators.urls import refang

_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("url", re.compile(r"\w+://\S")),
    ("md5", re.compile(r"[0-9A-Fa-f]{32}\Z")),
    ("sha1", re.compile(r"[0-9A-Fa-f]{40}\Z")),
    ("sha256", re.compile(r"[0-9A-Fa-f]{64}\Z")),
    ("ip", re.compile(r"\d+(?:\.\d+){3}(?:/\d+|:\d+)?\Z")),
    ("ip", re.compile(r"\[?[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\]?(?:/\d+)?\Z")),
    ("file_path", re.compile(r"/")),
    ("email", re.compile(r"[^\s@]+@[^\s@]+\Z")),
)
_ADBLOCK = re.compile(r"\|\|([^\s/^$|*]+)\^?(?:\$[\w,~=|.-]*)?\Z")
_NAME_LENGTH = 253
_PACKAGE_STARTS = frozenset({"com", "org", "net", "io", "co", "edu", "gov"})
_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)+\Z")


def shape_of(written: str) -> tuple[str, str]:
    """Return the kind of a value and the value. ValueError where its shape does not tell."""
    if len(written) > LENGTH_LIMIT:
        raise ValueError(f"a value of more than {LENGTH_LIMIT} characters")
    if written.startswith("@@"):
        raise ValueError("an exception of a filter list")
    if written.startswith("|"):
        if found := _ADBLOCK.match(written):
            return "host", found[1]
        raise ValueError("a filter that names no domain")
    value = refang(written)
    for kind, shape in _SHAPES:
        if shape.match(value):
            return kind, value
    if any(character.isspace() for character in value):
        raise ValueError("several words")
    return _dotted(value), value


def _dotted(value: str) -> str:
    host = value.partition("/")[0]
    name = host.partition(":")[0].removeprefix("*.").strip(".")
    if len(name) > _NAME_LENGTH:
        raise ValueError("neither a domain nor a package")
    first, dot, _ = name.partition(".")
    if not dot:
        raise ValueError("its shape does not tell its type")
    if not _is_top(name.rpartition(".")[2].lower()):
        if _is_top(first.lower()) and _PACKAGE.match(value):
            return "package"
        raise ValueError("neither a domain nor a package")
    if first in _PACKAGE_STARTS and _PACKAGE.match(value):
        raise ValueError("a domain or a package: name the type in a comment `# type: package`")
    return "url" if host != value else "host"


def _is_top(label: str) -> bool:
    """Whether a label is a top-level domain of the list that is installed."""
    if not label.isascii():
        label = "xn--" + label.encode("punycode").decode("ascii")
    suffixes = public_suffixes()
    return label in suffixes.names or label in suffixes.parents
