"""Ordinary apps that resemble the families, to be planted into any recording or phone.

Nothing of a compromise above low is said of any of them.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.lookalikes.planted import (
    BOOT,
    CARD,
    MESSAGES,
    NOBODY,
    SENSES,
    SMS_RECEIVED,
    Facts,
    Plant,
    Planted,
    by_hand,
    named,
    told,
)

Harmless = Callable[[random.Random], Plant]

STORES = (
    "com.android.vending",
    "org.fdroid.fdroid",
    "com.sec.android.app.samsungapps",
    "com.huawei.appmarket",
    "com.amazon.venezia",
)
_SET_UP = (*NOBODY, "com.android.managedprovisioning", "com.android.vending")
_AGENTS = (
    "com.airwatch.androidagent",
    "com.microsoft.windowsintune.companyportal",
    "com.mobileiron",
    "com.google.android.apps.work.clouddpc",
)
_START = "org.example"


def from_store(chance: random.Random) -> Facts:
    store = chance.choice(STORES)
    return {"installer": store, "initiator": store, "source": chance.choice((0, 2))}


def unsaid(chance: random.Random) -> Facts:
    return {"installer": chance.choice(NOBODY)}


def entries_of_restricted_settings(chance: random.Random) -> Plant:
    """Allowed is the default of that entry: it stands on dozens of apps."""
    apps = [
        Planted(
            package=f"{named(chance, _START)}.n{number}",
            operations=(("ACCESS_RESTRICTED_SETTINGS", "allow"),),
            granted=tuple(chance.sample((*SENSES, "READ_CONTACTS"), 2)),
            **from_store(chance),
        )
        for number in range(32)
    ]
    return Plant(apps=tuple(apps))


def installers_missing(chance: random.Random) -> Plant:
    """Apps moved from an old phone."""
    apps = [
        Planted(
            package=f"{named(chance, _START)}.n{number}",
            granted=tuple(chance.sample((*SENSES, *MESSAGES, "READ_CONTACTS"), 3)),
            receivers=chance.choice(((), (BOOT,), (BOOT, SMS_RECEIVED))),
            **unsaid(chance),
        )
        for number in range(12)
    ]
    return Plant(apps=tuple(apps))


def asked_to_install(chance: random.Random) -> Plant:
    """Browsers, messengers and file managers that may ask to install apps, and were not allowed."""
    apps = [
        Planted(
            package=named(chance, f"{_START}.{kind}"),
            operations=(("REQUEST_INSTALL_PACKAGES", mode),),
            granted=granted,
            **chance.choice((from_store, unsaid))(chance),
        )
        for kind, granted in (
            ("browser", ("CAMERA", "RECORD_AUDIO", "ACCESS_FINE_LOCATION")),
            ("messenger", ("READ_CONTACTS", "RECORD_AUDIO", "CAMERA", "RECEIVE_SMS")),
            ("files", ("READ_EXTERNAL_STORAGE",)),
        )
        for mode in ("default", "ignore", "deny")
    ]
    return Plant(apps=tuple(apps))


def tunnel(chance: random.Random) -> Plant:
    """A VPN of a store; its service answers the system."""
    app = Planted(
        package=named(chance, f"{_START}.vpn"),
        services=("android.net.VpnService",),
        receivers=(BOOT,),
        **from_store(chance),
    )
    return Plant(apps=(app,))


def password_manager(chance: random.Random) -> Plant:
    app = Planted(
        package=named(chance, f"{_START}.passwords"),
        accessibility=told(chance),
        operations=(("SYSTEM_ALERT_WINDOW", "allow"),),
        granted=("CAMERA",),
        **from_store(chance),
    )
    return Plant(apps=(app,))


def screen_reader(chance: random.Random) -> Plant:
    app = Planted(
        package=named(chance, "com.google.android.marvin", _START),
        system=True,
        accessibility=told(chance),
        launcher=False,
        granted=("RECORD_AUDIO", "READ_PHONE_STATE"),
    )
    return Plant(apps=(app,))


def agent(chance: random.Random) -> Plant:
    """An organisation's agent that owns the phone, administers it and helps at a distance."""
    known = chance.random() < 0.5
    installer = chance.choice(_SET_UP)
    granted = ("ACCESS_FINE_LOCATION", "READ_PHONE_STATE", "CAMERA") if known else ()
    app = Planted(
        package=chance.choice(_AGENTS) if known else named(chance, f"{_START}.mdm"),
        owner=chance.choice(("device", "profile")),
        admin=True,
        accessibility=chance.choice(("", told(chance))),
        installer=installer,
        initiator=installer if installer not in NOBODY else None,
        launcher=chance.random() < 0.5,
        granted=granted,
        receivers=(BOOT,),
    )
    return Plant(apps=(app,))


