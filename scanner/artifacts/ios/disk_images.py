"""Disk images that are mounted, and developer mode, from mobile_image_mounter.

`CopyDevices` answers with EntryList, one dictionary for each mount that the service knows:
DeviceType (`DiskImage`, or `MassStorage` and `PTPCamera` of what somebody plugged in, which is not
read), DeviceNode, MountPath, FilesystemType, IsMounted, IsReadOnly, DiskImageType (`Developer`,
`Personalized`, `Cryptex`), PersonalizedImageType (`DeveloperDiskImage`), BackingImage and
ImageSignature. Cryptexes belong to the system of every phone since iOS 16. Before iOS 14 the
command is unknown.

`QueryDeveloperModeStatus` answers with DeveloperModeStatus, since iOS 16.

Sources: pymobiledevice3 mobile_image_mounter.py, MobileStorage's code (decompiled).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from scanner.artifacts.ios.reply import known, reply
from scanner.errors import NotAvailable, ParseError
from scanner.formats.plists import Map, flag, text
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import DeviceState, DiskImage
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import ServiceCall

_SERVICE = "com.apple.mobile.mobile_image_mounter"
_COUNT = 1000
_SHORT = 100  # characters


def parse(file: EvidenceFile) -> Iterator[DiskImage]:
    """Yield each image."""
    mounts = reply(file).get("EntryList")
    if not isinstance(mounts, list) or len(mounts) > _COUNT:
        raise ParseError(f"a list of at most {_COUNT} mounts expected")
    for mount in mounts:
        if not isinstance(mount, dict):
            raise ParseError("a mount expected")
        if _is_image(mount):
            yield _image(mount)


def parse_developer_mode(file: EvidenceFile) -> Iterator[DeviceState]:
    """Yield whether developer mode is on."""
    status = flag(reply(file), "DeveloperModeStatus")
    if status is None:
        raise NotAvailable("unsupported_version", "the phone states no developer mode")
    yield DeviceState(developer_mode=status)


def _is_image(mount: Map) -> bool:
    stated = "DiskImageType" in mount or mount.get("DeviceType", "DiskImage") == "DiskImage"
    return stated and flag(mount, "IsMounted") is not False


def _image(mount: Map) -> DiskImage:
    path, kind = text(mount, "MountPath"), text(mount, "DiskImageType", limit=_SHORT)
    if path is None:
        raise ParseError("the path of a mounted image expected")
    signature = mount.get("ImageSignature")
    return DiskImage(
        path=path,
        kind=kind,
        backing=known(text(mount, "BackingImage")),
        read_only=known(flag(mount, "IsReadOnly")),
        developer=_is_developer(mount, kind, path),
        signature=(
            hashlib.sha256(signature).hexdigest() if isinstance(signature, bytes) else UNSET
        ),
        device_type=known(text(mount, "DeviceType", limit=_SHORT)),
    )


def _is_developer(mount: Map, kind: str | None, path: str) -> bool | UnsetType:
    """Return whether it is Apple's image for developers; UNSET where one is of an unknown kind."""
    personalized = text(mount, "PersonalizedImageType")
    if kind == "Developer" or personalized == "DeveloperDiskImage":
        return True
    if path in {"/Developer", "/System/Developer"}:
        return True
    return False if kind == "Cryptex" or personalized is not None else UNSET


DISK_IMAGES = Artifact(
    name="ios.disk_images",
    title="Mounted disk images",
    platform="ios",
    states=(Stated(DiskImage), Stated(DeviceState, ("developer_mode",))),
    readings=(
        Reading(
            ServiceCall(service=_SERVICE, arguments=(("Command", "CopyDevices"),)),
            parse,
            covers=("images",),
        ),
        Reading(
            ServiceCall(service=_SERVICE, arguments=(("Command", "QueryDeveloperModeStatus"),)),
            parse_developer_mode,
            covers=("developer_mode",),
        ),
    ),
)
