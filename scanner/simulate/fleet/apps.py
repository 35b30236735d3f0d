"""The apps of a simulated phone: those of its organisation, and a long tail that people choose.

How often an app is chosen falls with its rank by Zipf's law (exponent 1.05, 6,000 apps), as
installation counts of stores do; how many a person has is drawn log-normally. People install about
one app a week and remove one every other week.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from math import log
from random import Random

from scanner.simulate.fleet.stock import Phone
from scanner.simulate.fleet.words import named

CHOICE = 6000
_BOUNDS = tuple(accumulate(1 / rank**1.05 for rank in range(1, CHOICE + 1)))
_MEDIAN, _SPREAD, _MOST = 18, 0.7, 90  # of apps a person chose
_INSTALLS, _REMOVALS = 1.0 / 7, 0.5 / 7  # a day
HISTORY, HORIZON = 400, 60  # days before and after day 0

AGENT = "com.example.endpoint.agent"
_ANDROID_PARTS = named("""
    android com.android.settings com.android.systemui com.android.phone com.android.shell
    com.android.providers.telephony com.android.bluetooth com.android.nfc
    com.android.vending com.google.android.gms com.google.android.gsf com.android.chrome
    com.google.android.webview com.android.packageinstaller
    com.google.android.permissioncontroller
""")
_IOS_PARTS = named("""
    com.apple.mobilesafari com.apple.MobileSMS com.apple.mobilemail com.apple.Maps
    com.apple.Preferences com.apple.camera com.apple.mobilecal com.apple.mobilephone
    com.apple.AppStore com.apple.Health com.apple.Passbook com.apple.facetime
""")
OF_ALL = (
    "com.example.mdm",
    "com.example.vpn",
    "com.example.mail",
    "com.example.messenger",
    "com.example.maps",
)
_OF_DEPARTMENT = 3


class Held:
    """An app and the days from which and until which a phone has it."""

    __slots__ = ("name", "since", "until")

    def __init__(self, name: str, since: int, until: int) -> None:
        self.name, self.since, self.until = name, since, until


def system_apps(phone: Phone) -> Iterator[str]:
    """Yield the packages that came with the system."""
    if phone.model.platform == "ios":
        yield from _IOS_PARTS
        return
    yield from _ANDROID_PARTS
    maker = phone.model.manufacturer.lower()
    for number in range(12):
        yield f"com.{maker}.android.part{number}"


def required(phone: Phone) -> Iterator[str]:
    """Yield the apps that its organisation gives a phone."""
    yield AGENT
    yield from OF_ALL
    for number in range(_OF_DEPARTMENT):
        yield f"com.example.unit{phone.department}.app{number}"


def chosen(seed: int, phone: Phone) -> list[Held]:
    """Return what the phone's user installed, ever until the horizon; each app once."""
    random = Random(f"{seed}/{phone.number}/apps")  # noqa: S311 - a simulation that can be repeated
    count = min(int(random.lognormvariate(log(_MEDIAN), _SPREAD)), _MOST)
    names = {_draw(random): -int(random.random() * HISTORY) for _ in range(count)}
    for day in range(1, HORIZON):
        if random.random() < _INSTALLS:
            names.setdefault(_draw(random), day)
    apps = [Held(name, since, HORIZON) for name, since in names.items()]
    for day in range(1, HORIZON):
        if apps and random.random() < _REMOVALS:
            app = random.choice(apps)
            app.until = min(app.until, max(day, app.since))
    return apps


def _draw(random: Random) -> str:
    rank = random.choices(range(CHOICE), cum_weights=_BOUNDS)[0] + 1
    return f"com.example.store.app{rank}"
