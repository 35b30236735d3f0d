"""Revocation: a signed line that takes a statement back, and lists of such lines.

A line is a DSSE envelope of an in-toto Statement whose subject is the statement. Each is signed by
itself: nobody can add one, and nothing tells that somebody left one out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct, field

from scanner.certify.signed import SignedFile, signatures, wrap
from scanner.certify.signers import Signers
from scanner.certify.statement import PAYLOAD_TYPE, TYPE, Digest, Moment, SubjectLine
from scanner.errors import ParseError
from scanner.formats import canonical_json, dsse
from scanner.formats.signing_keys import PrivateKey

REVOCATION_TYPE = "urn:phone-integrity-scanner:revocation:v1"
LIST_LIMIT = 256 * 2**20  # bytes of a list
_LINE = 64 * 1024


class RevocationLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a statement was taken back, and why."""

    revoked_at: Moment
    reason: Annotated[str, Meta(max_length=500)]


class _Revocation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    type: str = field(name="_type")
    subject: tuple[SubjectLine, ...]
    predicate_type: str
    predicate: RevocationLine


class Revoked(Struct, frozen=True, kw_only=True):
    """A statement that was taken back: its name, when, why, and by whom."""

    sha256: str
    revoked_at: datetime
    reason: str
    signer: str


def revoke(case: str, sha256: str, key: PrivateKey, *, at: datetime, reason: str) -> bytes:
    """Return the line that takes a statement back."""
    made = _Revocation(
        type=TYPE,
        subject=(SubjectLine(name=case, digest=Digest(sha256=sha256)),),
        predicate_type=REVOCATION_TYPE,
        predicate=RevocationLine(revoked_at=at, reason=reason[:500]),
    )
    return dsse.encode(wrap(canonical_json.encode(made), key))


def revocations(lines: Iterable[bytes], signers: Signers, at: datetime) -> Iterator[Revoked]:
    """Yield what a list takes back. ParseError for a line that is none, or not of a known signer.

    A list with one bad line is refused whole: what else was done to it nobody knows.
    """
    for number, line in enumerate(lines, start=1):
        if len(line) > _LINE:
            raise ParseError(f"a line of at most {_LINE} bytes expected", line=number)
        try:
            yield _revoked(line, signers, at)
        except ParseError as error:
            raise ParseError(error.expected, line=number) from None


def _revoked(line: bytes, signers: Signers, at: datetime) -> Revoked:
    envelope = dsse.decode(line)
    if envelope.payload_type != PAYLOAD_TYPE:
        raise ParseError(f"a payload of the type {PAYLOAD_TYPE} expected")
    file = SignedFile(payload=envelope.payload, envelope=envelope)
    # A key that has run out may still take back what it once signed.
    by = [
        each
        for each in signatures(file, signers, at)
        if each.state in {"valid", "key_not_valid"} and signers.once(each.fingerprint, at)
    ]
    if len(by) != len(envelope.signatures) or not by:
        raise ParseError("a revocation by a known signer expected")
    try:
        said = msgspec.convert(canonical_json.decode(envelope.payload), _Revocation)
    except msgspec.ValidationError:
        raise ParseError("a revocation expected") from None
    if said.predicate_type != REVOCATION_TYPE or said.type != TYPE or len(said.subject) != 1:
        raise ParseError(f"a statement of the type {REVOCATION_TYPE} expected")
    return Revoked(
        sha256=said.subject[0].digest.sha256,
        revoked_at=said.predicate.revoked_at,
        reason=said.predicate.reason,
        signer=by[0].signer,
    )
