"""What an app file of Android is, all but its signatures and its code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Literal

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.apk.archive import DEFLATED, ApkArchive, Entry
from scanner.formats.apk.arsc import Resources
from scanner.formats.apk.icon import icon_sha256
from scanner.formats.apk.manifest import Manifest, read_bundle_manifest, read_manifest
from scanner.formats.apk.network_security import (
    NetworkSecurity,
    platform_default,
    read_network_security,
)
from scanner.formats.apk.skeleton import skeleton
from scanner.model.requests import MiB

Kind = Literal["apk", "split", "bundle", "ipa", "dex", "other"]

MANIFEST, RESOURCES = "AndroidManifest.xml", "resources.arsc"
MANIFEST_LIMIT = 32 * MiB
CONFIG_LIMIT = 4 * MiB
LIBRARY_LIMIT = 4096

BUNDLE_MANIFEST = "base/manifest/AndroidManifest.xml"
_LIBRARY = re.compile(r"lib/([^/]+)/([^/]+\.so)")
_DEX = re.compile(r"classes\d*\.dex")
_PROGRAM = re.compile(r"Payload/[^/]+\.app/")
_MEMBER = re.compile(r"(?:[^/]+/)?[^/]+\.apk", re.IGNORECASE)


class ApkFacts(Struct, frozen=True, kw_only=True):
    """What is told of an APK, a split, or a file of code in an archive."""

    kind: Kind
    manifest: Manifest | None  # None: there is none, or it cannot be read
    label: str | None = None
    label_skeleton: str | None = None
    icon_sha256: str | None = None
    libraries: tuple[str, ...] = ()  # file names of native libraries
    abis: tuple[str, ...] = ()
    dex: tuple[str, ...] = ()  # names of the entries with code
    network: NetworkSecurity | None = None  # None: its config cannot be read
    trusts_user_certificates: bool | None = None  # with what counts where it is debuggable
    anomalies: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()  # what could not be read, in our words


def kind_of(archive: ApkArchive, manifest: Manifest | None = None) -> Kind:
    """Tell what an archive is by what it holds; only a manifest tells a split from an APK."""
    if archive.get(MANIFEST) is not None:
        return "split" if manifest is not None and manifest.split else "apk"
    if bundle_format(archive):
        return "bundle"
    names = archive.names
    if any(map(_PROGRAM.match, names)):
        return "ipa"
    return "dex" if any(map(_DEX.fullmatch, names)) else "other"


def bundle_format(archive: ApkArchive) -> str | None:
    """Return which kind of bundle an archive is: aab, apks, xapk, apkm; None for none."""
    if archive.get(BUNDLE_MANIFEST) is not None:
        return "aab"
    if not any(map(_MEMBER.fullmatch, archive.names)):
        return None
    if archive.get("manifest.json") is not None:
        return "xapk"
    if archive.get("info.json") is not None:
        return "apkm"
    return "apks"


def read_app(archive: ApkArchive, *, whole: bool = True) -> ApkFacts:
    """Read the manifest and what it refers to; what cannot be read is a gap and an anomaly.

    `whole`: all bytes are here, so that the headers of all entries can be compared.
    """
    anomalies: set[str] = set()
    gaps: list[str] = []
    resources = _resources(archive, anomalies, gaps)
    manifest = _manifest(archive, resources, anomalies, gaps)
    libraries = _libraries(archive)
    network = _network(archive, manifest, resources) if manifest is not None else None
    label = manifest.label if manifest is not None else None
    icon = None
    if manifest is not None and manifest.icon is not None and resources is not None:
        icon = icon_sha256(archive, resources, manifest.icon)
    if resources is not None:
        anomalies |= resources.anomalies
    if manifest is not None:
        anomalies |= manifest.anomalies
    return ApkFacts(
        kind=kind_of(archive, manifest),
        manifest=manifest,
        label=label,
        label_skeleton=skeleton(label) if label else None,
        icon_sha256=icon,
        libraries=tuple(sorted({file for _, file in libraries})),
        abis=tuple(sorted({abi for abi, _ in libraries})),
        dex=tuple(each for each in archive.names if each.endswith(".dex") and _DEX.fullmatch(each)),
        network=network,
        trusts_user_certificates=_trusts(network, manifest),
        anomalies=tuple(sorted(anomalies | (archive.anomalies if whole else archive.noted))),
        gaps=tuple(gaps),
    )


def _resources(archive: ApkArchive, anomalies: set[str], gaps: list[str]) -> Resources | None:
    entry = archive.get(RESOURCES)
    if entry is None:
        return None
    try:
        if entry.method == DEFLATED:
            return Resources(archive.read(entry))
        # In place: a table that is stored may be large, and little of it is looked at.
        return Resources(archive.data, *archive.content(entry))
    except ParseError as error:
        anomalies.add("resources_unreadable")
        gaps.append(f"{RESOURCES}: {error}")
        return None


def _manifest(
    archive: ApkArchive, resources: Resources | None, anomalies: set[str], gaps: list[str]
) -> Manifest | None:
    """Read the manifest: the one that Android opens, or else another one of its name."""
    data = b""
    if (bundled := archive.get(BUNDLE_MANIFEST)) is not None and not archive.get(MANIFEST):
        try:
            return read_bundle_manifest(archive.read(bundled, MANIFEST_LIMIT))
        except ParseError as error:
            anomalies.add("manifest_unreadable")
            gaps.append(f"{BUNDLE_MANIFEST}: {error}")
    for entry in _manifests(archive):
        try:
            data = archive.read(entry, MANIFEST_LIMIT)
            return read_manifest(data, resources)
        except ParseError as error:
            is_text = data.lstrip().startswith(b"<")
            anomalies.add("xml_text" if is_text else "manifest_unreadable")
            gaps.append(f"{MANIFEST}: {error}")
    return None


def _manifests(archive: ApkArchive) -> Iterator[Entry]:
    if (first := archive.get(MANIFEST)) is not None:
        yield first
        if "duplicate_manifest" in archive.anomalies:
            others = (each for each in archive.entries if each.name == MANIFEST)
            yield from islice((each for each in others if each is not first), 4)


def _network(
    archive: ApkArchive, manifest: Manifest, resources: Resources | None
) -> NetworkSecurity | None:
    """Return what is allowed on the network, where it can be read.

    Neither a split nor a bundle says it all; the file that a base names may lie in a split.
    """
    if manifest.split or archive.get(MANIFEST) is None:
        return None
    if manifest.network_security is None:
        return platform_default(manifest.target_sdk, cleartext=manifest.cleartext)
    path = resources.text(manifest.network_security) if resources is not None else None
    entry = archive.get(path) if path else None
    if entry is None:
        return None
    try:
        return read_network_security(archive.read(entry, CONFIG_LIMIT), manifest.target_sdk)
    except ParseError:
        return None


def _trusts(network: NetworkSecurity | None, manifest: Manifest | None) -> bool | None:
    if network is None or manifest is None:
        return None
    return network.trusts_user_certificates or (
        manifest.debuggable and network.debug_trusts_user_certificates
    )


def _libraries(archive: ApkArchive) -> list[tuple[str, str]]:
    """Return architecture and name of the native libraries that the installer would take."""
    found = (_LIBRARY.fullmatch(name) for name in archive.names if name.startswith("lib/"))
    return [(each[1], each[2]) for each in found if each is not None][:LIBRARY_LIMIT]
