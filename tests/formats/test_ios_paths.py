"""Where on an iPhone a path lies."""

from __future__ import annotations

import pytest

from scanner.formats.ios_paths import area, bundle_of, is_own, name_of, normal

APP = "/private/var/containers/Bundle/Application/11111111-2222-3333-4444-5555AAAABBBB/Example.app"
STAGING = "/private/var/db/com.apple.xpc.roleaccountd.staging"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/kernel", "system"),
        ("/sbin/launchd", "system"),
        ("/usr/libexec/exampled", "system"),
        ("/usr/lib/dyld", "system"),
        ("/System/Library/CoreServices/SpringBoard.app/SpringBoard", "system"),
        ("/Applications/MobileSafari.app/MobileSafari", "system"),
        ("/private/var/staged_system_apps/Books.app/Books", "system"),
        ("/System/Cryptexes/OS/System/Library/Frameworks/WebKit.framework/WebKit", "cryptex"),
        ("/private/preboot/Cryptexes/App/usr/libexec/exampled", "cryptex"),
        (
            "/private/var/run/com.apple.security.cryptexd/mnt/com.example.a1b2c3/usr/bin/x",
            "cryptex",
        ),
        ("/System/Developer/usr/bin/debugserver", "developer"),
        ("/Developer/usr/bin/debugserver", "developer"),
        (f"{APP}/Example", "app"),
        (f"{APP}/PlugIns/Widget.appex/Widget", "app"),
        (f"{STAGING}/exec/16777229.34120.xpc/com.example.UpdateService", "staging"),
        (STAGING, "staging"),
        ("/private/var/tmp/example", "temporary"),
        ("/tmp/example", "temporary"),
        ("/private/var/jb/usr/bin/example", "jailbreak"),
        ("/private/preboot/0123ABCD/jb-Xyz/procursus/usr/bin/example", "jailbreak"),
        ("/private/preboot/0123ABCD/dopamine-Xyz/procursus/example", "jailbreak"),
        (
            "/var/containers/Bundle/Application/.jbroot-0123456789ABCDEF/usr/bin/example",
            "jailbreak",
        ),
        ("/Library/MobileSubstrate/DynamicLibraries/Example.dylib", "jailbreak"),
        ("/usr/lib/TweakInject/Example.dylib", "jailbreak"),
        ("/Applications/Sileo.app/Sileo", "jailbreak"),
        ("/cores/binpack/usr/bin/example", "jailbreak"),
    ],
)
def test_known_places(path, expected):
    assert area(path) == expected


@pytest.mark.parametrize(
    "path",
    [
        "",
        "example",
        "usr/libexec/exampled",
        "/",
        "/private/var/mobile/example",
        "/private/var/db/example",
        f"{STAGING}x/example",
        "/private/var/db/com.apple.xpc.roleaccountd.Staging/example",
        "/private/var/mobile/com.apple.xpc.roleaccountd.staging/example",
        "/Systems/Library/example",
        "/usr/local/bin/example",
        "/private/var/jbx/example",
        "/private/var/tmpx/example",
        "/kernel.old",
        APP.replace("/11111111-", "/1111111-") + "/Example",
        APP.removesuffix(".app") + "/Example",
        "/private/preboot/0123ABCD/usr/example",
    ],
)
def test_any_other_place(path):
    assert area(path) == "other"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/var/mobile", "/private/var/mobile"),
        ("/private/var/mobile", "/private/var/mobile"),
        ("//usr///lib/./x", "/usr/lib/x"),
        ("/usr/lib/../../var/tmp/x", "/private/var/tmp/x"),
        ("/../../tmp/", "/private/tmp"),
        ("/variable/x", "/variable/x"),
        ("a/../b", "a/../b"),
        ("/", "/"),
    ],
)
def test_one_way_to_write_a_path(path, expected):
    assert normal(path) == expected


def test_a_path_that_climbs_out_of_the_system():
    assert area("/usr/lib/../../private//var/tmp/./x") == "temporary"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{APP}/Example", APP),
        (f"{APP}/PlugIns/Widget.appex/Widget", APP),
        (
            "/System/Library/x.framework/XPCServices/y.xpc/y",
            "/System/Library/x.framework/XPCServices/y.xpc",
        ),
        ("/usr/libexec/exampled", None),
        ("/usr/libexec/example.app", None),
    ],
)
def test_the_bundle_of_a_program(path, expected):
    assert bundle_of(path) == expected


@pytest.mark.parametrize(
    ("program", "image", "expected"),
    [
        (f"{APP}/Example", f"{APP}/Frameworks/Part.framework/Part", True),
        (f"{APP}/PlugIns/Widget.appex/Widget", f"{APP}/Frameworks/Part.framework/Part", True),
        (f"{APP}/Example", f"{APP.replace('/private', '')}/Part.dylib", True),
        (f"{APP}/Example", f"{APP}le/Part.dylib", False),
        (f"{APP}/Example", "/usr/lib/libexample.dylib", False),
        ("/usr/libexec/exampled", "/usr/libexec/exampled", True),
        ("/usr/libexec/exampled", "/usr/libexec/other", False),
    ],
)
def test_images_of_ones_own(program, image, expected):
    assert is_own(program, image) is expected


def test_names():
    assert name_of("/usr/libexec/exampled") == "exampled"
    assert name_of("exampled") == "exampled"
    assert name_of("/a/b/") == "b"


def test_long_paths_take_no_time():
    assert area("/private/preboot/" + "a" * 500_000) == "other"
    assert area("/" * 500_000) == "other"
    assert bundle_of("/x" * 250_000 + ".app/y") is not None
