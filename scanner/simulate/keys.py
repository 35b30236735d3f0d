"""The public keys of adb, and the check of what they signed.

AOSP `libcrypto_utils/android_pubkey.cpp`: base64 of the modulus' size in words, -1/n mod 2**32,
the modulus and its Montgomery form (256 bytes each, little-endian), and the exponent; then a space
and a name.
The token counts as a SHA-1 digest and is signed by RSASSA-PKCS1-v1_5.
"""

from __future__ import annotations

import base64
import binascii
import struct
from typing import NamedTuple

from scanner.errors import UsageError

TOKEN_SIZE = 20
_BYTES = 256
_KEY = struct.Struct(f"<II{_BYTES}s{_BYTES}sI")
_SHA1_DIGEST_INFO = bytes.fromhex("3021300906052b0e03021a05000414")


class PublicKey(NamedTuple):
    """A host's public key."""

    modulus: int
    exponent: int

    @classmethod
    def parse(cls, text: bytes) -> PublicKey:
        """Read a line of `adbkey.pub`, as the host also sends it. UsageError where it is none."""
        try:
            decoded = base64.b64decode(text.rstrip(b"\0").split()[0], validate=True)
            words, _, modulus, _, exponent = _KEY.unpack(decoded)
        except (IndexError, binascii.Error, struct.error) as error:
            raise UsageError("not an adb public key") from error
        if words * 4 != _BYTES:
            raise UsageError("not an adb public key of 2048 bits")
        return cls(int.from_bytes(modulus, "little"), exponent)

    def signed(self, token: bytes, signature: bytes) -> bool:
        """Whether the holder of this key signed the token."""
        tail = b"\0" + _SHA1_DIGEST_INFO + token
        padded = b"\0\1" + b"\xff" * (_BYTES - 2 - len(tail)) + tail
        number = int.from_bytes(signature, "big")
        if len(signature) != _BYTES or number >= self.modulus:
            return False
        return pow(number, self.exponent, self.modulus).to_bytes(_BYTES, "big") == padded
