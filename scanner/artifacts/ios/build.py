"""The system that runs and the identity of the phone, from the values of lockdownd.

The domain without a name states ProductType (iPhone15,2), ProductVersion (26.1), BuildVersion,
FirmwareVersion (of the boot loader) and BasebandVersion; ProductVersionExtra `(a)` and another
SupplementalBuildVersion only where a rapid security response is installed. It also holds the
phone's name and number, its IMEI and its radio addresses: none of them is read.

Sources: pymobiledevice3 lockdown.py, Apple's documentation of device management.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.artifacts.ios.reply import known, values_of
from scanner.errors import ParseError
from scanner.formats.plists import text
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Build, DeviceIdentity
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Lockdown

_LIMIT = 100  # characters
_MAJOR = re.compile(r"(\d{1,3})(?:\.|$)", re.ASCII)


def parse(file: EvidenceFile) -> Iterator[Build | DeviceIdentity]:
    """Yield the build and the identity."""
    values = values_of(file)
    release, build = text(values, "ProductVersion", limit=_LIMIT), text(values, "BuildVersion")
    if release is None:
        raise ParseError("ProductVersion expected")
    major = _MAJOR.match(release)
    supplement = text(values, "SupplementalBuildVersion", limit=_LIMIT)
    yield Build(
        manufacturer="Apple",
        model=known(text(values, "ProductType", limit=_LIMIT)),
        release=release,
        release_major=known(int(major[1]) if major else None),
        release_extra=text(values, "ProductVersionExtra", limit=_LIMIT) or None,
        build=known(build),
        extra_build=supplement if supplement not in {"", build} else None,
        firmware=known(text(values, "FirmwareVersion", limit=_LIMIT)),
        baseband=known(text(values, "BasebandVersion", limit=_LIMIT)),
    )
    yield DeviceIdentity(
        serial=known(text(values, "SerialNumber", limit=_LIMIT)),
        udid=known(text(values, "UniqueDeviceID", limit=_LIMIT)),
    )


BUILD = Artifact(
    name="ios.build",
    title="System version and identity",
    platform="ios",
    states=(
        Stated(
            Build,
            (
                "manufacturer",
                "model",
                "release",
                "release_major",
                "release_extra",
                "build",
                "extra_build",
                "firmware",
                "baseband",
            ),
        ),
        Stated(DeviceIdentity),
    ),
    readings=(Reading(Lockdown(), parse),),
)
