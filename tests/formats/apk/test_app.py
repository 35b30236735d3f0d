"""Whole app files: which kind each is, and what is told of it."""

from __future__ import annotations

import dataclasses
import hashlib

import pytest

from fixtures.building.app import PIXEL, App, Component, contents, entries
from fixtures.building.archive import Entry, archive, files
from fixtures.building.arsc import Table, table
from fixtures.building.axml import Element, Reference, document
from scanner.formats.apk.app import ApkFacts, bundle_format, kind_of, read_app
from scanner.formats.apk.archive import ApkArchive
from scanner.formats.apk.network_security import NetworkSecurity

TRUSTING = Element(
    "network-security-config",
    {},
    (
        Element(
            "debug-overrides",
            {},
            (Element("trust-anchors", {}, (Element("certificates", {"src": "user"}),)),),
        ),
    ),
)


def of(held: dict[str, bytes]) -> ApkArchive:
    return ApkArchive(archive(files(held)))


def facts(app: App | None = None, **replaced: bytes | None) -> ApkFacts:
    held = contents(app or App())
    for name, data in replaced.items():
        held.pop(name)
        if data is not None:
            held[name] = data
    return read_app(of(held))


def test_an_app():
    found = read_app(
        ApkArchive(archive(entries(App(libraries={"x86/libb.so": b"", "arm64-v8a/liba.so": b""}))))
    )

    assert found.manifest is not None
    assert ("apk", "com.example.app", "Example", "example") == (
        found.kind,
        found.manifest.package,
        found.label,
        found.label_skeleton,
    )
    assert (("liba.so", "libb.so"), ("arm64-v8a", "x86"), ("classes.dex",)) == (
        found.libraries,
        found.abis,
        found.dex,
    )
    assert hashlib.sha256(PIXEL).hexdigest() == found.icon_sha256
    assert ((), ()) == (found.anomalies, found.gaps)
    assert NetworkSecurity(cleartext=False, trusts_user_certificates=False) == found.network


def test_a_split():
    found = facts(App(split="config.de"))

    assert ("split", None, None) == (found.kind, found.network, found.trusts_user_certificates)


def test_resources_that_are_deflated():
    held = contents(App())
    made = archive([Entry(name=name, data=data, method=8) for name, data in held.items()])

    assert "Example" == read_app(ApkArchive(made)).label


@pytest.mark.parametrize(("debuggable", "expected"), [(True, True), (False, False)])
def test_certificates_of_the_user_while_debugging(debuggable, expected):
    app = App(network=TRUSTING, application={"debuggable": debuggable})

    assert expected == facts(app).trusts_user_certificates


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"<manifest/>", "xml_text"),
        (b"", "manifest_unreadable"),
        (document(Element("resources")), "manifest_unreadable"),
    ],
)
def test_a_manifest_that_cannot_be_read(data, word):
    found = facts(**{"AndroidManifest.xml": data})

    assert (None, (word,)) == (found.manifest, found.anomalies)
    assert found.gaps[0].startswith("AndroidManifest.xml: ")


def test_a_manifest_behind_one_that_cannot_be_read():
    junk = Entry(name="AndroidManifest.xml", data=b"junk")
    found = read_app(ApkArchive(archive([junk, *entries(App())])))

    assert found.manifest is not None
    assert "com.example.app" == found.manifest.package
    assert {"duplicate_manifest", "duplicate_entries", "manifest_unreadable"} == set(
        found.anomalies
    )


def test_resources_that_cannot_be_read():
    found = facts(**{"resources.arsc": b"junk, and more of it"})

    assert (None, ("resources_unreadable",)) == (found.label, found.anomalies)


def test_a_network_config_that_is_elsewhere():
    found = facts(App(network=TRUSTING), **{"res/xml/network.xml": None})

    assert (None, None) == (found.network, found.trusts_user_certificates)
    assert () == found.gaps


def test_a_network_config_that_cannot_be_read():
    found = facts(App(network=TRUSTING), **{"res/xml/network.xml": b"<x/>"})

    assert (None, ()) == (found.network, found.gaps)


def test_no_icon():
    assert None is facts(App(icon=None)).icon_sha256


