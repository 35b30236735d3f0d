"""A manifest or a table of resources by itself, as a tool unpacked it from an app."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.artifacts.apps.opened import AppBytesRead
from scanner.errors import ParseError
from scanner.formats.apk.arsc import Resources
from scanner.formats.apk.axml import BinaryXml
from scanner.formats.apk.manifest import read_manifest
from scanner.model.entities import AppFile


def inspect_manifest(app: AppBytesRead) -> Iterator[AppFile]:
    """Yield what a loose binary XML is: a manifest, or another document of an app."""
    data = app.data[0 : len(app.data)]
    try:
        manifest = read_manifest(data)
    except ParseError:
        document = BinaryXml(data)
        for _ in document.elements():
            pass
        yield _bare(app, document.anomalies)
        return
    yield AppFile(
        sha256=app.sha256,
        name=app.name,
        origin=app.origin,
        origins=(app.origin,),
        kind="manifest",
        size=len(data),
        platform="android",
        package=manifest.package,
        split=manifest.split,
        version_code=manifest.version_code,
        version_name=manifest.version_name,
        min_sdk=manifest.min_sdk,
        target_sdk=manifest.target_sdk,
        debuggable=manifest.debuggable,
        test_only=manifest.test_only,
        shared_user=manifest.shared_user,
        permissions_requested=manifest.permissions_requested or None,
        anomalies=tuple(sorted(manifest.anomalies)) or None,
        signature=None,
    )


def inspect_resources(app: AppBytesRead) -> Iterator[AppFile]:
    """Yield what a loose table of resources is; ParseError where it is none."""
    table = Resources(app.data[0 : len(app.data)])
    yield AppFile(
        sha256=app.sha256,
        name=app.name,
        origin=app.origin,
        origins=(app.origin,),
        kind="resources",
        size=len(app.data),
        platform="android",
        anomalies=tuple(sorted(table.anomalies)) or None,
        signature=None,
    )


def _bare(app: AppBytesRead, anomalies: frozenset[str] | set[str]) -> AppFile:
    return AppFile(
        sha256=app.sha256,
        name=app.name,
        origin=app.origin,
        origins=(app.origin,),
        kind="manifest",
        size=len(app.data),
        platform="android",
        anomalies=tuple(sorted(anomalies)) or None,
        signature=None,
    )
