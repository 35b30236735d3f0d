"""How far each device departs from its peers, in bits, and how likely chance alone goes as far.

What counts is learnt from the fleet itself. In each facet a device has the rank of its rarest fact
among all devices of the platform; so one more odd app says little where most phones have one, and
an added authority much where hardly any has. Facets of one matter (a profile and its version) are
summed up and ranked once more, and of matters that come together (an enrolment brings profile,
owner and authority) the one with the most bits counts. Only the oddest few of a matter count, one
in a hundred and never fewer than ten, and they count the bits that they lie beyond those. What
nobody else on the platform has counts the bits more by which it is rarer than what three have.

One thing is not learnt: the gravity of a matter (`meanings.py`), from one bit less to two more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct

from scanner.fleet.meanings import LACKING, MISSING, meaning
from scanner.fleet.rarity import Odd
from scanner.fleet.statistics import at_least, benjamini_hochberg, bits, conformal, convolve
from scanner.fleet.statistics import wilson_upper as bound

DISCOVERY = 0.2  # the share of `deviant` devices that may be so by chance
STEP = 0.125  # bits: how finely scores are summed up
_ORDINARY = 100  # one device in so many may be as odd without any reason
_FEWEST = 10
_SHARED = 3  # a fact that so many others have is no longer one of a kind


class Standing(Struct, frozen=True, kw_only=True):
    """Where a device stands among all of its platform."""

    score: float  # bits
    weights: dict[str, float]  # bits of each facet that counts; MISSING before what lacks
    p_value: float
    chance: float


def standings(found: Sequence[Mapping[str, Sequence[Odd]]]) -> list[Standing]:
    """Return where each device of one platform stands; each is given by what is odd of it."""
    weights = [_gravest(each) for each in _weights(found)]
    families = [_families(each) for each in weights]
    scores = [sum(map(_steps, each.values())) for each in families]
    reached = _recombined(families)
    ascending = sorted(map(float, scores))
    return [
        Standing(
            score=score * STEP,
            weights=dict(weight),
            p_value=conformal(ascending, score),
            chance=reached[score],
        )
        for score, weight in zip(scores, weights, strict=True)
    ]


def deviant(chances: Sequence[float]) -> float:
    """Return the chance up to which devices are deviant, over the whole list."""
    return benjamini_hochberg(chances, DISCOVERY)


def _weights(found: Sequence[Mapping[str, Sequence[Odd]]]) -> list[dict[str, float]]:
    """Return how many bits what is odd of each device counts, by facet."""
    stated: dict[str, dict[int, float]] = defaultdict(dict)
    for place, each in enumerate(found):
        for name, odds in each.items():
            facet = name.removeprefix(MISSING)
            if name == facet or facet in LACKING or facet not in each:
                stated[name][place] = odds[0].rarity
    by_matter: dict[str, dict[int, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for name, values in sorted(stated.items()):
        for place, weight in _ranked(values, len(found)).items():
            by_matter[meaning(name).matter][place][name] = weight
    weights: list[dict[str, float]] = [{} for _ in found]
    usual, shared = (bits(bound(many, len(found) - 1)) for many in (few(len(found)), _SHARED))
    for parts in by_matter.values():
        sums = {place: sum(each.values()) for place, each in parts.items()}
        for place, weight in _ranked(sums, len(found)).items():
            gravity = max(meaning(name).gravity for name in parts[place])
            counted = weight - usual + gravity
            if counted > 0.0:
                rarest = max(stated[name][place] for name in parts[place])
                counted += max(0.0, rarest - shared)
                for name, part in parts[place].items():
                    weights[place][name] = counted * part / sums[place]
    return weights


def few(devices: int) -> int:
    """Return how many devices may be the oddest of a matter."""
    return min(max(_FEWEST, devices // _ORDINARY), devices // 5)


def _ranked(values: Mapping[int, float], devices: int) -> dict[int, float]:
    """Return the bits of each of the oddest few: how rare it is to be as odd."""
    ascending = sorted(values.values())
    ranked = {}
    for place, value in values.items():
        as_odd = at_least(ascending, value) - 1
        if as_odd < few(devices):
            ranked[place] = bits(bound(as_odd, devices - 1))
    return ranked


def _gravest(weights: Mapping[str, float]) -> dict[str, float]:
    """Return what counts of a device: of each family of matters the one with the most bits."""
    matters: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for name, weight in sorted(weights.items()):
        means = meaning(name)
        matters[means.family][means.matter] += weight
    gravest = {max(each, key=lambda matter: each[matter]) for each in matters.values()}
    return {name: weight for name, weight in weights.items() if meaning(name).matter in gravest}


def _families(weights: Mapping[str, float]) -> dict[str, float]:
    """Sum up what counts, by family."""
    families: dict[str, float] = defaultdict(float)
    for name, weight in sorted(weights.items()):
        families[meaning(name).family] += weight
    return families


def _recombined(families: Sequence[Mapping[str, float]]) -> list[float]:
    """Return for each score, in steps, how likely chance alone reaches it.

    Chance is a phone whose families of facets are those of phones drawn at random, each by itself:
    so the fleet says also how rare a score is that no phone of it would reach.
    """
    total = [1.0]
    for name in sorted({name for each in families for name in each}):
        steps = [_steps(each.get(name, 0.0)) for each in families]
        counts = [0.0] * (max(steps) + 1)
        for step in steps:
            counts[step] += 1.0 / len(steps)
        total = convolve(total, counts)
    reached, tail = [0.0] * len(total), 0.0
    for place in range(len(total) - 1, -1, -1):
        tail = reached[place] = min(1.0, tail + total[place])
    return reached


def _steps(weight: float) -> int:
    return round(weight / STEP)
