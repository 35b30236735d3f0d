"""The proof inside a rule: fragments of entities, and what the rule must say of each."""

from __future__ import annotations

from functools import cache
from typing import Any, get_type_hints

import msgspec
from msgspec import UNSET, Struct

from scanner.detect.problems import Place, Problems
from scanner.detect.rules import EXPECTED, PROOF_KINDS, Proof, Rule
from scanner.detect.sigma import Truth, fields
from scanner.model.entities import Entity


class Proved(Struct, frozen=True, kw_only=True):
    """What a rule says of one of its own proofs."""

    proof: Proof
    actual: Truth

    @property
    def holds(self) -> bool:
        return self.actual is EXPECTED[self.proof.kind]


def prove(rule: Rule) -> tuple[Proved, ...]:
    """Evaluate a rule on each of its proofs."""
    return tuple(Proved(proof=one, actual=rule.evaluate(one.entity)) for one in rule.proofs)


def read_proofs(tests: Any, entity: type[Entity], problems: Problems) -> tuple[Proof, ...]:
    """Build the entities of a rule's proofs; what is wrong with them is noted."""
    place: Place = ("tests",)
    if not isinstance(tests, dict):
        return ()
    proofs: list[Proof] = []
    for kind in tests:
        if kind not in PROOF_KINDS:
            problems.unknown((*place, kind), "kind of proof", kind, PROOF_KINDS)
    for kind in PROOF_KINDS:
        fragments = tests.get(kind, [])
        if not isinstance(fragments, list):
            problems.add((*place, kind), "a list of entity fragments expected")
            continue
        if not fragments and kind != "unknown":
            remedy = "at least one `match` and one `no_match`, the benign look-alike first"
            problems.add((*place, kind), "no proof", remedy)
        for number, fragment in enumerate(fragments):
            built = build(fragment, entity, (*place, kind, number), problems)
            if built is not None:
                proofs.append(Proof(kind=kind, number=number + 1, entity=built))
    return tuple(proofs)


def build(fragment: Any, entity: type[Entity], place: Place, problems: Problems) -> Entity | None:
    """Build an entity from the fields that a fragment states; all others stay UNSET."""
    if not isinstance(fragment, dict):
        problems.add(place, "a map of fields expected")
        return None
    known, hints = fields(entity), _hints(entity)
    stated: dict[str, Any] = dict.fromkeys(_required(entity), UNSET)
    for name, value in fragment.items():
        if name not in known:
            problems.unknown((*place, name), "field", name, known)
            continue
        try:
            # A list that is stated to be empty is None in every entity.
            stated[name] = msgspec.convert(None if value == [] else value, hints[name])
        except msgspec.ValidationError as error:
            problems.add((*place, name), str(error))
    return entity(**stated)


@cache
def _hints(entity: type[Entity]) -> dict[str, Any]:
    return get_type_hints(entity, include_extras=True)


@cache
def _required(entity: type[Entity]) -> tuple[str, ...]:
    described = msgspec.structs.fields(entity)
    return tuple(field.name for field in described if field.required)
