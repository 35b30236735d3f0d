"""Indicators: the normal forms of their values, and what of a phone they match."""

from scanner.detect.indicators.carriers import CARRIERS, Carrier
from scanner.detect.indicators.checks import inspect_indicators, summary
from scanner.detect.indicators.index import Found, Index
from scanner.detect.indicators.normal import LENGTH_LIMIT, classify_host, normalise, observe

__all__ = [
    "CARRIERS",
    "LENGTH_LIMIT",
    "Carrier",
    "Found",
    "Index",
    "classify_host",
    "inspect_indicators",
    "normalise",
    "observe",
    "summary",
]
