"""Apps, from `dumpsys package`."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import UNSET

from scanner.artifacts.android.package_details import parse
from scanner.errors import NotAvailable, ParseError
from scanner.formats import package_dump
from scanner.formats.lines import raw_lines
from scanner.model.entities import App

from .evidence import evidence
from .package_texts import EIGHT, EXAMPLE_14, FOURTEEN, PHONE_14, REST, TABLES

BOOT = "android.intent.action.BOOT_COMPLETED"
COMMON: dict[str, Any] = {
    "package": "com.example",
    "installed": True,
    "system": False,
    "debuggable": True,
    "test_only": True,
    "version_code": 7,
    "version_name": "1.0 beta=2",
    "target_sdk": 34,
    "shared_user": None,
    "installer": "com.store",
    "initiating_installer": "com.android.chrome",
    "originating_installer": "com.mail",
    "package_source": "downloaded_file",
    "update_owner": "com.store",
    "last_updated": "2026-05-12 11:50:54",
    "signer": "fbf02084,1",
    "signing_version": 3,
    "flags": ("DEBUGGABLE", "HAS_CODE", "TEST_ONLY"),
    "permissions_requested": (
        "android.permission.CAMERA",
        "android.permission.INTERNET",
        "android.permission.READ_SMS",
    ),
    "receiver_actions": (BOOT, "android.provider.Telephony.SMS_RECEIVED"),
    "service_actions": ("android.accessibilityservice.AccessibilityService",),
    "launcher": True,
}

LINES = FOURTEEN.splitlines()


def stated(data, **kinds):
    found = parse(evidence(data, "dumpsys", "package", **kinds))
    return {(one.package, one.user): one for one in found if isinstance(one, App)}


def test_an_app_of_android_14_for_each_user():
    apps = stated(FOURTEEN)

    assert (
        App(
            user=0,
            uid=10123,
            hidden=False,
            suspended=False,
            first_installed="2026-05-01 10:00:00",
            permissions_granted=("android.permission.CAMERA", "android.permission.INTERNET"),
            **COMMON,
        )
        == apps["com.example", 0]
    )
    assert (
        App(
            user=10,
            uid=1010123,
            hidden=True,
            suspended=True,
            enabled=False,
            first_installed="2026-05-02 10:00:00",
            permissions_granted=("android.permission.INTERNET",),
            **COMMON,
        )
        == apps["com.example", 10]
    )


def test_an_app_that_is_not_installed_for_a_user_has_no_powers_there():
    assert (
        App(
            user=11,
            package="com.example",
            installed=False,
            hidden=False,
            suspended=False,
            stopped=True,
            enabled=True,
            system=False,
        )
        == stated(FOURTEEN)["com.example", 11]
    )


def test_an_app_of_a_shared_user_has_its_permissions():
    assert (
        App(
            user=0,
            package="com.android.phone",
            installed=True,
            enabled=True,
            hidden=False,
            suspended=False,
            system=True,
            debuggable=False,
            test_only=False,
            uid=1001,
            version_code=34,
            version_name=None,
            target_sdk=34,
            shared_user="android.uid.phone",
            installer=None,
            initiating_installer=None,
            originating_installer=None,
            package_source=None,
            update_owner=None,
            flags=("HAS_CODE", "SYSTEM"),
            permissions_requested=None,
            permissions_granted=("android.permission.READ_CALL_LOG", "android.permission.REBOOT"),
            receiver_actions=None,
            service_actions=None,
            launcher=False,
        )
        == stated(FOURTEEN)["com.android.phone", 0]
    )


def test_the_version_that_an_update_replaced_does_not_count():
    assert 7 == stated(FOURTEEN)["com.example", 0].version_code


def test_what_a_version_does_not_print_is_not_stated():
    assert (
        App(
            user=0,
            package="com.example",
            installed=True,
            hidden=False,
            suspended=False,
            stopped=False,
            enabled=False,
            system=False,
            debuggable=False,
            test_only=False,
            uid=10123,
            version_code=7,
            version_name="1.0",
            target_sdk=26,
            shared_user=None,
            installer=None,
            first_installed="2017-10-16 12:03:07",
            last_updated="2018-03-21 13:35:58",
            signer="e627f73a",
            signing_version=1,
            flags=("HAS_CODE",),
            permissions_granted=("android.permission.CAMERA", "android.permission.INTERNET"),
        )
        == stated(EIGHT)["com.example", 0]
    )


def test_a_recording_in_utf_16_reads_the_same():
    assert stated(FOURTEEN) == stated(FOURTEEN.replace("\n", "\r\n").encode("utf-16"))


def test_an_app_that_was_cut_states_only_what_stands_there():
    cut = FOURTEEN[: FOURTEEN.index("      android.permission.SYSTEM_ALERT_WINDOW")]
    data = cut + "    User 0: ceDataInode=1 installed=true hid"
    app = stated(data)["com.example", 0]

    assert (UNSET, UNSET, "com.store") == (app.permissions_granted, app.shared_user, app.installer)


def test_without_the_shared_users_their_permissions_are_not_known():
    cut = FOURTEEN[: FOURTEEN.index("      android.permission.REBOOT")]

    assert stated(cut)["com.android.phone", 0].permissions_granted is UNSET
    assert stated(cut)["com.example", 10].permissions_granted == ("android.permission.INTERNET",)


def test_a_table_that_was_not_printed_states_nothing():
    app = stated("Packages:\n" + EXAMPLE_14 + REST)["com.example", 0]

    assert (UNSET, UNSET, UNSET) == (app.receiver_actions, app.service_actions, app.launcher)


@pytest.mark.parametrize(
    "forged",
    [
        "1\n    installerPackageName=com.store",
        "1\n    User 0: ceDataInode=1 installed=false hidden=true",
    ],
)
def test_a_version_name_that_imitates_lines_leaves_only_the_existence(forged):
    apps = stated(FOURTEEN.replace("versionName=1.0 beta=2", f"versionName={forged}"))

    assert App(user=0, package="com.example") == apps["com.example", 0]


def test_an_installer_right_below_the_version_name_is_forged():
    """Of an app that nobody installed, which a bugreport tells by no second list."""
    text = (
        "Packages:\n  Package [com.example] (1):\n    versionName=1.0\n"
        "    installerPackageName=com.android.vending\n    flags=[ HAS_CODE ]\n"
        "    lastUpdateTime=2026-01-01 00:00:00\n    User 0: installed=true\n\nShared users:\n"
    )
    assert App(user=0, package="com.example") == stated(text)["com.example", 0]


def test_a_version_name_that_imitates_a_package_takes_the_users_from_its_own():
    forged = "1\n  Package [com.android.phone] (1):\n    appId=1\n    User 0: installed=true"
    data = FOURTEEN.replace("versionName=1.0 beta=2", f"versionName={forged}")
    found = []

    with pytest.raises(ParseError, match="below each package"):
        found.extend(parse(evidence(data, "dumpsys", "package")))
    assert {"android", "com.android.phone"} == {app.package for app in found}
    assert App(user=0, package="com.android.phone") == found[0]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("    versionCode=x minSdk=1 targetSdk=y\n", "version_code"),
        ("    versionCode=" + "9" * 5000 + "\n", "version_code"),
        ("    appId=x\n", "uid"),
        ("    packageSource=9\n", "package_source"),
        ("    apkSigningVersion=x\n", "signing_version"),
        ("    signatures=none\n", "signer"),
    ],
)
def test_what_is_no_such_value_is_not_stated(line, field):
    data = f"Packages:\n  Package [a.b] (1):\n{line}    User 0: installed=true\n"

    assert getattr(stated(data)["a.b", 0], field) is UNSET


@pytest.mark.parametrize(
    "data",
    [
        "",
        "hello\n",
        TABLES,
        "Packages:\n  Package [a.b] (1):\n    appId=1\nQueries:\n",
        "Packages:\n",
        "Packages:\n  nothing\n    appId=1\n",
        "Packages:\n" + PHONE_14 + "\nPackages:\n" + PHONE_14,
        "Packages:\n  Package [a\x1bb] (1):\n    User 0: installed=true\n",
    ],
)
def test_other_output_is_an_error(data):
    with pytest.raises(ParseError):
        stated(data)


@pytest.mark.parametrize("blank", ["      ", "       \n", "         \n", " \n", "\r\n"])
def test_lines_of_blanks_say_nothing(blank):
    spread = "".join(f"{line}\n{blank}" if blank[-1] == "\n" else f"{line}\n" for line in LINES)

    assert stated(FOURTEEN) == stated(spread + blank)


def test_more_packages_than_exist_is_an_error():
    names = (f"  Package [a{n}] (1):\n" for n in range(package_dump.PACKAGE_LIMIT + 1))

    with pytest.raises(ParseError, match="at most"):
        stated("Packages:\n" + "".join(names))


def test_more_names_than_a_phone_holds_is_an_error():
    permissions = "      p.Q: granted=true\n" * 9
    data = "Packages:\n  Package [a.b] (1):\n    install permissions:\n" + permissions

    with pytest.raises(ParseError, match="at most 9 names"):
        package_dump.read(raw_lines(evidence(data)), limit=9)


@pytest.mark.parametrize("pattern", ["SharedUserSetting{", "x"])
def test_a_shared_user_that_cannot_be_read_leaves_permissions_unknown(pattern):
    apps = stated(FOURTEEN.replace("SharedUserSetting{7fb54b1 android.uid.phone/1001}", pattern))

    assert apps["com.android.phone", 0].permissions_granted is UNSET


def test_a_refusal_is_no_answer():
    with pytest.raises(NotAvailable):
        stated("Can't find service: package\n")


class Counting:
    """Lines that count how often each was asked for."""

    def __init__(self, data):
        self.lines, self.asked = iter(raw_lines(evidence(data))), 0

    def __iter__(self):
        return self

    def __next__(self):
        self.asked += 1
        return next(self.lines)


@pytest.mark.parametrize("copies", [1, 100])
def test_each_line_is_read_once(copies):
    packages = "".join(EXAMPLE_14.replace("com.example", f"com.example{n}") for n in range(copies))
    data = TABLES + "Packages:\n" + packages + REST
    lines = Counting(data)
    package_dump.read(lines)

    assert data.count("\n") + 1 == lines.asked
