"""A phone over the days: what it is, what its user chose, what is odd, what was planted."""

from __future__ import annotations

from random import Random

from msgspec import Struct, structs

from scanner.simulate.fleet.apps import Held, chosen
from scanner.simulate.fleet.management import takes_new_version
from scanner.simulate.fleet.oddities import Odd, oddities
from scanner.simulate.fleet.plantings import Planted
from scanner.simulate.fleet.stock import NEVER, Build, Phone

_LATER = 5  # days in which a phone that was off is switched on again


class Push(Struct, frozen=True, kw_only=True):
    """Something that the server of the organisation puts on every phone: who attacks it can."""

    day: int
    reach: float = 0.98  # of the phones on that day; the rest were off
    name: str = "pushed"


class Life(Struct, frozen=True, kw_only=True):
    """One phone of the fleet, for all days."""

    seed: int
    phone: Phone
    apps: tuple[Held, ...]
    odd: tuple[Odd, ...]
    new_version: int  # day on which its settings change
    planted: Planted | None = None
    push: Push | None = None
    pushed: int = NEVER  # day on which the push reaches it

    def build_at(self, day: int) -> Build:
        """Return the build that runs on a day."""
        build = self.phone.build_at(day)
        if self.planted and self.planted.kind == "unlocked" and day >= self.planted.since:
            oldest = self.phone.model.builds[-1]
            return structs.replace(oldest, patch="2025-06-05")
        return build


def live(
    seed: int, phone: Phone, oddness: float, planted: Planted | None, push: Push | None
) -> Life:
    """Draw the life of a phone; what is planted or pushed changes nothing else of it."""
    random = Random(f"{seed}/{phone.number}/push")  # noqa: S311 - a simulation that can be repeated
    later = 0 if push is None or random.random() < push.reach else random.randint(1, _LATER)
    return Life(
        seed=seed,
        phone=phone,
        apps=tuple(chosen(seed, phone)),
        odd=tuple(oddities(seed, phone, oddness)),
        new_version=takes_new_version(seed, phone),
        planted=planted,
        push=push,
        pushed=push.day + later if push else NEVER,
    )
