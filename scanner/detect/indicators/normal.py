"""Normal forms of observables: what two ways to write one value have in common.

`normalise` is for what a feed writes: it undoes what makes an indicator harmless to read, and
refuses what would match most phones. `observe` is for what a phone states. Both raise ValueError
with the reason where a text is no value of the type.

| type          | normal form                                                                    |
|---------------|--------------------------------------------------------------------------------|
| domain        | lower case, punycode, no dot at its end, no `*.` before it                     |
| ip            | shortest form; an address without its port, a network in CIDR                  |
| url           | scheme (none: `//`), host, port unless the scheme's own, path and query         |
| email         | domain as above, the part before the `@` without case                          |
| file_path     | absolute, one slash between parts, none at its end; one name for linked folders |
| file_name     | as it is                                                                       |
| md5 ...       | lower case, without colons                                                     |
| package       | as it is                                                                       |
| process       | as it is, without a folder before it                                           |
| profile       | as it is; a UUID in upper case                                                 |
| property      | as it is                                                                       |
| adb_key       | MD5 in upper case with colons, as Android shows it                             |
"""

from __future__ import annotations

import re
from collections.abc import Callable

from scanner.detect.indicators import hosts, paths, urls
from scanner.detect.indicators.guard import refuse_shared
from scanner.model.indicators import Atom
from scanner.model.observables import ObservableType

LENGTH_LIMIT = 8192  # characters of a value
_HEX = re.compile(r"[0-9a-f]+\Z")
_SEPARATORS = str.maketrans("", "", ": -")
_PACKAGE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.\-]{0,254}\Z")
_UUID = re.compile(r"\{?([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\}?\Z")
_FROM_TEXT: frozenset[ObservableType] = frozenset({"domain", "ip", "url", "email"})


def normalise(type: ObservableType, written: str) -> str:
    """Return the normal form of an indicator's value."""
    text = written.strip()
    if not text:
        raise ValueError("an empty value")
    if len(text) > LENGTH_LIMIT:
        raise ValueError(f"a value of more than {LENGTH_LIMIT} characters")
    if type in _FROM_TEXT:
        text = urls.refang(text)
    if type == "process" and "/" in text:
        raise ValueError("a path, which is no name of a process")
    value = _FORMS[type](text)
    refuse_shared(type, value)
    return value


def observe(type: ObservableType, seen: str) -> str:
    """Return the normal form of a value that a phone states."""
    return _FORMS[type](seen)


def classify_host(written: str) -> Atom:
    """Return the type and normal form of an indicator that is an address or a domain."""
    type: ObservableType
    if hosts.is_plain(written):
        type, value = "domain", written
    else:
        type, value = hosts.host(urls.refang(written.strip()))
    refuse_shared(type, value)
    return type, value


def _digest(length: int) -> Callable[[str], str]:
    def form(text: str) -> str:
        value = text.lower()
        if len(value) != length:
            value = value.translate(_SEPARATORS)
        if len(value) != length or not _HEX.match(value):
            raise ValueError(f"{length} hex digits expected")
        return value

    return form


def _email(text: str) -> str:
    name = text.removeprefix("mailto:").removeprefix("<").removesuffix(">")
    local, at, domain = name.rpartition("@")
    if not at or not local or any(character.isspace() for character in local):
        raise ValueError("no e-mail address")
    return f"{local.casefold()}@{hosts.domain(domain)}"


def _url(text: str) -> str:
    return str(urls.parse(text))


def _file_name(text: str) -> str:
    if "/" in text or "\0" in text or text in {"", ".", ".."}:
        raise ValueError("no name of a file")
    return text


def _package(text: str) -> str:
    if not _PACKAGE.match(text):
        raise ValueError("no name of a package or bundle")
    return text


def _process(text: str) -> str:
    name = paths.name(text)
    if not name or "\0" in name:
        raise ValueError("no name of a process")
    return name


def _profile(text: str) -> str:
    if found := _UUID.match(text):
        return found[1].upper()
    return _word(text)


def _word(text: str) -> str:
    if not text or "\0" in text:
        raise ValueError("an empty value")
    return text


def _adb_key(text: str) -> str:
    digits = _digest(32)(text.lower().removeprefix("md5:"))
    return ":".join(digits[at : at + 2] for at in range(0, 32, 2)).upper()


_FORMS: dict[ObservableType, Callable[[str], str]] = {
    "adb_key": _adb_key,
    "certificate_md5": _digest(32),
    "certificate_sha1": _digest(40),
    "certificate_sha256": _digest(64),
    "domain": hosts.domain,
    "email": _email,
    "file_name": _file_name,
    "file_path": paths.path,
    "ip": hosts.address,
    "md5": _digest(32),
    "package": _package,
    "process": _process,
    "profile": _profile,
    "property": _word,
    "sha1": _digest(40),
    "sha256": _digest(64),
    "url": _url,
}
