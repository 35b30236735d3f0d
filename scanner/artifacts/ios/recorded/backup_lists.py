"""The phone and its apps, as a backup describes them in its own three lists.

- Info.plist: Product Type, Product Version, Build Version, Serial Number, Target Identifier, Last
  Backup Date, Installed Applications (of the user), and Applications: by identifier iTunesMetadata,
  a property list within. Phone number, IMEI, ICCID and the names of the phone are not read.
- Manifest.plist: IsEncrypted, WasPasscodeSet, Version, Date; Lockdown with the same values as
  Info.plist; Applications: by identifier CFBundleVersion and Path of each app whose data is there.
- Status.plist: IsFullBackup, SnapshotState, Date.

None of them is encrypted or signed: whoever had the backup could change them.

Sources: libimobiledevice idevicebackup2.c, which writes Info.plist as iTunes does; backups of iOS
14 to 18 as public readers describe them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.artifacts.ios.recorded import store_facts
from scanner.artifacts.ios.reply import known
from scanner.errors import ParseError
from scanner.formats.ios_paths import normal
from scanner.formats.plists import Map, flag, mapping, moment, plist_of, read_map, text, texts
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import App, Backup, Build, DeviceIdentity, DeviceState
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import BackupFile

_COUNT = 20_000  # apps
_LENGTH = 255  # characters of an identifier
_SHORT = 100  # characters of a version
_MAJOR = re.compile(r"(\d{1,3})(?:\.|$)", re.ASCII)


def parse_info(file: EvidenceFile) -> Iterator[Build | DeviceIdentity | Backup | App]:
    """Yield what Info.plist says; ParseError behind it where an app's metadata is unreadable."""
    info = read_map(file)
    release = text(info, "Product Version", limit=_SHORT)
    if release is None:
        raise ParseError("Product Version expected")
    yield _build(
        release,
        text(info, "Build Version", limit=_SHORT),
        text(info, "Product Type", limit=_SHORT),
    )
    yield DeviceIdentity(
        serial=known(text(info, "Serial Number", limit=_SHORT)),
        udid=known(text(info, "Target Identifier", limit=_SHORT)),
    )
    yield Backup(made_at=known(moment(info, "Last Backup Date")))
    yield from _apps(info)


def parse_manifest(
    file: EvidenceFile,
) -> Iterator[Build | DeviceIdentity | DeviceState | Backup | App]:
    """Yield what Manifest.plist says."""
    manifest = read_map(file)
    encrypted = flag(manifest, "IsEncrypted")
    if encrypted is None:
        raise ParseError("IsEncrypted expected")
    values = mapping(manifest, "Lockdown")
    yield _build(
        text(values, "ProductVersion", limit=_SHORT),
        text(values, "BuildVersion", limit=_SHORT),
        text(values, "ProductType", limit=_SHORT),
    )
    yield DeviceIdentity(
        serial=known(text(values, "SerialNumber", limit=_SHORT)),
        udid=known(text(values, "UniqueDeviceID", limit=_SHORT)),
    )
    yield DeviceState(
        passcode=known(flag(manifest, "WasPasscodeSet")),
        backup_encrypted=encrypted,
    )
    yield Backup(version=known(text(manifest, "Version", limit=_SHORT)), encrypted=encrypted)
    apps = mapping(manifest, "Applications")
    _require_few(len(apps))
    for package in apps:
        app = mapping(apps, package)
        path = text(app, "Path")
        yield App(
            user=0,
            package=package[:_LENGTH],
            installed=True,
            path=known(normal(path) if path else None),
            bundle_version=known(text(app, "CFBundleVersion", limit=_SHORT)),
        )


def parse_status(file: EvidenceFile) -> Iterator[Backup]:
    """Yield whether the backup is a whole one."""
    status = read_map(file)
    full, state = flag(status, "IsFullBackup"), text(status, "SnapshotState", limit=_SHORT)
    if full is None and state is None:
        raise ParseError("IsFullBackup or SnapshotState expected")
    yield Backup(full=known(full), state=known(state))


def _build(release: str | None, number: str | None, model: str | None) -> Build:
    major = _MAJOR.match(release or "")
    return Build(
        manufacturer="Apple",
        model=known(model),
        release=known(release),
        release_major=known(int(major[1]) if major else None),
        build=known(number),
    )


def _apps(info: Map) -> Iterator[App]:
    """Yield the apps of Info.plist; an empty list of metadata says nothing of those without any."""
    sold = mapping(info, "Applications")
    listed = dict.fromkeys(texts(info, "Installed Applications", limit=_LENGTH))
    _require_few(len(sold) + len(listed))
    unreadable = 0
    for package in {**listed, **sold}:
        if package not in sold:
            bare = App(user=0, package=package[:_LENGTH], installed=True)
            yield store_facts.unsold(package) if sold else bare
            continue
        try:
            yield _sold(package, mapping(sold, package))
        except ParseError:
            unreadable += 1
            yield App(user=0, package=package[:_LENGTH], installed=True)
    if unreadable:
        raise ParseError("iTunesMetadata of each app expected")


def _sold(package: str, entry: Map) -> App:
    data = entry.get("iTunesMetadata")
    if data is None:
        return store_facts.unsold(package)
    metadata = plist_of(data) if isinstance(data, bytes) else data
    if not isinstance(metadata, dict):
        raise ParseError("a dictionary expected")
    return store_facts.sold(package, metadata)


def _require_few(count: int) -> None:
    if count > _COUNT:
        raise ParseError(f"at most {_COUNT} apps expected")


BACKUP_LISTS = Artifact(
    name="ios.backup_lists",
    title="What a backup says of itself",
    platform="ios",
    states=(
        Stated(Build, ("manufacturer", "model", "release", "release_major", "build")),
        Stated(DeviceIdentity),
        Stated(DeviceState, ("passcode", "backup_encrypted")),
        Stated(Backup, ("made_at", "version", "encrypted", "full", "state")),
        Stated(App, (*store_facts.FIELDS, "path")),
    ),
    readings=(
        Reading(BackupFile(name="Info.plist"), parse_info, covers=("info",)),
        Reading(BackupFile(name="Manifest.plist"), parse_manifest, covers=("manifest",)),
        Reading(BackupFile(name="Status.plist"), parse_status, covers=("status",)),
    ),
)
