"""The statement: an in-toto Statement that says what was checked of one case, and what came of it.

Source: https://github.com/in-toto/attestation, spec/v1/statement.md. The predicate is our own.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from scanner.certify.requirements import Sha256
from scanner.errors import ParseError
from scanner.formats import canonical_json
from scanner.formats.dsse import PAYLOAD_LIMIT

TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:phone-integrity-scanner:certification:v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
NAMESPACE = "phone-integrity-scanner.certification"
SAYS = (
    "This statement says what was checked on one phone, at one time, with what result. It does not"
    " say that the phone is free of spyware: not_examined, gaps and cannot_see name what nobody"
    " looked at."
)

Result = Literal["met", "not_met", "not_examined"]
Moment = Annotated[datetime, Meta(tz=True)]


class Digest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The digest of a subject."""

    sha256: Sha256


class SubjectLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The case that a statement is about: its id, and the digest of its list of digests."""

    name: str
    digest: Digest


class DeviceLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The phone, by its pseudonym and what many others are too."""

    pseudonym: str
    platform: str
    manufacturer: str | None = None
    model: str | None = None
    release: str | None = None
    build: str | None = None
    security_patch: str | None = None


class CaseLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When and how the evidence was taken."""

    digest_of: str  # the file in the case whose SHA-256 is the subject's
    complete: bool
    started_at: Moment
    ended_at: Moment | None
    examined_as_of: Moment  # *now* of the case
    transport: str
    profile: str
    clock_skew_seconds: int | None  # the device's clock minus the host's; None: not known
    operator: str | None = None


class PolicyLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The policy that was held against the phone."""

    title: str
    sha256: Sha256  # of the file's bytes


class FeedDate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A feed of indicators that the phone was held against."""

    id: str
    sha256: str
    published_at: Moment | None
    fetched_at: Moment | None
    signature: str


class KnowledgeLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With what it was examined."""

    tool: str
    version: str
    rules: int
    rules_sha256: str
    indicators_sha256: str | None
    feeds: tuple[FeedDate, ...]


class ReportLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What came of the examination as a whole."""

    verdict: str
    privacy: str
    coverage_percent: int
    checks_examined: int
    checks_applicable: int
    findings: dict[str, int]  # `compromise.high`: how many
    not_examined: dict[str, int]  # by reason: checks


class RequirementLine(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """One requirement, what came of it, and by what."""

    id: str
    require: str
    asked: dict[str, Any]  # as the policy writes it
    result: Result
    reason: str | None = None  # why it is not met, or was not examined
    detail: str = ""
    counts: dict[str, int] = {}
    named: tuple[str, ...] = ()  # what stands against it, the first of them
    findings: tuple[str, ...] = ()  # ids in a report of the case
    evidence: tuple[str, ...] = ()  # ids in the case


class GapLine(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that could not be read."""

    artifact: str
    reason: str
    user: int | None
    count: int


class Predicate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is stated of the case."""

    says: str
    result: Literal["requirements_met", "requirements_not_met"]
    level: Literal["none", "L1", "L2"]  # of the examination, not of the phone
    device: DeviceLine
    case: CaseLine
    policy: PolicyLine
    examined_with: KnowledgeLine
    report: ReportLine
    requirements: tuple[RequirementLine, ...]
    not_applicable: tuple[str, ...]  # requirements of other platforms and models
    gaps: tuple[GapLine, ...]
    more_gaps: int
    cannot_see: tuple[str, ...]
    examiner: str | None
    issued_at: Moment
    valid_until: Moment


class Statement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """An in-toto Statement about one case."""

    type: str = field(name="_type")
    subject: tuple[SubjectLine, ...]
    predicate_type: str
    predicate: Predicate

    @property
    def case(self) -> SubjectLine:
        """The one case that it is about."""
        return self.subject[0]


def encode(statement: Statement) -> bytes:
    """Return a statement as the bytes that are signed."""
    return canonical_json.encode(statement)


def decode(payload: bytes) -> Statement:
    """Read a statement. ParseError where the bytes are none, or one of another kind."""
    value = canonical_json.decode_canonical(payload, limit=PAYLOAD_LIMIT)
    kind = value.get("predicateType") if isinstance(value, dict) else None
    if kind != PREDICATE_TYPE:
        raise ParseError(f"a statement of the type {PREDICATE_TYPE} expected")
    try:
        statement = msgspec.convert(value, Statement)
    except msgspec.ValidationError as error:
        raise ParseError(f"a statement expected: {error}") from None
    if statement.type != TYPE or len(statement.subject) != 1:
        raise ParseError("an in-toto Statement, version 1, about one case expected")
    return statement


def identity(payload: bytes) -> str:
    """Return the name of a statement: the SHA-256 of its bytes."""
    return hashlib.sha256(payload).hexdigest()
