"""Joining what several evidences state of one entity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import get_args

from msgspec import UNSET, Struct, structs

from scanner.model.entities import Entity
from scanner.model.evidence import Provenance

PRECEDENCE: dict[Provenance, int] = {name: rank for rank, name in enumerate(get_args(Provenance))}


class Claim(Struct, frozen=True):
    """What one evidence states of one entity."""

    order: tuple[int, int, str]  # provenance, rank of the artifact, evidence: never the arrival
    entity: Entity
    evidence: str
    provenance: Provenance


class Default(Struct, frozen=True):
    """What one evidence states of a field of each entity that it does not name."""

    order: tuple[int, int, str]
    value: object
    evidence: str
    provenance: Provenance


class Joined(Struct, frozen=True):
    """One entity as all evidence states it, with the evidence and the provenance of each field."""

    entity: Entity
    evidence: dict[str, tuple[str, ...]]
    provenance: dict[str, Provenance]

    def evidence_of(self, name: str) -> tuple[str, ...]:
        """Return the evidence for a field; for a leaf of a record that of the whole record."""
        known = self.evidence.get(name)
        return self.evidence.get(name.partition(".")[0], ()) if known is None else known

    def provenance_of(self, name: str) -> Provenance:
        """Return who vouches for a field, or for the record that a leaf lies in."""
        known = self.provenance.get(name)
        return known or self.provenance.get(name.partition(".")[0], "os_claimed")


class Joining:
    """The fields of one entity, while what is stated of it comes in the order of precedence."""

    def __init__(self, entity: type[Entity]) -> None:
        self._gathered, self._one_of = entity.gathered, entity.one_of
        self.values: dict[str, object] = {}
        self.evidence: dict[str, tuple[str, ...]] = {}
        self.provenance: dict[str, Provenance] = {}
        self.conflicts: set[str] = set()

    def state(
        self, stated: Iterable[tuple[str, object]], evidence: str, provenance: Provenance
    ) -> None:
        """Take values: the first of a field counts, those that agree are evidence for it too."""
        values, known, alone = self.values, self.evidence, (evidence,)
        for field, value in stated:
            if value is UNSET:
                continue
            if field not in values:
                values[field], known[field], self.provenance[field] = value, alone, provenance
            elif field in self._gathered:
                values[field] = _union(values[field], value)
                if evidence not in known[field]:
                    known[field] += alone
            elif value != values[field]:
                if known[field][0] != evidence and field not in self._one_of:
                    self.conflicts.add(field)
            elif evidence not in known[field]:
                known[field] += alone


def _union(one: object, other: object) -> object:
    """Return what two statements list together; none only where neither lists anything."""
    lists = [each for each in (one, other) if isinstance(each, tuple)]
    return tuple(dict.fromkeys(each for part in lists for each in part)) or None


def join(claims: Sequence[Claim], defaults: dict[str, list[Default]]) -> Joined:
    """Join claims about one entity: the first by precedence counts, all that agree are evidence.

    Fields on which evidences disagree are named in `conflicts`, where the entity has that field.
    """
    ordered = sorted(claims, key=lambda claim: claim.order)
    entity = type(ordered[0].entity)
    fields, joining = entity.__struct_fields__, Joining(entity)
    for claim in ordered:
        stated = zip(fields, structs.astuple(claim.entity), strict=True)
        joining.state(stated, claim.evidence, claim.provenance)
    for field, others in defaults.items():
        for default in _unnamed(field, others, ordered):
            joining.state([(field, default.value)], default.evidence, default.provenance)
    if "conflicts" in fields:
        joining.values["conflicts"] = tuple(sorted(joining.conflicts)) or None
        joining.provenance["conflicts"] = "os_claimed"
        joining.evidence["conflicts"] = tuple(dict.fromkeys(claim.evidence for claim in ordered))
    return Joined(entity(**joining.values), joining.evidence, joining.provenance)


def _unnamed(field: str, defaults: Iterable[Default], claims: Iterable[Claim]) -> Iterable[Default]:
    """Yield what evidences state of this entity by not naming it."""
    named = {claim.evidence for claim in claims if getattr(claim.entity, field) is not UNSET}
    return (default for default in defaults if default.evidence not in named)


def derive(joined: Joined, *, source: str, **values: object) -> Joined:
    """Add fields that follow from another field, whose evidence and provenance they take."""
    evidence = joined.evidence | dict.fromkeys(values, joined.evidence.get(source, ()))
    vouched = joined.provenance.get(source, "os_claimed")
    provenance = joined.provenance | dict.fromkeys(values, vouched)
    return Joined(structs.replace(joined.entity, **values), evidence, provenance)
