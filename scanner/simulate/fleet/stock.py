"""Which phones a simulated fleet is made of: models, their builds, and how updates spread.

The shares are assumptions of ours: an authority that buys a few models in large lots and keeps a
tail of older ones. Makers are real ones, models and builds of Android are invented.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from random import Random

from msgspec import Struct

TAIL = (0.80, 0.13, 0.05, 0.02)  # of phones on the newest build, the one before, and so on
ROLLOUT = (0.01, 0.03, 0.08, 0.18, 0.35, 0.52, 0.66, 0.76, 0.84, 0.89, 0.92, 0.94, 0.95, 0.96)
"""Share of a model's phones that run a new build so many days after it came; the rest wait."""


class Build(Struct, frozen=True):
    """One build of a model."""

    build: str
    release: str
    patch: str | None  # security patch of Android
    day: int  # when it came; day 0 is the first of the simulation


class Model(Struct, frozen=True, kw_only=True):
    """One model, its share of the fleet, its builds: the newest first, as of day 0."""

    name: str
    manufacturer: str
    platform: str
    share: float
    builds: tuple[Build, ...]
    coming: Build  # the next one


def _android(maker: str, name: str, share: float, *, code: str, release: str, day: int) -> Model:
    patches = ("2026-10-05", "2026-09-05", "2026-07-05", "2026-04-05")
    builds = tuple(
        Build(f"{code}.26{patch[5:7]}05.00{number}", release, patch, -25 - 40 * number)
        for number, patch in enumerate(patches)
    )
    coming = Build(f"{code}.261105.001", release, "2026-11-05", day)
    return Model(
        name=name,
        manufacturer=maker,
        platform="android",
        share=share,
        builds=builds,
        coming=coming,
    )


def _iphone(name: str, share: float, day: int) -> Model:
    builds = (
        Build("23B85", "26.1", None, -20),
        Build("23A355", "26.0.1", None, -50),
        Build("22H124", "18.7.1", None, -70),
        Build("22G100", "18.6.2", None, -110),
    )
    return Model(
        name=name,
        manufacturer="Apple",
        platform="ios",
        share=share,
        builds=builds,
        coming=Build("23C55", "26.2", None, day),
    )


MODELS: tuple[Model, ...] = (
    _iphone("iPhone14,6", 0.21, 5),
    _iphone("iPhone14,5", 0.16, 5),
    _iphone("iPhone14,7", 0.08, 5),
    _iphone("iPhone15,4", 0.05, 5),
    _iphone("iPhone12,8", 0.015, 5),
    _android("samsung", "SM-X901B", 0.18, code="AP3X", release="16", day=3),
    _android("samsung", "SM-X566B", 0.13, code="AP3A", release="16", day=9),
    _android("samsung", "SM-X556B", 0.06, code="UP1A", release="15", day=16),
    _android("Google", "Example 9a", 0.05, code="BP3A", release="16", day=2),
    _android("motorola", "example g84", 0.03, code="V1TD", release="15", day=12),
    _android("Nokia", "Example XR21", 0.02, code="AKS1", release="14", day=20),
    _android("FAIRPHONE", "FPX", 0.015, code="FP5A", release="15", day=8),
)


class Phone(Struct, frozen=True, kw_only=True):
    """What a phone of the fleet is: a model, its build of day 0, and when it takes the next one."""

    number: int
    model: Model
    department: int
    build: Build
    updates: int  # day of the update; NEVER: it waits

    def build_at(self, day: int) -> Build:
        """Return the build that runs on a day."""
        return self.model.coming if day >= self.updates else self.build


NEVER = 10**6
_DEPARTMENT_SHARES = (0.38, 0.24, 0.16, 0.12, 0.07, 0.03)


def choose(random: Random, shares: tuple[float, ...]) -> int:
    """Draw an index by shares that need not add up to 1."""
    bounds = list(accumulate(shares))
    return min(bisect_right(bounds, random.random() * bounds[-1]), len(shares) - 1)


def phone(seed: int, number: int) -> Phone:
    """Draw a phone; the same one for the same seed and number."""
    random = Random(f"{seed}/{number}/phone")  # noqa: S311 - a simulation that can be repeated
    model = MODELS[choose(random, tuple(each.share for each in MODELS))]
    at = choose(random, TAIL)
    lag = bisect_right(ROLLOUT, random.random())
    # Who is far behind stays behind: phones in drawers, full ones, those of people on leave.
    waits = lag >= len(ROLLOUT) or at > 1
    return Phone(
        number=number,
        model=model,
        department=choose(random, _DEPARTMENT_SHARES),
        build=model.builds[at],
        updates=NEVER if waits else model.coming.day + lag,
    )
