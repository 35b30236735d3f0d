"""Where on a phone the files of a copy lay, told by the names in it."""

from __future__ import annotations

import pytest

from scanner.formats.ios_places import Places

TCC = "/private/var/mobile/Library/TCC/TCC.db"
DAEMON = "/usr/libexec/exampled"


def learned(*names: str) -> Places:
    places = Places()
    for name in names:
        places.learn(name)
    return places


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("/private/var/mobile/Library/TCC/TCC.db", TCC),
        ("private/var/mobile/Library/TCC/TCC.db", TCC),
        ("var/mobile/Library/TCC/TCC.db", TCC),
        ("/var/mobile/Library/TCC/TCC.db", TCC),
        ("mobile/Library/TCC/TCC.db", TCC),
        ("filesystem2/mobile/Library/TCC/TCC.db", TCC),
        ("case 7/phone/filesystem1/private/var/mobile/Library/TCC/TCC.db", TCC),
        ("x/var/mobile/Library/TCC/TCC.db", TCC),
        ("wireless/Library/Databases/x", "/private/var/wireless/Library/Databases/x"),
        ("private/var/db/x", "/private/var/db/x"),
        ("private/preboot/A/jb-x/y", "/private/preboot/A/jb-x/y"),
    ],
)
def test_one_name(name, expected):
    places = learned(name)

    assert places.is_any
    assert expected == places.path(name)


def test_what_one_name_tells_holds_for_its_neighbours():
    places = learned("a/private/var/mobile/Library/x", "b/mobile/Containers/Data/y")

    assert DAEMON == places.path(f"a{DAEMON}")
    assert "/private/var/tmp/x" == places.path("a/tmp/../var/tmp/x")
    assert "/private/var/anything" == places.path("b/anything")
    assert [None, None] == [places.path(name) for name in ("c/x", "x")]


def test_the_outermost_folder_tells():
    places = learned("private/var/db/mobile/Library/x", "private/var/mobile/Library/y")

    assert "/private/var/db/mobile/Library/x" == places.path("private/var/db/mobile/Library/x")


@pytest.mark.parametrize(
    "names",
    [
        ("data/data/com.example.app/files/x", "system/build.prop", "sdcard/Download/x"),
        ("var/lib/dpkg/status", "var/db/x", "var/log/syslog", "etc/passwd"),
        ("private/var/db/dslocal/x", "private/var/root/Library/y", "Users/example/Library/z"),
        ("a/b/c/d/private/var/mobile/Library/TCC/TCC.db",),
        ("mobile/library/x", "mobileX/Library/x", "automobile/Library/x"),
        ("getprop.txt", "AndroidManifest.xml", "Payload/Example.app/Example"),
    ],
)
def test_other_systems(names):
    places = learned(*names)

    assert not places.is_any
    assert {None} == {places.path(name) for name in names}
