"""Rules, and what they make of the snapshot of a device."""

from scanner.detect.calls import asked_calls
from scanner.detect.exposure import Vulnerability, exposures
from scanner.detect.facts import Beside, ScanFacts
from scanner.detect.inspect import inspect
from scanner.detect.lints import LINTS, Lint, lint
from scanner.detect.packs import load
from scanner.detect.problems import RuleErrors
from scanner.detect.proofs import Proved, prove
from scanner.detect.reach import asks_for_app_files, enumerating, of_change
from scanner.detect.rules import AnyRule, Correlation, Proof, Rule, RulePack
from scanner.detect.verdict import MINIMUM, Extent, decide, extent

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
