"""Addresses in texts: URLs, e-mail addresses and names of hosts, found in one pass.

RE2 takes time that grows with the text alone, whatever a hostile message holds. It looks at bytes,
so the texts of archives that are no plain text (`attributedBody`) are searched as they lie there:
a byte that is no UTF-8 ends an address.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from scanner.errors import ParseError
from scanner.formats.plists import plist_of
from scanner.model.observables import ObservableType

if TYPE_CHECKING:
    from re2 import _Regexp

Address = tuple[ObservableType, str]

VALUE_LIMIT = 8192  # characters of an address: the rest of a URL says nothing of its host
_TEXT_LIMIT = 64 * 1024 * 1024  # bytes
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
_HOST = rf"(?:{_LABEL}\.)+[A-Za-z][A-Za-z0-9-]{{0,61}}[A-Za-z0-9]"
_WORD = (  # neither space nor quote, nor what stands for a picture or an undecodable byte
    r"[^\x00-\x20\x7f<>\"\x60{}|^\\"
    r"\x{a0}\x{2000}-\x{200f}\x{2028}-\x{202f}\x{3000}\x{fffc}\x{fffd}]"
)
_PATTERN = (
    rf"((?i:https?|ftp|wss?)://{_WORD}+)"
    rf"|([A-Za-z0-9.!#$%&'*+/=?^_~-]{{1,64}}@{_HOST})"
    rf"|({_HOST}(?::\d{{1,5}})?(?:/{_WORD}*)?)"
)
_AFTER = ".,;:!?'\u2019\u201d\u00bb*_"
_TRIMMED = 8  # times that a bracket and a stop are taken off
_PAIRS = {")": "(", "]": "["}
_SCHEMES = ("http://", "https://", "ftp://", "ws://", "wss://")
_MARKS = (b".", b"://")

_compiled: list[_Regexp] = []


def in_text(value: object) -> Iterator[Address]:
    """Yield the addresses in a text, or in bytes that hold one; none of anything else."""
    if isinstance(value, str):
        data = value.encode("utf-8", "replace")
    elif isinstance(value, bytes):
        data = value
    else:
        return
    if b"." not in data and b"://" not in data:
        return
    for found in _pattern().finditer(data[:_TEXT_LIMIT]):
        # One group after the other: each costs as much as the search, and most are URLs.
        if (url := found[1]) is not None:
            yield "url", _ended(url)
        elif (mail := found[2]) is not None:
            yield "email", mail[:VALUE_LIMIT].decode()
        elif b"/" in (host := found[3]):
            yield "url", _ended(host)
        else:
            yield "domain", host[:VALUE_LIMIT].decode()


def in_url(value: object) -> Iterator[Address]:
    """Yield the URL that a field holds; addresses in it where it is no URL by itself."""
    if not isinstance(value, str):
        yield from in_text(value)
    elif value[:8].lower().startswith(_SCHEMES):
        yield "url", value[:VALUE_LIMIT]
    elif not value.startswith(("data:", "about:")):
        yield from in_text(value[:VALUE_LIMIT])


def in_handle(value: object) -> Iterator[Address]:
    """Yield the e-mail address by which somebody is reached; phone numbers are not looked at."""
    if isinstance(value, bytes):
        value = value[:VALUE_LIMIT].decode("utf-8", "replace")
    if isinstance(value, str) and "@" in value:
        yield "email", value.strip()[:VALUE_LIMIT].removeprefix("mailto:")


def in_archive(value: object) -> Iterator[Address]:
    """Yield the addresses in the texts of a property list; what is none is searched as a text."""
    if not isinstance(value, bytes) or not value:
        return
    try:
        root = plist_of(value)
    except ParseError:
        yield from in_text(value)
        return
    yield from in_values(root)


def in_values(root: object) -> Iterator[Address]:
    """Yield the addresses in all texts of a value that a property list holds."""
    rest: list[object] = [root]
    while rest:
        value = rest.pop()
        if isinstance(value, dict):
            rest += value.values()
        elif isinstance(value, list):
            rest += value
        elif isinstance(value, str | bytes):
            yield from in_text(value)


def in_name(value: object, *, home: str = "/private/var/mobile") -> Iterator[Address]:
    """Yield a path on the phone, or the name of a file."""
    if not isinstance(value, str) or not value or "\0" in value:
        return
    name = value[:VALUE_LIMIT]
    if name.startswith("~/"):
        name = f"{home}{name[1:]}"
    if name.startswith("/"):
        yield "file_path", name
    elif "/" not in name:
        yield "file_name", name


def _ended(found: bytes) -> str:
    """Return a URL without what belongs to the sentence around it."""
    text = found[: 4 * VALUE_LIMIT].decode("utf-8", "ignore")[:VALUE_LIMIT]
    for _ in range(_TRIMMED):
        text, whole = text.rstrip(_AFTER), text
        opening = _PAIRS.get(text[-1:])
        if opening is not None and text.count(text[-1]) > text.count(opening):
            text = text[:-1]
        if len(text) == len(whole):
            break
    return text


def _pattern() -> _Regexp:
    if not _compiled:
        import re2  # noqa: PLC0415 - most scans look at no content

        options = re2.Options()
        options.max_mem = 16 << 20
        options.log_errors = False
        _compiled.append(re2.compile(_PATTERN.encode(), options))
    return _compiled[0]


def each(*groups: Iterable[Address]) -> set[Address]:
    """Return the addresses of one record, each once."""
    return {address for group in groups for address in group}
