"""Rules, as they are after loading."""

from __future__ import annotations

from typing import Any, Literal, Protocol

from msgspec import Struct

from scanner.detect import sigma
from scanner.detect.exposure import Vulnerability
from scanner.detect.yara.pack import YaraPack
from scanner.model.entities import Entity
from scanner.model.findings import Confidence, Level, Message, RuleClass
from scanner.model.report import RuleLine, RuleSet

ProofKind = Literal["match", "no_match", "unknown"]
PROOF_KINDS: tuple[ProofKind, ...] = ("match", "no_match", "unknown")
EXPECTED: dict[ProofKind, sigma.Truth] = {"match": True, "no_match": False, "unknown": None}


class Proof(Struct, frozen=True, kw_only=True):
    """Entity fragments inside a rule, and what the rule must say of them."""

    kind: ProofKind
    number: int  # from 1, within its kind
    entities: tuple[Entity, ...]  # one, but for a correlation


class Test(Protocol):
    """A condition on the entities of one type: a rule, or the base rule of a correlation."""

    @property
    def category(self) -> str: ...
    @property
    def entity(self) -> type[Entity]: ...
    @property
    def evaluate(self) -> sigma.Predicate: ...
    def fields(self) -> tuple[str, ...]: ...
    def explain(self, entity: Entity) -> tuple[sigma.Held, ...]: ...


class Heading(Struct, frozen=True, kw_only=True):
    """What every rule says of itself."""

    id: str
    title: str
    status: str
    level: Level
    rule_class: RuleClass
    confidence: Confidence
    description: str
    platform: str
    falsepositives: tuple[str, ...]
    advice: tuple[str, ...]
    tags: tuple[str, ...]
    references: tuple[str, ...]
    proofs: tuple[Proof, ...]
    path: str  # within the folder it was loaded from
    sha256: str  # of the file
    foreign: bool = False  # written for another program: without class, confidence and proof

    @property
    def review(self) -> bool:
        """Whether a match is for a person to look at before it is a finding."""
        return self.status == "experimental" or self.confidence == "low"

    def line(self) -> RuleLine:
        """Return the rule as a report names it."""
        shared = {name: getattr(self, name) for name in RuleLine.__struct_fields__}
        return RuleLine(**shared)


class Rule(Heading, frozen=True, kw_only=True):
    """One Sigma rule, compiled. Its condition is a function of one entity."""

    category: str
    entity: type[Entity]
    selections: tuple[str, ...]  # names in the detection section
    conditions: tuple[str, ...]  # as written
    condition: sigma.Condition

    @property
    def node(self) -> sigma.Node:
        return self.condition.node

    @property
    def evaluate(self) -> sigma.Predicate:
        return self.condition.predicate

    def fields(self) -> tuple[str, ...]:
        """Return the fields that the rule names, each once, in its order."""
        return sigma.named(self.node)

    def explain(self, entity: Entity) -> tuple[sigma.Held, ...]:
        """Return the fields that made the rule true for an entity, each test once."""
        return sigma.held(self.node, self.evaluate, entity)


class Base(Struct, frozen=True, kw_only=True):
    """A rule that a correlation is about; alone it makes no finding."""

    name: str  # by which the correlation refers to it
    title: str
    platform: str
    category: str
    entity: type[Entity]
    selections: tuple[str, ...]
    conditions: tuple[str, ...]
    condition: sigma.Condition
    proofs: tuple[Proof, ...]  # of its own, where it has some
    group: tuple[str, ...] = ()  # the fields by which its entities are grouped
    moment: str | None = None  # the field that says when, where the correlation asks for an order
    value: tuple[str, ...] = ()  # the fields whose values are counted or added up

    @property
    def node(self) -> sigma.Node:
        return self.condition.node

    @property
    def evaluate(self) -> sigma.Predicate:
        return self.condition.predicate

    def fields(self) -> tuple[str, ...]:
        """Return the fields that the correlation reads of an entity, each once."""
        own = sigma.named(self.node)
        when = (self.moment,) if self.moment else ()
        return tuple(dict.fromkeys((*own, *self.group, *self.value, *when)))

    def explain(self, entity: Entity) -> tuple[sigma.Held, ...]:
        """Return the fields that made the base rule true for an entity, each test once."""
        return sigma.held(self.node, self.evaluate, entity)


class Correlation(Heading, frozen=True, kw_only=True):
    """One correlation, compiled: a condition on all entities that its base rules match."""

    relation: sigma.Relation
    bases: tuple[Base, ...]  # in the order of `rules`

    @property
    def category(self) -> str:
        return "correlation"

    def fields(self) -> tuple[str, ...]:
        """Return the fields that its base rules read, each once, with their category."""
        named = (f"{base.category}.{field}" for base in self.bases for field in base.fields())
        return tuple(dict.fromkeys(named))


AnyRule = Rule | Correlation


class RulePack(Struct, frozen=True, kw_only=True):
    """The rules of one examination, in the order of their ids."""

    rules: tuple[AnyRule, ...]
    unusable: tuple[Message, ...]  # rules in well-formed files that cannot be evaluated
    digest: str  # sha256 over the digests of all files
    vulnerabilities: tuple[Vulnerability, ...] = ()  # exposure data, the latest fix first
    yara: YaraPack | None = None  # rules of bytes; None: there are none

    def lines(self) -> RuleSet:
        """Return the pack as a report names it."""
        return RuleSet(
            digest=self.digest,
            rules=(
                *(rule.line() for rule in self.rules),
                *(self.yara.lines() if self.yara else ()),
            ),
            unusable=(*self.unusable, *(self.yara.unusable if self.yara else ())),
        )


def unusable(path: str, reason: str) -> Message:
    """Say that a rule of a well-formed file cannot be evaluated."""
    return Message("rule.unusable", {"path": path, "reason": reason})


def identity(entity: Entity) -> dict[str, Any]:
    """Return the key of an entity: what tells it from others of its type."""
    return {name: getattr(entity, name) for name in entity.key}
