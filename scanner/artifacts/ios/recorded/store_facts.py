"""What the store that sold an app wrote about it: iTunesMetadata.

Every app of a store has it, also one of TestFlight, of a marketplace or bought by an organisation;
an app that a developer or a company signed by itself has none. Read are softwareVersionBundleId,
sourceApp (the program that installed it: com.apple.AppStore, com.apple.dmd, a marketplace),
distributorInfo with distributorID (iOS 17.4 and later), bundleShortVersionString, bundleVersion and
whether it is a device-based volume purchase. Accounts, purchases and referrers that stand beside
them are personal and never read.

Source: MobileInstallation's MIStoreMetadata, as its headers and clients name the keys.
"""

from __future__ import annotations

from msgspec import UNSET, UnsetType

from scanner.artifacts.ios.reply import known
from scanner.formats.plists import Map, flag, mapping, text
from scanner.model.entities import App

_LENGTH = 255  # characters of an identifier
_SHORT = 100  # characters of a version
_VOLUME = ("sideLoadedDeviceBasedVPP", "deviceBasedVPP", "DeviceBasedVPP")
FIELDS = (
    "user",
    "package",
    "installed",
    "installer",
    "package_source",
    "distributor",
    "volume_purchase",
    "version_name",
    "bundle_version",
)


def package_of(metadata: Map) -> str | None:
    """Return the identifier of the app that it is about."""
    return text(metadata, "softwareVersionBundleId", limit=_LENGTH)


def sold(package: str, metadata: Map) -> App:
    """Return an app that has the metadata of a store."""
    distributor = text(mapping(metadata, "distributorInfo"), "distributorID", limit=_LENGTH)
    return App(
        user=0,
        package=package[:_LENGTH],
        installed=True,
        installer=text(metadata, "sourceApp", limit=_LENGTH),
        package_source="store",
        distributor=distributor,
        volume_purchase=_volume(metadata),
        version_name=known(text(metadata, "bundleShortVersionString", limit=_SHORT)),
        bundle_version=known(text(metadata, "bundleVersion", limit=_SHORT)),
    )


def unsold(package: str) -> App:
    """Return an app that stands in a list of such metadata without any."""
    return App(
        user=0,
        package=package[:_LENGTH],
        installed=True,
        installer=None,
        package_source="other",
        distributor=None,
        volume_purchase=False,
    )


def _volume(metadata: Map) -> bool | UnsetType:
    stated = [flag(metadata, key) for key in _VOLUME if key in metadata]
    return UNSET if stated and None in stated and True not in stated else any(stated)
