"""Where on the phone the files of a backup lie."""

from __future__ import annotations

import pytest

from scanner.formats.ios_backup.domains import CONTAINERS, ROOTS, device_path, is_plain, place_of

APP = "/private/var/mobile/Containers/Data/Application/com.example.app"


@pytest.mark.parametrize(
    ("domain", "path", "expected"),
    [
        ("HomeDomain", "Library/TCC/TCC.db", "/private/var/mobile/Library/TCC/TCC.db"),
        ("MediaDomain", "Media/DCIM", "/private/var/mobile/Media/DCIM"),
        ("HealthDomain", "Health/h.sqlite", "/private/var/mobile/Library/Health/h.sqlite"),
        ("AppDomain-com.example.app", "Library/x", f"{APP}/Library/x"),
        ("AppDomain-com.example.app", "", APP),
        (
            "SysSharedContainerDomain-systemgroup.com.apple.configurationprofiles",
            "Library",
            (
                "/private/var/containers/Shared/SystemGroup"
                "/systemgroup.com.apple.configurationprofiles/Library"
            ),
        ),
        ("HomeDomain", ".hidden/x", "/private/var/mobile/.hidden/x"),
        ("HomeDomain", "a/..b", "/private/var/mobile/a/..b"),
        ("FutureDomain", "Library/x", None),
        ("FutureDomain-com.example.app", "x", None),
        ("HomeDomain", "../x", None),
        ("HomeDomain", "a/../../x", None),
        ("HomeDomain", "/etc/passwd", None),
        ("HomeDomain", "a//b", None),
        ("HomeDomain", "a/./b", None),
        ("HomeDomain", "a/", None),
        ("HomeDomain", "a\0b", None),
        ("HomeDomain", "a\ufffdb", None),
        ("AppDomain-../../x", "b", None),
        ("AppDomain-a/b", "c", None),
        ("AppDomain-..", "c", None),
        ("AppDomain-", "c", None),
    ],
)
def test_a_path_on_the_phone(domain, path, expected):
    assert expected == device_path(domain, path)


@pytest.mark.parametrize("domain", [*ROOTS, *(f"{kind}-com.example" for kind in CONTAINERS)])
def test_there_and_back(domain):
    path = device_path(domain, "Example/file")
    assert path is not None
    place = place_of(path)

    assert place is not None
    assert path == device_path(*place)


@pytest.mark.parametrize(
    ("path", "domain"),
    [
        ("/private/var/mobile/Library/SMS/sms.db", "HomeDomain"),
        ("/private/var/mobile/Library/SMS/Attachments/a", "MediaDomain"),
        ("/private/var/mobile/Media/DCIM/100APPLE/a", "CameraRollDomain"),
        ("/private/var/wireless/Library/Databases/DataUsage.sqlite", "WirelessDomain"),
    ],
)
def test_the_domain_of_a_path(path, domain):
    place = place_of(path)

    assert place is not None
    assert domain == place[0]


def test_a_path_that_no_backup_holds():
    assert place_of("/usr/libexec/example") is None


def test_plain_paths():
    assert [True, True, False, False] == [is_plain(each) for each in ("a", ".a", ".", "")]
