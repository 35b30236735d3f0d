"""Conditions of three values after Kleene: True, False, and None for *unknown*.

A field that nothing states is unknown; so is its negation. A stated None is a value: `null` matches
it and nothing else does. This deviates from Sigma, where a missing field does not match and its
negation does: there, `not installer: com.android.vending` accuses every app of a phone that does
not state installers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any

from msgspec import UNSET, Struct

from scanner.model.entities import Entity

Truth = bool | None
Predicate = Callable[[Entity], Truth]
Test = Callable[[Any], bool]
Plain = str | int | bool | None

VALUES_SHOWN = 16


class Leaf(Struct, frozen=True, kw_only=True):
    """A test of one field."""

    field: str
    words: str  # `contains SYSTEM_ALERT_WINDOW`
    test: Test  # of one stated value, or of one element of a list
    none: bool = False  # what a stated None gives
    cost: int = 1


class Reference(Struct, frozen=True, kw_only=True):
    """A test of one field against another of the same entity."""

    field: str
    other: str
    words: str
    test: Callable[[Any, Any], bool]
    cost: int = 8


class Junction(Struct, frozen=True, kw_only=True):
    """All (`every`) or any of several conditions."""

    every: bool
    parts: tuple[Node, ...]


class Negation(Struct, frozen=True, kw_only=True):
    """The contrary of a condition."""

    part: Node


Node = Leaf | Reference | Junction | Negation


class Held(Struct, frozen=True, kw_only=True):
    """A field that decided a condition: what was asked, and what was there."""

    field: str
    words: str
    values: tuple[Plain, ...]


def predicate(node: Node) -> Predicate:
    """Turn a condition into one function of an entity; what is cheap is asked first."""
    match node:
        case Leaf():
            return _leaf(node)
        case Reference():
            return _reference(node)
        case Negation():
            return _negation(predicate(node.part))
        case Junction():
            parts = tuple(predicate(part) for part in sorted(node.parts, key=cost))
            return _junction(parts, node.every)


def cost(node: Node) -> int:
    """Estimate what a condition costs, in tests of one flag."""
    match node:
        case Leaf() | Reference():
            return node.cost
        case Negation():
            return cost(node.part)
        case Junction():
            return sum(cost(part) for part in node.parts)


def _leaf(leaf: Leaf) -> Predicate:
    get, test, none = attrgetter(leaf.field), leaf.test, leaf.none

    def judge(entity: Entity) -> Truth:
        value = get(entity)
        if value is UNSET:
            return None
        if value is None:
            return none
        if type(value) is tuple:
            for element in value:  # noqa: SIM110  # a generator costs three times as much
                if test(element):
                    return True
            return False
        return test(value)

    return judge


def _reference(reference: Reference) -> Predicate:
    left, right, test = attrgetter(reference.field), attrgetter(reference.other), reference.test

    def judge(entity: Entity) -> Truth:
        one, other = left(entity), right(entity)
        if one is UNSET or other is UNSET:
            return None
        return any(test(a, b) for a in _elements(one) for b in _elements(other))

    return judge


def _negation(part: Predicate) -> Predicate:
    def judge(entity: Entity) -> Truth:
        truth = part(entity)
        return None if truth is None else not truth

    return judge


def _junction(parts: tuple[Predicate, ...], every: bool) -> Predicate:
    decisive = not every

    def judge(entity: Entity) -> Truth:
        unknown = False
        for part in parts:
            truth = part(entity)
            if truth is None:
                unknown = True
            elif truth is decisive:
                return decisive
        return None if unknown else every

    return judge


def leaves(node: Node) -> Iterator[Leaf | Reference]:
    """Yield the tests of a condition, in the rule's order."""
    match node:
        case Leaf() | Reference():
            yield node
        case Negation():
            yield from leaves(node.part)
        case Junction():
            for part in node.parts:
                yield from leaves(part)


def explain(node: Node, entity: Entity, *, wanted: bool = True) -> Iterator[Held]:
    """Yield what made a condition true (or, with `wanted` False, false) for an entity."""
    match node:
        case Negation():
            yield from explain(node.part, entity, wanted=not wanted)
        case Junction():
            for part in node.parts:
                if predicate(part)(entity) is wanted:
                    yield from explain(part, entity, wanted=wanted)
        case Reference() if predicate(node)(entity) is wanted:
            words = node.words if wanted else _contrary(node.words)
            for field in (node.field, node.other):
                shown = _shown(_elements(getattr(entity, field)))
                yield Held(field=field, words=words, values=shown)
        case Leaf() if predicate(node)(entity) is wanted:
            yield _held(node, getattr(entity, node.field), wanted)


def _held(leaf: Leaf, value: Any, wanted: bool) -> Held:
    if not wanted:
        words = _contrary(leaf.words)
        return Held(field=leaf.field, words=words, values=_shown(_elements(value)) or (None,))
    matching = tuple(element for element in _elements(value) if leaf.test(element))
    return Held(field=leaf.field, words=leaf.words, values=_shown(matching) or (None,))


def _contrary(words: str) -> str:
    return f"is not {words[3:]}" if words.startswith("is ") else f"not: {words}"


def _elements(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def _shown(values: tuple[Any, ...]) -> tuple[Plain, ...]:
    plain = (value if isinstance(value, str | int) else str(value) for value in values)
    return tuple(plain)[:VALUES_SHOWN]
