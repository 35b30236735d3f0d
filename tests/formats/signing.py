"""Signs as minisign does, with keys of the tests."""

from __future__ import annotations

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_ID = b"testkey1"


class Signer:
    """A key that signs."""

    def __init__(self, seed: bytes, *, key_id: bytes = KEY_ID) -> None:
        self._key, self._id = Ed25519PrivateKey.from_private_bytes(seed), key_id

    @property
    def public_key(self) -> str:
        raw = self._key.public_key().public_bytes_raw()
        return base64.b64encode(b"Ed" + self._id + raw).decode()

    @property
    def public_key_file(self) -> str:
        return f"untrusted comment: minisign public key\n{self.public_key}\n"

    def sign(
        self, data: bytes, *, prehashed: bool = True, comment: str = "timestamp:1700000000"
    ) -> bytes:
        signed = self._key.sign(hashlib.blake2b(data).digest() if prehashed else data)
        first = (b"ED" if prehashed else b"Ed") + self._id + signed
        second = self._key.sign(signed + comment.encode())
        lines = (
            b"untrusted comment: made by a test",
            base64.b64encode(first),
            f"trusted comment: {comment}".encode(),
            base64.b64encode(second),
        )
        return b"\n".join(lines) + b"\n"


class SshSigner:
    """A key of ssh that signs files as `ssh-keygen -Y sign` does."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        raw = self._key.public_key().public_bytes_raw()
        self._blob = _string(b"ssh-ed25519") + _string(raw)

    @property
    def public_key(self) -> str:
        return f"ssh-ed25519 {base64.b64encode(self._blob).decode()}"

    def sign(
        self,
        data: bytes,
        *,
        method: str = "sha512",
        namespace: bytes = b"file",
        kind: bytes = b"ssh-ed25519",
    ) -> bytes:
        digest = _string(hashlib.new(method, data).digest())
        said = (_string(namespace), _string(b""), _string(method.encode()))
        made = self._key.sign(b"".join((b"SSHSIG", *said, digest)))
        inner = _string(_string(kind) + _string(made))
        blob = b"".join((b"SSHSIG\0\0\0\1", _string(self._blob), *said, inner))
        lines = base64.encodebytes(blob)
        return b"-----BEGIN SSH SIGNATURE-----\n" + lines + b"-----END SSH SIGNATURE-----\n"


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4) + data
