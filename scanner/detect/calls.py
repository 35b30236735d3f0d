"""Calls that rules ask for: they are looked for in the code of apps only where a rule does.

So a rule on calls names the methods in full, as the code does. One that could be true of other
calls would pass although nobody looked for them, and is refused.
"""

from __future__ import annotations

from scanner.detect.problems import Problems
from scanner.detect.rules import Correlation, RulePack
from scanner.detect.sigma import Node
from scanner.detect.sigma.truth import Junction, Leaf
from scanner.model.entities import ApiCall, Entity

_FIELD = "method"


def asked_calls(pack: RulePack, platform: str) -> tuple[str, ...]:
    """Return the methods that the rules of a platform ask for: class and name, in order."""
    asked: set[str] = set()
    for rule in pack.rules:
        for test in rule.bases if isinstance(rule, Correlation) else (rule,):
            if test.entity is ApiCall and test.platform == platform:
                asked |= _methods(test.node) or set()
    return tuple(sorted(asked))


def check_calls(node: Node, entity: type[Entity], problems: Problems) -> None:
    """Note a rule on calls that does not say which."""
    if entity is ApiCall and _methods(node) is None:
        reason = "a rule on calls may be true of methods that it does not name"
        remedy = "for example `method: android.telephony.SmsManager.sendTextMessage`"
        problems.add(("detection",), reason, remedy)


def _methods(node: Node) -> frozenset[str] | None:
    """Return all methods of which a condition may be true; None where these may be any."""
    if isinstance(node, Leaf) and node.field == _FIELD and node.whole:
        return frozenset(node.whole)
    if not isinstance(node, Junction):
        return None
    parts = [_methods(part) for part in node.parts]
    known = [part for part in parts if part is not None]
    if node.every:
        return min(known, key=len, default=None)
    return frozenset().union(*known) if len(known) == len(parts) else None
