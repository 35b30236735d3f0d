"""Judges the signatures of an app as a scan does: with what its manifest states."""

from __future__ import annotations

from fixtures.building.axml import Element, document
from scanner.errors import ParseError
from scanner.formats.apk.archive import ApkArchive
from scanner.formats.apk.manifest import read_manifest
from scanner.formats.apk_signing.verifier import verify


def judge(data, **asked):
    """Return the verdict on an app; `asked` as `verify` takes it."""
    archive = ApkArchive(data)
    try:
        manifest = read_manifest(archive.read(archive.get("AndroidManifest.xml")))
    except (ParseError, AttributeError):
        return verify(archive, min_sdk=None, target_sdk=None, manifest_read=False, **asked)
    stated = {"min_sdk": manifest.min_sdk, "target_sdk": manifest.target_sdk}
    return verify(archive, **(stated | asked))


def words(findings):
    """Return scheme and reason of errors or warnings."""
    return [(each.scheme, each.reason) for each in findings]


def contents(*, min_sdk=24, target_sdk=29, **more):
    """Return what lies in a small app, by name."""
    stated = Element("uses-sdk", {"minSdkVersion": min_sdk, "targetSdkVersion": target_sdk})
    manifest = Element("manifest", {"package": "com.example.app"}, (stated,))
    return {"AndroidManifest.xml": document(manifest), "classes.dex": b"dex\n035\0" * 9, **more}
