"""Settings, and the accessibility services that one of them lists."""

from __future__ import annotations

import pytest

from scanner.artifacts.android.settings import ALLOWED, parse
from scanner.artifacts.android.settings_dump import VALUE_LIMIT
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import AccessibilityService, App, Otherwise, Setting

from .evidence import evidence

LIST = ("settings", "list", "global")
SECURE = ("settings", "--user", "10", "list", "secure")


def settings(data, *argv, user=None, exit_code=0):
    """Return what is stated, by name."""
    found = parse(evidence(data, *(argv or LIST), user=user, exit_code=exit_code))
    return {one.name: one for one in found if isinstance(one, Setting)}


def test_names_outside_the_allow_list_are_not_read():
    data = "adb_enabled=1\nbluetooth_name=Somebody\ndevice_name=Somebody's phone\n"

    assert set(ALLOWED["global"]) == set(settings(data))
    assert (
        Setting(user=0, namespace="global", name="adb_enabled", value="1")
        == (settings(data)["adb_enabled"])
    )


def test_personal_names_are_in_no_allow_list():
    personal = {
        "android_id",
        "bluetooth_address",
        "bluetooth_name",
        "device_name",
        "lock_screen_owner_info",
        "private_dns_specifier",
        "wifi_p2p_device_name",
    }

    assert not personal & {name for names in ALLOWED.values() for name in names}


def test_what_a_whole_list_does_not_hold_is_none():
    assert settings("a=b\n")["adb_enabled"].value is None


def test_the_word_null_is_none():
    assert settings("adb_enabled=null\n")["adb_enabled"].value is None


@pytest.mark.parametrize(
    ("data", "exit_code"), [("adb_enabled=1\nb=2\nauto_ti", 0), ("adb_enabled=1\nb=2\n", None)]
)
def test_what_a_cut_list_does_not_hold_is_not_stated(data, exit_code):
    assert ["adb_enabled"] == list(settings(data, exit_code=exit_code))


def test_the_last_value_of_a_cut_list_is_not_stated():
    assert ["adb_enabled"] == list(settings("adb_enabled=1\nhttp_proxy=10.0.0.1:80\n80"))


@pytest.mark.parametrize("value", ["a=b", "a\nb", "", "x\n{}y"])
def test_a_value_may_hold_an_equals_sign_and_span_lines(value):
    data = f"a=1\nhttp_proxy={value}\nzen_mode=0\n"

    assert value == settings(data)["http_proxy"].value


def test_a_name_that_stands_twice_is_stated_by_neither():
    found = settings("aaa=x\nadb_enabled=0\nadb_enabled=1\nhttp_proxy=:0\n")

    assert "adb_enabled" not in found
    assert ":0" == found["http_proxy"].value


def test_a_user_of_the_request_is_the_user_of_the_setting():
    found = settings("default_input_method=a/.B\n", *SECURE, user=10)

    assert (
        Setting(user=10, namespace="secure", name="default_input_method", value="a/.B")
        == found["default_input_method"]
    )


def test_the_list_of_accessibility_services():
    data = "enabled_accessibility_services=b.c/.D:a.b/x.Y:b.c/b.c.D:b.c/.A\nz=1\n"

    assert [
        AccessibilityService(user=10, component="b.c/b.c.D", package="b.c", enabled=True),
        AccessibilityService(user=10, component="a.b/x.Y", package="a.b", enabled=True),
        AccessibilityService(user=10, component="b.c/b.c.A", package="b.c", enabled=True),
        App(user=10, package="b.c", accessibility_services=("b.c/b.c.A", "b.c/b.c.D")),
        App(user=10, package="a.b", accessibility_services=("a.b/x.Y",)),
        Otherwise(entity="app", user=10, field="accessibility_services", value=None),
    ] == [one for one in parse(evidence(data, *SECURE, user=10)) if not isinstance(one, Setting)]


@pytest.mark.parametrize(
    "data", ["a=1\n", "enabled_accessibility_services=\n", "enabled_accessibility_services=null\n"]
)
def test_no_accessibility_service(data):
    assert [Otherwise(entity="app", user=10, field="accessibility_services", value=None)] == [
        one for one in parse(evidence(data, *SECURE, user=10)) if not isinstance(one, Setting)
    ]


def test_a_list_of_services_that_may_be_cut_states_nothing():
    data = "a=1\nenabled_accessibility_services=b.c/.D:a.b"

    assert [] == list(parse(evidence(data, *SECURE, user=10)))


def test_what_is_no_component_is_an_error():
    with pytest.raises(ParseError, match="package/class"):
        list(parse(evidence("enabled_accessibility_services=what\n", *SECURE, user=10)))


@pytest.mark.parametrize(
    "data", ["", b"\xff\xfe", "\n", "hello\n", "\0", "http_proxy=" + "x\n" * VALUE_LIMIT]
)
def test_other_output_is_an_error(data):
    with pytest.raises(ParseError):
        settings(data)


@pytest.mark.parametrize("argv", [("getprop",), ("settings", "list", "secure")])
def test_another_request_is_an_error(argv):
    with pytest.raises(ParseError, match="request"):
        settings("a=1\n", *argv)


def test_a_refused_user_is_no_answer():
    refused = "Security exception: Shell does not have permission to access user 150\n"

    with pytest.raises(NotAvailable) as caught:
        settings(refused, *SECURE, user=150)
    assert "no_permission" == caught.value.reason
