"""Where the chain of a signer's certificate ends.

Each link is verified with the key of the certificate above, which must be allowed to sign others.
Neither dates, nor revocation, nor what a certificate is meant for, nor constraints of names are
looked at: a chain that ends at Apple says that Apple issued the certificate, also to a developer.

Roots of Apple: https://www.apple.com/certificateauthority (Apple Root CA, G2 and G3). All others:
certifi, the bundle of Mozilla.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from typing import Literal

import certifi
from cryptography import x509

from scanner.formats.certificates import Certificate, certificates_in, has_signed

Chain = Literal["apple", "public", "self_signed", "unknown", "incomplete"]
"""apple, public: a known root; self_signed: the signer vouches for itself; unknown: another root,
or a link that does not verify; incomplete: the certificate of an issuer is missing."""

APPLE_ROOTS = frozenset(
    (
        "b0b1730ecbc7ff4505142c49f1295e6eda6bcaed7e2c68c5be91b5a11001f024",
        "c2b9b042dd57830e7d117dac55ac8ae19407d38e41d88f3215bc3a890444a050",
        "63343abfb89a6a03ebb57e9b3f5fa7be7c4f5c756f3017b3a8c488c3653e9179",
    )
)
_TRIES = 200  # links that are verified for one signer
_BUNDLE = 1000  # certificates; certifi has some 140
_ORDER: tuple[Chain, ...] = ("apple", "public", "self_signed", "unknown", "incomplete")


def chain_of(signer: Certificate, others: Sequence[Certificate]) -> Chain:
    """Return where the chain of a signer ends, with the certificates that came along.

    Of several paths the one that ends best counts; a circle ends nowhere: unknown.
    """
    return min(_ends(signer, others), key=_ORDER.index, default="unknown")


def _ends(signer: Certificate, others: Sequence[Certificate]) -> Iterator[Chain]:
    """Yield the end of each path that leads up from a signer; each certificate is passed once."""
    waiting = [(signer, 0)]
    seen = {signer.sha256}
    tries = 0
    while waiting:
        below, depth = waiting.pop(0)
        if end := _end(signer, below, depth):
            yield end
            continue
        named = [each for each in others if each.parsed.subject == below.parsed.issuer]
        tries += len(named)
        if tries > _TRIES:
            return
        above = [each for each in named if _vouches(each, below, depth)]
        if not above:
            yield "unknown" if named else "incomplete"
        waiting += [(each, depth + 1) for each in above if each.sha256 not in seen]
        seen.update(each.sha256 for each in above)


def _end(signer: Certificate, below: Certificate, depth: int) -> Chain | None:
    known: tuple[tuple[Chain, _Roots], ...] = (("apple", _apple()), ("public", _public()))
    for end, roots in known:
        if any(root.sha256 == below.sha256 for root in roots.get(below.parsed.subject, ())):
            return end
        if any(_vouches(root, below, depth) for root in roots.get(below.parsed.issuer, ())):
            return end
    if below.self_signed:
        return "self_signed" if below is signer else "unknown"
    return None


def _vouches(above: Certificate, below: Certificate, depth: int) -> bool:
    """Whether one may sign another, with `depth` authorities from the signer up to that other."""
    length = above.path_length
    if not above.authority or (length is not None and depth > length):
        return False
    return has_signed(above, below)


_Roots = dict[x509.Name, list[Certificate]]


@functools.cache
def _apple() -> _Roots:
    data = resources.files("scanner.formats").joinpath("data/apple_roots.pem").read_bytes()
    return _by_subject(root for root in certificates_in(data) if root.sha256 in APPLE_ROOTS)


@functools.cache
def _public() -> _Roots:
    return _by_subject(certificates_in(certifi.contents().encode(), limit=_BUNDLE))


def _by_subject(roots: Iterable[Certificate]) -> _Roots:
    found: _Roots = {}
    for root in roots:
        found.setdefault(root.parsed.subject, []).append(root)
    return found
