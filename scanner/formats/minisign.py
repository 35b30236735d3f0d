"""Signatures of minisign: that a file is what the holder of a key signed.

Four lines: an untrusted comment, the signature, a trusted comment, and a second signature over the
first one and the trusted comment. A key is two lines, or the second of them alone. Both ways of
signing are read: `Ed` signs the file, `ED` its BLAKE2b digest.
Source: https://jedisct1.github.io/minisign/ (signature format, public key format).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from datetime import UTC, datetime
from typing import BinaryIO, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from scanner.errors import ParseError

SIGNATURE_LIMIT = 8 * 1024  # bytes of a signature file; comments are short

_KEY_SIZE, _SIGNATURE_SIZE = 2 + 8 + 32, 2 + 8 + 64
_LINES = 4
_CHUNK = 2**20
_TRUSTED = "trusted comment: "
_UNTRUSTED = "untrusted comment:"
_TIME = re.compile(r"(?:^|\t)timestamp:(\d{1,12})(?:\t|$)")


class PublicKey(Struct, frozen=True):
    """The key that a signature is checked with."""

    id: bytes
    key: bytes

    @property
    def text(self) -> str:
        """The key as people pass it on."""
        return base64.b64encode(b"Ed" + self.id + self.key).decode()


class Verified(Struct, frozen=True, kw_only=True):
    """What came of checking a signature; the comment and the time count for a valid one only."""

    state: Literal["valid", "invalid", "unknown_key"]
    comment: str = ""
    signed_at: datetime | None = None


class _Signature(Struct, frozen=True, kw_only=True):
    prehashed: bool
    key_id: bytes
    signature: bytes
    comment: str
    over_comment: bytes


def public_key(text: str) -> PublicKey:
    """Read a public key. ParseError where the text is none."""
    lines = [line.strip() for line in text.strip().splitlines()]
    if len(lines) == 2 and lines[0].startswith(_UNTRUSTED):  # noqa: PLR2004  comment and key
        lines = lines[1:]
    data = _decoded(lines[0], 1) if len(lines) == 1 else b""
    if len(data) != _KEY_SIZE or data[:2] != b"Ed":
        raise ParseError("a public key of minisign expected: 56 characters that begin with RW")
    return PublicKey(data[2:10], data[10:])


def verify(stream: BinaryIO, signature: bytes, key: PublicKey) -> Verified:
    """Check the signature of what a stream holds. ParseError where it is no signature."""
    read = _read(signature)
    if read.key_id != key.id:
        return Verified(state="unknown_key")
    by = Ed25519PublicKey.from_public_bytes(key.key)
    try:
        by.verify(read.signature, _digest(stream) if read.prehashed else stream.read())
        by.verify(read.over_comment, read.signature + read.comment.encode())
    except InvalidSignature:
        return Verified(state="invalid")
    return Verified(state="valid", comment=read.comment, signed_at=_time(read.comment))


def _digest(stream: BinaryIO) -> bytes:
    digest = hashlib.blake2b()
    while data := stream.read(_CHUNK):
        digest.update(data)
    return digest.digest()


def _read(data: bytes) -> _Signature:
    if len(data) > SIGNATURE_LIMIT:
        raise ParseError(f"a signature of at most {SIGNATURE_LIMIT} bytes expected")
    try:
        lines = data.decode().rstrip("\r\n").split("\n")
    except UnicodeDecodeError:
        raise ParseError("a signature of minisign expected, which is UTF-8 text") from None
    lines = [line.removesuffix("\r") for line in lines]
    if len(lines) != _LINES or not lines[0].startswith(_UNTRUSTED):
        raise ParseError("a signature of minisign expected: four lines, the first a comment")
    if not lines[2].startswith(_TRUSTED):
        raise ParseError("a trusted comment expected", line=3)
    first, over_comment = _decoded(lines[1], 2), _decoded(lines[3], 4)
    if len(first) != _SIGNATURE_SIZE or first[:2] not in {b"Ed", b"ED"}:
        raise ParseError("a signature with Ed25519 expected", line=2)
    return _Signature(
        prehashed=first[:2] == b"ED",
        key_id=first[2:10],
        signature=first[10:],
        comment=lines[2].removeprefix(_TRUSTED),
        over_comment=over_comment,
    )


def _decoded(text: str, line: int) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if not data or base64.b64encode(data).decode() != text:  # one spelling only
        raise ParseError("base64 expected", line=line)
    return data


def _time(comment: str) -> datetime | None:
    """Return the time that minisign itself puts in front of a trusted comment."""
    found = _TIME.search(comment)
    try:
        return datetime.fromtimestamp(int(found[1]), UTC) if found else None
    except (OverflowError, ValueError, OSError):
        return None
