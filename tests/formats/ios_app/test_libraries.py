from __future__ import annotations

import pytest

from scanner.formats.ios_app.libraries import Loading, injected, is_hooking, is_jailbreak

SHIPPED = frozenset(
    (
        "Example",
        "libown.dylib",
        "Frameworks/Own.framework/Own",
        "Frameworks/libother.dylib",
        "PlugIns/Share.appex/Share",
        "PlugIns/Share.appex/libshare.dylib",
    )
)
RPATHS = ("@executable_path/Frameworks", "/usr/lib/swift")


def main(*libraries, rpaths=RPATHS):
    return Loading(path="Example", libraries=libraries, rpaths=rpaths)


@pytest.mark.parametrize(
    "name",
    [
        "/usr/lib/libSystem.B.dylib",
        "/System/Library/Frameworks/UIKit.framework/UIKit",
        "@rpath/Own.framework/Own",
        "@rpath/libswiftCore.dylib",
        "@executable_path/libown.dylib",
        "@executable_path/Frameworks/../libown.dylib",
        "@loader_path/Frameworks/libother.dylib",
        "libown.dylib",
    ],
)
def test_what_is_the_systems_or_shipped(name):
    assert [] == list(injected([main(name)], SHIPPED, None))


@pytest.mark.parametrize(
    "name",
    [
        "@rpath/libabsent.dylib",
        "@executable_path/libabsent.dylib",
        "@executable_path/../libown.dylib",
        "/usr/lib/libsubstrate.dylib",
        "/usr/lib/TweakInject/libx.dylib",
        "/var/jb/usr/lib/libhooker.dylib",
        "/Library/MobileSubstrate/DynamicLibraries/x.dylib",
        "/private/var/mobile/x.dylib",
    ],
)
def test_what_is_neither(name):
    assert [name] == list(injected([main(name, name)], SHIPPED, None))


def test_an_extension_looks_from_its_own_folder():
    found = Loading(
        path="PlugIns/Share.appex/Share",
        libraries=(
            "@executable_path/libshare.dylib",
            "@executable_path/../../Frameworks/libother.dylib",
            "@executable_path/libown.dylib",
        ),
        rpaths=(),
    )

    assert ["@executable_path/libown.dylib"] == list(injected([found], SHIPPED, main()))


def test_a_framework_finds_others_by_the_rpaths_of_the_app():
    found = Loading(
        path="Frameworks/Own.framework/Own", libraries=("@rpath/libother.dylib",), rpaths=()
    )

    assert [] == list(injected([found], SHIPPED, main()))
    assert ["@rpath/libother.dylib"] == list(injected([found], SHIPPED, None))


def test_names_of_libraries_that_change_other_code():
    assert [True, True, False, False] == [
        is_hooking(name)
        for name in ("@rpath/FridaGadget.dylib", "/x/CydiaSubstrate", "shadow", "libown.dylib")
    ]


def test_paths_of_jailbreaks():
    assert [True, True, False, False] == [
        is_jailbreak(path)
        for path in ("/var/jb", "/usr/lib/TweakInject/", "/usr/lib/swift", "/var/jbx")
    ]
