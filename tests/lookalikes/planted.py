"""Look-alikes of known families as facts of apps, to be planted into any recording or phone.

Each draws names, origins and a part of the family's facts: at least two that speak of different
things beside "from outside a store". No name and no value of a real family is among them.
"""

from __future__ import annotations

import base64
import random
import struct
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct, structs

MAIN = "android.intent.action.MAIN"
BOOT = "android.intent.action.BOOT_COMPLETED"
SMS_RECEIVED = "android.provider.Telephony.SMS_RECEIVED"
CARD = "android.nfc.cardemulation.action.HOST_APDU_SERVICE"
MESSAGES = ("READ_SMS", "RECEIVE_SMS", "SEND_SMS", "READ_CALL_LOG")
SENSES = ("RECORD_AUDIO", "CAMERA", "ACCESS_FINE_LOCATION")


class Planted(Struct, frozen=True, kw_only=True):
    """An app as its phone states it."""

    package: str
    user: int = 0
    installer: str | None = None  # None: nothing is printed; "null" is printed as that
    initiator: str | None = None  # as of Android 11
    source: int = 0  # packageSource, as of Android 13
    at_install: tuple[str, ...] = ("INTERNET",)  # permissions that nobody is asked for
    granted: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    launcher: bool = True
    icon_disabled: bool = False  # it has an icon in its manifest and switched it off
    receivers: tuple[str, ...] = ()  # actions
    services: tuple[str, ...] = ()
    operations: tuple[tuple[str, str], ...] = ()  # with their modes
    accessibility: str = ""  # said by: dump, setting, both
    listener: str = ""
    admin: bool = False
    owner: str = ""  # device, profile
    flags: str = ""
    system: bool = False

    @property
    def component(self) -> str:
        return f"{self.package}/{self.package}.Core"


class Key(Struct, frozen=True, kw_only=True):
    """A computer that may debug the phone."""

    seed: int
    days: int | None = None  # since it connected, before the recording; None: not known

    def __str__(self) -> str:
        body = struct.pack("<II", 64, 0x9E3779B1) + bytes([self.seed % 251 + 1]) * 512
        return base64.b64encode(body + struct.pack("<I", 65537)).decode()


class Plant(Struct, frozen=True, kw_only=True):
    """What is put on a phone, and which app must be found."""

    apps: tuple[Planted, ...]
    keys: tuple[Key, ...] = ()
    wanted: str = ""


Family = Callable[[random.Random], Plant]
Facts = dict[str, Any]

NOBODY = (None, "null")
HANDS = (
    "com.google.android.packageinstaller",
    "com.android.packageinstaller",
    "com.miui.packageinstaller",
    "com.google.android.documentsui",
    "com.sec.android.app.myfiles",
    "com.example.files",
    "com.android.chrome",
    "org.mozilla.firefox",
    "com.example.messenger",
)
COMPUTER = "com.android.shell"
_WORDS = ("core", "sync", "update", "player", "secure", "helper", "video", "clean", "svc", "fw")
_PLAIN = ("org.example", "com.example.tools", "net.example", "de.example.app", "io.example.pay")
_LIKE_THE_SYSTEM = (
    "com.android.system",
    "com.android",
    "com.google.android.gms",
    "com.google",
    "com.samsung.android",
    "com.sec.android",
    "com.miui.system",
    "com.qualcomm.qti",
    "com.andriod.system",
    "cm.google.android",
    "com.googIe.android",
    "com.systemui",
    "com.zte.system",
)


def named(chance: random.Random, *starts: str) -> str:
    word = f"{chance.choice(_WORDS)}{chance.choice('abcdefgh')}{chance.randrange(99)}"
    return f"{chance.choice(starts)}.{word}"


def by_hand(chance: random.Random, *, computer: bool = True) -> Facts:
    """Return who installed an app that came from no store, as phones print it."""
    choices = [*NOBODY, *HANDS, *([COMPUTER] if computer else [])]
    installer = chance.choice(choices)
    initiator = installer if installer not in NOBODY else None
    if installer is None and computer and chance.random() < 0.5:
        initiator = COMPUTER  # what `adb install` leaves as of Android 11
    source = chance.choice((0, 1, 3, 4)) if installer != COMPUTER else chance.choice((0, 1))
    return {"installer": installer, "initiator": initiator, "source": source}