def drawn(drawings: dict[str, bytes], bitmaps: dict[str, bytes]) -> ApkFacts:
    """Return an app whose icon is a drawing, and what that is made of."""
    names = [*drawings, *bitmaps]
    spec = Table(
        package="com.example.app",
        types={"mipmap": {name: {"": f"res/{name}"} for name in names}},
    )
    manifest = Element(
        "manifest",
        {"package": "com.example.app"},
        (Element("application", {"icon": Reference(0x7F010000)}),),
    )
    held = {"AndroidManifest.xml": document(manifest), "resources.arsc": table(spec)}
    held |= {f"res/{name}": data for name, data in (drawings | bitmaps).items()}
    return read_app(of(held))


def drawing(**layers: int) -> bytes:
    below = tuple(Element(name, {"icon": Reference(layer)}) for name, layer in layers.items())
    made = document(Element("adaptive-icon", {}, below))
    return made.replace(0x01010002.to_bytes(4, "little"), 0x01010199.to_bytes(4, "little"))


def test_the_foreground_of_an_icon():
    found = drawn(
        {"icon": drawing(background=0x7F010001, foreground=0x7F010002)},
        {"back": PIXEL + b"back", "fore": PIXEL + b"fore"},
    )

    assert hashlib.sha256(PIXEL + b"fore").hexdigest() == found.icon_sha256


def test_the_background_of_an_icon_whose_foreground_is_none():
    found = drawn(
        {"icon": drawing(background=0x7F010002, foreground=0x7F010001), "fore": b"<vector/>"},
        {"back": PIXEL},
    )

    assert hashlib.sha256(PIXEL).hexdigest() == found.icon_sha256


def test_drawings_in_a_circle():
    circle = drawing(foreground=0x7F010000)

    assert None is drawn({"icon": circle}, {}).icon_sha256


def test_the_icon_of_the_finest_screen():
    found = facts(App(), **{"res/mipmap-xxhdpi/icon.png": b"RIFF, finest"})

    assert hashlib.sha256(b"RIFF, finest").hexdigest() == found.icon_sha256


def test_an_icon_whose_finest_file_is_damaged():
    held = {
        entry.name: dataclasses.replace(entry, method=8, raw=b"\xff" * 9)
        if "xxhdpi" in entry.name
        else entry
        for entry in entries(App())
    }
    found = read_app(ApkArchive(archive(held.values())))

    assert hashlib.sha256(PIXEL).hexdigest() == found.icon_sha256


def test_an_icon_whose_finest_file_is_none():
    found = facts(App(), **{"res/mipmap-xxhdpi/icon.png": b""})

    assert hashlib.sha256(PIXEL).hexdigest() == found.icon_sha256


@pytest.mark.parametrize(
    ("kind", "bundle", "held"),
    [
        ("apk", None, {"AndroidManifest.xml": b"", "Payload/a.app/a": b"", "base.apk": b""}),
        ("bundle", "aab", {"base/manifest/AndroidManifest.xml": b"", "BundleConfig.pb": b""}),
        ("bundle", "apks", {"toc.pb": b"", "splits/base-master.apk": b""}),
        ("bundle", "apks", {"base.apk": b"", "split_config.de.apk": b""}),
        ("bundle", "xapk", {"manifest.json": b"", "com.example.app.apk": b""}),
        ("bundle", "apkm", {"info.json": b"", "base.apk": b""}),
        ("ipa", None, {"Payload/App.app/Info.plist": b""}),
        ("dex", None, {"classes.dex": b"", "META-INF/MANIFEST.MF": b""}),
        ("other", None, {"readme.txt": b""}),
        ("other", None, {"a/b/c.apk": b""}),
        ("other", None, {}),
    ],
)
def test_the_kind_by_what_is_held(kind, bundle, held):
    made = of(held)

    assert (kind, kind) == (kind_of(made), read_app(made).kind)
    if kind != "apk":
        assert bundle == bundle_format(made)


def test_components_and_launchers_of_an_app():
    app = App(components=(Component(kind="service", name=".S"),))
    manifest = facts(app).manifest

    assert manifest is not None
    assert ["com.example.app.Main", "com.example.app.S"] == [
        each.name for each in manifest.components
    ]
    assert ("com.example.app.Main",) == manifest.launchers
