"""Conditions of three values after Kleene: True, False, and None for *unknown*.

A field that nothing states is unknown; so is its negation. A stated None is a value: `null` matches
it and nothing else does. This deviates from Sigma, where a missing field does not match and its
negation does: there, `not installer: com.android.vending` accuses every app of a phone that does
not state installers.

Of a list, and of the leaves of a list of records, any element may match. What one record leaves out
keeps the whole unknown, unless another one decides it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

from msgspec import UNSET, Struct

from scanner.detect.sigma.fields import read
from scanner.model.entities import Entity

Truth = bool | None
Predicate = Callable[[Entity], Truth]
Test = Callable[[Any], bool]
Shape = Literal["is", "starts with", "ends with", "contains", "is one of"]
Plain = str | int | bool | None

VALUES_SHOWN = 16


class Leaf(Struct, frozen=True, kw_only=True):
    """A test of one field."""

    field: str
    words: str  # `contains SYSTEM_ALERT_WINDOW`
    test: Test  # of one stated value, or of one element of a list
    none: bool = False  # what a stated None gives
    shape: Shape | None = None  # of a test that ignores case: how text is compared
    constant: str | frozenset[str] = ""  # with what
    cost: int = 1
    whole: tuple[str, ...] = ()  # the texts, one of which the value has to be, as they are written


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


def cost(node: Node) -> int:
    """Estimate what a condition costs, in tests of one flag."""
    match node:
        case Leaf() | Reference():
            return node.cost
        case Negation():
            return cost(node.part)
        case Junction():
            return sum(cost(part) for part in node.parts)


def weigh(node: Node, entity: Entity) -> Truth:
    """Evaluate a condition by walking it: what its predicate must say, at a greater cost."""
    match node:
        case Leaf():
            return _weigh_value(node, read(entity, node.field))
        case Reference():
            return weigh_pair(node, read(entity, node.field), read(entity, node.other))
        case Negation():
            truth = weigh(node.part, entity)
            return None if truth is None else not truth
        case Junction():
            unknown = False
            for part in node.parts:
                truth = weigh(part, entity)
                if truth is (not node.every):
                    return truth
                unknown = unknown or truth is None
            return None if unknown else node.every


def _weigh_value(leaf: Leaf, value: Any) -> Truth:
    if value is UNSET:
        return None
    return leaf.none if value is None else weigh_elements(leaf, _listed(value))


def weigh_elements(leaf: Leaf, values: tuple[Any, ...]) -> Truth:
    """Evaluate a test of a list, some of whose elements may not be stated."""
    stated = _elements(values)
    if any(leaf.test(one) for one in stated):
        return True
    # One element that is there decides whether there is none.
    return None if len(stated) < len(values) and not (leaf.none and stated) else False


def weigh_pair(reference: Reference, one: Any, other: Any) -> Truth:
    """Evaluate a test of one field against another."""
    if one is UNSET or other is UNSET:
        return None
    ours, theirs = _elements(one), _elements(other)
    if any(reference.test(a, b) for a in ours for b in theirs):
        return True
    lacking = len(ours) < len(_listed(one)) or len(theirs) < len(_listed(other))
    return None if lacking else False


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


def named(node: Node) -> tuple[str, ...]:
    """Return the fields that a condition names, each once, in its order."""
    fields: dict[str, None] = {}
    for leaf in leaves(node):
        fields[leaf.field] = None
        if isinstance(leaf, Reference):
            fields[leaf.other] = None
    return tuple(fields)


def held(node: Node, judge: Predicate, entity: Entity) -> tuple[Held, ...]:
    """Return what made a condition true for an entity, each test once; nothing where it is not."""
    if judge(entity) is not True:
        return ()
    return tuple(dict.fromkeys(explain(node, entity)))


def explain(node: Node, entity: Entity, *, wanted: bool = True) -> Iterator[Held]:
    """Yield what made a condition true (or, with `wanted` False, false) for an entity."""
    match node:
        case Negation():
            yield from explain(node.part, entity, wanted=not wanted)
        case Junction():
            for part in node.parts:
                if weigh(part, entity) is wanted:
                    yield from explain(part, entity, wanted=wanted)
        case Reference() if weigh(node, entity) is wanted:
            words = node.words if wanted else _contrary(node.words)
            for field in (node.field, node.other):
                shown = _shown(_elements(read(entity, field)))
                yield Held(field=field, words=words, values=shown)
        case Leaf() if weigh(node, entity) is wanted:
            yield _held(node, read(entity, node.field), wanted)


def _held(leaf: Leaf, value: Any, wanted: bool) -> Held:
    if not wanted:
        words = _contrary(leaf.words)
        return Held(field=leaf.field, words=words, values=_shown(_elements(value)) or (None,))
    matching = tuple(element for element in _elements(value) if leaf.test(element))
    return Held(field=leaf.field, words=leaf.words, values=_shown(matching) or (None,))


def _contrary(words: str) -> str:
    return f"is not {words[3:]}" if words.startswith("is ") else f"not: {words}"


def _elements(value: Any) -> tuple[Any, ...]:
    """Return what is stated of a value, element by element."""
    if type(value) is not tuple:
        return () if value is None else (value,)
    return tuple(one for one in value if one is not UNSET) if UNSET in value else value


def _listed(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def _shown(values: tuple[Any, ...]) -> tuple[Plain, ...]:
    plain = (value if isinstance(value, str | int) else str(value) for value in values)
    return tuple(plain)[:VALUES_SHOWN]
