"""Two states of one device, compared: what came, what went, what is another, what cannot be told.

An entity that stands in one state alone appeared or disappeared only where the other state read an
artifact that lists such, without a gap: what could not be looked at has not changed. A field that
one of the states does not state is not compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec import Struct, structs

from scanner.changes.context import Context
from scanner.changes.matters import matter
from scanner.changes.newness import missed
from scanner.changes.noise import policy
from scanner.changes.sides import Key, Lack, Side, Thing
from scanner.changes.values import differs, parts
from scanner.model.changes import (
    ChangeLine,
    Comparison,
    Held,
    State,
    Unsettled,
)
from scanner.model.entities import Change
from scanner.model.findings import LEVELS, Finding, Message

LISTED = 2000  # changes that a document holds


class Compared(Struct, frozen=True, kw_only=True):
    """A comparison, and its changes as rules can ask for them, one for each line."""

    new: State
    comparison: Comparison
    changes: tuple[Change, ...]
    lines: tuple[ChangeLine, ...]


def compare(old: State, new: State) -> Comparison:
    """Compare two states of one device, without rules: every change is informational."""
    return compared(old, new).comparison


def compared(old: State, new: State) -> Compared:
    """Compare two states of one device. Whether they are of one device is the caller's to know."""
    before, after = Side(old, beside=new), Side(new, beside=old)
    context = Context(before, after)
    lines: list[ChangeLine] = []
    unsettled: Counter[tuple[str, str, Lack]] = Counter()
    for key in sorted({*before.things, *after.things}, key=_order):
        one, other = before.things.get(key), after.things.get(key)
        if one is not None and other is not None:
            lines += _modified(one, other, before, after, context)
            unsettled.update(_partly(one, other, before, after))
        elif one is not None:
            if lack := after.lack(one.artifacts, one.user):
                unsettled["new", one.entity, lack] += 1
            else:
                lines.append(_gone(one, context))
        elif other is not None:
            if lack := before.lack(other.artifacts, other.user):
                unsettled["old", other.entity, lack] += 1
            else:
                lines.append(_come(other, context))
    comparison = Comparison(
        old=old.line,
        new=new.line,
        changes=tuple(lines[:LISTED]),
        unsettled=tuple(_unsettled(unsettled)),
        ordinary=len(lines),
        more=max(0, len(lines) - LISTED),
        notes=tuple(_notes(old, new)),
    )
    return Compared(
        new=new,
        comparison=comparison,
        changes=tuple(context.change(line) for line in lines),
        lines=tuple(lines),
    )


def ruled(made: Compared, findings: Iterable[Finding]) -> Comparison:
    """Return a comparison with what rules made of it."""
    levels: dict[tuple[str, str, str | None], list[Finding]] = {}
    for finding in findings:
        if finding.subject.entity == "change":
            key = finding.subject.key
            field = key.get("field")
            place = str(key["entity"]), str(key["identity"]), None if field is None else str(field)
            levels.setdefault(place, []).append(finding)
    lines = sorted(
        (_levelled(line, levels) for line in made.lines),
        key=lambda line: -LEVELS.index(line.level),
    )
    return structs.replace(
        made.comparison,
        changes=tuple(lines[:LISTED]),
        ordinary=sum(line.level == "informational" for line in lines),
    )


def ended(
    comparison: Comparison,
    shown: Iterable[Finding],
    old: State,
    new: State,
    decided: frozenset[str],
) -> Comparison:
    """Return a comparison with what became of the findings of before, shown as they were.

    `decided` are the rules whose checks could be made on the new state. A finding is gone where
    the new state was read as far as that which it was about: the user may be locked now.
    """
    known = {matter(finding) for finding in shown}
    gone = [held for held in old.held if _lasting(held) and matter(held.finding) not in known]
    after = Side(new, beside=old)
    absent, unsettled = [], []
    for held in gone:
        if held.finding.rule in decided and not missed(after, held.finding, held.artifacts):
            absent.append(structs.replace(held.finding, baseline_state="absent"))
        else:
            unsettled.append(held.finding)
    return structs.replace(comparison, absent=tuple(absent), unsettled_findings=tuple(unsettled))


