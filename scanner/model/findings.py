"""Checks and findings: what the rules made of one device."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from scanner.model.evidence import Provenance, Reason
from scanner.model.observables import IndicatorLine
from scanner.model.privacy import PrivacyClass

Level = Literal["informational", "low", "medium", "high", "critical"]
LEVELS: tuple[Level, ...] = ("informational", "low", "medium", "high", "critical")
Confidence = Literal["low", "medium", "high", "confirmed"]
CONFIDENCES: tuple[Confidence, ...] = ("low", "medium", "high", "confirmed")
RuleClass = Literal["compromise", "posture", "historic"]
"""historic: a trace of what is no longer there; of indicators only."""
CheckKind = Literal["rule", "yara", "indicators"]
BaselineState = Literal["new", "unchanged", "absent"]
"""Beside a baseline, in the words of SARIF; absent: the baseline had it and it is gone."""
Status = Literal["pass", "finding", "review", "not_applicable", "not_examined", "error"]


class Message(Struct, frozen=True, omit_defaults=True):
    """A text by its id, so that a report renders in another language without a new scan."""

    id: str
    params: dict[str, str | int] = {}


class Match(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One field that held: what the rule asked, and what was there."""

    field: str
    pattern: str  # the rule's words: `contains SYSTEM_ALERT_WINDOW`
    values: tuple[
        str | int | bool | None, ...
    ]  # those that matched; a pseudonym where the class asks for it
    privacy: PrivacyClass = "S"
    evidence: tuple[str, ...] = ()


class Subject(Struct, frozen=True, kw_only=True):
    """The entity a finding is about."""

    entity: str  # app, process, property ...
    key: dict[str, str | int | None]
    about: dict[str, str] = {}  # words by which its owner knows it: the name of a profile


class Finding(Struct, frozen=True, kw_only=True):
    """A match placed in the report, for the reader to judge."""

    id: str  # stable over scans of one device: derived from rule and subject
    rule: str  # the rule's id
    level: Level
    confidence: Confidence
    rule_class: RuleClass
    review: bool  # to be looked at by a person: experimental rule, or low confidence
    provenance: Provenance  # the weakest of the matched fields
    subject: Subject
    matched: tuple[Match, ...]
    evidence: tuple[str, ...]
    advice: tuple[str, ...] = ()
    explained_by_scan: Message | None = None
    suppressed: Message | None = None
    indicator: IndicatorLine | None = None  # that matched, where no rule did
    baseline_state: BaselineState | None = None  # None: no baseline, or it cannot be told


class Check(Struct, frozen=True, kw_only=True):
    """One rule, one file of YARA rules, or one type of indicator of a feed, on one device."""

    rule: str  # id of a Sigma rule; yara:<file>; indicators:<feed>:<type>
    kind: CheckKind = "rule"
    rule_class: RuleClass
    status: Status
    reason: Reason | None = None
    detail: Message | None = None
    examined: int = 0  # entities on which the rule was decided
    matched: int = 0
    unknown: int = 0  # entities that do not state what the rule asks
