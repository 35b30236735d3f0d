"""App files of Android: against another reader, and that each of them can be told of."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from androguard.core.apk import APK  # type: ignore[import-untyped]
from loguru import logger

from scanner.errors import ParseError
from scanner.formats.apk.anomalies import ANOMALIES, SEVERE
from scanner.formats.apk.app import ApkFacts, read_app
from scanner.formats.apk.archive import ApkArchive
from scanner.formats.apk.arsc import Resources
from scanner.formats.apk.manifest import Manifest, read_manifest

pytestmark = pytest.mark.corpus
logger.disable("androguard")

Facts = dict[str, object]

# Where the two differ, and we are right.
DIFFERENCES = {
    ("duplicate.permisssions_9999999.apk", "permissions"): "uses-permission-sdk-23 is asked for",
    ("obb.main.oldversion_1444412523.apk", "permissions"): "uses-permission-sdk-23 is asked for",
    ("org.dyndns.fules.ck_20.apk", "version_name"): "it is a reference, and resolved",
    ("org.sajeg.fallingblocks_3.apk", "permissions"): "the namespace of a name is not looked at",
    ("minimal_SIZE_ExtraField.apk", "label"): "the records behind a damaged one are read",
    (
        "v3-only-with-rsa-pkcs1-sha512-8192-digest-mismatch.apk",
        "label",
    ): "the name in the local header is not looked at",
}
UNREAD = {  # by the other reader
    "framework.apk": "the name of a preview is no number to it",
    "client.apk": "the name of a preview is no number to it",
}
ORDINARY = ("apk-real-apps", "apk-packages", "apk-oem-system", "apk-vulnerable-apps")


def archives(corpus: Path, *groups: str) -> Iterator[Path]:
    for group in groups or ("apk-*",):
        for path in sorted(corpus.glob(f"{group}/**/*")):
            if path.is_file():
                with path.open("rb") as stream:
                    if stream.read(4) == b"PK\x03\x04" or path.suffix == ".apk":
                        yield path


def other(apk: APK) -> Facts:
    """Return what the other reader tells; a reference that it cannot resolve is nothing."""
    try:
        label = apk.get_app_name() or None
    except KeyError:
        label = None
    version, oldest = apk.get_androidversion_code(), apk.get_min_sdk_version()
    return {
        "package": apk.get_package(),
        "version_code": int(version) if version else None,
        "version_name": apk.get_androidversion_name() or None,
        "min_sdk": int(oldest) if oldest else None,
        "target_sdk": int(apk.get_target_sdk_version() or oldest or 0) or None,
        "permissions": set(apk.get_permissions()),
        "declared": set(apk.get_declared_permissions()),
        "features": set(apk.get_features()),
        "activity": set(apk.get_activities()),
        "service": set(apk.get_services()),
        "receiver": set(apk.get_receivers()),
        "provider": set(apk.get_providers()),
        "launchers": {apk._format_value(each) for each in apk.get_main_activities()},
        "label": None if label and label.startswith("@") else label,
    }


def ours(facts: ApkFacts, manifest: Manifest) -> Facts:
    found: Facts = {
        "package": manifest.package,
        "version_code": manifest.version_code,
        "version_name": manifest.version_name,
        "min_sdk": manifest.min_sdk,
        "target_sdk": manifest.target_sdk,
        "permissions": set(manifest.permissions_requested),
        "declared": set(manifest.permissions_declared),
        "features": set(manifest.features),
        "launchers": set(manifest.launchers),
        "label": facts.label,
    }
    for kind in ("activity", "service", "receiver", "provider"):
        found[kind] = {each.name for each in manifest.components if each.kind == kind}
    return found


def test_each_app_against_another_reader(corpus):
    compared, differing, unread = 0, set(), set()
    for path in archives(corpus):
        data = path.read_bytes()
        facts = read_app(ApkArchive(data))
        try:
            apk = APK(data, raw=True)
        except ValueError:
            unread.add(path.name)
            continue
        if facts.kind == "bundle":
            continue
        assert apk.is_valid_APK() == (facts.manifest is not None), path.name
        if facts.manifest is None:
            continue
        compared += 1
        theirs, mine = other(apk), ours(facts, facts.manifest)
        differing |= {(path.name, key) for key in theirs if theirs[key] != mine[key]}

    assert compared >= 370
    assert DIFFERENCES.keys() == differing
    assert UNREAD.keys() == unread


def test_each_archive_within_a_second(corpus):
    count = 0
    for path in archives(corpus):
        began = time.process_time()
        archive = ApkArchive(path.read_bytes())
        facts = read_app(archive)

        assert time.process_time() - began < 1, path.name
        assert set(facts.anomalies) <= ANOMALIES.keys(), path.name
        count += 1
    assert count >= 390


def test_each_loose_manifest_and_table_within_a_second(corpus):
    read = refused = 0
    for path in sorted(corpus.glob("apk-*/**/*")):
        if path.suffix not in {".xml", ".axml", ".arsc"}:
            continue
        began = time.process_time()
        data = path.read_bytes()
        try:
            if path.suffix == ".arsc":
                Resources(data).text(0x7F010000)
            else:
                read_manifest(data)
            read += 1
        except ParseError:
            refused += 1
        assert time.process_time() - began < 1, path.name
    assert read >= 8
    assert refused <= read


def test_ordinary_apps_have_no_severe_word(corpus):
    found = {
        (path.name, word)
        for path in archives(corpus, *ORDINARY)
        for word in read_app(ApkArchive(path.read_bytes())).anomalies
        if word in SEVERE
    }

    assert set() == found


def test_the_splits_of_a_bundle(corpus):
    (path,) = (corpus / "apk-splits").glob("*.apks")
    bundle = ApkArchive(path.read_bytes())
    parts = [
        read_app(ApkArchive(bundle.read(entry)))
        for entry in bundle.entries
        if entry.name.endswith(".apk")
    ]

    assert "bundle" == read_app(bundle).kind
    assert ["apk"] == [each.kind for each in parts if each.kind != "split"]
    assert len(parts) >= 20
    assert 1 == len({each.manifest.package for each in parts if each.manifest})
    assert [] == [each.anomalies for each in parts if each.anomalies]