def _lasting(held: Held) -> bool:
    """Whether a finding tells of a state: one of a change ends with the comparison it is of."""
    return held.finding.subject.entity != "change"


def _levelled(
    line: ChangeLine, levels: dict[tuple[str, str, str | None], list[Finding]]
) -> ChangeLine:
    found = levels.get((line.entity, identity_text(line), line.field), [])
    counted = [each.level for each in found if each.explained_by_scan is None]
    level = max(counted, key=LEVELS.index, default="informational")
    return structs.replace(line, level=level, findings=tuple(each.id for each in found))


def _modified(
    one: Thing, other: Thing, before: Side, after: Side, context: Context
) -> Iterator[ChangeLine]:
    for field in one.fields:
        if field not in other.fields or not differs(one.fields[field], other.fields[field]):
            continue
        old, new = one.fields[field], other.fields[field]
        gained, lost = parts(old, new)
        if isinstance(old, tuple) or isinstance(new, tuple):
            gained = () if before.lack_of_parts(one, field) else gained
            lost = () if after.lack_of_parts(other, field) else lost
            if not gained and not lost:
                continue
        yield ChangeLine(
            entity=one.entity,
            identity=one.identity,
            change="modified",
            field=field,
            old=old,
            new=new,
            gained=gained,
            lost=lost,
            old_evidence=one.evidence(field),
            new_evidence=other.evidence(field),
            explained=context.explained(other, field, old, new),
            privacy=context.privacy(one.entity, field),
        )


def _partly(one: Thing, other: Thing, before: Side, after: Side) -> set[tuple[str, str, Lack]]:
    """Return why elements of lists cannot be told: a list may be cut off with what states it."""
    found = set()
    for field in one.fields.keys() & other.fields.keys():
        gained, lost = parts(one.fields[field], other.fields[field])
        if gained and (lack := before.lack_of_parts(one, field)):
            found.add(("old", one.entity, lack))
        if lost and (lack := after.lack_of_parts(other, field)):
            found.add(("new", one.entity, lack))
    return found


def _gone(thing: Thing, context: Context) -> ChangeLine:
    return ChangeLine(
        entity=thing.entity,
        identity=thing.identity,
        change="removed",
        facts=thing.facts,
        old_evidence=thing.evidence(),
        explained=context.explained(thing, None, None, None),
    )


def _come(thing: Thing, context: Context) -> ChangeLine:
    return ChangeLine(
        entity=thing.entity,
        identity=thing.identity,
        change="added",
        facts=thing.facts,
        new_evidence=thing.evidence(),
        explained=context.explained(thing, None, None, None),
    )


def identity_text(line: ChangeLine) -> str:
    """Return what tells an entity from others, in one line: `user=0 package=com.example`."""
    return " ".join(f"{name}={value}" for name, value in line.identity.items() if value is not None)


def _unsettled(found: Counter[tuple[str, str, Lack]]) -> Iterator[Unsettled]:
    for (side, entity, lack), count in sorted(found.items(), key=lambda each: str(each[0])):
        yield Unsettled(
            side="old" if side == "old" else "new",
            entity=entity,
            count=count,
            reason=lack.reason,
            artifact=lack.artifact,
            user=lack.user,
        )


def _notes(old: State, new: State) -> Iterator[Message]:
    if old.line.taken_at > new.line.taken_at:
        yield Message("changes.older_than_baseline")
    if old.line.recorded != new.line.recorded:
        yield Message("changes.other_source")
    if not old.line.complete:
        yield Message("changes.baseline_incomplete")
    if not new.line.complete:
        yield Message("changes.incomplete")
    if old.line.profile != new.line.profile:
        yield Message("changes.other_profile", {"old": old.line.profile, "new": new.line.profile})


def _order(key: Key) -> tuple[int, str]:
    entity, identity = key
    return list(policy()).index(entity), str(identity)
