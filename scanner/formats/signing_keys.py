"""Keys that sign statements: Ed25519, and ECDSA on P-256 with SHA-256, in PEM or of OpenSSH.

A key is named by the fingerprint that `ssh-keygen -l` prints, whichever form it is in: the SHA-256
of its blob.
Source: RFC 4253 section 6.6, RFC 5656 section 3.1, RFC 8709 for the blobs; RFC 5958 for PEM.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from scanner.errors import ParseError

KEY_LIMIT = 64 * 1024  # bytes of a file with a key
ED25519, P256 = "ssh-ed25519", "ecdsa-sha2-nistp256"
_PEM, _SSH_PRIVATE = b"-----BEGIN ", b"-----BEGIN OPENSSH PRIVATE KEY-----"
_KEYS = "a key of Ed25519, or of ECDSA on P-256, expected"


class PassphraseNeeded(ParseError):
    """The key is encrypted, and no passphrase was given."""


class WrongPassphrase(ParseError):
    """The key is encrypted, and the passphrase does not open it."""


class PublicKey:
    """A key that signatures are checked with."""

    def __init__(self, key: Ed25519PublicKey | ec.EllipticCurvePublicKey) -> None:
        self._key = key
        self.kind, self._base64 = _spelling(key).split(" ", 1)

    @property
    def text(self) -> str:
        """The key as OpenSSH writes it, without a comment."""
        return f"{self.kind} {self._base64}"

    @property
    def blob(self) -> bytes:
        return base64.b64decode(self._base64)

    @property
    def fingerprint(self) -> str:
        """The name of the key: `SHA256:` and 43 characters."""
        digest = base64.b64encode(hashlib.sha256(self.blob).digest())
        return f"SHA256:{digest.decode().rstrip('=')}"

    def verifies(self, signature: bytes, data: bytes) -> bool:
        """Whether the holder of the key signed some bytes; a signature of ECDSA is in DER."""
        try:
            if isinstance(self._key, Ed25519PublicKey):
                self._key.verify(signature, data)
            else:
                self._key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


class PrivateKey:
    """A key that signs."""

    def __init__(self, key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key())

    def sign(self, data: bytes) -> bytes:
        """Return a signature over some bytes; that of ECDSA is in DER."""
        if isinstance(self._key, Ed25519PrivateKey):
            return self._key.sign(data)
        return self._key.sign(data, ec.ECDSA(hashes.SHA256()))


def read_public(data: bytes) -> PublicKey:
    """Read a public key, in PEM or as one line of OpenSSH. ParseError where it is none of ours."""
    if len(data) > KEY_LIMIT:
        raise ParseError(f"a key of at most {KEY_LIMIT} bytes expected")
    try:
        if data.lstrip().startswith(_PEM):
            key = serialization.load_pem_public_key(data)
        else:
            key = serialization.load_ssh_public_key(b" ".join(data.split()[:2]))
    except (ValueError, UnsupportedAlgorithm):
        raise ParseError(f"a public key expected: {_KEYS}") from None
    if isinstance(key, Ed25519PublicKey) or (
        isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
    ):
        return PublicKey(key)
    raise ParseError(_KEYS)


def read_private(data: bytes, passphrase: bytes | None = None) -> PrivateKey:
    """Read a private key, in PEM or as OpenSSH writes it.

    PassphraseNeeded and WrongPassphrase for one that is encrypted, ParseError for all else.
    """
    if len(data) > KEY_LIMIT:
        raise ParseError(f"a key of at most {KEY_LIMIT} bytes expected")
    load = serialization.load_pem_private_key
    if data.lstrip().startswith(_SSH_PRIVATE):
        load = serialization.load_ssh_private_key
    try:
        key = load(data, passphrase)
    except TypeError:  # one of key and passphrase speaks of encryption, and the other does not
        if passphrase is None:
            raise PassphraseNeeded("a passphrase expected: the key is encrypted") from None
        return read_private(data)
    except UnsupportedAlgorithm as error:
        raise ParseError(f"a key that can be read here expected: {error}") from None
    except ValueError:
        if passphrase is not None:
            raise WrongPassphrase("the passphrase of the key expected") from None
        if b"ENCRYPTED" in data[:200] or b"bcrypt" in data:
            raise PassphraseNeeded("a passphrase expected: the key is encrypted") from None
        raise ParseError(f"a private key expected: {_KEYS}") from None
    if isinstance(key, Ed25519PrivateKey) or (
        isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1)
    ):
        return PrivateKey(key)
    raise ParseError(_KEYS)


def _spelling(key: Ed25519PublicKey | ec.EllipticCurvePublicKey) -> str:
    return key.public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    ).decode()
