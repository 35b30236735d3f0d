"""Which file names of an iPhone may be told."""

from __future__ import annotations

import pytest

from scanner.formats.ios_personal import Numbers, ending, personal_folder

HOME = "/private/var/mobile"
REPORTS = f"{HOME}/Library/Logs/CrashReporter"
PAIRINGS = "/private/var/root/Library/Lockdown/pair_records"
APP = f"{HOME}/Containers/Data/Application/com.example.app"


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        (f"{HOME}/Media/DCIM/100APPLE/IMG_0001.HEIC", f"{HOME}/Media/DCIM"),
        (f"{HOME}/Media/Somebody/x", f"{HOME}/Media"),
        (f"{HOME}/Media/letter.pdf", f"{HOME}/Media"),
        (f"{HOME}/Library/SMS/Attachments/ab/10/x/letter.pdf", f"{HOME}/Library/SMS/Attachments"),
        (f"{HOME}/Library/SMS/Other/x", f"{HOME}/Library/SMS"),
        (f"{HOME}/Library/Mail/somebody@example.com/x", f"{HOME}/Library/Mail"),
        (f"{HOME}/Library/Mobile Documents/a", f"{HOME}/Library/Mobile Documents"),
        (f"{APP}/Documents/Letter to somebody.pdf", f"{APP}/Documents"),
        (f"{APP}/Library/Caches/somebody/x", f"{APP}/Library/Caches"),
        (f"{APP}/Library/Preferences/somebody@example.com.plist", f"{APP}/Library/Preferences"),
        (f"{APP}/Library/Somebody/x", f"{APP}/Library"),
        (f"{APP}/Somebody/x", APP),
        (f"{APP}/somebody", APP),
        (f"{HOME}/Containers/Shared/AppGroup/group.example/x", None),
        (f"{HOME}/Library/DataAccess/IMAP-somebody@example.com/x", f"{HOME}/Library/DataAccess"),
        (f"{HOME}/Library/Other/somebody@126.example/x/y.db", f"{HOME}/Library/Other"),
        (f"{HOME}/Library/Mail/x@example.com/y/z", f"{HOME}/Library/Mail"),
        (f"{HOME}/Library/Other/+14155550100.db", f"{HOME}/Library/Other"),
        (f"{HOME}/Library/Other/\u0410\u043d\u043d\u0430/x", f"{HOME}/Library/Other"),
        (f"{HOME}/\u0410/x", HOME),
        (f"{REPORTS}/Example 2014-11-01-091512 Phone.ips", REPORTS),
        (f"{REPORTS}/Example_2014-11-01-091512_Phone.ips", REPORTS),
        (f"{PAIRINGS}/01234567-0000-4000-8000-0123456789AB.plist", PAIRINGS),
    ],
)
def test_a_name_that_a_person_may_have_chosen(path, folder):
    expected = f"{HOME}/Containers/Shared/AppGroup/group.example" if folder is None else folder

    assert expected == personal_folder(path)


@pytest.mark.parametrize(
    "path",
    [
        f"{HOME}/Library/SMS/sms.db",
        f"{HOME}/Library/Preferences/com.example.plist",
        f"{HOME}/Library/TCC/TCC.db",
        f"{HOME}/Library/Mail",
        f"{HOME}/Media/DCIM",
        APP,
        f"{APP}/Documents",
        f"{APP}/Library",
        f"{APP}/Library/Caches",
        f"{APP}/Library/Preferences/com.example.app.plist",
        f"{APP}/iTunesMetadata.plist",
        "/private/var/root/Library/Preferences/com.example.plist",
        "/private/var/db/x",
        PAIRINGS,
        f"{REPORTS}/Example-2026-11-01-091512.ips",
        f"{REPORTS}/Example-2026-11-01-091512.0002.ips.synced",
        f"{HOME}/Library/Other/icon@2x.png",
        f"{HOME}/Library/Other/icon@3x~iphone.png",
        f"{HOME}/Library/Other/C++/a+b",
    ],
)
def test_a_name_that_ios_gives(path):
    assert personal_folder(path) is None


def test_endings():
    assert ["jpg", None, None, "gz", None] == [
        ending(each) for each in ("a/b.JPG", "a/b", ".hidden", "a.tar.gz", "a.somebody's")
    ]


def test_numbers():
    numbers = Numbers()

    assert ["/a/1.jpg", "/b/1", "/a/2"] == [
        numbers.named(*each) for each in (("/a", "jpg"), ("/b", None), ("/a", None))
    ]
