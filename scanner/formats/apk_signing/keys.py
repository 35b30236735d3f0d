"""Public keys, and whether one of them signed some bytes: RSA, DSA and elliptic curves.

Weak digests are verified, too: whether an old app may be signed so is decided by the tables of the
platform, not here. A key that a strict reader refuses is written anew first: some certificates
hold a modulus without its leading zero, which reads as a negative number.
"""

from __future__ import annotations

import functools
from typing import Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from scanner.errors import ParseError
from scanner.formats.apk_signing import tlv

KeyKind = Literal["RSA", "EC", "DSA"]
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | dsa.DSAPublicKey

KEY_LIMIT = 16 * 1024  # bytes of one key
HASHES: dict[str, hashes.HashAlgorithm] = {
    each.name: each
    for each in (
        hashes.MD5(),  # noqa: S303 - as old apps are signed, see above
        hashes.SHA1(),  # noqa: S303
        hashes.SHA224(),
        hashes.SHA256(),
        hashes.SHA384(),
        hashes.SHA512(),
    )
}
_RSA = "1.2.840.113549.1.1.1"
_REFUSED = (ValueError, TypeError, OverflowError, UnsupportedAlgorithm)


@functools.lru_cache(maxsize=32)
def key_of(data: bytes) -> PublicKey:
    """Return the key that some bytes (SubjectPublicKeyInfo) hold; ParseError for none."""
    if len(data) > KEY_LIMIT:
        raise ParseError("a smaller public key expected")
    try:
        key = load_der_public_key(data)
    except _REFUSED:
        try:
            key = load_der_public_key(normal(data))
        except _REFUSED as error:
            raise ParseError("a public key expected") from error
    if not isinstance(key, PublicKey):
        raise ParseError("a public key of a known kind expected")
    return key


def kind_of(key: PublicKey) -> KeyKind:
    """Return of which kind a key is."""
    return _kind_of(type(key))


@functools.cache  # the library has one class of each kind, and is slow to tell which it is
def _kind_of(of: type[PublicKey]) -> KeyKind:
    if issubclass(of, rsa.RSAPublicKey):
        return "RSA"
    return "EC" if issubclass(of, ec.EllipticCurvePublicKey) else "DSA"


def normal(data: bytes) -> bytes:
    """Return a public key as DER has it; ParseError where it cannot be."""
    algorithm, bits = tlv.members(tlv.read(data), 2)[:2]
    method, *parameters = tlv.members(algorithm, 1)
    contents = tlv.expect(bits, tlv.BITS).contents
    stated = tlv.encoded(tlv.OID, method.contents)
    if tlv.identifier(method) == _RSA:
        modulus, exponent = tlv.members(tlv.read(contents, 1), 2)[:2]
        numbers = tlv.natural(modulus) + tlv.natural(exponent)
        contents = contents[:1] + tlv.encoded(tlv.SEQUENCE, numbers)
        stated += tlv.NULL
    elif parameters:
        stated += parameters[0].encoded
    head = tlv.encoded(tlv.SEQUENCE, stated)
    return tlv.encoded(tlv.SEQUENCE, head + tlv.encoded(tlv.BITS, contents))


def signed_by(
    key: PublicKey, signature: bytes, data: bytes, hash: str, *, pss: bool = False
) -> bool:
    """Whether the holder of a key signed some bytes; ParseError where that cannot be told."""
    digest = HASHES[hash]
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, _pss(digest) if pss else padding.PKCS1v15(), digest)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(digest))
        else:
            key.verify(signature, data, digest)
    except InvalidSignature:
        return False
    except _REFUSED as error:
        raise ParseError("a signature that the key can verify expected") from error
    return True


def _pss(digest: hashes.HashAlgorithm) -> padding.PSS:
    return padding.PSS(mgf=padding.MGF1(digest), salt_length=digest.digest_size)
