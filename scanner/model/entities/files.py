"""Files, mounts and crashes."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from msgspec import UNSET, UnsetType

from scanner.model.entities.base import Entity
from scanner.model.privacy import AppFact, Observation, System


class FileEntry(Entity, frozen=True, kw_only=True, tag="file"):
    """The metadata of one file. What a person named in shared storage is never read."""

    key: ClassVar[tuple[str, ...]] = ("path",)

    path: Observation[str]  # in full; in shared storage the folder, a number and the ending
    area: System[str | UnsetType] = (
        UNSET  # temporary, shared, system, data, root; iOS: app, staging, jailbreak, too
    )
    kind: System[str | None | UnsetType] = UNSET  # file, folder, link, other
    ending: System[str | None | UnsetType] = UNSET  # of its name, in lower case: apk, so
    size: System[int | None | UnsetType] = UNSET  # bytes
    mode: System[str | None | UnsetType] = UNSET  # octal permissions: 755
    executable: System[bool | UnsetType] = UNSET
    setuid: System[bool | UnsetType] = UNSET
    uid: System[int | None | UnsetType] = UNSET  # of its owner
    owner: System[str | None | UnsetType] = UNSET  # name of its owner
    label: System[str | None | UnsetType] = UNSET  # SELinux label
    modified_at: Observation[datetime | None | UnsetType] = UNSET  # iOS, mobile: its day
    created_at: Observation[datetime | None | UnsetType] = UNSET
    changed_at: Observation[datetime | None | UnsetType] = UNSET  # of its metadata
    domain: System[str | None | UnsetType] = UNSET  # of a backup: HomeDomain
    missing: System[bool | UnsetType] = UNSET  # a backup lists it and does not hold it
    sha256: Observation[str | None | UnsetType] = UNSET  # lower case; never of shared storage
    sha1: Observation[str | None | UnsetType] = UNSET
    md5: Observation[str | None | UnsetType] = UNSET


class InstalledFile(Entity, frozen=True, kw_only=True, tag="installed_file"):
    """A file of an installed app, as the device or who collected it states it."""

    key: ClassVar[tuple[str, ...]] = ("package", "path")

    package: AppFact[str]
    path: AppFact[str]
    size: AppFact[int | None | UnsetType] = UNSET  # bytes
    modified: AppFact[int | None | UnsetType] = UNSET  # seconds since 1970, on the device's clock
    inode: AppFact[int | None | UnsetType] = UNSET
    sha256: AppFact[str | None | UnsetType] = UNSET  # lower case
    sha1: AppFact[str | None | UnsetType] = UNSET
    md5: AppFact[str | None | UnsetType] = UNSET
    signer_sha256: AppFact[str | None | UnsetType] = UNSET  # of the signing certificate, in DER
    signer_sha1: AppFact[str | None | UnsetType] = UNSET
    signer_md5: AppFact[str | None | UnsetType] = UNSET
    verified: AppFact[bool | UnsetType] = UNSET  # who hashed it verified its signature, too


class Mount(Entity, frozen=True, kw_only=True, tag="mount"):
    """One mounted file system, as the shell sees it."""

    key: ClassVar[tuple[str, ...]] = ("point", "device", "filesystem")

    point: Observation[str]  # /system
    device: Observation[str]  # /dev/block/dm-0, tmpfs, overlay, magisk
    filesystem: System[str]  # ext4, erofs, overlay, tmpfs
    options: System[tuple[str, ...] | None | UnsetType] = UNSET
    writable: System[bool | UnsetType] = UNSET
    system: System[bool | UnsetType] = UNSET  # at or below /system, /vendor, /product ...


class Crash(Entity, frozen=True, kw_only=True, tag="crash"):
    """A crash of native code, as a tombstone or a crash report of iOS heads it.

    Memory and messages are never read.
    """

    key: ClassVar[tuple[str, ...]] = ("file",)

    file: AppFact[str]  # tombstone_00, or the path in the crash area of iOS
    process: Observation[str | UnsetType] = UNSET
    executable: Observation[str | None | UnsetType] = UNSET
    uid: Observation[int | None | UnsetType] = UNSET
    label: Observation[str | None | UnsetType] = UNSET  # SELinux label
    signal: System[str | None | UnsetType] = UNSET  # SIGSEGV
    code: System[str | None | UnsetType] = UNSET  # SEGV_MAPERR
    at: Observation[datetime | None | UnsetType] = UNSET
    uptime_seconds: System[int | None | UnsetType] = UNSET  # of the process
    build: System[str | None | UnsetType] = UNSET  # fingerprint of the build that crashed
    exposed: Observation[bool | UnsetType] = UNSET  # a process that parses what strangers send
    day: Observation[str | None | UnsetType] = UNSET  # joined: of `at`, UTC: 2026-11-02
    kind: System[str | None | UnsetType] = UNSET  # iOS: crash, panic, jetsam, stackshot, other
    bug_type: System[str | None | UnsetType] = UNSET  # iOS: 309
    bundle: AppFact[str | None | UnsetType] = UNSET  # iOS: bundle identifier
    retired: System[bool | UnsetType] = UNSET  # iOS: it was sent or synchronised before
    parent: Observation[str | None | UnsetType] = UNSET  # iOS: name of the process that started it
