"""The correlation section of a rule: its shape checked by us, its condition parsed by pySigma.

Sigma correlations 2.1 (https://sigmahq.io/docs/meta/correlations.html), with the boolean condition
that pySigma 2 reads. Written for logs, where a time span says what belongs together; the state of a
device is one moment, so `timespan` is demanded and only an order of moments is held against it.
"""

from __future__ import annotations

import math
from typing import Any, Literal, cast, get_args

from msgspec import Struct
from sigma.correlations import (
    CorrelationConditionAND,
    CorrelationConditionNOT,
    CorrelationConditionOR,
    SigmaCorrelationTimespan,
    SigmaExtendedCorrelationCondition,
    SigmaRuleReference,
)
from sigma.exceptions import SigmaError

from scanner.detect.problems import Place, Problems
from scanner.detect.sigma.conditions import CONDITION_LIMIT, NESTING_LIMIT

Kind = Literal[
    "event_count",
    "temporal",
    "temporal_ordered",
    "value_avg",
    "value_count",
    "value_median",
    "value_percentile",
    "value_sum",
]
Operator = Literal["eq", "gt", "gte", "lt", "lte", "neq"]
KINDS: tuple[Kind, ...] = get_args(Kind)
OPERATORS: tuple[Operator, ...] = get_args(Operator)
RULES_LIMIT = 16
GROUP_LIMIT = 4  # fields
_WHOLE = 100  # percent
_PLACE: Place = ("correlation",)
_KEYS = ("type", "rules", "group-by", "timespan", "aliases", "condition", "generate")


class Count(Struct, frozen=True, kw_only=True):
    """A number compared with a bound."""

    operator: Operator
    bound: float
    fields: tuple[str, ...] = ()  # whose values are counted or added up
    percentile: int = 50


class Named(Struct, frozen=True):
    """Some entity of the group matches this base rule."""

    rule: str


class Formula(Struct, frozen=True):
    """All (`and`), any (`or`) or none (`not`, of one) of several conditions."""

    word: Literal["and", "or", "not"]
    parts: tuple[Formula | Named, ...]


class Relation(Struct, frozen=True, kw_only=True):
    """What a correlation asks of the entities that its base rules match."""

    kind: Kind
    rules: tuple[str, ...]  # names or ids of the base rules, in the order written
    group_by: tuple[str, ...]
    aliases: dict[str, dict[str, str]]  # of a group-by name: the field of each base rule
    seconds: int
    condition: Count | Formula | Named

    def field(self, name: str, rule: str) -> str:
        """Return the field of a base rule that a name of the correlation stands for."""
        return self.aliases.get(name, {}).get(rule, name)


def references(data: Any) -> tuple[str, ...]:
    """Return the rules that a correlation section names, whatever else is wrong with it."""
    if not isinstance(data, dict):
        return ()
    rules, condition = data.get("rules"), data.get("condition")
    if rules is None and isinstance(condition, str) and len(condition) <= CONDITION_LIMIT:
        words = condition.replace("(", " ").replace(")", " ").split()
        rules = [word for word in words if word not in {"and", "or", "not"}]
    listed = rules if isinstance(rules, list) else [rules]
    return tuple(dict.fromkeys(one for one in listed if isinstance(one, str)))


def read_relation(data: Any, problems: Problems) -> Relation | None:
    """Check and read a correlation section; None where it is wrong, which is noted."""
    before = len(problems.errors)
    if not isinstance(data, dict):  # which the header has said
        return None
    _check(data, problems)
    if len(problems.errors) > before:
        return None
    rules = references(data)
    condition = _condition(data, rules, problems)
    if condition is None:
        return None
    group_by = data.get("group-by", [])
    return Relation(
        kind=data["type"],
        rules=rules,
        group_by=tuple([group_by] if isinstance(group_by, str) else group_by),
        aliases=data.get("aliases", {}),
        seconds=SigmaCorrelationTimespan(data["timespan"]).seconds,
        condition=condition,
    )


def _check(data: dict[str, Any], problems: Problems) -> None:
    for key in data:
        if key not in _KEYS:
            problems.unknown((*_PLACE, key), "key", key, _KEYS)
    if data.get("type") not in KINDS:
        problems.add((*_PLACE, "type"), f"one of {', '.join(KINDS)} expected")
    _check_texts(data.get("rules", []), "rules", RULES_LIMIT, problems)
    _check_texts(data.get("group-by", []), "group-by", GROUP_LIMIT, problems)
    if not references(data):
        problems.add((*_PLACE, "rules"), "no base rules", "name the rules of this file")
    try:
        SigmaCorrelationTimespan(cast("str", data.get("timespan")))
    except SigmaError:
        problems.add((*_PLACE, "timespan"), "a time span expected", "for example `1d`")
    if not isinstance(data.get("generate", False), bool):
        problems.add((*_PLACE, "generate"), "true or false expected")
    aliases = data.get("aliases", {})
    if not isinstance(aliases, dict) or not all(_is_alias(one) for one in aliases.values()):
        problems.add((*_PLACE, "aliases"), "for each name a map of rules and fields expected")


