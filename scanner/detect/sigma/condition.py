"""A condition, compiled when somebody first asks what it says.

Most rules of a pack are about another platform, or about what a device does not state: they are
loaded, listed and counted, and never asked.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from scanner.detect.sigma.generated import predicate
from scanner.detect.sigma.truth import Node, Predicate


class Condition:
    """The condition of a rule: a tree to explain it by, and a function that decides it."""

    def __init__(self, make: Callable[[], Node], decide: Predicate | None = None) -> None:
        self._make, self._decide = make, decide

    @classmethod
    def of(cls, node: Node, decide: Predicate | None = None) -> Condition:
        """Return the condition that a tree is; `decide`: what answers in its stead."""
        return cls(lambda: node, decide)

    @cached_property
    def node(self) -> Node:
        return self._make()

    @cached_property
    def predicate(self) -> Predicate:
        return self._decide or predicate(self.node)
