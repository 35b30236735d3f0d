"""Files of apps by themselves, in folders and archives, and beside other recordings."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from fixtures.building.app import App, apk
from fixtures.building.bundle import apks
from fixtures.building.dex import Class, Dex, dex
from fixtures.building.elf import library
from fixtures.building.ipa import App as IPhoneApp
from fixtures.building.ipa import bundle, ipa, within
from scanner.errors import NotAvailable
from scanner.model.evidence import Locator
from scanner.model.requests import AppBytes

from .collected import PROPERTIES, Seen, androidqf, write, zipped

ANY = AppBytes(path="*")
APK = apk(App())
IPA = ipa(bundle(IPhoneApp()))
DEX = dex(Dex(classes=(Class(name="com.example.One", extends="java.lang.Object"),)))
ELF = library()
NO_APP = "an app, or a program of one, expected"


def names(seen: Seen) -> set[str]:
    """Return the paths that the apps of a recording answer by."""
    found = {each.request.path for each in seen.parts if isinstance(each.request, AppBytes)}
    assert len(found) == sum(each.request is not None for each in seen.parts)
    return found


def gaps(seen: Seen) -> set[tuple[str, str]]:
    return {(each.locator.members[-1], each.detail) for each in seen.flaws}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (APK, "app_files"),
        (b"dex\n035\0" + bytes(104) + APK, "app_files"),
        (bytes(7) + APK, "app_files"),
        (apks({"base": APK}), "app_files"),
        (zipped({"classes.dex": DEX}), "app_files"),
        (DEX, "app_files"),
        (ELF, "app_files"),
        (IPA, "ios_app_files"),
        (bytes.fromhex("cffaedfe0c000001") + bytes(60), "ios_app_files"),
    ],
)
def test_the_content_tells_the_kind_and_no_name_does(tmp_path, content, kind):
    path = tmp_path / "anything.txt"
    path.write_bytes(content)
    seen = Seen(path, (ANY,))
    (part,) = seen.parts

    assert kind == seen.header.kind
    assert (AppBytes(path="anything.txt"), Locator()) == (part.request, part.locator)
    assert hashlib.sha256(content).hexdigest() == part.sha256 == seen.header.sha256
    assert [] == seen.flaws


@pytest.mark.parametrize(
    "content", [b"", b"P", bytes(5000), b"no archive at all", zipped({"a.txt": b"x"})]
)
@pytest.mark.parametrize("name", ["a.apk", "A.APK", "a.xapk", "a.dex", "a.ipa"])
def test_what_only_calls_itself_an_app_is_read_as_one(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    seen = Seen(path, (ANY,))

    assert ("ios_app_files" if name == "a.ipa" else "app_files") == seen.header.kind
    assert {name} == names(seen)


@pytest.mark.parametrize("name", ["a.txt", "apk", "a.apk.idsig"])
def test_what_neither_is_nor_calls_itself_an_app_is_no_recording(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"no archive at all")

    with pytest.raises(NotAvailable):
        Seen(path, (ANY,))


def test_each_file_of_a_folder_is_an_app_or_a_gap(tmp_path):
    files = {
        "a.apk": APK,
        "below/b": APK,
        "c.dex": DEX,
        "d.so": ELF,
        "broken.apk": b"no archive",
        "empty.apk": b"",
        "notes.txt": b"things to do",
        "plain.zip": zipped({"a.txt": b"x"}),
    }
    write(tmp_path / "x", files)
    seen = Seen(tmp_path / "x", (ANY,))

    assert "app_files" == seen.header.kind
    assert {"a.apk", "below/b", "c.dex", "d.so", "broken.apk", "empty.apk"} == names(seen)
    assert {("notes.txt", NO_APP), ("plain.zip", NO_APP)} == gaps(seen)
    assert {"notes.txt", "plain.zip"} == seen.unread()
    for part in seen.read().values():
        assert hashlib.sha256(files[part.locator.members[-1]]).hexdigest() == part.sha256


def test_a_folder_is_of_the_platform_of_most_of_its_apps(tmp_path):
    few = write(tmp_path / "few", {"a.apk": APK, "b.ipa": IPA, "c.ipa": IPA})
    many = write(tmp_path / "many", {"a.apk": APK, "b.apk": APK, "c.ipa": IPA})

    assert "ios_app_files" == Seen(few).header.kind
    assert "app_files" == Seen(many).header.kind
    assert {"a.apk", "b.ipa", "c.ipa"} == names(Seen(few))


def test_what_is_no_plain_file_is_a_gap_and_not_opened(tmp_path):
    folder = write(tmp_path / "x", {"a.apk": APK, "d.apk/e.apk": APK})
    outside = tmp_path / "outside.apk"
    outside.write_bytes(APK)
    os.mkfifo(folder / "fifo.apk")
    (folder / "link.apk").symlink_to(outside)
    (folder / "loop.apk").symlink_to("loop.apk")
    (folder / "self").symlink_to(".")
    seen = Seen(folder, (ANY,))

    assert {"a.apk", "d.apk/e.apk"} == names(seen)
    assert {
        ("fifo.apk", "no plain file"),
        *((name, "a link, which is not followed") for name in ("link.apk", "loop.apk", "self")),
    } == gaps(seen)


def test_a_signature_beside_an_app_is_read_with_it(tmp_path):
    seen = Seen(write(tmp_path / "x", {"a.apk": APK, "a.apk.idsig": b"x"}), (ANY,))

    assert {"a.apk"} == names(seen)
    assert {"a.apk.idsig"} == seen.unread()
    assert [] == seen.flaws


def test_a_signature_without_its_app_is_a_gap(tmp_path):
    seen = Seen(write(tmp_path / "x", {"a.apk": APK, "b.apk.idsig": b"x"}), (ANY,))

    assert {("b.apk.idsig", "the app that it signs expected beside it")} == gaps(seen)


def test_an_unpacked_app_of_ios_is_one_app(tmp_path):
    app = IPhoneApp()
    files = within("Example.app", bundle(app))
    seen = Seen(write(tmp_path / "x", files | {"notes.txt": b"x"}), (ANY,))
    (name,) = names(seen)

    assert "ios_app_files" == seen.header.kind
    assert name in files
    assert {("notes.txt", NO_APP)} == gaps(seen)
    assert files.keys() - {name} | {"notes.txt"} == seen.unread()


def test_an_unpacked_app_of_ios_may_itself_be_named(tmp_path):
    folder = write(tmp_path / "Example.app", bundle(IPhoneApp()))
    seen = Seen(folder, (ANY,))

    assert "ios_app_files" == seen.header.kind
    assert 1 == len(names(seen))
    assert [] == seen.flaws


def test_the_versions_that_are_asked_about_go_with_each_file(tmp_path):
    folder = write(tmp_path / "x", {"a.apk": APK, "b.apk": APK})
    seen = Seen(folder, (AppBytes(path="*", min_sdk=28),))

    assert {28} == {each.request.min_sdk for each in seen.parts}


def test_a_folder_of_dumps_gives_its_apps_as_well(tmp_path):
    files = {"getprop.txt": PROPERTIES.encode(), "a.apk": APK, "notes.txt": b"x"}
    seen = Seen(write(tmp_path / "x", files), (ANY,))

    assert "dumps" == seen.header.kind
    assert "a.apk" in {
        each.request.path for each in seen.parts if isinstance(each.request, AppBytes)
    }


def test_the_apps_that_androidqf_copied_are_read(tmp_path):
    folder = write(tmp_path / "x", androidqf() | {"apks/com.example.app.apk": APK})
    seen = Seen(folder, (ANY,))
    found = [each for each in seen.parts if isinstance(each.request, AppBytes)]

    assert "androidqf" == seen.header.kind
    assert [hashlib.sha256(APK).hexdigest()] == [each.sha256 for each in found]


def test_names_of_a_folder_never_lead_out_of_it(tmp_path):
    folder = write(tmp_path / "x", {"a.apk": APK})
    shutil.copy(folder / "a.apk", folder / "esc\x1b[31m.apk")
    Path(os.fsdecode(os.fsencode(folder) + b"/bad\xff.apk")).write_bytes(APK)
    seen = Seen(folder, (ANY,))

    assert {"a.apk", "esc\x1b[31m.apk"} == names(seen)
    assert all("\x1b" not in each.title for each in seen.parts)
    assert ["a name that is no text"] == [each.detail for each in seen.flaws]
