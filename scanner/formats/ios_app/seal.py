"""The seal of an app: the list of its files and their digests, `_CodeSignature/CodeResources`.

`files2` holds digests of SHA-256 (hash2) and SHA-1 (hash), `files`, of older systems, SHA-1 alone.
An entry may be optional, a link, or stand for a bundle within (cdhash). Rules say which files are
left out: of those that match a name, the heaviest counts; `rules2` go with `files2`. The digest of
the list itself stands in the code directory, as that of Info.plist does.

Source: Apple's Security project, libsecurity_codesigning resources.cpp; technote TN3126.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, cast

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.buffer import Buffer
from scanner.formats.plists import Map, Value, flag, mapping, plist_of

NAME = "_CodeSignature/CodeResources"
SIZE_LIMIT = 32 << 20
_FOLDER = "_CodeSignature/"
_RULES = 200
_PATTERN = 500  # characters
_SHA1, _SHA256 = 20, 32


class Sealed(Struct, frozen=True, kw_only=True):
    """A file that is sealed; None for a digest that is not stated."""

    sha1: bytes | None
    sha256: bytes | None
    optional: bool

    def is_of(self, data: Buffer, sha256: str | None = None) -> bool:
        """Whether a file is the one that was sealed; its SHA-256 may be known."""
        if self.sha256:
            known = (
                bytes.fromhex(sha256) if sha256 else hashlib.sha256(cast("bytes", data)).digest()
            )
            return known == self.sha256
        if self.sha1:
            return hashlib.sha1(cast("bytes", data), usedforsecurity=False).digest() == self.sha1
        return False


class Seal(Struct, frozen=True, kw_only=True):
    """The files that an app was signed with."""

    files: dict[str, Sealed]
    rules: tuple[tuple[Any, float, bool], ...]  # pattern, weight, whether it leaves out

    def leaves_out(self, name: str) -> bool:
        """Whether a file need not be listed: the rules say so, or it is part of the signature."""
        if name.startswith(_FOLDER):
            return True
        matching = ((weight, omit) for pattern, weight, omit in self.rules if pattern(name))
        return max(matching, default=(0.0, True))[1]


def seal(data: bytes) -> Seal:
    """Read a list of files; ParseError where it is none."""
    if len(data) > SIZE_LIMIT:
        raise ParseError(f"a list of files of at most {SIZE_LIMIT} bytes expected")
    found = plist_of(data)
    if not isinstance(found, dict):
        raise ParseError("a list of files with their digests expected")
    new = "files2" in found
    files = mapping(found, "files2" if new else "files")
    return Seal(
        files={name: one for name, value in files.items() if (one := _sealed(value))},
        rules=tuple(_rules(mapping(found, "rules2" if new else "rules"))),
    )


def _sealed(value: Value) -> Sealed | None:
    """Read an entry; None for a link, or a bundle within, whose own signature covers it."""
    if isinstance(value, bytes):
        return Sealed(sha1=value if len(value) == _SHA1 else None, sha256=None, optional=False)
    if not isinstance(value, dict) or "symlink" in value or "cdhash" in value:
        return None
    return Sealed(
        sha1=_digest(value, "hash", _SHA1),
        sha256=_digest(value, "hash2", _SHA256),
        optional=flag(value, "optional") or False,
    )


def _digest(value: Map, key: str, size: int) -> bytes | None:
    found = value.get(key)
    return found if isinstance(found, bytes) and len(found) == size else None


def _rules(rules: Map) -> Iterator[tuple[Any, float, bool]]:
    import re2  # noqa: PLC0415 - of a hostile file, in time that grows with the name alone

    options = re2.Options()
    options.log_errors = False
    for text, rule in list(rules.items())[:_RULES]:
        weight = rule.get("weight", 1.0) if isinstance(rule, dict) else 1.0
        omit = rule is False or (isinstance(rule, dict) and flag(rule, "omit") is True)
        if len(text) > _PATTERN or not isinstance(weight, int | float):
            continue
        try:
            yield re2.compile(text, options).search, float(weight), omit
        except re2.error:
            continue
