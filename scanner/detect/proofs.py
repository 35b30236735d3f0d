"""The proof inside a rule: fragments of entities, and what the rule must say of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, get_type_hints

import msgspec
from msgspec import UNSET, Struct

from scanner.detect import ranges
from scanner.detect.groups import gather, judged
from scanner.detect.problems import Place, Problems
from scanner.detect.rules import EXPECTED, PROOF_KINDS, AnyRule, Base, Correlation, Proof
from scanner.detect.sigma import CATEGORIES, Truth, held_type
from scanner.model.entities import Entity
from scanner.snapshot import Joined

Reader = Callable[[Any, Place, Problems], tuple[Entity, ...] | None]


class Proved(Struct, frozen=True, kw_only=True):
    """What a rule says of one of its own proofs."""

    proof: Proof
    actual: Truth

    @property
    def holds(self) -> bool:
        return self.actual is EXPECTED[self.proof.kind]


def prove(rule: AnyRule) -> tuple[Proved, ...]:
    """Evaluate a rule on each of its proofs, and the base rules of a correlation on theirs."""
    bases: tuple[Base, ...] = rule.bases if isinstance(rule, Correlation) else ()
    tests: tuple[AnyRule | Base, ...] = (*bases, rule)
    return tuple(
        Proved(proof=one, actual=evaluate(test, one.entities))
        for test in tests
        for one in test.proofs
    )


def evaluate(rule: AnyRule | Base, entities: Iterable[Entity]) -> Truth:
    """Say whether a rule holds for any of these entities; a correlation: of all of them."""
    if not isinstance(rule, Correlation):
        own = (entity for entity in entities if type(entity) is rule.entity)
        return ranges.any_of([rule.evaluate(entity) for entity in own])
    joined = [Joined(entity, {}, {}) for entity in entities]
    groups = gather(rule, lambda kind: [one for one in joined if type(one.entity) is kind])
    return ranges.any_of([truth for _, _, truth in judged(rule, groups, _all_is_seen)])


def _all_is_seen(number: int, key: object) -> bool:
    del number, key
    return False


def read_proofs(tests: Any, entity: type[Entity], problems: Problems) -> tuple[Proof, ...]:
    """Build the entities of a rule's proofs; what is wrong with them is noted."""

    def read(fragment: Any, place: Place, problems: Problems) -> tuple[Entity, ...] | None:
        built = build(fragment, entity, place, problems)
        return None if built is None else (built,)

    return _read(tests, read, "a list of entity fragments expected", problems)


def read_group_proofs(tests: Any, problems: Problems) -> tuple[Proof, ...]:
    """Build the entities of a correlation's proofs: each a list of fragments with their type."""
    return _read(tests, _typed, "a list of lists of typed fragments expected", problems)


def _read(tests: Any, read: Reader, expected: str, problems: Problems) -> tuple[Proof, ...]:
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
            problems.add((*place, kind), expected)
            continue
        if not fragments and kind != "unknown":
            remedy = "at least one `match` and one `no_match`, the benign look-alike first"
            problems.add((*place, kind), "no proof", remedy)
        for number, fragment in enumerate(fragments):
            built = read(fragment, (*place, kind, number), problems)
            if built is not None:
                proofs.append(Proof(kind=kind, number=number + 1, entities=built))
    return tuple(proofs)


def _typed(fragments: Any, place: Place, problems: Problems) -> tuple[Entity, ...] | None:
    if not isinstance(fragments, list):
        remedy = "for example `- [{type: app, package: a}, {type: process, pid: 1}]`"
        problems.add(place, "a list of typed fragments expected", remedy)
        return None
    entities = []
    for number, fragment in enumerate(fragments):
        here = (*place, number)
        named = fragment.get("type") if isinstance(fragment, dict) else None
        entity = CATEGORIES.get(named) if isinstance(named, str) else None
        if entity is None:
            problems.unknown((*here, "type"), "type of entity", str(named), CATEGORIES)
            continue
        stated = {name: value for name, value in fragment.items() if name != "type"}
        built = build(stated, entity, here, problems)
        if built is not None:
            entities.append(built)
    return tuple(entities)


def build(fragment: Any, entity: type[Entity], place: Place, problems: Problems) -> Entity | None:
    """Build an entity from the fields that a fragment states; all others stay UNSET."""
    if not isinstance(fragment, dict):
        problems.add(place, "a map of fields expected")
        return None
    stated: dict[str, Any] = dict.fromkeys(_required(entity), UNSET)
    # A list that is stated to be empty is None in every entity.
    plain = {name: None if value == [] else value for name, value in fragment.items()}
    return entity(**stated | _stated(plain, entity, place, problems))


def _stated(
    fragment: dict[str, Any], struct: type[Struct], place: Place, problems: Problems
) -> dict[str, Any]:
    """Return what a fragment states of the fields of an entity or of a record in it."""
    hints, stated = _hints(struct), {}
    for name, value in fragment.items():
        here = (*place, name)
        if name not in struct.__struct_fields__:
            problems.unknown(here, "field", name, struct.__struct_fields__)
            continue
        held, many = held_type(hints[name])
        if value is not None and issubclass(held, Struct):
            stated[name] = _records(value, held, many, here, problems)
            continue
        try:
            stated[name] = msgspec.convert(value, hints[name])
        except msgspec.ValidationError as error:
            problems.add(here, str(error))
    return stated


def _records(
    value: Any, record: type[Struct], many: bool, place: Place, problems: Problems
) -> Struct | tuple[Struct, ...]:
    """Build a record, or a list of them; what one does not state stays UNSET, as in an entity."""
    if not many:
        return _record(value, record, place, problems)
    if not isinstance(value, list):
        problems.add(place, "a list of maps expected")
        return ()
    return tuple(
        _record(one, record, (*place, number), problems) for number, one in enumerate(value)
    )


def _record(value: Any, record: type[Struct], place: Place, problems: Problems) -> Struct:
    stated: dict[str, Any] = dict.fromkeys(record.__struct_fields__, UNSET)
    if not isinstance(value, dict):
        problems.add(place, "a map of fields expected")
        value = {}
    return record(**stated | _stated(value, record, place, problems))


@cache
def _hints(struct: type[Struct]) -> dict[str, Any]:
    return get_type_hints(struct, include_extras=True)


@cache
def _required(entity: type[Entity]) -> tuple[str, ...]:
    described = msgspec.structs.fields(entity)
    return tuple(field.name for field in described if field.required)
