"""Which files of apps are worth their bytes, and in which order.

The list of packages names the base of each app; the listing of its folder names the splits, with
what tells whether a copy is already here. First come the apps that a person looks at first: those
that came from no store, and those with power over the screen or the device. The order decides
nothing but what is known when time runs out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import UNSET, structs

from scanner.model.artifact import Known
from scanner.model.entities import AccessibilityService, App, DeviceAdmin, InstalledFile
from scanner.model.requests import AppBytes, AppFolders

STORES = frozenset(
    (
        "com.android.vending",
        "com.amazon.venezia",
        "com.heytap.market",
        "com.hihonor.appmarket",
        "com.huawei.appmarket",
        "com.oppo.market",
        "com.sec.android.app.samsungapps",
        "com.vivo.appstore",
        "com.xiaomi.mipicks",
        "org.fdroid.fdroid",
    )
)
"""Installers whose apps may wait a little."""

_ADDED = ("/data/app/", "/mnt/expand/")
_FOLDERS = 700  # apps of one listing: its words must fit into one command
_LENGTH = 96 * 1024  # bytes of them


class _Package(NamedTuple):
    """What is known of one package, whoever has it installed."""

    name: str
    path: str
    version: int | None
    urgency: int


def folders(known: Known) -> Iterator[AppFolders]:
    """Ask what lies beside the base of each installed app."""
    apps: list[tuple[str, str]] = []
    length = 0
    for package in sorted(_packages(known)):
        if not package.path.endswith(".apk"):
            continue
        apps.append((package.name, package.path))
        length += len(package.path.encode("utf-8", "replace"))
        if len(apps) == _FOLDERS or length >= _LENGTH:
            yield AppFolders(apps=tuple(apps))
            apps, length = [], 0
    if apps:
        yield AppFolders(apps=tuple(apps))


def third_party(known: Known) -> Iterator[AppBytes]:
    """Ask for the files of apps that were added to the system, and of its updates."""
    return (each for each in _files(known) if each.path.startswith(_ADDED))


def others(known: Known) -> Iterator[AppBytes]:
    """Ask for the files of all other apps: those that came with the system."""
    for each in _files(known):
        if not each.path.startswith(_ADDED):
            yield structs.replace(each, shipped=True)


def _files(known: Known) -> Iterator[AppBytes]:
    listed: dict[str, list[InstalledFile]] = defaultdict(list)
    for file in known.every(InstalledFile):
        listed[file.package].append(file)
    asked: set[str] = set()
    for package in sorted(_packages(known), key=lambda each: (-each.urgency, each.name)):
        found = {each.path: each for each in listed[package.name]}
        if package.path.endswith(".apk"):  # where the listing was refused, or lacks it
            found.setdefault(package.path, InstalledFile(package=package.name, path=package.path))
        for path in sorted(found, key=lambda path: (path != package.path, path)):
            if path not in asked:
                asked.add(path)
                yield _bytes_of(found[path], package.version)


def _bytes_of(file: InstalledFile, version: int | None) -> AppBytes:
    return AppBytes(
        path=file.path,
        package=file.package,
        size=None if file.size is UNSET else file.size,
        modified=None if file.modified is UNSET else file.modified,
        version=version,
    )


def _packages(known: Known) -> Iterable[_Package]:
    powerful = {each.package for each in known.every(AccessibilityService) if each.enabled is True}
    powerful |= {each.package for each in known.every(DeviceAdmin)}
    found: dict[str, _Package] = {}
    for app in known.every(App):
        if app.installed is False or app.package in found:
            continue
        if not isinstance(app.path, str) or not app.path.startswith("/"):
            continue
        urgency = 2 * (app.package in powerful) + _came_from_no_store(app)
        version = app.version_code if isinstance(app.version_code, int) else None
        found[app.package] = _Package(app.package, app.path, version, urgency)
    return found.values()


def _came_from_no_store(app: App) -> bool:
    return app.system is not True and app.installer not in STORES
