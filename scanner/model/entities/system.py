"""The state of the system: build, properties, settings, users, debugging, clock."""

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
    release: Hardware[str | None | UnsetType] = UNSET  # version as printed: 16, 8.1.0, 26.1
    release_major: Hardware[int | None | UnsetType] = UNSET  # iOS: 26
    release_extra: Hardware[str | None | UnsetType] = UNSET  # iOS: of a rapid response: (a)
    build: Hardware[str | None | UnsetType] = UNSET  # iOS: 23B85
    extra_build: Hardware[str | None | UnsetType] = UNSET  # iOS: of a rapid response
    firmware: Hardware[str | None | UnsetType] = UNSET  # iOS: of the boot loader: iBoot-13822.42.2
    baseband: Hardware[str | None | UnsetType] = UNSET
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
    udid: DeviceId[str | None | UnsetType] = UNSET  # iOS


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


class DeviceState(Entity, frozen=True, kw_only=True, tag="device_state"):
    """How an iPhone is set up, as its own services state it."""

    activation: System[str | None | UnsetType] = UNSET  # Activated, FactoryActivated, Unactivated
    passcode: System[bool | UnsetType] = UNSET  # PasswordProtected: False also while it is unlocked
    developer_mode: System[bool | UnsetType] = UNSET  # iOS 16 and later
    internal: System[bool | UnsetType] = UNSET  # a build for Apple's own engineers
    backup_encrypted: System[bool | UnsetType] = UNSET  # a backup to a computer would be
    boot_arguments: System[str | None | UnsetType] = UNSET  # of the kernel
    wifi_connections: System[bool | UnsetType] = UNSET  # paired computers reach it over Wi-Fi
    wifi_debugging: System[bool | UnsetType] = UNSET
    host_attached: System[bool | UnsetType] = UNSET  # a computer on the cable
    trusted_host_attached: System[bool | UnsetType] = UNSET
    sim: System[str | None | UnsetType] = UNSET  # SIMStatus
    lockdown_mode: System[bool | UnsetType] = UNSET  # LDMGlobalEnabled
    restored_at: System[datetime | None | UnsetType] = UNSET  # from a backup; None: states none
    restored_from_cloud: System[bool | UnsetType] = UNSET
    cloud_backup_on: System[str | None | UnsetType] = UNSET  # day of the last one, UTC
    conflicts: System[tuple[str, ...] | None | UnsetType] = UNSET  # joined


class DiskImage(Entity, frozen=True, kw_only=True, tag="disk_image"):
    """A disk image that is mounted on an iPhone."""

    key: ClassVar[tuple[str, ...]] = ("path", "kind")

    path: System[str]  # /Developer, /System/Developer
    kind: System[str | None]  # DiskImageType: Developer, Personalized, Cryptex
    backing: System[str | None | UnsetType] = UNSET  # file behind it
    read_only: System[bool | UnsetType] = UNSET
    developer: System[bool | UnsetType] = UNSET  # Apple's developer disk image
    signature: System[str | None | UnsetType] = UNSET  # sha256 of the signature that it was let by
    device_type: System[str | None | UnsetType] = UNSET


class Clock(Entity, frozen=True, kw_only=True, tag="clock"):
    """The device's clock against that of the examining computer, when the acquisition began."""

    skew_minutes: System[int | UnsetType] = UNSET  # device minus host, rounded
