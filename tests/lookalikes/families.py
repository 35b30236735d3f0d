"""Look-alikes of known families, in many variants: what they do, no name and no value of theirs.

Each function returns what stands on the phone beside the clean device, and the packages that must
be found. A variant takes some of a family's facts, as different builds and versions of it do, and
leaves unsaid what some recordings leave unsaid.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from msgspec import UNSET

from scanner.model.entities import AdbKey, App, Entity
from tests.lookalikes.device import NOW, app

Variant = tuple[list[Entity], set[str]]
Family = Callable[[random.Random], Variant]

INTERNET = "android.permission.INTERNET"
MESSAGES = tuple(f"android.permission.{name}" for name in ("READ_SMS", "RECEIVE_SMS", "SEND_SMS"))
SENSES = tuple(
    f"android.permission.{name}" for name in ("RECORD_AUDIO", "CAMERA", "ACCESS_FINE_LOCATION")
)
OUTSIDE = (
    None,
    "com.google.android.packageinstaller",
    "com.android.packageinstaller",
    "com.google.android.documentsui",
    "com.example.files",
    "com.android.chrome",
    "org.mozilla.firefox",
    "com.android.shell",
)
WOKEN_BY = ("android.intent.action.BOOT_COMPLETED", "android.provider.Telephony.SMS_RECEIVED")
_WORDS = ("core", "sync", "update", "player", "secure", "helper", "video", "clean", "service")


def name(chance: random.Random, start: str = "org.example") -> str:
    return f"{start}.{chance.choice(_WORDS)}{chance.randrange(1000)}"


def component(package: str) -> tuple[str, ...]:
    return (f"{package}/{package}.Core",)


def from_outside(chance: random.Random) -> dict[str, Any]:
    """Return who installed an app that came from no store, as far as a phone states it."""
    installer = chance.choice(OUTSIDE)
    source = chance.choice(("local_file", "downloaded_file", "other", None))
    stated: dict[str, Any] = {
        "installer": installer,
        "initiating_installer": installer,
        "originating_installer": None,
        "package_source": source,
    }
    if chance.random() < 0.3:  # before Android 11 no more than the installer is stated
        for field in ("initiating_installer", "originating_installer", "package_source"):
            stated[field] = UNSET
    return stated


def permissions(chance: random.Random, *names: str) -> dict[str, Any]:
    """Return permissions as a recording states them: granted ones, requested ones or both."""
    listed = (INTERNET, *names)
    stated: dict[str, Any] = {"permissions_granted": listed, "permissions_requested": listed}
    if chance.random() < 0.5:
        stated["permissions_requested"] = UNSET
    return stated


def some(chance: random.Random, facts: Sequence[dict[str, Any]], least: int) -> dict[str, Any]:
    """Return at least `least` of several facts, joined; what one leaves unsaid stays unsaid."""
    joined: dict[str, Any] = {}
    for fact in chance.sample(list(facts), chance.randint(least, len(facts))):
        for field, value in fact.items():
            before = joined.get(field, ())
            lists = isinstance(before, tuple) and isinstance(value, tuple)
            joined[field] = tuple(dict.fromkeys((*before, *value))) if lists else value
    return joined


def dropped_banker(chance: random.Random) -> Variant:
    """A banker that operates the screen, and the harmless looking app that brought it."""
    dropper, package = name(chance), name(chance, "org.example.pay")
    facts = some(
        chance,
        [
            permissions(chance, *MESSAGES),
            {"operations_allowed": ("SYSTEM_ALERT_WINDOW",)},
            {"operations_allowed": ("REQUEST_INSTALL_PACKAGES",)},
            {"notification_listeners": component(package)},
            {"roles": ("android.app.role.SMS",)},
            {"admin_receivers": component(package)},
            {"launcher": False},
        ],
        1,
    )
    origin = from_outside(chance)
    if chance.random() < 0.6:
        origin["installer"] = dropper
    first = {"operations_allowed": ("REQUEST_INSTALL_PACKAGES",)} | from_outside(chance)
    payload = {"accessibility_services": component(package)} | origin | facts
    return [app(dropper, **first), app(package, **payload)], {package}


def stalkerware(chance: random.Random) -> Variant:
    """An app without an icon that watches the person who carries the phone."""
    package = name(chance, "org.example.system")
    facts = some(
        chance,
        [
            permissions(chance, *chance.sample(SENSES, 2)),
            permissions(chance, *MESSAGES[:2], "android.permission.READ_CALL_LOG"),
            {"accessibility_services": component(package)},
            {"notification_listeners": component(package)},
            {"admin_receivers": component(package)},
            {"operations_allowed": ("GET_USAGE_STATS",)},
            {"receiver_actions": WOKEN_BY},
        ],
        1,
    )
    stated = {"launcher": False, "stopped": False} | from_outside(chance) | facts
    return [app(package, **stated)], {package}


def stalkerware_in_a_bugreport(chance: random.Random) -> Variant:
    """The same where nothing states icons: it needs two more facts."""
    package = name(chance, "org.example.system")
    facts = some(
        chance,
        [
            {"accessibility_services": component(package)},
            {"notification_listeners": component(package)},
        ],
        1,
    )
    spying = permissions(chance, chance.choice(SENSES), chance.choice(MESSAGES))
    stated = {"launcher": UNSET} | from_outside(chance) | spying | facts
    return [app(package, **stated)], {package}


def card_relay(chance: random.Random) -> Variant:
    """An app that answers a terminal with a card that lies elsewhere."""
    package = name(chance, "org.example.card")
    stated = {
        "service_actions": ("android.nfc.cardemulation.action.HOST_APDU_SERVICE",),
        "launcher": chance.choice((True, False, UNSET)),
    }
    nfc = permissions(chance, "android.permission.NFC")
    return [app(package, **stated | from_outside(chance) | nfc)], {package}


def false_system_service(chance: random.Random) -> Variant:
    """A device admin whose name is borrowed from the system."""
    start = chance.choice(
        ("com.android", "com.google.android", "com.android.system", "com.samsung")
    )
    package = name(chance, start)
    facts = some(
        chance,
        [
            permissions(chance, *chance.sample(SENSES, 2)),
            {"accessibility_services": component(package)},
            {"notification_listeners": component(package)},
            {"launcher": False},
        ],
        0,
    )
    stated = {"admin_receivers": component(package)} | from_outside(chance) | facts
    return [app(package, **stated)], {package}


def implant_by_hand(chance: random.Random) -> Variant:
    """An app that somebody put there over a cable, and the computer that may come back."""
    package = name(chance, chance.choice(("org.example", "com.android.sync")))
    stated: dict[str, Any] = {
        "installer": chance.choice((None, "com.android.shell")),
        "initiating_installer": "com.android.shell",
        "package_source": chance.choice((None, "other", UNSET)),
        "launcher": chance.choice((False, UNSET)),
    }
    if chance.random() < 0.3:  # Android 10 and older name no computer
        stated |= {"installer": None, "initiating_installer": UNSET, "launcher": False}
    facts = some(
        chance,
        [
            {"accessibility_services": component(package)},
            {"notification_listeners": component(package)},
            {"admin_receivers": component(package)},
        ],
        0,
    )
    spying = permissions(chance, chance.choice(SENSES), chance.choice(MESSAGES))
    seen = NOW - timedelta(days=chance.randrange(200))
    key = AdbKey(fingerprint=f"BB:{chance.randrange(100):02}", last_connected_at=seen)
    return [app(package, **stated | spying | facts), key], {package}


def owner_of_the_phone(chance: random.Random) -> Variant:
    """A device owner that no organisation set up."""
    package = name(chance, "org.example.admin")
    how = chance.choice(
        (
            {"initiating_installer": "com.android.shell", "installer": None},
            {"installer": "com.android.shell"},
            {"installer": "com.google.android.packageinstaller"},
            {"installer": "com.android.chrome"},
            {"installer": None, "package_source": "local_file"},
            {"installer": None, "test_only": True},
            {"installer": None, "debuggable": True},
            {"installer": None, "initiating_installer": UNSET, **permissions(chance, *MESSAGES)},
            {
                "installer": None,
                "accessibility_services": component(package),
                **permissions(chance, SENSES[0]),
            },
        )
    )
    stated = {
        "owner": "device",
        "admin_receivers": component(package),
        "initiating_installer": None,
        "package_source": None,
        "launcher": chance.choice((True, False, UNSET)),
    }
    return [app(package, **stated | how)], {package}


FAMILIES: tuple[Family, ...] = (
    dropped_banker,
    stalkerware,
    stalkerware_in_a_bugreport,
    card_relay,
    false_system_service,
    implant_by_hand,
    owner_of_the_phone,
)


def packages(entities: list[Entity]) -> set[str]:
    """Return the packages of the apps among entities."""
    return {each.package for each in entities if isinstance(each, App)}
