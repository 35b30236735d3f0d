"""Whether a statement holds: who signed it, of what it is, and whether its time has come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from scanner.certify.revocation import Revoked
from scanner.certify.signed import SignatureLine, SignedFile, counting, signatures
from scanner.certify.signers import Signers
from scanner.certify.statement import (
    PAYLOAD_TYPE,
    Statement,
    SubjectLine,
    decode,
    identity,
)
from scanner.errors import ParseError

LEEWAY = timedelta(minutes=5)  # between the clock of who signs and that of who verifies

Refusal = Literal[
    "malformed",
    "payload_type",
    "not_signed",
    "signature",
    "unknown_signer",
    "key_not_valid",
    "too_few_signatures",
    "another_case",
    "another_policy",
    "not_yet_valid",
    "expired",
    "revoked",
    "requirements_not_met",
]
FORGED: frozenset[Refusal] = frozenset(
    {
        "malformed", "payload_type", "not_signed", "signature", "unknown_signer", "key_not_valid",
        "too_few_signatures", "another_case", "another_policy",
    }
)  # fmt: skip
"""What speaks against the statement itself; the others are of one that is genuine."""


class Refused(Struct, frozen=True, kw_only=True):
    """One reason why a statement does not hold."""

    reason: Refusal
    detail: str = ""


class Standing(Struct, frozen=True, kw_only=True):
    """What verifying a statement showed; it holds where nothing is refused."""

    holds: bool
    refused: tuple[Refused, ...]
    signatures: tuple[SignatureLine, ...]
    sha256: str | None = None  # names the statement
    statement: Statement | None = None  # only where its signatures count

    @property
    def genuine(self) -> bool:
        """Whether known signers signed just this, of the case and policy that were asked for."""
        return not any(each.reason in FORGED for each in self.refused)


class Terms(Struct, frozen=True, kw_only=True):
    """What a statement is held against."""

    at: datetime
    require: int = 1  # signers
    case: SubjectLine | None = None
    policy_sha256: str | None = None
    revoked: Mapping[str, Revoked] = {}


def verify(file: SignedFile, signers: Signers, terms: Terms) -> Standing:
    """Check a signed file; nothing in it is believed before its signatures are."""
    try:
        lines = tuple(signatures(file, signers, terms.at))
    except ParseError as error:
        return refusal("malformed", str(error))
    refused = [*_of_signatures(file, lines, terms.require)]
    if refused:
        return Standing(holds=False, refused=tuple(refused), signatures=lines)
    try:
        statement = decode(file.payload)
    except ParseError as error:
        refused.append(Refused(reason="malformed", detail=str(error)))
        return Standing(holds=False, refused=tuple(refused), signatures=lines)
    name = identity(file.payload)
    refused += _of_statement(statement, name, terms)
    return Standing(
        holds=not refused,
        refused=tuple(refused),
        signatures=lines,
        sha256=name,
        statement=statement,
    )


def refusal(reason: Refusal, detail: str = "") -> Standing:
    """Refuse a file of which nothing else can be said."""
    return Standing(holds=False, refused=(Refused(reason=reason, detail=detail),), signatures=())


def _of_signatures(
    file: SignedFile, lines: tuple[SignatureLine, ...], require: int
) -> list[Refused]:
    if file.payload_type != PAYLOAD_TYPE:
        return [
            Refused(reason="payload_type", detail=f"it is said to be {file.payload_type[:100]}")
        ]
    if not lines:
        return [Refused(reason="not_signed", detail="there is no signature")]
    if len({each.fingerprint for each in lines}) < len(lines):
        return [Refused(reason="malformed", detail="a key signed it more than once")]
    refused = [
        Refused(reason=_REASONS[each.state], detail=each.fingerprint[:100])
        for each in lines
        if each.state != "valid"
    ]
    if not refused and counting(lines) < require:
        said = f"{counting(lines)} of the {require} signers that are asked for"
        refused.append(Refused(reason="too_few_signatures", detail=said))
    return refused


_REASONS: Mapping[str, Refusal] = {
    "invalid": "signature",
    "unknown_signer": "unknown_signer",
    "key_not_valid": "key_not_valid",
}


def _of_statement(statement: Statement, name: str, terms: Terms) -> list[Refused]:
    refused: list[Refused] = []

    def refuse(reason: Refusal, detail: str) -> None:
        refused.append(Refused(reason=reason, detail=detail))

    said = statement.predicate
    if terms.case is not None and terms.case.digest != statement.case.digest:
        refuse("another_case", f"it is of the case {statement.case.name[:100]}")
    if terms.policy_sha256 is not None and terms.policy_sha256 != said.policy.sha256:
        refuse("another_policy", f"it is by the policy {said.policy.title[:100]!r}")
    if said.valid_until <= said.issued_at:
        refuse("malformed", "it ends before it begins")
    if terms.at + LEEWAY < said.issued_at:
        refuse("not_yet_valid", f"it was issued at {said.issued_at.isoformat()}")
    if terms.at >= said.valid_until:
        refuse("expired", f"it stood until {said.valid_until.isoformat()}")
    if (revoked := terms.revoked.get(name)) is not None:
        refuse("revoked", f"{revoked.revoked_at.isoformat()}: {revoked.reason}")
    wanting = [line.id for line in said.requirements if line.result != "met"]
    if said.result != "requirements_met" or wanting or not said.requirements:
        refuse("requirements_not_met", ", ".join(wanting[:20]))
    return refused
