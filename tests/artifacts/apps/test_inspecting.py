"""What files of apps state, whatever they are: told by their bytes, with what lies beside them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from fixtures.building.app import App, Component, apk, contents, with_block
from fixtures.building.archive import Entry, archive, files
from fixtures.building.bundle import apks
from fixtures.building.dex import Class, Dex, dex
from fixtures.building.elf import library
from fixtures.building.ipa import App as IPhoneApp
from fixtures.building.ipa import bundle, ipa
from fixtures.building.keys import signer
from fixtures.building.tampering import flip
from scanner.artifacts.apps.apk import ALL_LIMIT
from scanner.artifacts.apps.app_files import parse
from scanner.errors import ParseError
from scanner.formats.container import RecordedFile
from scanner.model.entities import AppComponent, AppFile, CodeFile
from scanner.model.evidence import BytesFile, Locator
from scanner.model.requests import AppBytes

FIXTURES = Path(__file__).parents[3] / "fixtures" / "apps"
APK = apk(App(components=(Component(kind="service", name=".Watcher"),)))
DEX = dex(Dex(classes=(Class(name="com.example.One", extends="java.lang.Object"),)))
IPA = ipa(bundle(IPhoneApp()))


def stated(content, path="a.apk", **asked):
    """Return what is stated of a file, and the gap."""
    return _all(BytesFile(AppBytes(path=path, **asked), content))


def recorded(path, members=(), **asked):
    """Return what is stated of a file of this computer, and the gap."""
    name = members[-1] if members else path.name
    return _all(RecordedFile(AppBytes(path=name, **asked), path, Locator(members=members)))


def _all(file):
    found = []
    try:
        found.extend(parse(file))
    except ParseError as error:
        return found, str(error)
    return found, ""


def apps(found):
    return [each for each in found if isinstance(each, AppFile) and isinstance(each.name, str)]


@pytest.mark.parametrize(
    ("content", "kind", "platform"),
    [
        (APK, "apk", "android"),
        (bytes(7) + APK, "apk", "android"),
        (DEX.ljust(200, b"\0") + APK, "apk", "android"),
        (apk(App(split="config.de")), "split", "android"),
        (apks({"base-master.apk": APK}), "bundle", "android"),
        (archive([Entry(name="classes.dex", data=DEX)]), "dex", "android"),
        (DEX, "dex", "android"),
        (library(), "elf", "android"),
        (IPA, "ipa", "ios"),
    ],
)
def test_the_bytes_tell_what_a_file_is(content, kind, platform):
    found, gap = stated(content, path="x/anything.txt")
    first = apps(found)[0]

    assert ("", kind, platform) == (gap, first.kind, first.platform)
    assert ("anything.txt", "x/anything.txt") == (first.name, first.origin)
    assert (hashlib.sha256(content).hexdigest(), len(content)) == (first.sha256, first.size)


def test_a_manifest_by_itself_is_read():
    found, gap = stated(_manifest_of(App(package="com.example.loose")), path="AndroidManifest.xml")

    assert ("", ["manifest"], ["com.example.loose"]) == (
        gap,
        [each.kind for each in found],
        [each.package for each in found],
    )


def _manifest_of(app):
    return contents(app)["AndroidManifest.xml"]


@pytest.mark.parametrize("content", [b"", b"P", bytes(5000), b"no archive", APK[:100], APK[-30:]])
def test_what_is_no_archive_is_an_app_file_that_is_not_verified(content):
    found, gap = stated(content)
    (only,) = found

    assert gap
    assert ("a.apk", ("archive_unreadable",)) == (only.name, only.anomalies)
    assert (False, "archive") == (only.signature.verified, only.signature.errors[0].scheme)


def test_an_empty_file_of_this_computer_needs_no_memory(tmp_path):
    path = tmp_path / "empty.apk"
    path.touch()
    found, gap = recorded(path)

    assert gap == "the end of a zip's directory expected"
    assert [False] == [each.signature.verified for each in found]


def test_a_whole_app_is_stated_with_its_components_and_programs():
    found, gap = stated(APK)

    assert "" == gap
    assert [("service", "com.example.app.Watcher")] == [
        (each.kind, each.name)
        for each in found
        if isinstance(each, AppComponent) and each.kind == "service"
    ]
    assert [("dex", "a.apk!/classes.dex")] == [
        (each.format, each.origin) for each in found if isinstance(each, CodeFile)
    ]


def test_apps_within_an_app_name_the_one_around_them():
    inner = apk(App(package="com.example.inner"))
    outer = apk(App(others={"assets/update.bin": inner}))
    found, gap = stated(outer, path="x/outer.apk")
    first, second = apps(found)

    assert "" == gap
    assert ("com.example.inner", first.sha256) == (second.package, second.within)
    assert "x/outer.apk!/assets/update.bin" == second.origin
    assert hashlib.sha256(inner).hexdigest() == second.sha256


def test_apps_too_deep_within_each_other_are_a_gap():
    content = APK
    for _ in range(10):
        content = apks({"base-master.apk": content})
    found, gap = stated(content)

    assert gap == "at most 3 apps within each other are read"
    assert 4 == len(apps(found))


def test_more_apps_than_are_read_are_a_gap():
    part = archive([Entry(name="AndroidManifest.xml", data=_manifest_of(App()))])
    content = archive(Entry(name=f"{n}.apk", data=part) for n in range(201))
    found, gap = stated(content)

    assert gap == "at most 200 apps in an archive are read"
    assert {"bundle", "apk"} == {each.kind for each in apps(found)}


def test_the_apps_of_a_bundle_that_cannot_be_read_are_a_gap():
    found, gap = stated(apks({"base-master.apk": APK, "x.apk": b"PK\3\4"}))

    assert gap == "an app within: the end of a zip's directory expected"
    assert [("base-master.apk", True), ("x.apk", False)] == [
        (each.name, each.signature.verified) for each in apps(found)[1:]
    ]


def test_names_of_any_length_are_kept_in_part():
    name = "n" * 60_000
    content = archive(
        [
            *files({"AndroidManifest.xml": _manifest_of(App())}),
            Entry(name=f"{name}.apk", data=APK),
            Entry(name=f"lib/arm64-v8a/{name}.so", data=library()),
            Entry(name=f"assets/{name}", data=DEX),
        ]
    )
    found, _ = stated(content)

    assert 2 == len(apps(found))
    assert max(len(text) for each in found for text in _texts(each)) < 1100


def _texts(entity):
    for name in entity.__struct_fields__:
        value = getattr(entity, name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, str):
                yield each
            elif hasattr(each, "path"):
                yield each.path


def test_a_changed_app_is_told_from_the_one_that_was_signed():
    at = APK.index(b"classes.dex") + len(b"classes.dex")
    right, _ = stated(APK)
    wrong, _ = stated(flip(APK, at + 1))

    assert (True, ("v2", "v3")) == (right[0].signature.verified, right[0].signature.schemes)
    assert (False, ()) == (wrong[0].signature.verified, wrong[0].signature.signers)


def test_a_version_of_android_may_be_asked_about():
    content = apk(App(min_sdk=19, target_sdk=29))
    by_itself, _ = stated(content)
    newer, _ = stated(content, min_sdk=28)

    assert (False, 19) == (by_itself[0].signature.verified, by_itself[0].signature.min_sdk)
    assert (True, 28) == (newer[0].signature.verified, newer[0].signature.min_sdk)


@pytest.mark.parametrize("in_folder", [True, False])
def test_a_signature_beside_an_app_is_read_with_it(tmp_path, in_folder):
    for name in ("v4.apk", "v4.apk.idsig"):
        (tmp_path / name).write_bytes((FIXTURES / "apksigner" / name).read_bytes())
    members = ("v4.apk",) if in_folder else ()
    path = tmp_path if in_folder else tmp_path / "v4.apk"
    beside, _ = recorded(path, members, min_sdk=30)
    (tmp_path / "v4.apk.idsig").unlink()
    alone, _ = recorded(path, members, min_sdk=30)

    assert "v4" in beside[0].signature.schemes
    assert "v4" not in alone[0].signature.schemes
    assert alone[0].signature.verified


def test_a_broken_signature_beside_an_app_is_an_error(tmp_path):
    (tmp_path / "a.apk").write_bytes(APK)
    (tmp_path / "a.apk.idsig").write_bytes(b"\2\0\0\0")
    found, _ = recorded(tmp_path, ("a.apk",))

    assert [("v4", "malformed_file")] == [
        (each.scheme, each.reason) for each in found[0].signature.errors
    ]


def test_an_unpacked_app_of_ios_is_read_from_its_folder(tmp_path):
    for name, data in bundle(IPhoneApp()).items():
        path = tmp_path / "Example.app" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    found, gap = recorded(tmp_path, ("Example.app/Example",))
    first = apps(found)[0]

    assert ("", "com.example.app", "ios") == (gap, first.package, first.platform)


def test_a_manifest_that_cannot_be_read_is_an_error_of_the_signature():
    held = {"AndroidManifest.xml": b"no manifest", "classes.dex": DEX}
    found, gap = stated(archive(files(held)))

    assert gap.startswith("AndroidManifest.xml: ")
    assert ["manifest_unreadable"] == [each.reason for each in found[0].signature.errors]


def test_a_second_manifest_does_not_stand_in_for_the_first_in_the_verdict():
    entries = files({"AndroidManifest.xml": _manifest_of(App(min_sdk=30)), "classes.dex": DEX})
    content = with_block(
        archive([Entry(name="AndroidManifest.xml", data=b"junk"), *entries]),
        ["v2", "v3"],
        signer("publisher"),
    )
    found, _ = stated(content)
    newer, _ = stated(content, min_sdk=30)

    assert ("com.example.app", False) == (found[0].package, found[0].signature.verified)
    assert ["manifest_unreadable"] == [each.reason for each in found[0].signature.errors]
    assert newer[0].signature.verified


def test_ever_more_apps_within_each_other_come_to_an_end():
    content = b"junk"
    for _ in range(3):
        content = archive([Entry(name=f"{n}.apk", data=content) for n in range(40)])
    found, gap = stated(content)

    assert gap.endswith("and 1 more")
    assert 1 + ALL_LIMIT >= len(found)
