"""System properties, from `getprop`, which a bugreport holds as a section.

One `[name]: [value]` per entry (toybox getprop.c); the value may span lines and hold brackets, so
an entry ends where the next one begins. All versions of Android; recordings may be UTF-16 with
CRLF.

Only the allow-list below is read: properties also hold serial numbers, IMEIs, SIM operators, host
and network names. Whoever is root can set any of them, and a value that imitates entries cannot be
told from entries: claimed by the OS, never a proof. An entry that stands twice is stated by
neither.

`ro.boot.selinux` counts where a build obeys it (init, ALLOW_PERMISSIVE_SELINUX: userdebug and eng)
and only as `permissive`: what the boot loader asked for is no proof that SELinux enforces now.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.lines import ends_whole, text_lines
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Build, DeviceIdentity, Property
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Command, Section

VALUE_LIMIT = 4096  # characters; Android's own limit is 91, longer only for `ro.`

ALLOWED: dict[str, str] = {
    "ro.boot.verifiedbootstate": "verified boot: green, yellow, orange, red",
    "ro.boot.vbmeta.device_state": "boot loader locked or not, by verified boot",
    "ro.boot.vbmeta.avb_version": "version of verified boot",
    "ro.boot.flash.locked": "boot loader locked or not",
    "ro.boot.veritymode": "what a corrupted block does",
    "partition.system.verified": "dm-verity checks the system image, and how",
    "partition.vendor.verified": "dm-verity checks the vendor image, and how",
    "ro.boot.warranty_bit": "Samsung: another boot image was once flashed",
    "ro.warranty_bit": "Samsung: another boot image was once flashed",
    "ro.boot.selinux": "SELinux as the boot loader asked for",
    "ro.build.selinux": "SELinux built in",
    "ro.oem_unlock_supported": "the boot loader can be unlocked",
    "sys.oem_unlock_allowed": "the owner allowed to unlock it",
    "ro.debuggable": "any app can be debugged, adb can be root",
    "ro.secure": "adb drops root",
    "ro.adb.secure": "adb asks for a key",
    "ro.crypto.state": "storage encrypted or not",
    "ro.crypto.type": "how it is encrypted",
    "ro.build.type": "user, userdebug, eng",
    "ro.build.tags": "which keys signed the build",
    "ro.build.fingerprint": "the build",
    "ro.system.build.fingerprint": "the build of the system image",
    "ro.vendor.build.fingerprint": "the build of the vendor image",
    "ro.bootimage.build.fingerprint": "the build of the boot image",
    "ro.build.version.release": "version of Android",
    "ro.build.version.sdk": "API level",
    "ro.build.version.security_patch": "date of the security patches",
    "ro.vendor.build.security_patch": "date of the vendor's security patches",
    "ro.product.first_api_level": "API level at launch: what is mandatory",
    "ro.product.manufacturer": "who made it",
    "ro.product.brand": "under which name",
    "ro.product.model": "which model",
    "ro.dalvik.vm.native.bridge": "a library loaded into every app: Zygisk stands here",
    "ro.kernel.qemu": "an emulator",
    "ro.boot.qemu": "an emulator",
    "ro.lineage.version": "another Android than the maker's",
    "ro.modversion": "another Android than the maker's",
    "ro.organization_owned": "owned by an organisation",
    "ro.device_owner": "a device owner is set",
    "ro.sys.safemode": "running in safe mode",
    "persist.sys.usb.config": "functions of the USB port: adb",
    "sys.usb.config": "functions of the USB port: adb",
    "sys.usb.state": "functions of the USB port now",
    "service.adb.tcp.port": "adb over the network, without pairing",
    "persist.adb.tcp.port": "adb over the network, without pairing, also after a reboot",
    "persist.adb.tls_server.enable": "wireless debugging",
    "init.svc.adbd": "the debugging daemon runs",
    "init.svc.adb_root": "a daemon that gives root over adb",
    "init.svc.su_daemon": "a daemon that gives root",
}
"""Names that are read, each with its reason."""

ALLOWED_PREFIXES: dict[str, str] = {
    "init.svc.magisk": "services of Magisk",
    "init.svc.frida": "services of frida",
    "persist.sys.magisk": "settings of Magisk",
    "persist.magisk.": "settings of Magisk",
}
"""Beginnings of names that are read, each with its reason."""

_SERIALS = ("ro.serialno", "ro.boot.serialno")
_ENTRY = re.compile(r"\[([^\]\n]{1,255})\]: \[(.*)", re.DOTALL)
_START = re.compile(r"\[[^\]]{1,255}\]: \[")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_WORD = re.compile(r"[a-z_]{2,20}\Z")
_FLAGS = {"1": True, "0": False, "true": True, "false": False}
_LOCKS = {"locked": True, "unlocked": False}


def parse(file: EvidenceFile) -> Iterator[Property | Build | DeviceIdentity]:
    """Yield the properties of the allow-list, and what they state of build and device."""
    values: dict[str, str | None] = {}
    for name, value in _entries(answer(file)):
        if _is_allowed(name) or name in _SERIALS:
            if len(value) > VALUE_LIMIT:
                raise ParseError(f"a value of at most {VALUE_LIMIT} characters expected")
            values[name] = value if values.get(name, value) == value else None
    for name, stated in values.items():
        if stated is not None and name not in _SERIALS:
            yield Property(name=name, value=stated)
    whole = ends_whole(file)
    yield _build(values)
    serial = next((values[name] for name in _SERIALS if values.get(name)), None)
    if serial or whole:
        yield DeviceIdentity(serial=serial)


def _entries(file: EvidenceFile) -> Iterator[tuple[str, str]]:
    entry: list[str] = []
    for number, line in enumerate(text_lines(file), start=1):
        if _START.match(line):
            if entry and (ended := _entry(entry)):
                yield ended
            entry = [line]
        elif entry:
            entry.append(line)
        elif line.strip():
            raise ParseError("'[name]: [value]' expected", line=number)
    if not entry:
        raise ParseError("'[name]: [value]' expected, found nothing")
    if ended := _entry(entry):
        yield ended


def _entry(lines: list[str]) -> tuple[str, str] | None:
    """Split an entry; None for the last one of a text that was cut inside it."""
    text = "\n".join(lines).rstrip()
    match = _ENTRY.match(text)
    if match is None or not text.endswith("]"):
        return None
    return match[1], match[2][:-1]


def _is_allowed(name: str) -> bool:
    return name in ALLOWED or name.startswith(tuple(ALLOWED_PREFIXES))


def _build(values: dict[str, str | None]) -> Build:
    """State the build.

    A property that is absent states nothing: makers leave out what they like, and a phone that
    does not say how it booted has not said that it booted well.
    """
    sdk = values.get("ro.build.version.sdk") or ""
    patch = values.get("ro.build.version.security_patch") or ""
    verity = values.get("ro.boot.veritymode") or ""
    obeys = values.get("ro.build.type") in {"userdebug", "eng"}
    claims = {
        _LOCKS.get(values.get("ro.boot.vbmeta.device_state") or ""),
        _FLAGS.get(values.get("ro.boot.flash.locked") or ""),
    }
    # Where one says unlocked, the other is no reason to believe that it is locked.
    lock = False if False in claims else (True if True in claims else None)
    stated: dict[str, str | int | bool | None] = {
        "manufacturer": values.get("ro.product.manufacturer") or None,
        "model": values.get("ro.product.model") or None,
        "fingerprint": values.get("ro.build.fingerprint")
        or values.get("ro.system.build.fingerprint")
        or None,
        "release": values.get("ro.build.version.release") or None,
        "sdk": int(sdk) if sdk.isascii() and sdk.isdigit() and len(sdk) < 6 else None,  # noqa: PLR2004
        "build_type": values.get("ro.build.type") or None,
        "build_tags": values.get("ro.build.tags") or None,
        "debuggable": _FLAGS.get(values.get("ro.debuggable") or ""),
        "security_patch": patch if _DATE.match(patch) else None,
        "verified_boot": values.get("ro.boot.verifiedbootstate") or None,
        "bootloader_locked": lock,
        "verity_mode": verity if _WORD.match(verity) else None,
        "selinux": "permissive"
        if obeys and values.get("ro.boot.selinux") == "permissive"
        else None,
    }
    return Build(**{name: value for name, value in stated.items() if value is not None})  # type: ignore[arg-type]


GETPROP = Artifact(
    name="android.getprop",
    title="System properties",
    platform="android",
    states=(
        Stated(Property),
        Stated(
            Build,
            (
                "manufacturer",
                "model",
                "fingerprint",
                "release",
                "sdk",
                "build_type",
                "build_tags",
                "debuggable",
                "security_patch",
                "verified_boot",
                "bootloader_locked",
                "verity_mode",
                "selinux",
            ),
        ),
        Stated(DeviceIdentity, ("serial",)),
    ),
    readings=(
        Reading(Command(argv=("getprop",)), parse),
        Reading(Section(title="SYSTEM PROPERTIES"), parse),
    ),
)
