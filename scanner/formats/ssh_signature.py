"""Signatures that `ssh-keygen -Y sign` makes, of keys of the kinds Ed25519 and ECDSA on P-256.

An armoured blob: the key, a namespace that says what the signature is for, the name of a digest,
and the signature over these and the digest of the file. Feeds are signed for the namespace `file`,
with keys of the kind ssh-ed25519.
Source: PROTOCOL.sshsig of OpenSSH; RFC 4251 section 5, RFC 5656 section 3.1 and RFC 8709 for what
it is made of.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from scanner.errors import ParseError
from scanner.formats.minisign import SIGNATURE_LIMIT, Verified
from scanner.formats.signing_keys import P256, PrivateKey, PublicKey, read_public

KIND = "ssh-ed25519"
NAMESPACE = b"file"
BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_MAGIC = b"SSHSIG"
_DIGESTS = frozenset({b"sha256", b"sha512"})
_KEY_SIZE = 32
_CHUNK = 2**20
_WIDTH = 70  # of a line of an armoured blob
_HALF = 32  # bytes of each number in a signature of ECDSA on P-256


def public_key(text: str) -> str:
    """Return a public key in its one spelling, without a comment. ParseError where it is none."""
    words = text.split()
    if len(words) < 2 or words[0] != KIND:  # noqa: PLR2004  kind and key
        raise ParseError(f"a public key of the kind {KIND} expected")
    blob = _decoded(words[1])
    _raw_key(blob)
    return f"{KIND} {base64.b64encode(blob).decode()}"


def signer(signature: bytes) -> PublicKey:
    """Return the key that a signature names. ParseError where it is no signature of such a key."""
    return _key_of(_parts(signature)[0])


def sign(stream: BinaryIO, key: PrivateKey, namespace: bytes) -> bytes:
    """Sign what a stream holds, as `ssh-keygen -Y sign` does."""
    method = b"sha512"
    said = (namespace, b"", method)
    digest = _digest(stream, method.decode())
    made = key.sign(_MAGIC + b"".join(map(_string, (*said, digest))))
    if key.public.kind == P256:
        made = b"".join(map(_number, decode_dss_signature(made)))
    inner = _string(key.public.kind.encode()) + _string(made)
    body = b"".join(map(_string, (key.public.blob, *said, inner)))
    return armoured(_MAGIC + b"\0\0\0\1" + body)


def armoured(blob: bytes) -> bytes:
    """Return a blob as ssh-keygen writes it."""
    text = base64.b64encode(blob).decode()
    lines = (text[at : at + _WIDTH] for at in range(0, len(text), _WIDTH))
    return "\n".join((BEGIN, *lines, _END, "")).encode()


def is_armoured(signature: bytes) -> bool:
    """Whether a signature is written as ssh-keygen writes it, to the byte."""
    return signature == armoured(_blob(signature))


def verify(stream: BinaryIO, signature: bytes, key: str, namespace: bytes = NAMESPACE) -> Verified:
    """Check the signature of what a stream holds. ParseError where it is no signature."""
    blob, named, reserved, method, inner = _parts(signature)
    known = base64.b64decode(key.split()[1])
    if blob != known:
        return Verified(state="unknown_key")
    made = list(_strings(inner))
    signed = _MAGIC + b"".join(
        map(_string, (named, reserved, method, _digest(stream, method.decode())))
    )
    by = _key_of(known)
    if named != namespace or len(made) != 2 or made[0] != by.kind.encode():  # noqa: PLR2004
        return Verified(state="invalid")
    valid = by.verifies(_of_ecdsa(made[1]) if by.kind == P256 else made[1], signed)
    return Verified(state="valid" if valid else "invalid")


def _parts(signature: bytes) -> list[bytes]:
    """Return key, namespace, reserved, digest and signature."""
    blob = _blob(signature)
    if not blob.startswith(_MAGIC + b"\0\0\0\1"):
        raise ParseError("a signature of version 1 expected")
    parts = _strings(blob[len(_MAGIC) + 4 :])
    if len(parts) != 5 or parts[3] not in _DIGESTS:  # noqa: PLR2004  key to signature
        raise ParseError("key, namespace, reserved, digest and signature expected")
    return parts


def _key_of(blob: bytes) -> PublicKey:
    kind = next(iter(_strings(blob)), b"")
    return read_public(kind + b" " + base64.b64encode(blob))


def _of_ecdsa(made: bytes) -> bytes:
    """Return a signature of ECDSA in DER; ParseError where it is not two numbers."""
    numbers = _strings(made)
    if len(numbers) != 2 or any(len(each) > _HALF + 1 for each in numbers):  # noqa: PLR2004
        raise ParseError("a signature of two numbers expected")
    return encode_dss_signature(*map(int.from_bytes, numbers))


def _number(value: int) -> bytes:
    return _string(value.to_bytes(value.bit_length() // 8 + 1))


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
