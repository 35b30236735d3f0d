"""Services that the phone offers over RemoteXPC, and what it says of itself, from remotectl.

Services of developers are there only while a developer disk image is mounted: those that launch and
debug programs, watch them, or run their tests. The list of sysdiagnose is of its moment.

Sources: `remotectl_dumpstate.txt` of sysdiagnose of iOS 15 and later; the handshakes of iOS 17 with
a developer disk image and without, as pymobiledevice3 documents them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from scanner.artifacts.ios.reply import known
from scanner.errors import ParseError
from scanner.formats.remotectl import read
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import Build, DeviceIdentity, RemoteService
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Diagnostic

_MAJOR = re.compile(r"(\d{1,3})(?:\.|$)", re.ASCII)
_DEVELOPER = frozenset(
    (
        "com.apple.coredevice.appservice",
        "com.apple.coredevice.openstdiosocket",
        "com.apple.dt.ViewHierarchyAgent.remote",
        "com.apple.dt.remoteFetchSymbols",
        "com.apple.dt.testmanagerd.remote",
        "com.apple.dt.testmanagerd.remote.automation",
        "com.apple.instruments.dtservicehub",
        "com.apple.internal.dt.remote.debugproxy",
    )
)
_UNCLEAR = ("com.apple.coredevice.", "com.apple.dt.", "com.apple.instruments.")
"""Some of these are of the system, some of the image, and newer ones may be of either."""


def parse(file: EvidenceFile) -> Iterator[RemoteService | Build | DeviceIdentity]:
    """Yield the system, the identity and the services; ParseError at the end without a list."""
    device = read(file)
    release = device.properties.get("OSVersion")
    if release:
        major = _MAJOR.match(release)
        yield Build(
            manufacturer="Apple",
            model=known(device.properties.get("ProductType")),
            release=release,
            release_major=known(int(major[1]) if major else None),
            build=known(device.properties.get("BuildVersion")),
        )
    yield DeviceIdentity(
        serial=known(device.properties.get("SerialNumber")),
        udid=known(device.properties.get("UniqueDeviceID")),
    )
    for name in device.services or ():
        yield RemoteService(name=name, developer=_of_developers(name))
    if device.services is None:
        raise ParseError("a list of services expected")


def _of_developers(name: str) -> bool | UnsetType:
    if name in _DEVELOPER:
        return True
    return UNSET if name.startswith(_UNCLEAR) and not name.endswith(".shim.remote") else False


REMOTE_SERVICES = Artifact(
    name="ios.remote_services",
    title="Services over RemoteXPC",
    platform="ios",
    states=(
        Stated(Build, ("manufacturer", "model", "release", "release_major", "build")),
        Stated(DeviceIdentity),
        Stated(RemoteService),
    ),
    readings=(Reading(Diagnostic(name="remotectl_dumpstate.txt"), parse),),
    profile=Profile.QUICK,
)
