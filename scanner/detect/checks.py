"""Checks and findings, as one rule makes them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import get_args

import msgspec
from msgspec import UNSET, Struct

from scanner.detect.reach import Reach, Shortfall, bases
from scanner.detect.rules import AnyRule, Test, identity
from scanner.detect.sigma import fields, read
from scanner.model.entities import (
    ApiCall,
    AppComponent,
    AppFile,
    CodeFile,
    Entity,
    Management,
    Payload,
    Process,
    Profile,
    Property,
    ProvisioningProfile,
    Setting,
    Socket,
)
from scanner.model.evidence import Provenance, Reason
from scanner.model.findings import Check, Finding, Match, Message, Status, Subject
from scanner.snapshot import Joined

# Entities with a name and a value: where the name is not listed, nothing states the value.
NAMED: tuple[type[Entity], ...] = (Property, Setting)
# What the phone's own settings, or who looks for a file, call an entity, where its key is not that.
_WORDS: dict[type[Entity], tuple[str, ...]] = {
    Profile: ("name", "organization"),
    Payload: ("payload_type", "name"),
    ProvisioningProfile: ("name", "team_name"),
    Management: ("organization",),
    AppFile: ("name", "package"),
    AppComponent: ("package",),
    CodeFile: ("name", "package"),
    ApiCall: ("package",),
    Process: ("name",),  # whose number is another at each start
    Socket: ("process",),
}
_STRENGTH: tuple[Provenance, ...] = get_args(Provenance)


class Tally(Struct, kw_only=True):
    """What came of one rule on all entities of its type."""

    findings: list[Finding]
    examined: int = 0
    unknown: int = 0
    unstated: str | None = None  # the first field of the rule that an undecided entity lacks
    spoken_of: bool = False  # whether an entity bears a name that the rule asks for


def make_check(
    rule: AnyRule,
    status: Status,
    tally: Tally,
    reason: Reason | None = None,
    detail: Message | None = None,
) -> Check:
    """Make the check of a rule."""
    return Check(
        rule=rule.id,
        rule_class=rule.rule_class,
        status=status,
        reason=reason,
        detail=detail,
        examined=tally.examined,
        matched=len(tally.findings),
        unknown=tally.unknown,
    )


def gap_message(short: Shortfall) -> Message | None:
    """Say which artifact a check lacks; None where no artifact is known."""
    if not short.artifact:
        return None
    users = "" if short.users is None else ", ".join(str(user) for user in short.users)
    params: dict[str, str | int] = {
        "artifact": short.artifact,
        "reason": short.reason,
        "users": users,
    }
    return Message("check.gap", params)


def unstated_message(test: Test, field: str, count: int, reach: Reach) -> Message:
    """Say which field of which artifact nothing stated, of how many entities."""
    names = dict.fromkeys(
        name for base in bases(test.entity, field) for name in reach.stating(*base)
    )
    params: dict[str, str | int] = {
        "field": field,
        "artifact": ", ".join(names),
        "count": max(count, 1),
    }
    return Message("check.field_not_stated", params)


def unstated(test: Test, entity: Entity) -> str | None:
    """Return the first field of a rule that an entity does not state."""
    return next((name for name in test.fields() if not _is_stated(entity, name)), None)


def _is_stated(entity: Entity, name: str) -> bool:
    value = read(entity, name)
    return value is not UNSET and not (type(value) is tuple and UNSET in value)


def speaks_of(test: Test, entity: Entity) -> bool:
    """Whether a rule could match an entity by its key alone."""
    bare = dict.fromkeys(test.entity.__struct_fields__, UNSET) | identity(entity)
    return test.evaluate(test.entity(**bare)) is not False


def asked_value(test: Test) -> str | None:
    """Return the first field beside the name that a rule asks of a named entity."""
    if test.entity not in NAMED:
        return None
    return next((field for field in test.fields() if field not in test.entity.key), None)


def matches(test: Test, joined: Joined, prefix: str = "") -> Iterator[Match]:
    """Yield what made a rule true for an entity; `prefix` stands before the names of fields."""
    known = fields(test.entity)
    for held in test.explain(joined.entity):
        yield Match(
            field=f"{prefix}{held.field}",
            pattern=held.words,
            values=held.values,
            privacy=known[held.field].privacy,
            evidence=joined.evidence_of(held.field),
        )


def make_finding(
    rule: AnyRule,
    subject: Subject,
    matched: tuple[Match, ...],
    *,
    evidence: Iterable[str],
    vouched: Iterable[Provenance],
    explained: Message | None,
) -> Finding:
    """Make a finding; its id is the same in every scan of one device."""
    named = msgspec.json.encode([rule.id, subject.entity, subject.key], order="sorted")
    return Finding(
        id=hashlib.sha256(named).hexdigest()[:16],
        rule=rule.id,
        level=rule.level,
        confidence=rule.confidence,
        rule_class=rule.rule_class,
        review=rule.review,
        provenance=max(vouched, key=_STRENGTH.index, default="os_claimed"),
        subject=subject,
        matched=matched,
        evidence=tuple(sorted(set(evidence))),
        advice=rule.advice,
        explained_by_scan=explained,
    )


def make_pass(rule: AnyRule, tally: Tally, category: str) -> Check:
    """Make the check of a rule that was decided on all it speaks of, if there was anything."""
    nothing = Message("check.nothing_to_examine", {"entity": category})
    return make_check(rule, "pass", tally, detail=None if tally.examined else nothing)


def about(entity: Entity) -> dict[str, str]:
    """Return the words by which the owner of a phone knows an entity."""
    words = ((name, getattr(entity, name)) for name in _WORDS.get(type(entity), ()))
    return {name: word for name, word in words if isinstance(word, str)}


def plain(value: object) -> str | int | None:
    """Return a value of a key as a report can hold it."""
    return value if value is None or isinstance(value, str | int) else str(value)
