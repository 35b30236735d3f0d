"""Published security benchmarks, as data, held against what a phone states."""

from scanner.benchmarks.data import BenchmarkData, Catalogue, Condition, Requirement, load
from scanner.benchmarks.evaluate import evaluate
from scanner.benchmarks.listing import BenchmarkEntry, RequirementEntry, listed, tables

__all__ = [
    "BenchmarkData",
    "BenchmarkEntry",
    "Catalogue",
    "Condition",
    "Requirement",
    "RequirementEntry",
    "evaluate",
    "listed",
    "load",
    "tables",
]
