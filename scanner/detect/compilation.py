"""From the documents of a rule file to rules: checked, compiled, and bound to each other.

A file holds one rule, several, or a correlation with the base rules that it names. As Sigma has it,
a base rule makes no findings of its own unless every correlation that names it says `generate`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from msgspec import Struct

from scanner.detect import sigma
from scanner.detect.binding import bind, unordered
from scanner.detect.calls import check_calls
from scanner.detect.documents import Document, RuleFile
from scanner.detect.foreign import adopt, is_foreign
from scanner.detect.header import check_header
from scanner.detect.problems import Problems, RuleErrors
from scanner.detect.proofs import read_group_proofs, read_proofs
from scanner.detect.rules import AnyRule, Base, Correlation, Rule, unusable
from scanner.errors import RuleError
from scanner.model.entities import Entity
from scanner.model.findings import Message

PRODUCTS = ("android", "ios")
_BEYOND = {"filter": "a Sigma filter", "action": "a collection with actions"}
Made = AnyRule | Message
T = TypeVar("T")


class Part(Struct, frozen=True, kw_only=True):
    """One document of a file, as it will be compiled."""

    document: Document
    data: dict[str, Any]  # of a foreign rule: in our words
    problem: str | None = None  # why it cannot be evaluated
    renamed: dict[str, str] = {}  # fields of a foreign rule: ours

    def names(self) -> set[str]:
        """Return what a correlation may call it."""
        named = (self.document.data.get("name"), self.document.data.get("id"))
        return {name for name in named if isinstance(name, str)}


def compile_file(
    file: RuleFile, name: str, *, lenient: bool = False, checked: bool = False
) -> tuple[Made, ...]:
    """Compile all rules of a file; a message for each that is well-formed and beyond this scanner.

    `checked`: the same bytes were found right before; they are compiled, and have no proofs.

    RuleErrors with everything that is wrong in it; with `lenient` a file that was written for
    another program is never refused: what is wrong with its rules is said of them.
    """
    foreign = lenient and all(is_foreign(document.data) for document in file.documents)
    return _Compilation(file, name, foreign=foreign, checked=checked).run()


class _Compilation:
    """The rules of one file while they are made."""

    def __init__(self, file: RuleFile, name: str, *, foreign: bool, checked: bool) -> None:
        self._path, self._sha256, self._foreign = name, file.sha256, foreign
        self._checked = checked
        self._parts = [_part(document, file, foreign) for document in file.documents]
        self._errors: list[RuleError] = []
        self._bases: dict[str, Base | Message] = {}
        self._renamed: dict[str, dict[str, str]] = {}

    def run(self) -> tuple[Made, ...]:
        """Make the base rules first, then what stands for itself, in the order of the file."""
        related = [part for part in self._parts if "correlation" in part.data]
        named = _named(related)
        silent = _named([part for part in related if not _generates(part)])
        for part in self._parts:
            for called in part.names() & named:
                self._add_base(part, called)
        made: list[Made] = []
        idle: list[Part] = []
        for part in self._parts:
            if related and _is_idle(part, named):
                idle.append(part)
            elif "correlation" in part.data:
                made += self._attempt(part, self._correlation)
            elif not part.names() & silent:
                made += self._attempt(part, self._rule)
        if not self._errors:
            for part in idle:
                self._complain(part, "no correlation of this file names this rule")
        if self._errors:
            raise RuleErrors(self._errors)
        return tuple(made)

    def _add_base(self, part: Part, called: str) -> None:
        if called in self._bases:
            self._complain(part, f"the name `{called[:40]}` stands twice")
        elif "correlation" in part.data:
            self._bases[called] = unusable(self._path, "a correlation of correlations")
        else:
            self._renamed[called] = part.renamed

            def compiled(data: dict[str, Any], problems: Problems) -> Base | Message:
                return self._base(data, problems, called)

            for base in self._attempt(part, compiled):
                self._bases[called] = base

    def _attempt(
        self, part: Part, make: Callable[[dict[str, Any], Problems], T]
    ) -> list[T | Message]:
        """Make something of a document; nothing where it is wrong, which is noted."""
        problem = part.problem or _beyond(part.data)
        if problem is not None:
            return [unusable(self._path, problem)]
        try:
            return [make(part.data, Problems(part.document.path, part.document.lines))]
        except RuleErrors as error:
            if self._foreign:
                first = error.errors[0]
                reason = f"{first.where.partition(', ')[2]}: {first.reason}"
                return [unusable(self._path, reason)]
            said = {str(each) for each in self._errors}  # of a base rule that is a rule as well
            self._errors += [each for each in error.errors if str(each) not in said]
            return []

    def _complain(self, part: Part, reason: str) -> None:
        problems = Problems(part.document.path, part.document.lines)
        problems.add(("name",), reason)
        self._errors += problems.errors

    def _rule(self, data: dict[str, Any], problems: Problems) -> Rule | Message:
        if not self._foreign and not self._checked:
            check_header(data, problems)
        tested = self._tested(data, problems)
        return tested if isinstance(tested, Message) else Rule(**self._heading(data), **tested)

    def _base(self, data: dict[str, Any], problems: Problems, called: str) -> Base | Message:
        if not self._foreign and not self._checked:
            check_header(data, problems, "base")
        tested = self._tested(data, problems)
        if isinstance(tested, Message):
            return tested
        return Base(name=called, title=data.get("title", called), **tested)

    def _tested(self, data: dict[str, Any], problems: Problems) -> dict[str, Any] | Message:
        """Compile a detection: what a rule and a base rule have in common."""
        source = data.get("logsource")
        category = source.get("category") if isinstance(source, dict) else None
        entity = sigma.CATEGORIES.get(category) if isinstance(category, str) else None
        if entity is None:
            problems.raise_any()
            return unusable(self._path, f"no entity of the category `{category}`")
        detection = data.get("detection")
        if isinstance(detection, dict) and not self._checked:
            sigma.check_detection(detection, entity, problems)
        proofs = read_proofs(data.get("tests"), entity, problems)
        problems.raise_any()
        compiled = self._condition(data, entity, problems)
        if compiled is None:
            return unusable(self._path, "no condition")
        condition = data["detection"]["condition"]
        return {
            "platform": data["logsource"]["product"],
            "category": category,
            "entity": entity,
            "selections": tuple(key for key in data["detection"] if key != "condition"),
            "conditions": tuple(condition) if isinstance(condition, list) else (condition,),
            "condition": compiled,
            "proofs": proofs,
        }

    def _condition(
        self, data: dict[str, Any], entity: type[Entity], problems: Problems
    ) -> sigma.Condition | None:
        """Compile a condition; one that was found right waits until somebody asks for it."""
        if self._checked:
            return sigma.Condition(partial(_compiled, data))
        node = sigma.compile_detection(data, problems)
        problems.raise_any()
        if node is None:
            return None
        check_calls(node, entity, problems)
        problems.raise_any()
        return sigma.Condition.of(node)

    def _correlation(self, data: dict[str, Any], problems: Problems) -> Correlation | Message:
        if not self._foreign and not self._checked:
            check_header(data, problems, "correlation")
        relation = sigma.read_relation(data.get("correlation"), problems)
        proofs = read_group_proofs(data.get("tests"), problems)
        problems.raise_any()
        if relation is None:
            return unusable(self._path, "no correlation")
        bases = self._bases_of(relation, problems)
        if isinstance(bases, Message):
            return bases
        bound = bind(relation, bases, problems, self._renamed)
        problems.raise_any()
        if category := unordered(relation, bound):
            return unusable(self._path, f"temporal_ordered: `{category}` states no moment")
        return Correlation(
            **self._heading(data),
            platform=bound[0].platform,
            proofs=proofs,
            relation=relation,
            bases=bound,
        )

    def _bases_of(self, relation: sigma.Relation, problems: Problems) -> list[Base] | Message:
        bases: list[Base] = []
        for called in relation.rules:
            made = self._bases.get(called)
            if isinstance(made, Message):
                return unusable(self._path, f"`{called[:40]}`: {made.params['reason']}")
            if made is not None:
                bases.append(made)
            elif not any(called in part.names() for part in self._parts):
                reason = f"no rule of this file is called `{called[:40]}`"
                problems.add(("correlation", "rules"), reason, "give a base rule this `name`")
        problems.raise_any()
        if len(bases) < len(relation.rules):  # what is wrong with one of them is said already
            return unusable(self._path, "a base rule is wrong")
        return bases

    def _heading(self, data: dict[str, Any]) -> dict[str, Any]:
        shared: dict[str, Any] = {key: data[key] for key in _SAME}
        shared |= {key: tuple(data.get(key, ())) for key in _LISTS}
        return shared | {
            "rule_class": data["class"],
            "description": data["description"].strip(),
            "path": self._path,
            "sha256": self._sha256,
            "foreign": self._foreign,
        }


def _compiled(data: dict[str, Any]) -> sigma.Node:
    """Compile the detection of a file that was found right before."""
    problems = Problems("", {})
    node = sigma.compile_detection(data, problems)
    problems.raise_any()
    if node is None:
        raise ValueError("a rule that was found right has a condition")
    return node


def _part(document: Document, file: RuleFile, foreign: bool) -> Part:
    if not foreign:
        return Part(document=document, data=document.data)
    data, problem, renamed = adopt(document.data, file.sha256)
    return Part(document=document, data=data, problem=problem, renamed=renamed)


def _named(related: Sequence[Part]) -> set[str]:
    return {name for part in related for name in sigma.references(part.data["correlation"])}


def _is_idle(part: Part, named: set[str]) -> bool:
    """Whether a document can be nothing but a base rule, and none that is asked for."""
    data = part.document.data
    return {"name", "detection"} <= data.keys() and "id" not in data and not part.names() & named


def _generates(part: Part) -> bool:
    section = part.data["correlation"]
    return isinstance(section, dict) and section.get("generate") is True


def _beyond(data: dict[str, Any]) -> str | None:
    """Say why a well-formed document holds nothing that this scanner can evaluate."""
    for key, what in _BEYOND.items():
        if key in data:
            return what
    logsource = data.get("logsource")
    product = logsource.get("product") if isinstance(logsource, dict) else None
    if isinstance(product, str) and product not in PRODUCTS:
        return f"a rule for `{product[:40]}`"
    if modifier := sigma.unsupported(data.get("detection")):
        return modifier
    if data.get("status") in ("deprecated", "unsupported"):
        return f"its status is {data['status']}"
    return None


_SAME = ("id", "title", "status", "level", "confidence")
_LISTS = ("falsepositives", "advice", "tags", "references")
