"""Settings, from `dumpsys settings` of a recording."""

from __future__ import annotations

import pytest

from scanner.artifacts.android.settings import ALLOWED, parse_dump
from scanner.artifacts.android.settings_dump import VALUE_LIMIT
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import AccessibilityService, App, Otherwise, Setting
from scanner.model.evidence import BytesFile
from scanner.model.requests import Dumpsys

TEXT = """\
Unknown argument: -a; use -h for help
CONFIG SETTINGS (user 0)
_id:1 name:adb_enabled pkg:android value:7

Historical operations
1970-01-01 00:00:09 initialize


GLOBAL SETTINGS (user 0)
version: 213
_id:46 name:device_name pkg:android value:Somebody's phone default:x defaultSystemSet:true
_id:98 name:adb_enabled pkg:android value:1 default:0 defaultSystemSet:true
_id:99 name:http_proxy value:{null}
_id:4 name:debug_app pkg:com.android.shell value:com.example tag:somebody

SECURE SETTINGS (user 0)
_id:12 name:default_input_method pkg:a value:com.example/.Keys default: defaultSystemSet:false tag:x
_id:13 name:lock_screen_owner_info pkg:android value:Call
_id:1 name:adb_enabled
GLOBAL
_id:14 name:enabled_accessibility_services pkg:android value:com.example/.Reader
_id:15 name:assistant pkg:android value:

SYSTEM SETTINGS (user 0)
_id:3 name:show_password pkg:android value:0 default:1 defaultSystemSet:true

SECURE SETTINGS (user 10)
_id:3 name:location_mode pkg:android value:3

SYSTEM SETTINGS (user 10)
_id:5 name:screen_off_timeout pkg:android value:60000
"""


def stated(data, exit_code=0):
    file = BytesFile(Dumpsys(service="settings"), data.encode(), exit_code=exit_code)
    return list(parse_dump(file))


def settings(data, **kinds):
    """Return what is stated, by user, namespace and name."""
    found = stated(data, **kinds)
    return {(s.user, s.namespace, s.name): s.value for s in found if isinstance(s, Setting)}


def test_each_namespace_of_each_user():
    spaces = {0: ("global", "secure", "system"), 10: ("secure", "system")}

    assert {
        (user, space, name)
        for user, names in spaces.items()
        for space in names
        for name in ALLOWED[space]
    } == set(settings(TEXT))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ((0, "global", "adb_enabled"), "1"),
        ((0, "global", "http_proxy"), None),
        ((0, "global", "debug_app"), "com.example"),
        ((0, "secure", "default_input_method"), "com.example/.Keys"),
        ((0, "secure", "assistant"), ""),
        ((0, "system", "show_password"), "0"),
        ((10, "secure", "location_mode"), "3"),
        ((10, "secure", "default_input_method"), None),
        ((10, "system", "screen_off_timeout"), "60000"),
    ],
)
def test_a_value_ends_before_its_default_and_its_tag(place, value):
    assert value == settings(TEXT)[place]


def test_enabled_accessibility_services():
    reader = "com.example/com.example.Reader"
    found = [one for one in stated(TEXT) if not isinstance(one, Setting)]

    assert [
        AccessibilityService(user=0, component=reader, package="com.example", enabled=True),
        App(user=0, package="com.example", accessibility_services=(reader,)),
        Otherwise(entity="app", user=0, field="accessibility_services", value=None),
        Otherwise(entity="app", user=10, field="accessibility_services", value=None),
    ] == found


@pytest.mark.parametrize("exit_code", [0, None])
def test_a_cut_text_does_not_say_what_its_last_namespace_lacks(exit_code):
    data = TEXT[: TEXT.index("location_mode")] + "\n" * (exit_code is None)
    found = settings(data, exit_code=exit_code)

    assert {0} == {user for user, _, _ in found}
    assert found[0, "secure", "assistant"] == ""


def test_the_last_setting_of_a_cut_text_may_be_half_of_one():
    data = TEXT.removesuffix("000\n")

    assert (10, "system", "screen_off_timeout") not in settings(data)


@pytest.mark.parametrize(
    "line",
    [
        "_id:5 name:adb_enabled value:0",
        "_id:5 name:debug_app value:a default:b default:c defaultSystemSet:true",
    ],
)
def test_what_stands_twice_or_imitates_a_default_is_not_stated(line):
    name = line.split()[1].removeprefix("name:")
    data = TEXT.replace(
        "_id:4 name:debug_app pkg:com.android.shell value:com.example tag:somebody", line
    )

    assert (0, "global", name) not in settings(data)


def test_a_namespace_that_stands_twice_is_an_error():
    with pytest.raises(ParseError, match="once"):
        stated(TEXT.replace("Call\n", "Call\nGLOBAL SETTINGS (user 0)\n"))


@pytest.mark.parametrize("value", ["x" * (VALUE_LIMIT + 1), "x\n" * 1000])
def test_a_value_without_end_is_an_error(value):
    with pytest.raises(ParseError, match="at most"):
        stated(TEXT.replace("value:com.example", f"value:{value}"))


@pytest.mark.parametrize(
    "data", ["", "hello\n", "CONFIG SETTINGS (user 0)\n_id:1 name:a value:b\n"]
)
def test_other_output_is_an_error(data):
    with pytest.raises(ParseError):
        stated(data)


def test_a_refusal_is_no_answer():
    with pytest.raises(NotAvailable):
        stated("Can't find service: settings\n")


def test_nothing_personal_is_read():
    assert not any(word in repr(stated(TEXT)) for word in ("Somebody", "somebody", "Call"))
