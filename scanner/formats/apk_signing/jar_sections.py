"""Texts of scheme v1: sections of attributes, as MANIFEST.MF and the files of digests are made of.

Source: JAR File Specification; AOSP tools/apksig (`ManifestParser`). A line that starts with a
space goes on with the one before it. The bytes of a section, with the empty line that ends it, are
what is signed.
"""

from __future__ import annotations

import binascii
import functools
import hashlib
import re
from collections.abc import Callable, Iterator

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.apk_signing.findings import OverLimit

SECTION_LIMIT = 400_000  # sections of one text
LINE_LIMIT = 1000  # lines of one section

JELLY_BEAN_MR2, GINGERBREAD = 18, 9  # that changed which digest counts
_SECTION = re.compile(rb"([^\r\n]++)(?:\r\n?+|\n|\Z)(?:[^\r\n]++(?:\r\n?+|\n|\Z))*+(?:\r\n?+|\n)?+")
_FIRST, _LINE_END = re.compile(rb"[^\r\n]*"), re.compile(rb"\r\n?|\n")
_PLAIN = re.compile(rb"Name: [^\r\n]*\r?\n(SHA1|SHA-256)-Digest: ([^\r\n]+)[\r\n]*")
_NAME = b"Name: "
_FOLD = re.compile(rb"(?:\r\n?|\n) ")

_NEWER: tuple[tuple[str, bytes], ...] = (  # the first that is there counts
    ("sha512", b"sha-512"),
    ("sha384", b"sha-384"),
    ("sha256", b"sha-256"),
    ("sha1", b"sha1"),
)
_OLDER: dict[bytes, tuple[str, int]] = {  # by name: what it is, and since which Android
    b"md5": ("md5", 0),
    b"sha": ("sha1", 0),
    b"sha1": ("sha1", 0),
    b"sha-1": ("sha1", 0),
    b"sha-256": ("sha256", 0),
    b"sha-384": ("sha384", GINGERBREAD),
    b"sha-512": ("sha512", GINGERBREAD),
}

METHODS: dict[str, Callable[..., hashlib._Hash]] = {
    each: functools.partial(getattr(hashlib, each), usedforsecurity=False)
    for each in ("md5", "sha1", "sha256", "sha384", "sha512")
}

Digest = tuple[str, bytes]  # method, and the digest in base 64


class Section(Struct, frozen=True, gc=False):
    """One section."""

    start: int
    end: int
    name: bytes | None  # None: it does not start with a name
    text: bytes  # unfolded

    def attributes(self) -> dict[bytes, bytes]:
        """Return what it states, by name in lower case; the first of a name counts."""
        found: dict[bytes, bytes] = {}
        for line in self.text.splitlines():
            key, _, value = line.partition(b": ")
            found.setdefault(key.lower(), value)
        return found


def sections(data: bytes) -> Iterator[Section]:
    """Yield the sections of a text; OverLimit for too many of them, or too long a one."""
    for number, match in enumerate(_SECTION.finditer(data)):
        text = match[0]
        if number >= SECTION_LIMIT or (
            len(text) > 2 * LINE_LIMIT and len(_LINE_END.findall(text)) > LINE_LIMIT
        ):
            raise OverLimit("fewer and shorter sections expected")
        first = match[1]
        if b"\n " in text or b"\r " in text:
            text = _FOLD.sub(b"", text)
            first = _FIRST.match(text)[0]  # type: ignore[index]
        name: bytes | None
        if first.startswith(_NAME):
            name = first[len(_NAME) :]
        else:
            key, _, value = first.partition(b": ")
            name = value if key.lower() == b"name" else None
        yield Section(*match.span(), name, text)


def digests_of(section: Section, sdk: tuple[int, int]) -> list[Digest]:
    """Return the digests of what a section names that count in a range of Android versions."""
    plain = _PLAIN.fullmatch(section.text)  # as nearly all of them are: one digest, no more
    if plain is None:
        return digests_to_verify(section.attributes(), b"-digest", sdk)
    if plain[1] == b"SHA1":
        return [("sha1", plain[2])]
    return [("sha256", plain[2])] if sdk[0] >= JELLY_BEAN_MR2 else []


def digests_to_verify(
    stated: dict[bytes, bytes], suffix: bytes, sdk: tuple[int, int]
) -> list[Digest]:
    """Return the digests that attributes state and that count in a range of Android versions."""
    found: list[Digest] = []
    if sdk[0] < JELLY_BEAN_MR2:
        for name in stated.get(b"digest-algorithms", b"SHA SHA1").split():
            value = stated.get(name.lower() + suffix)
            method, since = _OLDER.get(name.lower(), ("", 0))
            if value is not None and method and since <= sdk[0]:
                found.append((method, value))
                break
        if not found:
            return []
    if sdk[1] >= JELLY_BEAN_MR2:
        for method, name in _newer(suffix):
            value = stated.get(name)
            if value is not None:
                if (method, value) not in found:
                    found.append((method, value))
                break
    return found


@functools.lru_cache(maxsize=8)
def _newer(suffix: bytes) -> tuple[tuple[str, bytes], ...]:
    return tuple((method, name + suffix) for method, name in _NEWER)


def is_digest(digest: Digest, data: bytes | memoryview) -> bool:
    """Whether a digest is that of some bytes; ParseError where it is none."""
    method, stated = digest
    return stands_for(stated, METHODS[method](data).digest())


def stands_for(stated: bytes, actual: bytes) -> bool:
    """Whether a digest in base 64 is the one that was computed; ParseError where it is none."""
    if stated == binascii.b2a_base64(actual, newline=False):
        return True
    try:
        return binascii.a2b_base64(stated + b"=" * (-len(stated) % 4), strict_mode=True) == actual
    except binascii.Error as error:
        raise ParseError("a digest in base 64 expected") from error
