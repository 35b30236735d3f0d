"""Sigma rules over entities: parsed by pySigma, compiled to predicates of three values."""

from scanner.detect.sigma.compiler import compile_detection
from scanner.detect.sigma.condition import Condition
from scanner.detect.sigma.conditions import check_condition
from scanner.detect.sigma.correlations import (
    Count,
    Formula,
    Named,
    Relation,
    read_relation,
    references,
)
from scanner.detect.sigma.detections import check_detection, unsupported
from scanner.detect.sigma.fields import CATEGORIES, Field, category, fields, held_type, read, whole
from scanner.detect.sigma.generated import predicate
from scanner.detect.sigma.truth import (
    Held,
    Node,
    Predicate,
    Truth,
    explain,
    held,
    leaves,
    named,
    weigh,
)

__all__ = [
    "CATEGORIES",
    "Condition",
    "Count",
    "Field",
    "Formula",
    "Held",
    "Named",
    "Node",
    "Predicate",
    "Relation",
    "Truth",
    "category",
    "check_condition",
    "check_detection",
    "compile_detection",
    "explain",
    "fields",
    "held",
    "held_type",
    "leaves",
    "named",
    "predicate",
    "read",
    "read_relation",
    "references",
    "unsupported",
    "weigh",
    "whole",
]
