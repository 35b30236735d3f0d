"""Kinds of signatures of schemes v2 and newer, and which of several the platform verifies.

Source: https://source.android.com/docs/security/features/apksigning/v2, AOSP tools/apksig
(`SignatureAlgorithm`, `ApkSigningBlockUtilsLite.getSignaturesToVerify`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.apk_signing.keys import KeyKind, PublicKey, key_of, kind_of, signed_by

DigestKind = Literal["sha256", "sha512", "verity"]  # of the content

N, P = 24, 28  # versions of Android that brought schemes v2 and v3
NEWEST = 0x7FFFFFFF
_STRENGTH: tuple[DigestKind, ...] = ("sha256", "verity", "sha512")


class Algorithm(Struct, frozen=True, kw_only=True):
    """A kind of signature."""

    id: int
    digest: DigestKind
    key: KeyKind
    hash: str
    pss: bool = False
    since: int = N  # that schemes of the signing block know it
    crypto_since: int = 0  # that the platform's libraries know it


ALGORITHMS: dict[int, Algorithm] = {
    each.id: each
    for each in (
        Algorithm(id=0x0101, digest="sha256", key="RSA", hash="sha256", pss=True, crypto_since=23),
        Algorithm(id=0x0102, digest="sha512", key="RSA", hash="sha512", pss=True, crypto_since=23),
        Algorithm(id=0x0103, digest="sha256", key="RSA", hash="sha256"),
        Algorithm(id=0x0104, digest="sha512", key="RSA", hash="sha512"),
        Algorithm(id=0x0201, digest="sha256", key="EC", hash="sha256", crypto_since=11),
        Algorithm(id=0x0202, digest="sha512", key="EC", hash="sha512", crypto_since=11),
        Algorithm(id=0x0301, digest="sha256", key="DSA", hash="sha256"),
        Algorithm(id=0x0421, digest="verity", key="RSA", hash="sha256", since=P),
        Algorithm(id=0x0423, digest="verity", key="EC", hash="sha256", since=P, crypto_since=11),
        Algorithm(id=0x0425, digest="verity", key="DSA", hash="sha256", since=P),
    )
}

Signed = tuple[Algorithm, bytes]  # a kind of signature, and one of it


def to_verify(
    signatures: Iterable[Signed], min_sdk: int, max_sdk: int, *, by_crypto: bool = False
) -> list[Signed]:
    """Return the strongest signature for each version of Android; none where one has none."""
    best: dict[int, Signed] = {}
    for algorithm, signature in signatures:
        since = algorithm.crypto_since if by_crypto else algorithm.since
        known = best.get(since)
        if since <= max_sdk and (known is None or _strength(algorithm) > _strength(known[0])):
            best[since] = algorithm, signature
    if not best or min_sdk < min(best):
        return []
    return sorted(best.values(), key=lambda each: each[0].id)


def _strength(algorithm: Algorithm) -> int:
    return _STRENGTH.index(algorithm.digest)


def matches(algorithm: Algorithm, key: PublicKey, signature: bytes, data: bytes) -> bool:
    """Whether a key made a signature; ParseError where it is of another kind."""
    if kind_of(key) != algorithm.key:
        raise ParseError("a key of the kind of the signature expected")
    return signed_by(key, signature, data, algorithm.hash, pss=algorithm.pss)


def usable_key(algorithm: Algorithm, data: bytes) -> PublicKey:
    """Return a key of the kind that a signature needs; ParseError for another."""
    key = key_of(data)
    if kind_of(key) != algorithm.key:
        raise ParseError("a key of the kind of the signature expected")
    return key