def told(chance: random.Random) -> str:
    return chance.choice(("dump", "setting", "both"))


def some(chance: random.Random, facts: Sequence[Facts], least: int) -> Facts:
    """Return at least `least` of several facts, joined."""
    joined: Facts = {}
    for fact in chance.sample(list(facts), chance.randint(least, min(len(facts), least + 2))):
        for field, value in fact.items():
            before = joined.get(field)
            if isinstance(before, tuple) and isinstance(value, tuple):
                joined[field] = tuple(dict.fromkeys((*before, *value)))
            else:
                joined[field] = value
    return joined


def hidden(chance: random.Random) -> Facts:
    return {"launcher": False, "icon_disabled": chance.random() < 0.5}


def banker(chance: random.Random) -> Plant:
    """An app that operates the screen for thieves, and the one that brought it."""
    package, dropper = named(chance, *_PLAIN), named(chance, *_PLAIN)
    facts = some(
        chance,
        [
            {"operations": (("SYSTEM_ALERT_WINDOW", "allow"),)},
            {"operations": (("REQUEST_INSTALL_PACKAGES", "allow"),)},
            {"granted": tuple(chance.sample(MESSAGES[:3], 2))},
            {"receivers": (SMS_RECEIVED,), "granted": ("RECEIVE_SMS",)},
            {"listener": told(chance)},
            {"admin": True},
            hidden(chance),
            {"granted": (chance.choice(SENSES),)},
            {"dropped": True},
        ],
        1,
    )
    origin = by_hand(chance)
    brought = facts.pop("dropped", False)
    if brought:
        origin = {"installer": dropper, "initiator": dropper, "source": 0}
    target = Planted(
        package=package,
        accessibility=told(chance),
        **{"receivers": (BOOT,)} | origin | facts,
    )
    first = Planted(
        package=dropper,
        operations=(("REQUEST_INSTALL_PACKAGES", "allow"),),
        **by_hand(chance),
    )
    return Plant(apps=(first, target) if brought else (target,), wanted=package)


def stalkerware(chance: random.Random) -> Plant:
    """An app without an icon that watches the person who carries the phone."""
    package = named(chance, *_PLAIN, *_LIKE_THE_SYSTEM)
    facts = some(
        chance,
        [
            {"granted": tuple(chance.sample(SENSES, chance.randint(1, 3)))},
            {"granted": tuple(chance.sample(MESSAGES, 2))},
            {"granted": ("READ_CONTACTS",)},
            {"accessibility": told(chance)},
            {"listener": told(chance)},
            {"admin": True},
            {"operations": (("GET_USAGE_STATS", "allow"),)},
        ],
        1,
    )
    plain = {"receivers": (BOOT,) if chance.random() < 0.7 else ()}
    return Plant(
        apps=(Planted(package=package, **plain | hidden(chance) | by_hand(chance) | facts),),
        wanted=package,
    )


def stalkerware_with_an_icon(chance: random.Random) -> Plant:
    """The same, which shows an icon of something harmless."""
    package = named(chance, *_PLAIN, *_LIKE_THE_SYSTEM)
    power = chance.choice(
        ({"accessibility": told(chance)}, {"listener": told(chance)}, {"admin": True})
    )
    spying = tuple(chance.sample((*SENSES, *MESSAGES), chance.randint(1, 4)))
    return Plant(
        apps=(Planted(package=package, granted=spying, **by_hand(chance) | power),),
        wanted=package,
    )


