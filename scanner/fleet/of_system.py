"""Facts on boot, build, system processes, mounts, properties and settings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.fleet.values import Found, folded, pairs, steady, text, unnumbered
from scanner.formats.uids import FIRST_APP, USER_RANGE
from scanner.model.artifact import Known
from scanner.model.entities import (
    Build,
    DeviceState,
    DiskImage,
    FileEntry,
    Mount,
    Process,
    Property,
    Setting,
)

_MONTHS = (6, 12, 24)
_DAYS = 30
_KERNEL = 2  # pid of the kernel's threads' parent
_NOT_STEADY = ("/mnt", "/storage", "/data/", "/run", "/dev/usb-ffs")
_VERSION = re.compile(r"@\d+")
_CHANGES = frozenset(  # with the cable, the moment and the build's own name
    {
        "sys.usb.config",
        "sys.usb.state",
        "persist.sys.usb.config",
        "ro.build.fingerprint",
        "ro.system.build.fingerprint",
        "ro.vendor.build.fingerprint",
        "ro.bootimage.build.fingerprint",
        "ro.build.version.release",
        "ro.build.version.security_patch",
        "ro.product.model",
        "ro.product.brand",
        "ro.product.manufacturer",
    }
)
_ELSEWHERE = frozenset(  # settings that other facets state, or that change by the hour
    {
        "enabled_accessibility_services",
        "enabled_notification_listeners",
        "enabled_input_methods",
        "default_input_method",
        "http_proxy",
        "global_http_proxy_host",
        "global_http_proxy_port",
        "airplane_mode_on",
        "sms_default_application",
        "dialer_default_application",
        "always_on_vpn_app",
    }
)


def boot(state: Known) -> Iterator[Found]:
    """Yield how the device booted and what runs: what no ordinary phone differs in."""
    for build in state.every(Build):
        yield from pairs(
            build,
            (
                "verified_boot", "bootloader_locked", "verity_mode", "selinux", "build_type",
                "build_tags", "debuggable", "release_extra",
            ),
        )  # fmt: skip
    for each in state.every(DeviceState):
        yield from pairs(each, ("activation", "developer_mode", "internal", "boot_arguments"))


def patch_age(state: Known) -> Iterator[Found]:
    """Yield how old the security patches are, in three steps."""
    for build in state.every(Build):
        if isinstance(build.patch_age_days, int):
            for months in _MONTHS:
                if build.patch_age_days > months * _DAYS:
                    yield f"over {months} months", None


def patch(state: Known) -> Iterator[Found]:
    """Yield release, build and patches."""
    for build in state.every(Build):
        yield from pairs(build, ("release", "security_patch", "build", "extra_build", "sdk"))


def processes(state: Known) -> Iterator[Found]:
    """Yield processes of the system, neither those of apps nor the kernel's own threads."""
    for each in state.every(Process):
        program = text(each.executable) or text(each.name)
        if program is None or each.area == "app" or each.parent == _KERNEL:
            continue
        owner = text(each.owner)
        if program.startswith("[") or (owner and _is_of_app(owner, each.uid)):
            continue
        yield f"{owner} {steady(program)}" if owner else steady(program), None


def _is_of_app(owner: str, uid: object) -> bool:
    if isinstance(uid, int):
        return uid % USER_RANGE >= FIRST_APP
    return re.match(r"u\d+_", owner) is not None


def mounts(state: Known) -> Iterator[Found]:
    """Yield mounted file systems that do not come and go."""
    for each in state.every(Mount):
        if each.point.startswith(_NOT_STEADY):
            continue
        writable = " writable" if each.system is True and each.writable is True else ""
        yield f"{_VERSION.sub('', steady(each.point))} {each.filesystem}{writable}", None


def disk_images(state: Known) -> Iterator[Found]:
    """Yield mounted disk images; a cryptex is mounted below a name drawn at random."""
    for each in state.every(DiskImage):
        place = re.sub(r"(/mnt/.*)\.[A-Za-z0-9]{6}\Z", r"\1", steady(each.path))
        yield f"{each.kind or 'image'} {place}", None


def properties(state: Known) -> Iterator[Found]:
    """Yield properties of the allow-list that do not name the build itself."""
    for each in state.every(Property):
        value = text(each.value)
        if value and each.name not in _CHANGES:
            yield f"{each.name}={folded(value)}", None


def settings(state: Known) -> Iterator[Found]:
    """Yield settings of the allow-list, of the first user."""
    for each in state.every(Setting):
        value = text(each.value)
        if value and each.user == 0 and each.name not in _ELSEWHERE:
            yield f"{each.namespace}/{each.name}={folded(value)}", None


def temporary_files(state: Known) -> Iterator[Found]:
    """Yield files in temporary folders, which are few on most phones."""
    for each in state.every(FileEntry):
        if each.area == "temporary" and each.kind != "folder":
            yield unnumbered(each.path), None
