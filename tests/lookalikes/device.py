"""A small clean device, and what the shipped rules make of what stands on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from scanner.detect import RulePack, ScanFacts, decide, inspect, load
from scanner.model.artifact import Artifact, Stated
from scanner.model.entities import (
    ENTITIES,
    AdbKey,
    App,
    Build,
    Entity,
    Mount,
    Process,
    Property,
    Setting,
    User,
)
from scanner.model.findings import LEVELS, Check, Finding, Level
from scanner.model.report import Verdict
from scanner.snapshot import Snapshot

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OUR_KEY = "AA:01"
PACK = load()
# One artifact that states everything: what is not said of an entity is unknown, not missing.
ALL = Artifact(
    name="all",
    title="All",
    platform="android",
    states=tuple(Stated(entity) for entity in ENTITIES),
    readings=(),
)
NO_POWERS: dict[str, Any] = {
    "accessibility_services": None,
    "admin_receivers": None,
    "owner": None,
    "notification_listeners": None,
    "input_methods": None,
    "roles": None,
    "operations_allowed": None,
    "always_on_vpn": False,
    "projecting": False,
    "service_actions": None,
    "receiver_actions": None,
}


class Outcome(Struct, frozen=True, kw_only=True):
    """What was found on one device."""

    verdict: Verdict
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]

    def titles(self, *, above: Level = "informational") -> list[str]:
        """Return the titles of the rules that found something above a level."""
        titles = {rule.id: rule.title for rule in PACK.rules}
        floor = LEVELS.index(above)
        return sorted(
            titles[each.rule] for each in self.findings if LEVELS.index(each.level) > floor
        )

    def above_low(self) -> list[str]:
        """Return the titles of the rules that found something for a person to look at."""
        return self.titles(above="low")


def app(package: str, **stated: Any) -> App:
    """Return an app of which everything is known; a field that is given as UNSET is not stated."""
    known: dict[str, Any] = {
        "user": 0,
        "installed": True,
        "enabled": True,
        "hidden": False,
        "system": False,
        "debuggable": False,
        "test_only": False,
        "stopped": False,
        "launcher": True,
        "installer": "com.android.vending",
        "initiating_installer": "com.android.vending",
        "originating_installer": None,
        "package_source": "store",
        "permissions_requested": ("android.permission.INTERNET",),
        "permissions_granted": ("android.permission.INTERNET",),
    }
    return App(package=package, **known | NO_POWERS | stated)


def shipped(package: str, **stated: Any) -> App:
    """Return a part of the system."""
    none = dict.fromkeys(("installer", "initiating_installer", "package_source"))
    return app(package, system=True, **none | stated)


def clean() -> list[Entity]:
    """Return a phone that nobody tampered with, while it is examined over a cable."""
    return [
        Build(
            manufacturer="Example",
            model="Phone 1",
            release="16",
            sdk=36,
            build_type="user",
            build_tags="release-keys",
            debuggable=False,
            security_patch="2026-11-05",
            verified_boot="green",
            bootloader_locked=True,
            verity_mode="enforcing",
            selinux="enforcing",
        ),
        User(id=0, flags=0),
        AdbKey(fingerprint=OUR_KEY, last_connected_at=NOW),
        Setting(user=0, namespace="global", name="adb_enabled", value="1"),
        Setting(user=0, namespace="global", name="package_verifier_enable", value=None),
        Property(name="ro.debuggable", value="0"),
        Mount(
            point="/system",
            device="/dev/block/dm-0",
            filesystem="ext4",
            writable=False,
            system=True,
        ),
        Process(source="ps", pid=1, started="-", owner="root", label="u:r:init:s0", name="init"),
        shipped("com.android.shell", launcher=False, permissions_granted=SHELL_PERMISSIONS),
        shipped("com.android.settings"),
        shipped("com.google.android.packageinstaller", launcher=False),
        app("com.example.notes"),
        app("com.example.camera", permissions_granted=("android.permission.CAMERA",)),
    ]


SHELL_PERMISSIONS = (
    "android.permission.INTERNET",
    "android.permission.READ_CONTACTS",
    "android.permission.READ_SMS",
    "android.permission.RECORD_AUDIO",
)


def examined(entities: Iterable[Entity], pack: RulePack = PACK) -> Outcome:
    """Apply the shipped rules to a device."""
    snapshot = Snapshot("android", now=NOW, host_keys=[OUR_KEY])
    for rank, entity in enumerate(entities):
        snapshot.add(entity, evidence=f"e{rank}", provenance="os_claimed", rank=rank)
    results = list(
        inspect(
            snapshot,
            pack,
            platform="android",
            gaps=(),
            statements=(ALL,),
            facts=ScanFacts(host_keys=(OUR_KEY,), started_at=NOW),
        )
    )
    checks = tuple(check for check, _ in results)
    findings = tuple(finding for _, found in results for finding in found)
    verdict = decide(checks, findings, minimum=0, complete=True)
    return Outcome(verdict=verdict, checks=checks, findings=findings)
