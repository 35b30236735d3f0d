"""How often a rule matches, and how often it may at most."""

from __future__ import annotations

CONFIDENCE = 0.95
_STEPS = 60  # of the bisection: more than a float can tell apart


def upper_bound(matches: int, trials: int) -> float:
    """Return the one-sided upper 95 % bound of a rate (Clopper and Pearson), by bisection."""
    if matches >= trials:
        return 1.0
    low, high = matches / trials, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _at_most(matches, trials, middle) > 1 - CONFIDENCE:
            low = middle
        else:
            high = middle
    return high


def _at_most(matches: int, trials: int, rate: float) -> float:
    """Return the probability of at most `matches` in `trials` independent tries."""
    term, total = (1 - rate) ** trials, 0.0
    for count in range(matches + 1):
        total += term
        term *= (trials - count) / (count + 1) * rate / (1 - rate)
    return total
