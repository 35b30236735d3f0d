"""Rules, and what they make of the snapshot of a device.

A name is loaded when it is first asked for: who scans bytes in a child needs no Sigma.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scanner.detect.calls import asked_calls
    from scanner.detect.exposure import Vulnerability, exposures
    from scanner.detect.facts import Beside, ScanFacts
    from scanner.detect.inspecting import inspect
    from scanner.detect.lints import LINTS, Lint, lint
    from scanner.detect.packs import load
    from scanner.detect.problems import RuleErrors
    from scanner.detect.proofs import Proved, prove
    from scanner.detect.reach import asks_for_app_files, asks_for_recordings, enumerating, of_change
    from scanner.detect.rules import AnyRule, Correlation, Proof, Rule, RulePack
    from scanner.detect.verdict import MINIMUM, Extent, decide, extent

_WHERE = {
    "scanner.detect.calls": ("asked_calls",),
    "scanner.detect.exposure": ("Vulnerability", "exposures"),
    "scanner.detect.facts": ("Beside", "ScanFacts"),
    "scanner.detect.inspecting": ("inspect",),
    "scanner.detect.lints": ("LINTS", "Lint", "lint"),
    "scanner.detect.packs": ("load",),
    "scanner.detect.problems": ("RuleErrors",),
    "scanner.detect.proofs": ("Proved", "prove"),
    "scanner.detect.reach": (
        "asks_for_app_files",
        "asks_for_recordings",
        "enumerating",
        "of_change",
    ),
    "scanner.detect.rules": ("AnyRule", "Correlation", "Proof", "Rule", "RulePack"),
    "scanner.detect.verdict": ("MINIMUM", "Extent", "decide", "extent"),
}
_MODULE_OF = {name: module for module, names in _WHERE.items() for name in names}

__all__ = [
    "LINTS",
    "MINIMUM",
    "AnyRule",
    "Beside",
    "Correlation",
    "Extent",
    "Lint",
    "Proof",
    "Proved",
    "Rule",
    "RuleErrors",
    "RulePack",
    "ScanFacts",
    "Vulnerability",
    "asked_calls",
    "asks_for_app_files",
    "asks_for_recordings",
    "decide",
    "enumerating",
    "exposures",
    "extent",
    "inspect",
    "lint",
    "load",
    "of_change",
    "prove",
]


def __getattr__(name: str) -> Any:
    """Load a name when it is first asked for."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
