"""Numbers of which only the least and the greatest value are known, and Kleene's connectives."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from msgspec import Struct

from scanner.detect.sigma import Truth
from scanner.detect.sigma.correlations import Operator


class Range(Struct, frozen=True):
    """A number that is not known exactly; both ends belong to it."""

    least: float
    most: float


def compare(found: Range, operator: Operator, bound: float) -> Truth:
    """Compare a range with a bound: unknown where some of its numbers fit and some do not."""
    match operator:
        case "gte":
            return _decide(found.least >= bound, found.most >= bound)
        case "gt":
            return _decide(found.least > bound, found.most > bound)
        case "lte":
            return _decide(found.most <= bound, found.least <= bound)
        case "lt":
            return _decide(found.most < bound, found.least < bound)
    equal = _decide(
        found.least == found.most == bound,
        found.least <= bound <= found.most,
    )
    return equal if operator == "eq" else contrary(equal)


def _decide(surely: bool, perhaps: bool) -> Truth:
    if surely:
        return True
    return None if perhaps else False


def contrary(truth: Truth) -> Truth:
    """Return the negation; that of unknown is unknown."""
    return None if truth is None else not truth


def all_of(truths: Sequence[Truth]) -> Truth:
    """Return whether all hold."""
    if False in truths:
        return False
    return None if None in truths else True


def any_of(truths: Sequence[Truth]) -> Truth:
    """Return whether any holds."""
    if True in truths:
        return True
    return None if None in truths else False


def measure(kind: str, numbers: list[float], percentile: int) -> float | None:
    """Return a sum, a mean, a median or a percentile (nearest rank); None of no numbers."""
    if not numbers:
        return None
    match kind:
        case "value_sum":
            return sum(numbers)
        case "value_avg":
            return statistics.fmean(numbers)
        case "value_median":
            return statistics.median(numbers)
    rank = math.ceil(len(numbers) * percentile / 100)
    return sorted(numbers)[rank - 1]
