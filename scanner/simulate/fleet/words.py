"""Values of facets, in the words in which an examination of such a phone states them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from datetime import date as date_type
from functools import cache
from hashlib import sha256

from scanner.model.fleet import Fact

START = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)  # day 0, a Monday


def named(words: str) -> tuple[str, ...]:
    """Return the names that stand in a text."""
    return tuple(words.split())


@cache
def fact(value: str, since: int | None = None) -> Fact:
    """Return a fact; the same object for the same words: a fleet repeats itself."""
    return Fact(value) if since is None else Fact(value, date(since))


@cache
def date(day: int) -> str:
    """Return a day of the simulation as devices state it."""
    return (START + timedelta(days=day)).date().isoformat()


@cache
def authority(name: str) -> str:
    """Return a certificate authority as Android lists it: by a hash of its subject."""
    return f"user {sha256(name.encode()).hexdigest()[:8]}.0"


def component(name: tuple[str, str]) -> str:
    """Return a component of Android: package and class, in full."""
    return "/".join(name)


def owner(name: tuple[str, str]) -> str:
    """Return the owner of a device."""
    return f"device {component(name)}"


def role(name: str, package: str) -> str:
    """Return who holds a role."""
    return f"{name} {package}"


def vpn(package: str) -> str:
    """Return the VPN that all traffic goes through."""
    return f"{package}, always on, lockdown"


def proxy(host: str, port: int) -> str:
    """Return the proxy of a network."""
    return f"{host}:{port}"


def resolver(host: str) -> str:
    """Return the resolver that somebody chose."""
    return f"private {host}"


def process(owner: str, name: str) -> str:
    """Return a process of Android: its owner, its program."""
    return f"{owner} /system/bin/{name}"


def mount(place: str) -> str:
    """Return where a file system of the system is mounted, and of what type."""
    return f"{place} {'erofs' if place in IMAGES else 'ext4'}"


def profile(identifier: str, uuid: str) -> str:
    """Return one version of a configuration profile."""
    return f"{identifier} {uuid}"


def supervision(organization: str, host: str) -> tuple[str, ...]:
    """Return what the cloud configuration of an iPhone says of its management."""
    return (
        f"organization={organization}",
        f"host={host}",
        "supervised=true",
        "unremovable=true",
        "allow_pairing=false",
    )


def patch_age(patch: str, day: int) -> tuple[str, ...]:
    """Return how far a phone is behind with patches, in steps."""
    age = (START + timedelta(days=day)).date() - date_type.fromisoformat(patch)
    return tuple(f"over {months} months" for months in (6, 12, 24) if age.days > months * _MONTH)


IMAGES = frozenset({"/", "/system_ext", "/product", "/vendor", "/odm"})
_MONTH = 30  # days
BOOT = (
    "bootloader_locked=true",
    "build_tags=release-keys",
    "build_type=user",
    "debuggable=false",
    "selinux=enforcing",
    "verified_boot=green",
    "verity_mode=enforcing",
)
BOOT_IOS = ("activation=Activated", "developer_mode=false")
LOCKDOWN = "secure/always_on_vpn_lockdown=1"
UNLOCKED = {
    "bootloader_locked=true": "bootloader_locked=false",
    "verified_boot=green": "verified_boot=orange",
}
UNLOCKED_PROPERTIES = {
    "ro.boot.flash.locked=1": "ro.boot.flash.locked=0",
    "ro.boot.vbmeta.device_state=locked": "ro.boot.vbmeta.device_state=unlocked",
    "ro.boot.verifiedbootstate=green": "ro.boot.verifiedbootstate=orange",
}
