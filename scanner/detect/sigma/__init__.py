"""Sigma rules over entities: parsed by pySigma, compiled to predicates of three values."""

from scanner.detect.sigma.compiler import compile_detection
from scanner.detect.sigma.detections import check_detection, unsupported
from scanner.detect.sigma.fields import CATEGORIES, Field, category, fields
from scanner.detect.sigma.truth import Held, Node, Predicate, Truth, explain, leaves, predicate

__all__ = [
    "CATEGORIES",
    "Field",
    "Held",
    "Node",
    "Predicate",
    "Truth",
    "category",
    "check_detection",
    "compile_detection",
    "explain",
    "fields",
    "leaves",
    "predicate",
    "unsupported",
]
