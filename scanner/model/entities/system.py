"""The state of the system: build, properties, settings, users, debugging keys."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from msgspec import UNSET, UnsetType

from scanner.model.entities.base import Entity
from scanner.model.privacy import DeviceId, Hardware, System


class Build(Entity, frozen=True, kw_only=True, tag="build"):
    """The build that runs, as numbers and words that rules can compare."""

    manufacturer: Hardware[str | None | UnsetType] = UNSET
    model: Hardware[str | None | UnsetType] = UNSET
    fingerprint: Hardware[str | None | UnsetType] = UNSET
    release: Hardware[str | None | UnsetType] = UNSET  # Android version as printed: 16, 8.1.0
    sdk: Hardware[int | None | UnsetType] = UNSET
    build_type: Hardware[str | None | UnsetType] = UNSET  # user, userdebug, eng
    build_tags: Hardware[str | None | UnsetType] = UNSET  # release-keys, test-keys
    debuggable: System[bool | None | UnsetType] = UNSET  # ro.debuggable
    security_patch: Hardware[str | None | UnsetType] = UNSET  # YYYY-MM-DD
    patch_age_days: Hardware[int | None | UnsetType] = UNSET  # at the acquisition's end
    verified_boot: System[str | None | UnsetType] = UNSET  # green, yellow, orange, red
    bootloader_locked: System[bool | None | UnsetType] = UNSET
    verity_mode: System[str | None | UnsetType] = (
        UNSET  # of dm-verity: enforcing, disabled, eio ...
    )
    selinux: System[str | None | UnsetType] = UNSET  # enforcing, permissive, disabled
    conflicts: System[tuple[str, ...] | None | UnsetType] = UNSET  # joined


class DeviceIdentity(Entity, frozen=True, kw_only=True, tag="device_identity"):
    """What tells this device from all others."""

    serial: DeviceId[str | None | UnsetType] = UNSET


class Property(Entity, frozen=True, kw_only=True, tag="property"):
    """A system property of the allow-list (`scanner/artifacts/android/getprop.py`)."""

    key: ClassVar[tuple[str, ...]] = ("name",)

    name: System[str]
    value: System[str | UnsetType] = UNSET


class Setting(Entity, frozen=True, kw_only=True, tag="setting"):
    """A setting of the allow-list; those of the namespace `global` stand under user 0."""

    key: ClassVar[tuple[str, ...]] = ("user", "namespace", "name")

    user: System[int]
    namespace: System[str]  # global, secure, system
    name: System[str]
    value: System[str | None | UnsetType] = (
        UNSET  # None: the namespace was read and does not hold it
    )


class User(Entity, frozen=True, kw_only=True, tag="user"):
    """A user or profile of the device. Its name is personal content and never read."""

    key: ClassVar[tuple[str, ...]] = ("id",)

    id: System[int]
    flags: System[int | None | UnsetType] = UNSET
    user_type: System[str | None | UnsetType] = UNSET  # android.os.usertype.profile.MANAGED ...
    running: System[bool | UnsetType] = UNSET


class AdbKey(Entity, frozen=True, kw_only=True, tag="adb_key"):
    """A computer that may debug this device. The name it gave itself is personal and never read."""

    key: ClassVar[tuple[str, ...]] = ("fingerprint",)

    fingerprint: DeviceId[str]  # MD5 of the key, as Android's own dialog shows it: AA:BB:...
    last_connected_at: System[datetime | None | UnsetType] = UNSET
    days_since_connection: System[int | None | UnsetType] = UNSET  # at the acquisition's end
    examiner: System[bool | UnsetType] = (
        UNSET  # joined: the key of the computer that examined the device; a recording may not tell
    )


class Debugging(Entity, frozen=True, kw_only=True, tag="debugging"):
    """What USB and the debugging service do now."""

    connected: System[bool | None | UnsetType] = UNSET  # a computer debugs now
    usb_connected: System[bool | None | UnsetType] = UNSET
    usb_configured: System[bool | None | UnsetType] = UNSET  # a computer, not only a charger
    usb_functions: System[tuple[str, ...] | None | UnsetType] = UNSET  # adb, mtp, rndis ...
    usb_role: System[str | None | UnsetType] = UNSET  # of the data: host, device
    wireless: System[bool | None | UnsetType] = UNSET  # debugging over Wi-Fi
    key_count: System[int | None | UnsetType] = UNSET  # computers that may debug
