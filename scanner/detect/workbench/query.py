"""A Sigma detection that is typed, over the entities of a device.

Short: `category: app, installer: com.example, permissions_granted|contains: SMS`: every field must
hold. Whole: `{category: app, detection: {a: {...}, b: {...}, condition: a and not b}}`. Both are
YAML in one line; `product` may name a platform.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import yaml
from msgspec import Struct

from scanner.detect import sigma
from scanner.detect.checks import unstated
from scanner.detect.compilation import PRODUCTS
from scanner.detect.documents import Loader, read_text
from scanner.detect.problems import Problems, RuleErrors
from scanner.detect.rules import Base
from scanner.detect.sigma.truth import Junction
from scanner.detect.workbench.near import values_of
from scanner.errors import RuleError, UsageError
from scanner.model.entities import Entity
from scanner.model.findings import Match
from scanner.model.privacy import UNREADABLE
from scanner.snapshot import Joined, Snapshot

EXAMPLE = "category: app, installer: com.example, permissions_granted|contains: SMS"
_KEYS = ("category", "product", "detection")
_NAME = "query"
_LENGTH_LIMIT = 4_000  # characters
_ALL = Junction(every=True, parts=())  # every entity of a type


class Fault(Struct, frozen=True, kw_only=True):
    """What is wrong with a query, and where in its text."""

    reason: str
    remedy: str
    start: int  # of the first character that is meant
    length: int

    def drawn(self, text: str) -> tuple[str, str]:
        """Return the text, and below it a line that points to the place."""
        return text, " " * self.start + "^" * max(1, self.length)


class QueryError(UsageError):
    """A query is wrong; `faults` holds each thing that is."""

    def __init__(self, text: str, faults: Sequence[Fault]) -> None:
        first = faults[0]
        super().__init__(first.reason, remedy=first.remedy)
        self.text, self.faults = text, tuple(faults)


class Query(Struct, frozen=True, kw_only=True):
    """A condition on the entities of one type."""

    text: str
    platform: str | None  # None: of any
    test: Base

    def columns(self, chosen: Sequence[str] = ()) -> tuple[str, ...]:
        """Return the fields to show: those asked for, or the key and what the query names.

        UsageError for a field that the entity does not have, or that is personal.
        """
        known = sigma.fields(self.test.entity)
        for name in chosen:
            if name not in known:
                listed = ", ".join(each.name for each in known.values() if _is_open(each))
                remedy = f"an {self.test.category} has: {listed}"
                raise UsageError(f"no field `{name[:80]}`", remedy=remedy)
            if not _is_open(known[name]):
                raise UsageError(f"`{name}` is personal or secret", remedy="no output holds it")
        keys = tuple(name for name in self.test.entity.key if _is_open(known[name]))
        return tuple(dict.fromkeys(chosen or (*keys, *self.test.fields())))


class Found(Struct, frozen=True, kw_only=True):
    """An entity for which a query holds; a column has a pattern where the query asks for it."""

    columns: tuple[Match, ...]
    evidence: tuple[str, ...]


class Answer(Struct, frozen=True, kw_only=True):
    """What a query found, and how much it could not decide."""

    found: tuple[Found, ...]
    examined: int
    undecided: int
    unstated: str | None  # the first field that an undecided entity does not state


def read_query(text: str) -> Query:
    """Read a query. QueryError with everything that is wrong with it, each with its place."""
    if len(text) > _LENGTH_LIMIT:
        reason, remedy = f"larger than {_LENGTH_LIMIT} characters", "write a rule file"
        raise QueryError(text, [Fault(reason=reason, remedy=remedy, start=0, length=1)])
    try:
        return _read(text, _map_of(text))
    except RuleErrors as error:
        raise QueryError(text, [_fault(text, each) for each in error.errors]) from None


def ask(query: Query, snapshot: Snapshot, columns: Sequence[str]) -> Answer:
    """Put a query to the entities of a device."""
    if query.platform not in {None, snapshot.platform}:
        return Answer(found=(), examined=0, undecided=0, unstated=None)
    found: list[Found] = []
    examined = undecided = 0
    lacking: str | None = None
    for joined in snapshot.joined(query.test.entity):
        truth = query.test.evaluate(joined.entity)
        if truth is None:
            undecided += 1
            lacking = lacking or unstated(query.test, joined.entity)
            continue
        examined += 1
        if truth:
            found.append(_found(query.test, joined, columns))
    return Answer(found=tuple(found), examined=examined, undecided=undecided, unstated=lacking)


def _map_of(text: str) -> dict[str, Any]:
    plain_map = text.lstrip().startswith("{") or "\n" in text
    file = read_text(text if plain_map else f"{{{text}}}", _NAME)
    if len(file.documents) != 1:
        problems = Problems(_NAME)
        problems.add((), "one query expected", f"for example: {EXAMPLE}")
        problems.raise_any()
    return file.documents[0].data


def _read(text: str, data: dict[str, Any]) -> Query:
    problems = Problems(_NAME)
    entity = _entity(data, problems)
    product = data.get("product")
    if product is not None and product not in PRODUCTS:
        problems.unknown(("product",), "product", str(product), PRODUCTS)
    detection = _detection(data, problems)
    if problems.errors and detection is not None:  # what can be said without knowing the fields
        sigma.check_condition(detection, problems)
    problems.raise_any()
    if detection is None:
        node: sigma.Node = _ALL
    else:
        if reason := sigma.unsupported(detection):
            problems.add(("detection",), reason, "see docs/sigma.md")
        else:
            sigma.check_detection(detection, entity, problems)
        problems.raise_any()
        source = {"product": product or PRODUCTS[0], "category": data["category"]}
        made = sigma.compile_detection({"logsource": source, "detection": detection}, problems)
        problems.raise_any()
        node = made or _ALL
    return Query(text=text, platform=product, test=_test(entity, node, product))


def _entity(data: dict[str, Any], problems: Problems) -> type[Entity]:
    named = data.get("category")
    found = sigma.CATEGORIES.get(named) if isinstance(named, str) else None
    if named is None:
        problems.add(("category",), "the category is missing", f"for example: {EXAMPLE}")
    elif found is None:
        problems.unknown(("category",), "category", str(named), sigma.CATEGORIES)
    return found or Entity


def _detection(data: dict[str, Any], problems: Problems) -> dict[str, Any] | None:
    """Return the detection section that a query stands for; None where it asks for nothing."""
    asked = {key: value for key, value in data.items() if key not in _KEYS}
    if "detection" not in data:
        return {"query": asked, "condition": "query"} if asked else None
    for key in asked:
        remedy = "put every field into a selection, or leave `detection` out"
        problems.add((key,), "a field beside `detection`", remedy)
    detection = data["detection"]
    if isinstance(detection, dict):
        return detection
    remedy = "for example {a: {debuggable: true}, condition: a}"
    problems.add(("detection",), "a map of selections and a condition expected", remedy)
    return None


def _test(entity: type[Entity], node: sigma.Node, product: str | None) -> Base:
    return Base(
        name=_NAME,
        title=_NAME,
        platform=product or "",
        category=sigma.category(entity),
        entity=entity,
        selections=(),
        conditions=(),
        condition=sigma.Condition.of(node, _always if node is _ALL else None),
        proofs=(),
    )


def _always(_: Entity) -> bool:
    return True


def _is_open(field: sigma.Field) -> bool:
    return field.privacy not in UNREADABLE


def _found(test: Base, joined: Joined, columns: Sequence[str]) -> Found:
    return Found(
        columns=tuple(_columns(test, joined, columns)),
        evidence=tuple(sorted({one for name in columns for one in joined.evidence_of(name)})),
    )


def _columns(test: Base, joined: Joined, columns: Sequence[str]) -> Iterator[Match]:
    """Yield each column: of a field that the query names what matched, else what is there."""
    known, held = sigma.fields(test.entity), test.explain(joined.entity)
    for name in columns:
        words = tuple(each.words for each in held if each.field == name)
        values = tuple(value for each in held if each.field == name for value in each.values)
        yield Match(
            field=name,
            pattern=", ".join(words),
            values=tuple(dict.fromkeys(values or values_of(sigma.read(joined.entity, name)))),
            privacy=known[name].privacy,
            evidence=joined.evidence_of(name),
        )


def _fault(text: str, error: RuleError) -> Fault:
    start, length = _place(text, error)
    return Fault(reason=error.reason, remedy=error.remedy, start=start, length=length)


def _place(text: str, error: RuleError) -> tuple[int, int]:
    """Return where in its text a fault lies: at the word that it quotes, or at the key."""
    quoted = re.findall(r"`([^`]+)`", error.reason)
    if error.where.endswith("detection.condition") and (place := _in_condition(text, quoted)):
        return place
    key = error.where.partition(", ")[2].removeprefix("detection.query.")
    keys = (key, key.split(".")[-1])
    for word in (*quoted, *keys) if error.reason.startswith("unknown") else (*keys, *quoted):
        found = re.search(rf"(?<![\w.]){re.escape(word)}(?![\w])", text)
        if word and found:
            return found.start(), len(word)
    return _unread(text), 1


def _in_condition(text: str, quoted: Sequence[str]) -> tuple[int, int] | None:
    """Return the place of a word that a fault of a condition quotes, or of the condition."""
    found = re.search(r"(?<![\w.])condition['\"]?\s*:\s*", text)
    if found is None:
        return None
    at = next((at for word in quoted if (at := text.find(word, found.end())) >= 0), -1)
    return (at, len(quoted[0])) if at >= 0 else (found.start(), len("condition"))


def _unread(text: str) -> int:
    """Return where YAML stops to make sense of a text, or its beginning."""
    whole = text if text.lstrip().startswith("{") else f"{{{text}}}"
    try:
        for _ in yaml.parse(whole, Loader=Loader):
            pass
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        at = mark.index - (len(whole) > len(text)) if mark else 0
        return min(max(at, 0), max(len(text) - 1, 0))
    except yaml.YAMLError:
        pass
    return 0
