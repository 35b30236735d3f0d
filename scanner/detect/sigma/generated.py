"""Conditions as Python expressions: one call for each entity, and no work for what is decided.

The expression is made of our own words and of field names that the checks know; every value of a
rule is a constant beside it, never part of the text. `truth.weigh` says what it must give.
"""

from __future__ import annotations

from typing import Any, cast

from msgspec import UNSET

from scanner.detect.sigma.fields import reader
from scanner.detect.sigma.truth import (
    Junction,
    Leaf,
    Negation,
    Node,
    Predicate,
    Reference,
    Test,
    Truth,
    cost,
    weigh_elements,
    weigh_pair,
)

_PARTS = 12  # of one junction in one expression: longer ones become functions of their own
_DEPTH = 12  # of junctions and negations in one expression; Python nests 200 parentheses
_SHAPES = {
    "is": "{value}.casefold() == {constant}",
    "starts with": "{value}.casefold().startswith({constant})",
    "ends with": "{value}.casefold().endswith({constant})",
    "contains": "{constant} in {value}.casefold()",
    "is one of": "{value}.casefold() in {constant}",
}


def predicate(node: Node) -> Predicate:
    """Turn a condition into one function of an entity; what is cheap is asked first."""
    return _Expression().function(node)


class _Expression:
    """One expression while it is written, with its constants."""

    def __init__(self) -> None:
        self._constants: dict[str, Any] = {
            "UNSET": UNSET,
            "any_of": _any_of,
            "any_stated": _any_stated,
            "pair": weigh_pair,
        }
        self._names = 0

    def function(self, node: Node) -> Predicate:
        source = f"lambda e: {self._node(node, 0)}"
        return cast("Predicate", eval(compile(source, "<rule>", "eval"), self._constants))  # noqa: S307

    def _name(self, letter: str) -> str:
        self._names += 1
        return f"{letter}{self._names}"

    def _constant(self, value: Any) -> str:
        name = self._name("c")
        self._constants[name] = value
        return name

    def _node(self, node: Node, depth: int) -> str:
        if depth > _DEPTH:
            return f"{self._constant(predicate(node))}(e)"
        match node:
            case Leaf():
                return self._leaf(node)
            case Reference():
                asked = self._constant(node)
                return f"pair({asked}, {self._read(node.field)}, {self._read(node.other)})"
            case Negation():
                truth = self._name("t")
                part = self._node(node.part, depth + 1)
                return f"(None if ({truth} := {part}) is None else not {truth})"
        return self._junction(node, depth)

    def _junction(self, junction: Junction, depth: int) -> str:
        parts = sorted(junction.parts, key=cost)
        if len(parts) == 1:
            return self._node(parts[0], depth)
        if len(parts) > _PARTS:
            return f"{self._constant(_split(parts, junction.every))}(e)"
        decisive = str(not junction.every)
        names = [self._name("t") for _ in parts]
        asked = "".join(
            f"{decisive} if ({name} := {self._node(part, depth + 1)}) is {decisive} else "
            for name, part in zip(names, parts, strict=True)
        )
        unknown = " or ".join(f"{name} is None" for name in names)
        return f"({asked}None if {unknown} else {junction.every})"

    def _leaf(self, leaf: Leaf) -> str:
        value, test = self._name("v"), self._constant(leaf.test)
        several = f"any_of({test}, {value})"
        if "." in leaf.field:
            several = f"any_stated({self._constant(leaf)}, {value})"
        one = f"{test}({value})"
        if leaf.shape is not None:
            plain = _SHAPES[leaf.shape].format(value=value, constant=self._constant(leaf.constant))
            one = f"({plain}) if type({value}) is str else {one}"
        return (
            f"(None if ({value} := {self._read(leaf.field)}) is UNSET"
            f" else {leaf.none} if {value} is None"
            f" else {several} if type({value}) is tuple else {one})"
        )

    def _read(self, field: str) -> str:
        """Return how to read a field: the checks let nothing but names through, and so does this.

        A leaf of a record is read by a function.
        """
        if not all(part.isidentifier() for part in field.split(".")):
            raise ValueError(field)
        return f"{self._constant(reader(field))}(e)" if "." in field else f"e.{field}"


def _split(parts: list[Node], every: bool) -> Predicate:
    """Return one function for many parts, of which each looks at a few."""
    few = max(_PARTS, -(-len(parts) // _PARTS))
    groups = [
        Junction(every=every, parts=tuple(parts[start : start + few]))
        for start in range(0, len(parts), few)
    ]
    return predicate(Junction(every=every, parts=tuple(groups)))


def _any_of(test: Test, values: tuple[Any, ...]) -> bool:
    for value in values:  # noqa: SIM110  # a generator costs three times as much
        if test(value):
            return True
    return False


def _any_stated(leaf: Leaf, values: tuple[Any, ...]) -> Truth:
    for value in values:
        if value is UNSET:
            return weigh_elements(leaf, values)
        if leaf.test(value):
            return True
    return False