def _check_texts(value: Any, key: str, limit: int, problems: Problems) -> None:
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) and one for one in listed):
        problems.add((*_PLACE, key), "a text or a list of texts expected")
    elif len(listed) > limit or len(set(listed)) < len(listed):
        problems.add((*_PLACE, key), f"at most {limit}, each once")


def _is_alias(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())


def _condition(
    data: dict[str, Any], rules: tuple[str, ...], problems: Problems
) -> Count | Formula | Named | None:
    place: Place = (*_PLACE, "condition")
    condition, temporal = data.get("condition"), data["type"].startswith("temporal")
    if condition is None and temporal:
        return Count(operator="gte", bound=len(rules))
    if isinstance(condition, str) and data["type"] == "temporal":
        return _formula(condition, rules, problems)
    if not isinstance(condition, dict):
        remedy = "for example `condition: {gte: 3}`"
        problems.add(place, "a map with one comparison expected", remedy)
        return None
    if wrong := _wrong_count(condition, data["type"]):
        problems.add(place, wrong)
        return None
    if data["type"] == "temporal_ordered" and condition != {"gte": len(rules)}:
        problems.add(place, "`temporal_ordered` asks for all of its rules", "leave it out")
        return None
    (operator,) = (name for name in OPERATORS if name in condition)
    named = condition.get("field", [])
    return Count(
        operator=operator,
        bound=condition[operator],
        fields=tuple([named] if isinstance(named, str) else named),
        percentile=condition.get("percentile", 50),
    )


def _wrong_count(condition: dict[str, Any], kind: str) -> str | None:
    """Say why a comparison is none, or does not fit the type of its correlation."""
    asked = [condition[name] for name in OPERATORS if name in condition]
    strange = condition.keys() - {*OPERATORS, "field", "percentile"}
    named, percentile = condition.get("field", []), condition.get("percentile")
    fields = [named] if isinstance(named, str) else named
    texts = isinstance(fields, list) and all(isinstance(one, str) for one in fields)
    whole = type(percentile) is int and 0 < percentile <= _WHOLE
    wrong: tuple[tuple[bool, str], ...] = (
        (bool(strange), f"unknown key `{min(strange, default='')[:40]}`"),
        (
            len(asked) != 1 or not _is_number(asked[0]),
            f"one of {', '.join(OPERATORS)} with a number expected",
        ),
        (not texts, "`field` is a text or a list of texts"),
        (kind.startswith("value_") and not fields, f"`{kind}` needs `field`"),
        (bool(fields) and not kind.startswith("value_"), f"`{kind}` has no `field`"),
        (kind != "value_count" and texts and len(fields) > 1, f"`{kind}` has one `field`"),
        (
            (kind == "value_percentile") != (percentile is not None),
            "`percentile` belongs to `value_percentile`",
        ),
        (percentile is not None and not whole, "`percentile` is a whole number from 1 to 100"),
    )
    return next((reason for holds, reason in wrong if holds), None)


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _formula(condition: str, rules: tuple[str, ...], problems: Problems) -> Formula | Named | None:
    place: Place = (*_PLACE, "condition")
    if len(condition) > CONDITION_LIMIT:
        problems.add(place, f"longer than {CONDITION_LIMIT} characters")
        return None
    if condition.count("(") + condition.split().count("not") > NESTING_LIMIT:
        problems.add(place, "nested too deeply")
        return None
    try:
        parsed = SigmaExtendedCorrelationCondition(condition)
    except SigmaError as error:
        remedy = "names of base rules with `and`, `or`, `not`; a name is letters, digits and `_`"
        problems.add(place, str(error).splitlines()[0], remedy)
        return None
    if odd := set(rules).symmetric_difference(parsed.get_referenced_rules()):
        problems.add(place, f"`{min(odd)[:40]}` stands only in one of `rules` and `condition`")
        return None
    return _part(parsed.parsed)


def _part(tree: Any) -> Formula | Named:
    if isinstance(tree, SigmaRuleReference):
        return Named(tree.reference)
    parts = tuple(_part(each) for each in tree.args)
    return Formula(_WORDS[type(tree)], parts)


_WORDS: dict[type, Literal["and", "or", "not"]] = {
    CorrelationConditionAND: "and",
    CorrelationConditionOR: "or",
    CorrelationConditionNOT: "not",
}
