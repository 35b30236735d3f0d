"""A fleet that can be looked at on any day: the same seed, the same fleet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256
from random import Random

from scanner.model.fleet import FACTS_VERSION, DeviceFacts
from scanner.simulate.fleet.life import Life, Push, live
from scanner.simulate.fleet.looks import look
from scanner.simulate.fleet.plantings import Planted, plant
from scanner.simulate.fleet.stock import MODELS, NEVER, Phone, phone
from scanner.simulate.fleet.system import fingerprint
from scanner.simulate.fleet.words import START

SIZE = 3500
_SECONDS = 20  # between two phones of one day, as several tables in one hall would take


class Fleet:
    """Simulated phones of one organisation, as of days from 0 to 59.

    `planted` phones depart from the rest since `since`; `push` reaches all of them; `oddness`
    multiplies how much is odd about ordinary phones.
    """

    def __init__(
        self,
        size: int = SIZE,
        *,
        seed: int = 1,
        planted: int = 0,
        since: int = 0,
        push: Push | None = None,
        oddness: float = 1.0,
    ) -> None:
        self.size, self.seed, self.push, self.oddness = size, seed, push, oddness
        phones = [phone(seed, number) for number in range(size)]
        self.planted: dict[int, Planted] = plant(seed, phones, planted, since)
        self.lives = [
            live(seed, each, oddness, self.planted.get(each.number), push) for each in phones
        ]

    @cached_property
    def deviants(self) -> dict[str, Planted]:
        """What was planted, by pseudonym of the phone."""
        return {pseudonym(self.seed, number): plant for number, plant in self.planted.items()}

    def at(self, day: int) -> Iterator[DeviceFacts]:
        """Yield the facts of each phone, as a scan of it on a day would state them."""
        for life in self.lives:
            yield self._facts(life, day)

    def reference(self, day: int) -> Iterator[DeviceFacts]:
        """Yield phones that were set up anew on a day from a server that can be trusted.

        One of each model, on its newest build, with nothing that a user would add.
        """
        for number, model in enumerate(MODELS):
            newest = model.coming if day >= model.coming.day else model.builds[0]
            fresh = Phone(
                number=self.size + number, model=model, department=0, build=newest, updates=NEVER
            )
            life = Life(seed=self.seed, phone=fresh, apps=(), odd=(), new_version=0)
            yield self._facts(life, day)

    def _facts(self, life: Life, day: int) -> DeviceFacts:
        mine = life.phone
        random = Random(f"{self.seed}/{mine.number}/day {day}")  # noqa: S311 - can be repeated
        build = life.build_at(day)
        name = pseudonym(self.seed, mine.number)
        taken = START + timedelta(days=day, seconds=_SECONDS * (mine.number % 1400))
        return DeviceFacts(
            version=FACTS_VERSION,
            device=name,
            platform=mine.model.platform,
            taken_at=taken,
            case=f"{taken:%Y%m%dT%H%MZ}-{name[:8]}",
            transport="usb",
            profile="standard",
            manufacturer=mine.model.manufacturer,
            model=mine.model.name,
            release=build.release,
            build=fingerprint(mine.model, build) if build.patch else build.build,
            security_patch=build.patch,
            facets=look(life, day, random, self.oddness),
        )


def pseudonym(seed: int, number: int) -> str:
    """Return what stands for a phone in all its cases."""
    return sha256(f"{seed}/{number}".encode()).hexdigest()[:16]


def day_at(day: int) -> datetime:
    """Return the start of a day of the simulation."""
    return START.replace(hour=0) + timedelta(days=day)
