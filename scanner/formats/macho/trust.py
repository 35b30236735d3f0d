"""Whom a code signature is trusted through: roots of Apple, and what its leaf certificates say.

What a leaf is for stands in extensions of Apple's own: Apple's certification practice statement for
Worldwide Developer Relations, technote TN3161.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from importlib import resources

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from scanner.formats.certificates import Certificate, certificates_in, has_signed
from scanner.formats.chains import APPLE_ROOTS
from scanner.model.entities import Signer

_LEAF = "1.2.840.113635.100.6.1."
_KINDS = (  # the first that a leaf has counts
    ("store", frozenset((f"{_LEAF}3", f"{_LEAF}9", f"{_LEAF}25.1"))),
    ("distribution", frozenset((f"{_LEAF}4", f"{_LEAF}7", f"{_LEAF}13"))),
    ("development", frozenset((f"{_LEAF}2", f"{_LEAF}12"))),
)
_DEPTH = 8  # authorities above a leaf
_TRIES = 200  # links that are verified


@functools.cache
def apple_roots() -> tuple[Certificate, ...]:
    """Return the roots of Apple that are pinned here."""
    data = resources.files("scanner.formats").joinpath("data/apple_roots.pem").read_bytes()
    return tuple(root for root in certificates_in(data) if root.sha256 in APPLE_ROOTS)


def is_rooted(
    leaf: Certificate, others: Sequence[Certificate], roots: Sequence[Certificate]
) -> bool:
    """Whether a chain leads from a leaf to one of the roots; dates are not looked at."""
    level, seen = [leaf], {leaf.sha256}
    tries = 0
    for depth in range(_DEPTH):
        above: dict[str, Certificate] = {}
        for below in level:
            if any(_vouches(root, below, depth) for root in roots):
                return True
            named = [each for each in others if each.parsed.subject == below.parsed.issuer]
            tries += len(named)
            if tries > _TRIES:
                return False
            above.update({each.sha256: each for each in named if _vouches(each, below, depth)})
        level = [each for sha256, each in above.items() if sha256 not in seen]
        seen.update(above)
    return False


def purpose(leaf: Certificate) -> str | None:
    """Return what Apple issued a leaf for: store, distribution, development; None for others."""
    stated = {each.oid.dotted_string for each in leaf.parsed.extensions}
    return next((word for word, marks in _KINDS if stated & marks), None)


def team_of(leaf: Certificate) -> str | None:
    """Return the team that a developer's leaf names as its unit."""
    found = leaf.parsed.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    value = found[0].value if found else None
    return value if isinstance(value, str) else None


def signer(leaf: Certificate) -> Signer:
    """Describe a leaf without the name of its holder, who may be a person."""
    parsed = leaf.parsed
    digest = parsed.signature_hash_algorithm
    name, bits = _key(parsed)
    return Signer(
        sha256=leaf.sha256,
        sha1=leaf.sha1,
        md5=hashlib.md5(parsed.public_bytes(Encoding.DER), usedforsecurity=False).hexdigest(),
        key=name,
        bits=bits,
        hash=digest.name if digest else None,
        not_before=parsed.not_valid_before_utc,
        not_after=parsed.not_valid_after_utc,
    )


def _vouches(above: Certificate, below: Certificate, depth: int) -> bool:
    length = above.path_length
    if not above.authority or (length is not None and depth > length):
        return False
    return has_signed(above, below)


def _key(parsed: x509.Certificate) -> tuple[str | None, int | None]:
    key = parsed.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey):
        return "EC", key.key_size
    if isinstance(key, dsa.DSAPublicKey):
        return "DSA", key.key_size
    return None, None
