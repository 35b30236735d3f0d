"""Signatures that `ssh-keygen -Y sign -n file` makes, of keys of the kind ssh-ed25519.

An armoured blob: the key, a namespace that says what the signature is for, the name of a digest,
and the signature over these and the digest of the file.
Source: PROTOCOL.sshsig of OpenSSH; RFC 4251 section 5 and RFC 8709 for what it is made of.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from scanner.errors import ParseError
from scanner.formats.minisign import SIGNATURE_LIMIT, Verified

KIND = "ssh-ed25519"
NAMESPACE = b"file"
BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_MAGIC = b"SSHSIG"
_DIGESTS = frozenset({b"sha256", b"sha512"})
_KEY_SIZE = 32
_CHUNK = 2**20


def public_key(text: str) -> str:
    """Return a public key in its one spelling, without a comment. ParseError where it is none."""
    words = text.split()
    if len(words) < 2 or words[0] != KIND:  # noqa: PLR2004  kind and key
        raise ParseError(f"a public key of the kind {KIND} expected")
    blob = _decoded(words[1])
    _raw_key(blob)
    return f"{KIND} {base64.b64encode(blob).decode()}"


def verify(stream: BinaryIO, signature: bytes, key: str) -> Verified:
    """Check the signature of what a stream holds. ParseError where it is no signature."""
    blob = _blob(signature)
    if not blob.startswith(_MAGIC + b"\0\0\0\1"):
        raise ParseError("a signature of version 1 expected")
    parts = list(_strings(blob[len(_MAGIC) + 4 :]))
    if len(parts) != 5 or parts[3] not in _DIGESTS:  # noqa: PLR2004  key to signature
        raise ParseError("key, namespace, reserved, digest and signature expected")
    signer, namespace, reserved, method, inner = parts
    known = base64.b64decode(key.split()[1])
    if signer != known:
        return Verified(state="unknown_key")
    made = list(_strings(inner))
    signed = _MAGIC + b"".join(
        map(_string, (namespace, reserved, method, _digest(stream, method.decode())))
    )
    if namespace != NAMESPACE or len(made) != 2 or made[0] != KIND.encode():  # noqa: PLR2004
        return Verified(state="invalid")
    try:
        Ed25519PublicKey.from_public_bytes(_raw_key(known)).verify(made[1], signed)
    except InvalidSignature:
        return Verified(state="invalid")
    return Verified(state="valid")


def _blob(data: bytes) -> bytes:
    if len(data) > SIGNATURE_LIMIT:
        raise ParseError(f"a signature of at most {SIGNATURE_LIMIT} bytes expected")
    lines = data.decode("latin-1").strip().splitlines()
    if len(lines) < 3 or lines[0] != BEGIN or lines[-1] != _END:  # noqa: PLR2004  begin, end, more
        raise ParseError("an armoured signature of ssh-keygen expected")
    return _decoded("".join(lines[1:-1]))


def _raw_key(blob: bytes) -> bytes:
    parts = list(_strings(blob))
    if len(parts) != 2 or parts[0] != KIND.encode() or len(parts[1]) != _KEY_SIZE:  # noqa: PLR2004
        raise ParseError(f"a public key of the kind {KIND} expected")
    return parts[1]


def _strings(data: bytes) -> list[bytes]:
    """Read strings of RFC 4251 up to the end."""
    found, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        if at + 4 + size > len(data):
            raise ParseError("a text that ends within its blob expected")
        found.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4) + data


def _digest(stream: BinaryIO, method: str) -> bytes:
    digest = hashlib.new(method)
    while data := stream.read(_CHUNK):
        digest.update(data)
    return digest.digest()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ParseError("base64 expected") from None