def agent_of_a_store(chance: random.Random) -> Plant:
    """An agent that owns nothing, from a store."""
    app = Planted(
        package=chance.choice(_AGENTS),
        admin=True,
        accessibility=told(chance),
        listener=chance.choice(("", told(chance))),
        granted=("ACCESS_FINE_LOCATION", "CAMERA"),
        **from_store(chance),
    )
    return Plant(apps=(app,))


def mail(chance: random.Random) -> Plant:
    app = Planted(
        package=named(chance, f"{_START}.mail"),
        admin=True,
        granted=("READ_CONTACTS", "READ_CALENDAR"),
        **from_store(chance),
    )
    return Plant(apps=(app,))


def companion(chance: random.Random) -> Plant:
    """The app of a watch."""
    app = Planted(
        package=named(chance, f"{_START}.watch"),
        listener=told(chance),
        granted=("READ_CONTACTS", "READ_CALL_LOG", "SEND_SMS", "ACCESS_FINE_LOCATION"),
        **from_store(chance),
    )
    return Plant(apps=(app,))


def game(chance: random.Random) -> Plant:
    """A game that the owner opened from a file."""
    app = Planted(
        package=named(chance, f"{_START}.game"),
        at_install=("INTERNET", "VIBRATE", "WAKE_LOCK", "NFC"),
        granted=("READ_EXTERNAL_STORAGE", "RECORD_AUDIO"),
        receivers=(BOOT,),
        operations=chance.choice(((), (("ACCESS_RESTRICTED_SETTINGS", "allow"),))),
        **by_hand(chance, computer=False),
    )
    return Plant(apps=(app,))


def small_store(chance: random.Random) -> Plant:
    """A store that came from a file, and what it installed since."""
    store = Planted(
        package="org.fdroid.fdroid",
        operations=(("REQUEST_INSTALL_PACKAGES", "allow"),),
        receivers=(BOOT,),
        launcher=chance.random() < 0.8,
        installer=chance.choice((*NOBODY, "com.google.android.packageinstaller")),
        source=chance.choice((0, 3, 4)),
    )
    origin = {"installer": store.package, "initiator": store.package, "source": 0}
    keyboard = Planted(
        package=named(chance, f"{_START}.automation"),
        accessibility=told(chance),
        operations=(("SYSTEM_ALERT_WINDOW", "allow"),),
        granted=("RECORD_AUDIO", "RECEIVE_SMS"),
        **origin,
    )
    return Plant(apps=(store, keyboard))


def updated_by_a_store(chance: random.Random) -> Plant:
    """An app that came from a file first and that a store took over."""
    app = Planted(
        package=named(chance, f"{_START}.messenger"),
        granted=(*MESSAGES[:2], *SENSES, "READ_CONTACTS"),
        listener=told(chance),
        installer="com.android.vending",
        initiator=chance.choice(("com.android.vending", "com.google.android.packageinstaller")),
        source=chance.choice((2, 3)),
    )
    return Plant(apps=(app,))


def payments(chance: random.Random) -> Plant:
    app = Planted(
        package=named(chance, f"{_START}.wallet"),
        services=(CARD,),
        at_install=("INTERNET", "NFC"),
        granted=("CAMERA",),
        **from_store(chance),
    )
    return Plant(apps=(app,))


HARMLESS: tuple[Harmless, ...] = (
    entries_of_restricted_settings,
    installers_missing,
    asked_to_install,
    tunnel,
    password_manager,
    screen_reader,
    agent,
    agent_of_a_store,
    mail,
    companion,
    game,
    small_store,
    updated_by_a_store,
    payments,
)
