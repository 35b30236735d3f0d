"""A correlation bound to its base rules: which of their fields it groups, counts and orders by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import structs

from scanner.detect.ordered import MOMENTS
from scanner.detect.problems import Place, Problems
from scanner.detect.rules import Base
from scanner.detect.sigma import Count, Relation, fields
from scanner.model.privacy import UNREADABLE

_PLACE: Place = ("correlation",)


def bind(
    relation: Relation,
    bases: Sequence[Base],
    problems: Problems,
    renamed: Mapping[str, Mapping[str, str]],
) -> tuple[Base, ...]:
    """Give each base rule the fields that the correlation reads; what is wrong is noted.

    `renamed` holds for each base rule our names of the fields of a foreign rule.
    """
    _check_aliases(relation, problems)
    if len({base.platform for base in bases}) > 1:
        problems.add((*_PLACE, "rules"), "rules of several products")
    condition = relation.condition
    counted = condition.fields if isinstance(condition, Count) else ()
    bound = []
    for base in bases:
        ours = renamed.get(base.name, {})
        group = _fields(relation, relation.group_by, base, ours)
        value = _fields(relation, counted, base, ours)
        _check_fields(base, group, (*_PLACE, "group-by"), problems)
        _check_fields(base, value, (*_PLACE, "condition", "field"), problems)
        moment = MOMENTS.get(base.entity) if relation.kind == "temporal_ordered" else None
        bound.append(structs.replace(base, group=group, value=value, moment=moment))
    if not problems.errors:
        _check_kinds(relation, bound, problems)
    return tuple(bound)


def unordered(relation: Relation, bases: Sequence[Base]) -> str | None:
    """Return the category of a base rule that has no moment where an order is asked for."""
    if relation.kind != "temporal_ordered":
        return None
    return next((base.category for base in bases if base.entity not in MOMENTS), None)


def _fields(
    relation: Relation, names: Sequence[str], base: Base, ours: Mapping[str, str]
) -> tuple[str, ...]:
    written = (relation.field(name, base.name) for name in names)
    return tuple(ours.get(name, name) for name in written)


def _check_aliases(relation: Relation, problems: Problems) -> None:
    condition = relation.condition
    used = {*relation.group_by, *(condition.fields if isinstance(condition, Count) else ())}
    for alias, mapping in relation.aliases.items():
        place = (*_PLACE, "aliases", alias)
        if alias not in used:
            problems.add(place, "an alias that nothing uses", "name it in `group-by`")
        for rule in mapping:
            if rule not in relation.rules:
                problems.unknown((*place, rule), "rule", rule, relation.rules)


def _check_fields(base: Base, names: Sequence[str], place: Place, problems: Problems) -> None:
    known = fields(base.entity)
    for name in names:
        if name not in known:
            problems.unknown(place, f"field of {base.category}", name, known)
        elif known[name].privacy in UNREADABLE:
            problems.add(place, f"`{name}` is personal or secret", "no rule may read it")
        elif known[name].kind == "moment":
            problems.add(place, f"`{name}` is a moment", "group by what tells things apart")
    if sum(name in known and known[name].many for name in names) > 1:
        problems.add(place, "more than one list", "one field of a group may be a list")


def _check_kinds(relation: Relation, bases: Sequence[Base], problems: Problems) -> None:
    for number, name in enumerate(relation.group_by):
        kinds = {fields(base.entity)[base.group[number]].kind for base in bases}
        if len(kinds) > 1:
            reason = f"`{name}` is a {' and a '.join(sorted(kinds))}: they are never the same"
            problems.add((*_PLACE, "group-by"), reason)
    if relation.kind in {"event_count", "value_count"} or not bases[0].value:
        return
    for base in bases:
        field = fields(base.entity)[base.value[0]]
        if field.kind != "number" or field.many:
            reason = f"`{field.name}` of {base.category} is no number"
            problems.add((*_PLACE, "condition", "field"), reason)
