"""What is odd about ordinary phones: nobody's whole fleet is uniform.

The shares are assumptions of ours, and stated in `docs/fleet.md`: how many ordinary phones show
such a thing at a time, and from how many possible values it is drawn. A managed fleet is assumed,
whose users can add no certificate, profile, VPN or app from outside a store: where such things
stand on an ordinary phone, administrators put them there, or a restriction failed.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from msgspec import Struct

from scanner.simulate.fleet.apps import HORIZON
from scanner.simulate.fleet.stock import Phone

_HISTORY = 400  # days in which what stands there at day 0 came
_STAYS = 500  # days for which it stands there, on average


class Oddity(Struct, frozen=True):
    """A kind of thing that stands on some ordinary phones."""

    facet: str
    share: float  # of phones of that platform that have one
    values: int  # from which it is drawn, the first more often than the last
    platform: str


ODDITIES: tuple[Oddity, ...] = (
    # What users may choose.
    Oddity("accessibility_service", 0.03, 9, "android"),
    Oddity("input_method", 0.06, 12, "android"),
    Oddity("notification_listener", 0.12, 18, "android"),
    Oddity("role_holder", 0.05, 8, "android"),
    Oddity("mount", 0.01, 40, "android"),
    # What administrators try out on some phones before all others get it, or never do.
    Oddity("vpn", 0.002, 2, "android"),
    Oddity("dns", 0.002, 2, "android"),
    Oddity("certificate_authority", 0.002, 2, "android"),
    Oddity("device_admin", 0.003, 3, "android"),
    Oddity("profile", 0.003, 3, "ios"),
    Oddity("provisioning_profile", 0.003, 2, "ios"),
    Oddity("disk_image", 0.003, 1, "ios"),
    # Phones that slipped through the restrictions, each in a way of its own.
    Oddity("sideloaded_app", 0.0005, 1000, "android"),
    Oddity("stray_vpn", 0.0003, 1000, "android"),
    Oddity("stray_certificate_authority", 0.0003, 1000, "android"),
    Oddity("stray_profile", 0.0005, 1000, "ios"),
    # Phones that are being set up, or whose update of an app failed.
    Oddity("lacking_app", 0.001, 6, "ios"),
    Oddity("lacking_app", 0.001, 6, "android"),
)
PASSING = {
    "android": 0.5,
    "ios": 0.15,
}  # helper processes of the system seen at a moment, on average
PASSING_NAMES = 200


class Odd(Struct, frozen=True):
    """One odd thing on one phone, and the days from and until which it stands there."""

    facet: str
    value: int
    since: int
    until: int


def oddities(seed: int, phone: Phone, factor: float) -> Iterator[Odd]:
    """Yield the odd things of an ordinary phone; `factor` multiplies how many there are."""
    random = Random(f"{seed}/{phone.number}/odd")  # noqa: S311 - a simulation that can be repeated
    for each in ODDITIES:
        if each.platform != phone.model.platform:
            continue
        # What comes later until the horizon adds to what stands there at day 0.
        if random.random() < each.share * factor * (1 + HORIZON / _STAYS):
            since = random.randint(-_HISTORY, 0)
            if random.random() < HORIZON / (_STAYS + HORIZON):
                since = random.randint(1, HORIZON)
            stays = int(random.expovariate(1 / _STAYS))
            until = max(since, 0) + stays
            yield Odd(each.facet, int(random.random() ** 2 * each.values), since, until)


def passing(random: Random, platform: str, factor: float) -> Iterator[int]:
    """Yield which helpers of the system run at the moment of a look: a Poisson number of them."""
    mean = PASSING[platform] * factor
    waited = random.expovariate(1.0)
    while waited < mean:
        yield int(random.random() * PASSING_NAMES)
        waited += random.expovariate(1.0)
