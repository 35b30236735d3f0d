"""From pySigma's condition tree to ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
)
from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule
from sigma.types import (
    SigmaBool,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaTimestampPart,
)

from scanner.detect.problems import Problems
from scanner.detect.sigma import values
from scanner.detect.sigma.truth import Junction, Leaf, Negation, Node, Reference

_AMONG = 2  # plain texts of one field, from which on a set is quicker


def compile_detection(data: dict[str, Any], problems: Problems) -> Node | None:
    """Compile a checked detection section; None where pySigma finds it wrong, which is noted."""
    parts = {"title": "", "logsource": data["logsource"], "detection": data["detection"]}
    rule = SigmaRule.from_dict(parts, collect_errors=True, policy=values.POLICY)
    for error in rule.errors:
        problems.add(("detection",), str(error).splitlines()[0])
    if rule.errors:
        return None
    try:
        trees = [condition.parsed for condition in rule.detection.parsed_condition]
    except SigmaError as error:
        problems.add(("detection", "condition"), str(error).splitlines()[0])
        return None
    nodes = tuple(_node(tree) for tree in trees)
    return nodes[0] if len(nodes) == 1 else Junction(every=False, parts=nodes)


def _node(tree: Any) -> Node:
    match tree:
        case ConditionAND():
            return Junction(every=True, parts=tuple(_node(part) for part in tree.args))
        case ConditionOR():
            return _any_of(tree)
        case ConditionNOT():
            return Negation(part=_node(tree.args[0]))
        case ConditionFieldEqualsValueExpression():
            return _leaf(tree.field, tree.value)
    raise TypeError(type(tree).__name__)  # a keyword search, which the checks refuse


def _any_of(tree: ConditionOR) -> Node:
    leaves = [part for part in tree.args if isinstance(part, ConditionFieldEqualsValueExpression)]
    names = {leaf.field for leaf in leaves}
    plain = [cast("SigmaString", leaf.value) for leaf in leaves if values.is_plain(leaf.value)]
    if len(plain) == len(tree.args) >= _AMONG and len(names) == 1:
        return _tested(names.pop(), values.among(plain))
    return Junction(every=False, parts=tuple(_node(part) for part in tree.args))


def _leaf(field: str, value: Any) -> Node:
    if isinstance(value, SigmaExpansion):
        return Junction(every=False, parts=tuple(_leaf(field, one) for one in value.values))
    if isinstance(value, SigmaFieldReference):
        words, test = values.reference(value.starts_with, value.ends_with)
        return Reference(field=field, other=value.field, words=f"{words} {value.field}", test=test)
    if isinstance(value, SigmaNull):
        return Leaf(field=field, words="is none", test=_never, none=True)
    if isinstance(value, SigmaExists):
        if value.exists:
            return Leaf(field=field, words="is there", test=_always)
        return Leaf(field=field, words="is none", test=_never, none=True)
    return _tested(field, _asked(value))


def _tested(field: str, asked: values.Asked) -> Leaf:
    return Leaf(
        field=field,
        words=asked.words,
        test=asked.test,
        cost=asked.cost,
        shape=asked.shape,
        constant=asked.constant,
        whole=asked.whole,
    )


def _asked(value: Any) -> values.Asked:
    for kind, ask in _KINDS:
        if isinstance(value, kind):
            return ask(value)
    raise TypeError(type(value).__name__)  # a modifier that the checks refuse


# In this order: a part of a moment is a number too.
_KINDS: tuple[tuple[type, Callable[[Any], values.Asked]], ...] = (
    (SigmaString, values.text),
    (SigmaBool, lambda value: values.flag(value.boolean)),
    (SigmaCompareExpression, values.comparison),
    (SigmaTimestampPart, values.part),
    (SigmaNumber, lambda value: values.number(value.number)),
    (SigmaRegularExpression, values.expression),
    (SigmaCIDRExpression, values.network),
)


def _never(_: Any) -> bool:
    return False


def _always(_: Any) -> bool:
    return True
