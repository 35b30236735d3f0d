"""Manifests of app bundles."""

from __future__ import annotations

import pytest

from fixtures.building.archive import archive, files
from scanner.errors import ParseError
from scanner.formats.apk import attributes as a
from scanner.formats.apk.app import read_app
from scanner.formats.apk.archive import ApkArchive
from scanner.formats.apk.axml import DEPTH_LIMIT, Start
from scanner.formats.apk.manifest import read_bundle_manifest
from scanner.formats.apk.proto_xml import SIZE_LIMIT, proto_elements
from scanner.formats.apk.values import REFERENCE, STRING, Value
from scanner.formats.inflated import TooLarge
from tests.formats.wire import number, text

Attribute = tuple[int | str, str | None]  # identifier or name; None: a reference


def attribute(key: int | str, value: str | None) -> bytes:
    named = text(2, key.encode()) if isinstance(key, str) else text(2, b"x") + number(5, key)
    if value is None:
        return named + text(3, b"@string/name") + text(6, text(1, text(3, b"string/name")))
    return named + text(3, value.encode())


def node(name: str, attributes: tuple[Attribute, ...] = (), *children: bytes) -> bytes:
    body = text(3, name.encode())
    body += b"".join(text(4, attribute(*each)) for each in attributes)
    return text(1, body + b"".join(text(5, each) for each in children))


MANIFEST = node(
    "manifest",
    (("package", "com.example.app"), (a.VERSION_CODE, "7"), (a.VERSION_NAME, "1.0")),
    node("uses-sdk", ((a.MIN_SDK, "21"), (a.TARGET_SDK, "34"))),
    node("uses-permission", ((a.NAME, "android.permission.CAMERA"),)),
    node(
        "application",
        ((a.LABEL, None), (a.DEBUGGABLE, "true")),
        node("activity", ((a.NAME, ".A"),)),
    ),
)


def test_elements_and_text():
    place = text(3, number(1, 7))  # where in its source a node stood
    tree = place + node("a", (("n", "v"), (a.LABEL, None)), node("b"), place + text(2, b"text"))

    assert [
        Start("a", {"n": Value(STRING, 0, "v"), a.LABEL: Value(REFERENCE, 0)}, 1),
        Start("b", {}, 2),
        None,
        "text",
        None,
    ] == list(proto_elements(tree))


def test_a_manifest():
    found = read_bundle_manifest(MANIFEST)

    assert ("com.example.app", 7, "1.0", 21, 34, None, True) == (
        found.package,
        found.version_code,
        found.version_name,
        found.min_sdk,
        found.target_sdk,
        found.label,
        found.debuggable,
    )
    assert ("android.permission.CAMERA",) == found.permissions_requested
    assert ["com.example.app.A"] == [each.name for each in found.components]


def test_a_bundle():
    held = {"base/manifest/AndroidManifest.xml": MANIFEST}
    found = read_app(ApkArchive(archive(files(held))))

    assert ("bundle", "com.example.app", None) == (
        found.kind,
        found.manifest and found.manifest.package,
        found.network,
    )


def test_a_bundle_whose_manifest_cannot_be_read():
    held = {"base/manifest/AndroidManifest.xml": b"\xff"}
    found = read_app(ApkArchive(archive(files(held))))

    assert (None, ("manifest_unreadable",)) == (found.manifest, found.anomalies)


def test_numbers_in_the_place_of_messages_say_nothing():
    tree = text(1, number(3, 5) + text(4, number(2, 1) + number(6, 2)) + number(5, 1))

    assert [Start("", {"": Value(STRING, 0, "")}, 1), None] == list(proto_elements(tree))


def test_a_tree_that_is_too_deep_is_an_error():
    tree = node("x")
    for _ in range(DEPTH_LIMIT + 1):
        tree = node("x", (), tree)

    with pytest.raises(ParseError, match="within each other"):
        list(proto_elements(tree))


def test_a_tree_that_is_too_large_is_an_error():
    with pytest.raises(TooLarge):
        list(proto_elements(bytes(SIZE_LIMIT + 1)))
