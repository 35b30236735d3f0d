"""Whether one condition of a benchmark holds on one phone, and what says so.

A value that is stated decides. Where all of a kind was read and a key is absent, the default of the
platform decides; where no default is known, nothing does. A key that works on supervised phones
only is no merit of a phone that is not supervised: what holds there by default does not apply. A
benchmark for phones of an institution presupposes supervision, so that what does not hold is not
met there; one for phones of their users cannot ask for it, and the requirement does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import UNSET, Struct

from scanner.benchmarks.data import Condition, Kind
from scanner.benchmarks.stated import BROKEN, Stated
from scanner.benchmarks.values import holds, said, stated_in
from scanner.model.benchmarks import Why
from scanner.model.entities import Entity, Management, Payload, Property, Restriction, Setting, User
from scanner.model.evidence import Reason
from scanner.snapshot import Joined

Ownership = Literal["institution", "personal"]
_RESTRICTING = ("com.apple.applicationaccess", "com.apple.mobiledevice.passwordpolicy")


class Answer(Struct, frozen=True, kw_only=True):
    """What is known of one condition: it holds, it does not, or why that cannot be said."""

    truth: bool | None = None
    reason: Reason | None = None  # why it was not examined
    why: Why | None = None  # with neither of them: why it does not apply
    actual: str = ""
    source: Literal["stated", "default"] | None = None
    evidence: tuple[str, ...] = ()


def answer(condition: Condition, facts: Stated, ownership: Ownership) -> Answer:
    """Decide one condition."""
    return _KINDS[condition.kind](condition, facts, ownership)


def _restriction(condition: Condition, facts: Stated, ownership: Ownership) -> Answer:
    joined = facts.restrictions.get(condition.name)
    value = getattr(joined.entity, "value", UNSET) if joined else None
    if joined and value not in {None, UNSET}:
        if condition.seconds and isinstance(value, int):
            value /= 60
        return _stated(condition, value, joined.evidence_of("value"))
    if demanded := _demanded(condition, facts):
        return demanded
    if not facts.restrictions_evidence:  # profiles may name what they demand, without a value
        return Answer(reason=facts.missing(Restriction))
    if value is UNSET:  # it is in force, with a value that was not read
        return Answer(reason="field_not_stated")
    if gap := facts.gap(Restriction, BROKEN):
        return Answer(reason=gap)
    return _absent(condition, facts, ownership, facts.restrictions_evidence)


def _demanded(condition: Condition, facts: Stated) -> Answer | None:
    """Return that an installed profile demands what must hold: the strictest demand counts.

    Not where the default holds as well: another profile may forbid what the key permits.
    """
    if condition.default is not UNSET and holds(condition, condition.default):
        return None
    for joined in facts.of_payloads(*_RESTRICTING):
        found = stated_in(getattr(joined.entity, "settings", None), condition.name)
        if found is not None and holds(condition, found):
            return _stated(condition, found, joined.evidence_of("settings"))
    return None


def _payload(condition: Condition, facts: Stated, ownership: Ownership) -> Answer:
    answers = [
        _of_payload(condition, joined, facts, ownership)
        for joined in facts.of_payloads(condition.within)
    ]
    for wanted in (False, None, True):
        for each in answers:
            if each.truth is wanted:
                return each
    if gap := facts.gap(Payload):
        return Answer(reason=gap)
    if facts.profiles_read():
        return Answer(why="nothing_of_the_kind")
    return Answer(reason=facts.missing(Payload))


def _of_payload(
    condition: Condition, joined: Joined, facts: Stated, ownership: Ownership
) -> Answer:
    settings = getattr(joined.entity, "settings", UNSET)
    if settings is UNSET:
        return Answer(reason="field_not_stated")
    found = stated_in(settings, condition.name)
    if found is None:
        return _absent(condition, facts, ownership, joined.evidence_of("settings"))
    return _stated(condition, found, joined.evidence_of("settings"))


def _management(condition: Condition, facts: Stated, _: Ownership) -> Answer:
    value, evidence = facts.supervised()
    if value is None:
        return Answer(reason=facts.missing(Management))
    return _stated(condition, value, evidence)


def _setting(condition: Condition, facts: Stated, ownership: Ownership) -> Answer:
    joined = facts.settings.get((condition.within, condition.name))
    return _listed(condition, joined, facts, ownership, Setting if facts.settings else None)


def _property(condition: Condition, facts: Stated, ownership: Ownership) -> Answer:
    joined = facts.properties.get(condition.name)
    return _listed(condition, joined, facts, ownership, Property if facts.properties else None)


def _listed(
    condition: Condition,
    joined: Joined | None,
    facts: Stated,
    ownership: Ownership,
    read: type[Entity] | None,
) -> Answer:
    """Decide by an entry of a list; `read`: the type of its entries where any was read."""
    value = getattr(joined.entity, "value", UNSET) if joined else UNSET
    if joined and value is None:
        return _absent(condition, facts, ownership, joined.evidence_of("value"))
    if joined and value is not UNSET:
        return _stated(condition, value, joined.evidence_of("value"))
    if read is None:
        return Answer(reason=facts.missing(Setting if condition.kind == "setting" else Property))
    return Answer(reason=facts.gap(read) or "field_not_stated")


def _no_user(condition: Condition, facts: Stated, _: Ownership) -> Answer:
    users = list(facts.users(condition.name))
    evidence = tuple(dict.fromkeys(id for _, each in users for id in each))
    if any(found for found, _ in users):
        return Answer(truth=False, source="stated", evidence=evidence)
    if not users:
        return Answer(reason=facts.missing(User))
    if gap := facts.gap(User):
        return Answer(reason=gap)
    if any(found is None for found, _ in users):
        return Answer(reason="field_not_stated")
    return Answer(truth=True, source="stated", evidence=evidence)


def _stated(condition: Condition, value: object, evidence: tuple[str, ...]) -> Answer:
    truth = holds(condition, value)
    actual = f"{condition.name} = {said(value)}"
    if truth is None:  # a value of another type than the platform documents
        return Answer(reason="field_not_stated", actual=actual, evidence=evidence)
    return Answer(truth=truth, actual=actual, source="stated", evidence=evidence)


def _absent(
    condition: Condition, facts: Stated, ownership: Ownership, evidence: tuple[str, ...]
) -> Answer:
    """Decide by what an absent key means; `evidence`: where it is absent."""
    if facts.release and condition.since and _numbers(condition.since) > facts.release:
        return Answer(why="later_release")
    if condition.default is UNSET:
        return Answer(reason="field_not_stated")
    truth = holds(condition, condition.default)
    by_default = Answer(
        truth=truth,
        actual=f"{condition.name} = {said(condition.default)}",
        source="default",
        evidence=evidence,
    )
    if not condition.supervised:
        return by_default
    supervised, _ = facts.supervised()
    if supervised or (not truth and ownership == "institution"):
        return by_default
    if supervised is None:
        return Answer(reason=facts.missing(Management))
    return Answer(why="needs_supervision")


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split(".") if part.isdigit())


_KINDS: Mapping[Kind, Callable[[Condition, Stated, Ownership], Answer]] = {
    "restriction": _restriction,
    "payload": _payload,
    "management": _management,
    "setting": _setting,
    "property": _property,
    "no_user_of_type": _no_user,
}
