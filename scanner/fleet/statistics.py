"""The few formulas of a comparison, on plain numbers."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence

Z = 1.6448536269514722  # of the normal distribution: one-sided 95 %


def wilson_upper(have: int, of: int) -> float:
    """Return the upper bound, one-sided 95 %, of a share that `have` of `of` show.

    E. B. Wilson, Probable Inference, J. Am. Stat. Assoc. 22 (1927). 1.0 where there is nobody.
    """
    if of <= 0:
        return 1.0
    share, square = have / of, Z * Z
    middle = share + square / (2 * of)
    spread = Z * math.sqrt(share * (1 - share) / of + square / (4 * of * of))
    return min(1.0, (middle + spread) / (1 + square / of))


def bits(share: float) -> float:
    """Return how surprising something of this share is, in bits."""
    return 0.0 if share >= 1.0 else -math.log2(share)


def at_least(ascending: Sequence[float], value: float) -> int:
    """Count how many of the sorted values are as large, or larger."""
    return len(ascending) - bisect_left(ascending, value)


def conformal(ascending: Sequence[float], value: float) -> float:
    """Return the conformal p-value of one of `ascending` among all others of it.

    (1 + others that are at least as large) / (1 + others): V. Vovk, A. Gammerman, G. Shafer,
    Algorithmic Learning in a Random World (2005). `value` is among them and counts for the 1.
    """
    return max(1, at_least(ascending, value)) / max(1, len(ascending))


def benjamini_hochberg(p_values: Sequence[float], rate: float) -> float:
    """Return the largest p-value that is kept at a false discovery rate; 0.0: none is.

    Y. Benjamini, Y. Hochberg, J. R. Stat. Soc. B 57 (1995).
    """
    ordered, kept = sorted(p_values), 0.0
    for place, value in enumerate(ordered, start=1):
        if value <= rate * place / len(ordered):
            kept = value
    return kept


def convolve(left: Sequence[float], right: Sequence[float]) -> list[float]:
    """Return the distribution of the sum of two independent whole numbers from 0."""
    result = [0.0] * (len(left) + len(right) - 1)
    for place, weight in enumerate(left):
        if weight:
            for other, second in enumerate(right):
                if second:
                    result[place + other] += weight * second
    return result
