"""Which package is installed for whom, as `dumpsys package` says it."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from scanner.artifacts.android import package_details, packages
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import App, Otherwise

from .evidence import evidence
from .package_texts import (
    EIGHT,
    EXAMPLE_14,
    FOUR_FOUR,
    FOURTEEN,
    FRAMEWORK,
    PHONE_14,
    REST,
    TABLES,
    TWO_THREE,
)

BOTH = pytest.mark.parametrize("parse", [packages.parse_dump, package_details.parse])


def read(parse, data):
    """Return what is stated before an error, and whether one came."""
    found = []
    try:
        found.extend(parse(evidence(data, "dumpsys", "package")))
    except ParseError:
        return found, True
    return found, False


def apps(data, parse=package_details.parse):
    found, _ = read(parse, data)
    return {(one.package, one.user): one for one in found if isinstance(one, App)}


def others(data, parse):
    found, _ = read(parse, data)
    return [one for one in found if isinstance(one, Otherwise)]


def not_installed(*users):
    return [Otherwise(entity="app", user=n, field="installed", value=False) for n in users]


@BOTH
@pytest.mark.parametrize(
    ("data", "users"),
    [(FOURTEEN, (0, 10, 11)), (EIGHT, (0,)), (TWO_THREE, (0,)), (FOUR_FOUR, (0,))],
)
def test_a_whole_list_says_that_nothing_else_is_installed(parse, data, users):
    assert not_installed(*users) == others(data, parse)


@BOTH
@pytest.mark.parametrize(
    "end", ["\nHidden system packages:", "    User 0: ceData", "  Package [com.a"]
)
def test_a_cut_list_does_not_speak_of_others(parse, end):
    assert [] == others(FOURTEEN[: FOURTEEN.index(end, FOURTEEN.index("Packages:"))], parse)


@BOTH
@pytest.mark.parametrize(
    "forged",
    [
        "1\n    User 0: ceDataInode=1 installed=false hidden=true",
        "1\n  Package [com.android.phone] (1):\n    appId=1\n    User 0: installed=true",
    ],
)
def test_a_value_that_imitates_lines_leaves_others_unknown(parse, forged):
    data = FOURTEEN.replace(
        "    User 0: ceDataInode=1", f"    a={forged}\n    User 0: ceDataInode=1", 1
    )

    assert [] == others(data, parse)


@BOTH
@pytest.mark.parametrize(
    "section",
    ["Dexopt state:\n  [NAME]\n    path: /x\n", "Hidden system packages:\n  Package [NAME] (1):\n"],
)
def test_a_package_that_another_section_names_must_be_in_the_list(parse, section):
    data = "Packages:\n" + PHONE_14 + FRAMEWORK + "\n" + section + "\nQueries:\n"
    agrees = read(parse, data.replace("NAME", "com.android.phone"))
    differs = read(parse, data.replace("NAME", "com.example"))

    assert (not_installed(0, 10), False) == (agrees[0][3:], agrees[1])
    assert (agrees[0][:3], True) == differs


@BOTH
def test_the_answer_for_some_packages_does_not_speak_of_others(parse):
    assert [] == others("Packages:\n" + EXAMPLE_14 + PHONE_14 + REST, parse)


@BOTH
def test_a_users_line_that_does_not_say_it_leaves_others_unknown(parse):
    data = FOURTEEN.replace("ceDataInode=2 installed=true ", "ceDataInode=2 ")

    assert [] == others(data, parse)
    assert apps(data, parse)["com.example", 10].installed is UNSET


def test_the_inventory_is_all_that_the_list_of_packages_takes():
    assert [
        App(user=0, package="com.example", installed=True, system=False),
        App(user=10, package="com.example", installed=True, enabled=False, system=False),
        App(user=11, package="com.example", installed=False, enabled=True, system=False),
        App(user=0, package="com.android.phone", installed=True, enabled=True, system=True),
        App(user=0, package="android", installed=True, system=True),
        App(user=10, package="android", installed=True, system=True),
        *not_installed(0, 10, 11),
    ] == list(packages.parse_dump(evidence(FOURTEEN, "dumpsys", "package")))


@BOTH
@pytest.mark.parametrize("data", ["", "hello\n", TABLES, "Packages:\n"])
def test_other_output_is_an_error(parse, data):
    with pytest.raises(ParseError):
        list(parse(evidence(data, "dumpsys", "package")))


def test_a_refusal_is_no_answer():
    with pytest.raises(NotAvailable):
        list(packages.parse_dump(evidence("Can't find service: package\n")))


def test_an_icon_that_was_disabled_for_a_user_is_none_there():
    data = FOURTEEN.replace("com.example.Hidden", "com.example.Main")

    assert (False, True) == tuple(apps(data)["com.example", n].launcher for n in (0, 10))


def test_a_phone_of_which_no_activity_is_printed_has_no_known_icons():
    data = FOURTEEN.replace("android.intent.action.MAIN:", "android.intent.action.VIEW:")

    assert apps(data)["com.example", 0].launcher is UNSET


def test_one_app_that_is_asked_for_alone_may_have_no_icon():
    data = TABLES.replace("action.MAIN", "action.VIEW") + "Packages:\n" + EXAMPLE_14 + REST

    assert apps(data)["com.example", 0].launcher is False


def test_android_without_users():
    example, stk, _ = apps(TWO_THREE).values()

    assert (
        App(
            user=0,
            package="com.example",
            installed=True,
            system=False,
            launcher=True,
            uid=10017,
            version_code=100,
            version_name="1.0.0",
            target_sdk=10,
            installer=None,
            shared_user=None,
            first_installed="2008-08-01 14:00:00",
            last_updated="2008-08-01 14:00:00",
            permissions_granted=("android.permission.INTERNET",),
        )
        == example
    )
    assert (True, False, False, ("android.permission.READ_SMS",)) == (
        stk.system,
        stk.enabled,
        stk.launcher,
        stk.permissions_granted,
    )


def test_android_4_4_names_what_it_hides_otherwise():
    app, _ = apps(FOUR_FOUR).values()

    assert (True, False, False) == (app.hidden, app.enabled, app.stopped)
    assert ("com.store", 19, 10023) == (app.installer, app.target_sdk, app.uid)
    assert (("android.permission.READ_SMS",), UNSET) == (app.permissions_granted, app.signer)
