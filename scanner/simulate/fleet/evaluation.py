"""What the comparison of a fleet is worth, measured on simulated fleets.

Tests hold these figures for a smaller fleet, `bench/fleet.py` and `tools/fleet_figures.py` for the
full one. A ranking is all lines of one comparison; a work list is its first lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from msgspec import Struct

from scanner.fleet import compare
from scanner.simulate.fleet.fleet import SIZE, Fleet, day_at
from scanner.simulate.fleet.life import Push
from scanner.simulate.fleet.measures import Worth, rarity_in_fleet, worth
from scanner.simulate.fleet.words import authority

SEEDS = (1, 2, 3)
COUNTS = (1, 3, 10)
WEEKS = (7, 14, 21, 28)  # days on which a fleet is looked at
_DAY = 7  # on which planted phones are looked for: in the middle of a roll-out
_PUSH = Push(day=12)
_AUTHORITY = authority(_PUSH.name)
_BEFORE, _AFTER = 10, 14  # days of the looks around the push
PUSHED = frozenset(
    {
        ("android", "app", f"com.example.{_PUSH.name}"),
        ("android", "certificate_authority", _AUTHORITY),
        ("ios", "app", f"com.example.{_PUSH.name}"),
        ("ios", "profile", f"org.example.mdm.{_PUSH.name}"),
    }
)
"""What a push leaves on the phones of each platform: facet and value."""


class Planting(Struct, frozen=True, kw_only=True):
    """A fleet with planted phones: by the comparison, and by plain rarity in the whole fleet."""

    seed: int
    size: int
    oddness: float
    worth: Worth
    naive: Worth
    kept: int  # planted phones that are `deviant`
    false: int  # others that are


class Drift(Struct, frozen=True, kw_only=True):
    """A fleet without plants over some weeks, looked at once a week."""

    seed: int
    size: int
    false: tuple[int, ...]  # phones that are `deviant`, for each week

    @property
    def per_thousand(self) -> float:
        """How many of 1,000 phones are called deviant in a week."""
        return 1000 * sum(self.false) / (len(self.false) * self.size)


class Small(Struct, frozen=True, kw_only=True):
    """A fleet of a few phones, one of them planted."""

    size: int
    scored: int  # phones
    group_too_small: int  # phones that are compared with a wider group than model and build
    rank: int | None  # of the planted phone; None: it is not scored


class Pushed(Struct, frozen=True, kw_only=True):
    """A fleet that got the same things on all phones within days."""

    seed: int
    size: int
    of: int  # facts that were pushed
    by_reference: int  # of them, that the fleet has and the reference lacks
    by_window: int  # of them, that came within the days of the push
    before_reference: int  # further facts that are listed before the last of them
    before_window: int
    rare: int  # phones of which one of them counts as rare


def planting(seed: int, count: int, *, size: int = SIZE, oddness: float = 1.0) -> Planting:
    """Plant some phones in a fleet and look for them."""
    fleet = Fleet(size, seed=seed, planted=count, oddness=oddness)
    devices = list(fleet.at(_DAY))
    report = compare(devices, limit=None)
    deviant = {line.device for line in report.lines if line.deviant}
    return Planting(
        seed=seed,
        size=size,
        oddness=oddness,
        worth=worth([line.device for line in report.lines], fleet.deviants),
        naive=worth(rarity_in_fleet(devices), fleet.deviants),
        kept=len(deviant & set(fleet.deviants)),
        false=len(deviant - set(fleet.deviants)),
    )


def plantings(
    counts: Sequence[int] = COUNTS,
    *,
    seeds: Sequence[int] = SEEDS,
    size: int = SIZE,
    oddness: float = 1.0,
) -> Iterator[Planting]:
    """Yield a fleet for each seed and number of planted phones."""
    for seed in seeds:
        for count in counts:
            yield planting(seed, count, size=size, oddness=oddness)


def drift(seed: int, *, size: int = SIZE) -> Drift:
    """Look at a fleet without plants once a week."""
    fleet = Fleet(size, seed=seed)
    reports = (compare(fleet.at(day), limit=None) for day in WEEKS)
    return Drift(
        seed=seed,
        size=size,
        false=tuple(sum(line.deviant for line in report.lines) for report in reports),
    )


def small(size: int, *, seed: int = 1) -> Small:
    """Look at a fleet of a few phones."""
    fleet = Fleet(size, seed=seed, planted=1)
    report = compare(fleet.at(_DAY), limit=None)
    scored = [line for line in report.lines if line.score is not None]
    ranks = [place for place, line in enumerate(scored, start=1) if line.device in fleet.deviants]
    return Small(
        size=size,
        scored=len(scored),
        group_too_small=sum(line.group.basis != "model_build" for line in report.lines),
        rank=ranks[0] if ranks else None,
    )


def pushed(seed: int, *, size: int = SIZE) -> Pushed:
    """Push the same to all phones; hold them against a reference, and look at the days after."""
    fleet = Fleet(size, seed=seed, push=_PUSH)
    after = list(fleet.at(_AFTER))
    held = compare(after, reference=fleet.reference(_AFTER), limit=None)
    window = (day_at(_PUSH.day), day_at(_AFTER + 1))
    timed = compare(chain(fleet.at(_BEFORE), after), window=window, limit=None)
    beyond = [(each.platform, each.facet, each.value) for each in held.uniform if not each.lost]
    came = [(each.platform, each.facet, each.value) for each in timed.appeared]
    values = {(facet, value) for _, facet, value in PUSHED}
    return Pushed(
        seed=seed,
        size=size,
        of=len(PUSHED),
        by_reference=len(PUSHED & set(beyond)),
        by_window=len(PUSHED & set(came)),
        before_reference=_before_last(beyond),
        before_window=_before_last(came),
        rare=sum(
            any((rare.facet, rare.value) in values for rare in line.facts) for line in held.lines
        ),
    )


def _before_last(listed: Sequence[tuple[str, str, str]]) -> int:
    """Count what stands before the last pushed fact and is no other way to say one of them."""
    places = [place for place, fact in enumerate(listed) if fact in PUSHED]
    before = listed[: places[-1]] if places else listed
    return sum(_PUSH.name not in value for _, _, value in before if value != _AUTHORITY)