def card_relay(chance: random.Random) -> Plant:
    """An app that answers a terminal with a card that lies elsewhere."""
    package = named(chance, *_PLAIN)
    more = some(
        chance,
        [
            {"at_install": ("NFC", "INTERNET", "VIBRATE")},
            {"at_install": ("NFC", "INTERNET"), "granted": ("READ_PHONE_STATE",)},
            {"granted": ("CAMERA",)},
            {"receivers": (BOOT,)},
        ],
        1,
    )
    app = Planted(
        package=package,
        services=(CARD,),
        **{"at_install": ("INTERNET", "NFC")} | by_hand(chance) | more,
    )
    return Plant(apps=(app,), wanted=package)


def false_system_service(chance: random.Random) -> Plant:
    """A device admin whose name is borrowed from the system or the maker."""
    package = named(chance, *_LIKE_THE_SYSTEM)
    facts = some(
        chance,
        [
            {"granted": tuple(chance.sample((*SENSES, *MESSAGES), 2))},
            {"accessibility": told(chance)},
            {"listener": told(chance)},
            hidden(chance),
            {"receivers": (BOOT, SMS_RECEIVED)},
        ],
        1,
    )
    if chance.random() < 0.8 or "accessibility" not in facts:
        facts["admin"] = True
    return Plant(
        apps=(Planted(package=package, **by_hand(chance) | facts),),
        wanted=package,
    )


def implant(chance: random.Random) -> Plant:
    """An app that somebody put there over a cable, and the computer that may come back."""
    package = named(chance, *_PLAIN, *_LIKE_THE_SYSTEM)
    origin = {"installer": chance.choice((*NOBODY, COMPUTER)), "initiator": COMPUTER}
    facts = some(
        chance,
        [
            {"granted": tuple(chance.sample(SENSES, 2))},
            {"granted": tuple(chance.sample(MESSAGES, 2))},
            {"accessibility": told(chance)},
            {"listener": told(chance)},
            {"admin": True},
            hidden(chance),
        ],
        2,
    )
    key = Key(seed=chance.randrange(250), days=chance.choice((None, 1, 9, 200)))
    app = Planted(package=package, **origin | facts)
    return Plant(apps=(app,), keys=(key,), wanted=package)


def device_owner(chance: random.Random) -> Plant:
    """An owner of the phone that no organisation set up."""
    package = named(chance, *_PLAIN, *_LIKE_THE_SYSTEM)
    how = chance.choice(
        (
            {"installer": COMPUTER, "initiator": COMPUTER},
            {"initiator": COMPUTER, "flags": "TEST_ONLY "},
            {"installer": chance.choice(HANDS)},
            {"installer": "null", "flags": "DEBUGGABLE "},
        )
    )
    more = some(
        chance,
        [
            {"granted": tuple(chance.sample((*SENSES, *MESSAGES), 3))},
            {"accessibility": told(chance)},
            {"listener": told(chance)},
            {"operations": (("SYSTEM_ALERT_WINDOW", "allow"),)},
            hidden(chance),
        ],
        0,
    )
    app = Planted(package=package, owner="device", **how | more)
    return Plant(apps=(app,), wanted=package)


def device_owner_that_spies(chance: random.Random) -> Plant:
    """One of which nobody says how it came, with powers that managing a phone does not need."""
    package = named(chance, *_PLAIN, *_LIKE_THE_SYSTEM)
    spying = chance.choice(
        (
            {"granted": tuple(chance.sample(MESSAGES, 2))},
            {"granted": ("RECORD_AUDIO", "CAMERA")},
            {"granted": ("RECORD_AUDIO",), "accessibility": told(chance)},
            {"listener": told(chance), "accessibility": told(chance)},
        )
    )
    stated = {"installer": chance.choice(NOBODY)} | spying | chance.choice(({}, hidden(chance)))
    app = Planted(package=package, owner="device", **stated)
    return Plant(apps=(app,), wanted=package)


def for_user(plant: Plant, user: int) -> Plant:
    """Return the same for another user of the phone."""
    return structs.replace(plant, apps=tuple(structs.replace(a, user=user) for a in plant.apps))


FAMILIES: tuple[Family, ...] = (
    banker,
    stalkerware,
    stalkerware_with_an_icon,
    card_relay,
    false_system_service,
    implant,
    device_owner,
    device_owner_that_spies,
)
