"""Two states of one device, compared: what a report says of its baseline, and a diff."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec import field as with_default

from scanner.model.entities.changes import ChangeKind
from scanner.model.evidence import Gap, Reason
from scanner.model.findings import Finding, Level, Message
from scanner.model.privacy import PrivacyClass, PrivacyLevel

Plain = str | int | bool | None | tuple[str, ...]


class StateLine(Struct, frozen=True, kw_only=True):
    """Which state of a device: the case or recording, and what it was read from."""

    case: str  # its id
    digest: str | None  # sha256 of the case's tag manifest; None: it has none
    device: str  # pseudonym
    platform: str
    taken_at: datetime  # *now* of that state
    booted_at: datetime | None = None
    build: str | None = None
    transport: str = ""  # usb, tcp, network; of a recording its kind
    recorded: bool = False
    profile: str = "quick"
    complete: bool = True


class Seen(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entity of a state: no personal field, and ids of the device as pseudonyms."""

    entity: str  # its type
    identity: dict[str, Plain]  # what tells it from others
    fields: dict[str, Plain]  # those that are stated, without those of the identity
    evidence: tuple[str, ...] = ()
    stated_by: dict[str, tuple[int, ...]] = {}  # of a field the places in `evidence`; none: all
    artifacts: tuple[str, ...] = ()  # that name it

    def evidence_of(self, field: str) -> tuple[str, ...]:
        """Return the evidence that states a field."""
        places = self.stated_by.get(field)
        return self.evidence if places is None else tuple(self.evidence[each] for each in places)


class Held(Struct, frozen=True, kw_only=True):
    """A finding of a state, with its rule's title, so that its end can be told."""

    finding: Finding
    title: str
    artifacts: tuple[str, ...] = ()  # that read its evidence; none: nothing is known of them


class State(Struct, frozen=True, kw_only=True):
    """Everything observed of one device at one time, as far as it can be compared."""

    line: StateLine
    entities: tuple[Seen, ...]
    read: tuple[str, ...]  # artifacts that were asked for and answered, wholly or in part
    gaps: tuple[Gap, ...]
    held: tuple[Held, ...] = ()
    undecided: tuple[str, ...] = ()  # rules whose checks could not be made


def _none() -> None:
    """Give a field its default in a way that leaves it in the document: null is a value here."""


class ChangeLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One change, with the evidence of both sides."""

    entity: str
    identity: dict[str, Plain]
    change: ChangeKind
    field: str | None = None
    old: Plain = with_default(default_factory=_none)
    new: Plain = with_default(default_factory=_none)
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    facts: dict[str, Plain] = {}  # what an entity that appeared states, or one that is gone stated
    level: Level = "informational"  # the gravest of its findings
    findings: tuple[str, ...] = ()  # ids of the findings about it
    old_evidence: tuple[str, ...] = ()  # in the case of the baseline
    new_evidence: tuple[str, ...] = ()
    explained: Message | None = None  # why it is ordinary: an update by the same signer
    privacy: PrivacyClass = "S"  # of the values


class Unsettled(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What may differ and cannot be told, since one of the two states does not say."""

    side: Literal["old", "new"]  # the state that does not
    entity: str
    count: int  # entities that stand in the other state alone
    reason: Reason
    artifact: str = ""
    user: int | None = None


class Comparison(Struct, frozen=True, kw_only=True):
    """A device, compared with an earlier state of its own."""

    old: StateLine
    new: StateLine
    changes: tuple[ChangeLine, ...]  # the gravest first
    unsettled: tuple[Unsettled, ...] = ()
    ignored: int = 0  # changes that the noise policy passes over
    ordinary: int = 0  # of `changes`: informational
    more: int = 0  # changes beyond those listed
    notes: tuple[Message, ...] = ()
    absent: tuple[Finding, ...] = ()  # findings of the baseline that are gone
    unsettled_findings: tuple[Finding, ...] = ()  # of the baseline, whose checks were not made now


class DiffRule(Struct, frozen=True, kw_only=True):
    """A rule that a diff names, with the words a renderer needs."""

    id: str
    title: str
    description: str
    level: Level


class Diff(Struct, frozen=True, kw_only=True):
    """The document of `scanner diff`."""

    schema_version: str
    privacy: PrivacyLevel
    comparison: Comparison
    findings: tuple[Finding, ...]  # of the new state: each new or unchanged
    rules: tuple[DiffRule, ...]
    gaps: tuple[Gap, ...]  # of the new state
    old_verdict: str
    new_verdict: str
