"""Lineages of certificates: each was named, and signed, by the one before it.

Source: https://source.android.com/docs/security/features/apksigning/v3, AOSP tools/apksig
(`V3SigningCertificateLineage`, `SourceStampCertificateLineage`).
"""

from __future__ import annotations

from collections.abc import Iterable

from scanner.errors import ParseError
from scanner.formats.apk_signing.algorithms import ALGORITHMS, matches
from scanner.formats.apk_signing.certificate import (
    COUNT_LIMIT,
    Certificate,
    certificate_of,
    key_within,
)
from scanner.formats.apk_signing.findings import Fields

_VERSION = 1


class BrokenLineage(ParseError):
    """A lineage does not hold; `word` is the reason."""

    def __init__(self, word: str) -> None:
        super().__init__(f"a lineage that holds expected: {word}")
        self.word = word


def read_lineage(data: bytes) -> list[Certificate]:
    """Return the certificates of a lineage, the oldest first; BrokenLineage where it is none."""
    try:
        return _read(Fields(data))
    except BrokenLineage:
        raise
    except ParseError as error:
        raise BrokenLineage("malformed_lineage") from error


def _read(fields: Fields) -> list[Certificate]:
    if not fields or fields.number() != _VERSION:
        raise BrokenLineage("lineage_mismatch")
    found: list[Certificate] = []
    previous = 0
    while fields:
        certificate, previous = _link(fields.part(), found, previous)
        if any(certificate.data == each.data for each in found) or len(found) == COUNT_LIMIT:
            raise BrokenLineage("lineage_not_verified")
        found.append(certificate)
    return found


def _link(node: Fields, before: list[Certificate], previous: int) -> tuple[Certificate, int]:
    """Return the certificate of a node, and how it will sign the next."""
    signed = node.counted()
    node.number()  # what the former key may still do: nothing that makes a signature hold
    following, signature = node.number(), node.counted()
    inside = Fields(signed)
    data, stated = inside.counted(), inside.number()
    if before:
        algorithm = ALGORITHMS.get(previous)
        if algorithm is None:
            raise BrokenLineage("malformed_lineage")
        try:
            holds = matches(algorithm, key_within(before[-1]), signature, signed)
        except ParseError:
            holds = False
        if not holds or stated != previous:
            raise BrokenLineage("lineage_not_verified")
    try:
        return certificate_of(data), following
    except ParseError:
        raise BrokenLineage("lineage_not_verified") from None


def merged(lineages: Iterable[list[Certificate]]) -> list[Certificate] | None:
    """Return one lineage that several are parts of; BrokenLineage where they contradict."""
    whole: list[Certificate] | None = None
    for lineage in lineages:
        whole = lineage if whole is None else _joined(whole, lineage)
    return whole


def _joined(one: list[Certificate], other: list[Certificate]) -> list[Certificate]:
    """Lay one lineage over another from where the later of them starts."""
    later, earlier = (one, other) if _place(other, one[0]) is not None else (other, one)
    start = _place(earlier, later[0])
    if start is None:
        raise BrokenLineage("inconsistent_lineages")
    shared = min(len(earlier) - start, len(later))
    if any(earlier[start + each].data != later[each].data for each in range(shared)):
        raise BrokenLineage("inconsistent_lineages")
    return earlier[:start] + (later if len(later) > len(earlier) - start else earlier[start:])


def _place(lineage: list[Certificate], wanted: Certificate) -> int | None:
    found = (at for at, each in enumerate(lineage) if each.data == wanted.data)
    return next(found, None)
