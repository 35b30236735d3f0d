"""Rules, as they are after loading."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from scanner.detect import sigma
from scanner.model.entities import Entity
from scanner.model.findings import Confidence, Level, Message, RuleClass
from scanner.model.report import RuleLine, RuleSet

ProofKind = Literal["match", "no_match", "unknown"]
PROOF_KINDS: tuple[ProofKind, ...] = ("match", "no_match", "unknown")
EXPECTED: dict[ProofKind, sigma.Truth] = {"match": True, "no_match": False, "unknown": None}


class Proof(Struct, frozen=True, kw_only=True):
    """An entity fragment inside a rule, and what the rule must say of it."""

    kind: ProofKind
    number: int  # from 1, within its kind
    entity: Entity


class Rule(Struct, frozen=True, kw_only=True):
    """One Sigma rule, compiled. Its condition is a function of one entity."""

    id: str
    title: str
    status: str
    level: Level
    rule_class: RuleClass
    confidence: Confidence
    description: str
    platform: str
    category: str
    entity: type[Entity]
    falsepositives: tuple[str, ...]
    advice: tuple[str, ...]
    tags: tuple[str, ...]
    references: tuple[str, ...]
    proofs: tuple[Proof, ...]
    path: str  # within the folder it was loaded from
    sha256: str  # of the file
    selections: tuple[str, ...]  # names in the detection section
    conditions: tuple[str, ...]  # as written
    node: sigma.Node
    evaluate: sigma.Predicate

    @property
    def review(self) -> bool:
        """Whether a match is for a person to look at before it is a finding."""
        return self.status == "experimental" or self.confidence == "low"

    def fields(self) -> tuple[str, ...]:
        """Return the fields that the rule names, each once, in its order."""
        named: dict[str, None] = {}
        for leaf in sigma.leaves(self.node):
            named[leaf.field] = None
            if other := getattr(leaf, "other", None):
                named[other] = None
        return tuple(named)

    def explain(self, entity: Entity) -> tuple[sigma.Held, ...]:
        """Return the fields that made the rule true for an entity, each test once."""
        if self.evaluate(entity) is not True:
            return ()
        return tuple(dict.fromkeys(sigma.explain(self.node, entity)))

    def line(self) -> RuleLine:
        """Return the rule as a report names it."""
        shared = {name: getattr(self, name) for name in RuleLine.__struct_fields__}
        return RuleLine(**shared)


class RulePack(Struct, frozen=True, kw_only=True):
    """The rules of one examination, in the order of their ids."""

    rules: tuple[Rule, ...]
    unusable: tuple[Message, ...]  # rules in well-formed files that cannot be evaluated
    digest: str  # sha256 over the digests of all files

    def lines(self) -> RuleSet:
        """Return the pack as a report names it."""
        return RuleSet(
            digest=self.digest,
            rules=tuple(rule.line() for rule in self.rules),
            unusable=self.unusable,
        )


def unusable(path: str, reason: str) -> Message:
    """Say that a rule of a well-formed file cannot be evaluated."""
    return Message("rule.unusable", {"path": path, "reason": reason})


def identity(entity: Entity) -> dict[str, Any]:
    """Return the key of an entity: what tells it from others of its type."""
    return {name: getattr(entity, name) for name in entity.key}
