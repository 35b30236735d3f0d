"""One signature over some bytes: RSA (PKCS #1 1.5, PSS) or ECDSA, with SHA-1 or SHA-2.

MD5 and older digests are refused: anybody could have made such a signature.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from scanner.errors import ParseError

RSA_LIMIT = 16_384  # bits
DIGESTS: dict[str, hashes.HashAlgorithm] = {
    digest.name: digest
    for digest in (
        hashes.SHA1(),  # noqa: S303 - Apple signed so for years; who did is said by the chain
        hashes.SHA224(),
        hashes.SHA256(),
        hashes.SHA384(),
        hashes.SHA512(),
    )
}

Scheme = padding.PKCS1v15 | padding.PSS | ec.ECDSA


def verifies(key: PublicKeyTypes, signature: bytes, data: bytes, scheme: Scheme, hash: str) -> bool:
    """Whether the holder of a key signed some bytes; ParseError where that cannot be told."""
    digest = DIGESTS.get(hash)
    if digest is None:
        raise ParseError("a signature with a known digest expected")
    try:
        if isinstance(key, rsa.RSAPublicKey) and not isinstance(scheme, ec.ECDSA):
            if key.key_size > RSA_LIMIT:
                raise ParseError(f"a key of at most {RSA_LIMIT} bits expected")
            key.verify(signature, data, scheme, digest)
        elif isinstance(key, ec.EllipticCurvePublicKey) and isinstance(scheme, ec.ECDSA):
            key.verify(signature, data, ec.ECDSA(digest))
        else:
            raise ParseError("a signature of a known method expected")
    except InvalidSignature:
        return False
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ParseError("a signature of a known method expected") from error
    return True
