"""Ordinary phones that resemble a tampered one, in many variants."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from msgspec import UNSET

from scanner.model.entities import (
    AppChange,
    AppOperation,
    Build,
    DeviceAdmin,
    Entity,
    PackageTrace,
    PolicyOwner,
    Setting,
    Socket,
    Vpn,
)
from tests.lookalikes.device import app, shipped
from tests.lookalikes.families import (
    INTERNET,
    MESSAGES,
    OUTSIDE,
    SENSES,
    component,
    from_outside,
    name,
    permissions,
)

Ordinary = Callable[[random.Random], list[Entity]]
STORES = ("com.android.vending", "org.fdroid.fdroid", "com.sec.android.app.samsungapps")


def from_store(chance: random.Random) -> dict[str, Any]:
    store = chance.choice(STORES)
    stated: dict[str, Any] = {
        "installer": store,
        "initiating_installer": store,
        "package_source": chance.choice(("store", None)),
    }
    if chance.random() < 0.3:
        stated |= {"initiating_installer": UNSET, "package_source": UNSET}
    return stated


def restricted_settings_allowed(chance: random.Random) -> list[Entity]:
    """The entry stands on dozens of ordinary apps: allowed is its default."""
    lifted = {"operations_allowed": ("ACCESS_RESTRICTED_SETTINGS",)}
    made: list[Entity] = [
        app(f"{name(chance)}.n{number}", **lifted | from_store(chance))
        for number in range(chance.randint(24, 60))
    ]
    file = {"package_source": "local_file", "installer": "com.google.android.packageinstaller"}
    return [*made, app(name(chance, "org.example.game"), **lifted | file)]


def another_system(chance: random.Random) -> list[Entity]:
    """A system made for privacy: its own key, the boot loader locked again."""
    stated: dict[str, Any] = {"verified_boot": "yellow", "bootloader_locked": True}
    store = {"installer": "app.grapheneos.apps", "initiating_installer": "app.grapheneos.apps"}
    return [
        Build(build_type="user", build_tags="release-keys", debuggable=False, **stated),
        Setting(user=0, namespace="global", name="private_dns_mode", value="hostname"),
        app("com.google.android.gms", launcher=chance.choice((False, UNSET)), **store),
        app("com.google.android.gsf", launcher=False, **store | permissions(chance, *SENSES)),
    ]


def short_records(chance: random.Random) -> list[Entity]:
    """Battery statistics begin anew at each full charge; people remove and update apps."""
    day = f"2026-11-{chance.randint(10, 20)}"
    gone = name(chance, "org.example.gone")
    changes: list[Entity] = [
        AppChange(package=gone, day=day, version_code=0, action="removed"),
        AppChange(
            package="com.example.notes",
            day=day,
            version_code=chance.randint(2, 90),
            action="installed_or_updated",
        ),
    ]
    kinds = ("platform_compat", "database", "app_operation", "battery_removal")
    return [*changes, *(PackageTrace(kind=kind, package=gone) for kind in kinds)]


def installers_missing(chance: random.Random) -> list[Entity]:
    """Apps moved from an old phone, or a phone that states no installer."""
    nobody = dict.fromkeys(("installer", "initiating_installer", "package_source"))
    unsaid = dict.fromkeys(nobody, UNSET)
    some = (
        permissions(chance, *chance.sample(SENSES, 2)),
        permissions(chance, *MESSAGES, "android.permission.READ_CONTACTS"),
        {"operations_allowed": ("REQUEST_INSTALL_PACKAGES",)},
        {},
    )
    return [
        app(
            f"{name(chance)}.n{number}",
            **chance.choice((nobody, unsaid)) | dict(chance.choice(some)),
        )
        for number in range(chance.randint(10, 40))
    ]


def entries_of_the_shell(chance: random.Random) -> list[Entity]:
    """The shell has entries for everything, and browsers ask to install and were not allowed."""
    operations = ("REQUEST_INSTALL_PACKAGES", "SYSTEM_ALERT_WINDOW", "RECORD_AUDIO", "READ_SMS")
    shell: list[Entity] = [
        AppOperation(user=0, package="com.android.shell", operation=one, mode="allow")
        for one in operations
    ]
    browser = name(chance, "org.example.browser")
    mode = chance.choice(("default", "deny", "ignore"))
    return [
        *shell,
        shipped("com.android.shell", launcher=False, operations_allowed=operations),
        AppOperation(user=0, package=browser, operation="REQUEST_INSTALL_PACKAGES", mode=mode),
        app(browser, **chance.choice((from_outside(chance), from_store(chance)))),
    ]


def tunnel(chance: random.Random) -> list[Entity]:
    """A VPN, or a filter app on the phone itself."""
    package = name(chance, "org.example.vpn")
    always = chance.random() < 0.5
    socket = Socket(
        source="proc",
        protocol="tcp",
        local_address="127.0.0.1",
        local_port=8118,
        remote_address=None,
        remote_port=None,
        uid=10199,
        listening=True,
        exposed=False,
    )
    return [
        app(package, uid=10199, always_on_vpn=always, **from_store(chance)),
        Vpn(user=0, package=package, active=True, always_on=always),
        socket,
        app(name(chance, "org.example.byhand"), **from_outside(chance)),
    ]


def password_manager(chance: random.Random) -> list[Entity]:
    package = name(chance, "org.example.passwords")
    stated: dict[str, Any] = {
        "accessibility_services": component(package),
        "operations_allowed": chance.choice((None, ("SYSTEM_ALERT_WINDOW",))),
    }
    return [app(package, **stated | from_store(chance) | permissions(chance, SENSES[1]))]


def screen_reader(chance: random.Random) -> list[Entity]:
    package = name(chance, "org.example.reader")
    stated: dict[str, Any] = {
        "accessibility_services": component(package),
        "launcher": chance.choice((False, UNSET)),
    } | permissions(chance, SENSES[0])
    if chance.random() < 0.5:
        return [shipped(package, **stated)]
    return [app(package, **stated | from_store(chance))]


def agent_of_an_organisation(chance: random.Random) -> list[Entity]:
    """It owns the phone or a profile, came while the phone was set up, and may have no icon."""
    package = name(chance, "org.example.mdm")
    scope = chance.choice(("device", "profile"))
    fetched = {
        "installer": chance.choice((None, "com.android.managedprovisioning")),
        "initiating_installer": chance.choice((None, UNSET, "com.android.managedprovisioning")),
        "package_source": chance.choice((None, UNSET)),
    }
    stated: dict[str, Any] = {
        "owner": scope,
        "admin_receivers": component(package),
        "launcher": chance.choice((True, False, UNSET)),
        "always_on_vpn": chance.random() < 0.3,
    }
    names = (SENSES[2], "android.permission.READ_PHONE_STATE", "android.permission.BLUETOOTH")
    chosen = chance.choice((fetched, from_store(chance)))
    (receiver,) = component(package)
    return [
        app(package, **stated | chosen | permissions(chance, *names)),
        PolicyOwner(scope=scope, user=0, package=package, component=receiver),
        DeviceAdmin(user=0, component=receiver, package=package),
    ]


def mail_with_admin(chance: random.Random) -> list[Entity]:
    package = name(chance, "org.example.mail")
    stated = {"admin_receivers": component(package)} | from_store(chance)
    return [app(package, **stated | permissions(chance, "android.permission.READ_CONTACTS"))]


def apps_for_messages_and_watches(chance: random.Random) -> list[Entity]:
    """Powers that ordinary apps from a store hold, and ordinary apps by hand without them."""
    watch, sms = name(chance, "org.example.watch"), name(chance, "org.example.sms")
    listens = {"notification_listeners": component(watch)} | permissions(chance, *SENSES)
    role = {"roles": ("android.app.role.SMS",)} | permissions(chance, *MESSAGES)
    pay = {"service_actions": ("android.nfc.cardemulation.action.HOST_APDU_SERVICE",)}
    by_hand = {"installer": chance.choice(OUTSIDE[:-1]), "permissions_granted": (INTERNET, *SENSES)}
    return [
        app(watch, **from_store(chance) | listens),
        app(sms, **from_store(chance) | role),
        app(name(chance, "org.example.pay"), **from_store(chance) | pay),
        app(name(chance, "org.example.messenger"), **from_outside(chance) | by_hand),
    ]


ORDINARY: tuple[Ordinary, ...] = (
    restricted_settings_allowed,
    another_system,
    short_records,
    installers_missing,
    entries_of_the_shell,
    tunnel,
    password_manager,
    screen_reader,
    agent_of_an_organisation,
    mail_with_admin,
    apps_for_messages_and_watches,
)
