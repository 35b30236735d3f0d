"""What is planted: phones that depart from their fleet, each kind as its public cases show.

Every planted value is one that no other phone has. Some kinds are several facts, some a single
one; nothing else of the phone differs from what it would be without.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from msgspec import Struct

from scanner.simulate.fleet.stock import Phone

KINDS: dict[str, tuple[str, ...]] = {
    "implant": ("android", "ios"),  # a process of the system's kind, a certificate to listen with
    "stalkerware": ("android",),  # a sideloaded app that reads the screen and notifications
    "foreign_profile": ("ios",),  # a configuration profile of somebody else
    "proxy": ("android",),  # all traffic goes through another computer
    "resolver": ("android",),  # names are resolved by somebody else
    "tunnel": ("android",),  # another VPN than the organisation's
    "owner": ("android", "ios"),  # somebody else manages the phone
    "no_agent": ("android", "ios"),  # the security agent is gone
    "unlocked": ("android",),  # an old build behind an unlocked boot loader
}
"""Kinds of plants, and the platforms that they exist on."""


class Planted(Struct, frozen=True):
    """One planted phone."""

    number: int
    kind: str
    name: str  # a word that stands in all its values
    since: int  # day


def plant(seed: int, phones: Sequence[Phone], count: int, since: int) -> dict[int, Planted]:
    """Choose phones and kinds, each kind at most once more than any other; by phone."""
    random = Random(f"{seed}/plants")  # noqa: S311 - a simulation that can be repeated
    kinds: list[str] = []
    while len(kinds) < count:
        kinds += random.sample(list(KINDS), len(KINDS))
    chosen: dict[int, Planted] = {}
    for kind in kinds[:count]:
        able = [
            each.number
            for each in phones
            if each.model.platform in KINDS[kind] and each.number not in chosen
        ]
        number = random.choice(able)
        chosen[number] = Planted(number, kind, f"{random.getrandbits(32):08x}", since)
    return chosen
