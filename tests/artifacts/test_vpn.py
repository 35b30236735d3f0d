"""VPN apps."""

from __future__ import annotations

import pytest

from scanner.artifacts.android.vpn import parse, parse_settings, parse_settings_dump
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import App, Otherwise, Vpn

from .evidence import evidence

TWELVE = "VPNs:\n  0: com.example.tunnel\n  10: [Legacy VPN]\n"
SIXTEEN = """\
VPNs:
  0: com.example.tunnel
    Active package name: com.example.tunnel
    Active vpn type: 1
    NetworkCapabilities: [ Transports: VPN TransportInfo: <VpnTransportInfo{sessionId=Somebody's
      0: com.example.forged
    Active vpn type: -1
    mEventChanges (most recent first):
      2026-05-04T15:57:37.830314 - [VMEvent] Event class=1, err=2

  10: [Legacy VPN]
    Active package name: [Legacy VPN]
    Active vpn type: -1

  11: com.example.other
    Active package name: com.example.other
    Active vpn type: -1

"""
HEAD = "accessibility_enabled=0\n"
ALWAYS = "always_on_vpn_app=com.example.tunnel\n"
OTHERS = [
    Otherwise(entity="vpn", user=10, field="always_on", value=False),
    Otherwise(entity="vpn", user=10, field="lockdown", value=False),
    Otherwise(entity="app", user=10, field="always_on_vpn", value=False),
]


def dumped(data):
    return list(parse(evidence(data, "dumpsys", "vpn_management")))


def settings(data, user=10, **kinds):
    return list(parse_settings(evidence(data, "settings", "list", "secure", user=user, **kinds)))


def test_android_12_does_not_say_whether_it_runs():
    assert [Vpn(user=0, package="com.example.tunnel")] == dumped(TWELVE)


def test_android_13_and_later():
    assert [
        Vpn(user=0, package="com.example.tunnel", active=True),
        Vpn(user=11, package="com.example.other", active=False),
    ] == dumped(SIXTEEN)


def test_a_connection_of_the_systems_own_is_stated_while_it_stands():
    data = SIXTEEN.replace(
        "name: [Legacy VPN]\n    Active vpn type: -1", "\n    Active vpn type: 3"
    )

    assert Vpn(user=10, package="[Legacy VPN]", active=True) in dumped(data)


def test_no_user_at_all():
    assert [] == dumped("VPNs:\n")


@pytest.mark.parametrize(
    "data",
    ["", "hello\n", "VPNs:\n  0\n", "VPNs:\n  x: a.b\n", TWELVE + "  0: a.b\n", "  VPNs:\n"],
)
def test_other_output_is_an_error(data):
    with pytest.raises(ParseError):
        dumped(data)


def test_a_version_without_the_service():
    with pytest.raises(NotAvailable):
        dumped("Can't find service: vpn_management\n")


@pytest.mark.parametrize(("value", "lockdown"), [("1", True), ("0", False)])
def test_a_permanent_vpn(value, lockdown):
    assert [
        Vpn(user=10, package="com.example.tunnel", always_on=True, lockdown=lockdown),
        App(user=10, package="com.example.tunnel", always_on_vpn=True),
        *OTHERS,
    ] == settings(f"{HEAD}{ALWAYS}always_on_vpn_lockdown={value}\n")


@pytest.mark.parametrize("data", [HEAD, HEAD + "always_on_vpn_app=null\n"])
def test_none_is_permanent(data):
    assert OTHERS == settings(data)


DUMP = """\
SECURE SETTINGS (user 0)
_id:1 name:accessibility_enabled pkg:android value:0 default:0 defaultSystemSet:true
SECURE SETTINGS (user 10)
_id:1 name:always_on_vpn_app pkg:android value:com.example.tunnel
_id:2 name:always_on_vpn_lockdown pkg:android value:1
SYSTEM SETTINGS (user 0)
_id:1 name:show_password pkg:android value:1
"""


def test_the_settings_of_all_users_in_a_recording():
    found = list(parse_settings_dump(evidence(DUMP)))

    assert [
        Vpn(user=10, package="com.example.tunnel", always_on=True, lockdown=True),
        App(user=10, package="com.example.tunnel", always_on_vpn=True),
        *OTHERS,
    ] == [one for one in found if one.user == 10]
    assert {False} == {one.value for one in found if one.user == 0}


def test_a_cut_list_does_not_say_that_none_is():
    assert [] == settings(HEAD + "x=1")
    assert [] == settings(HEAD, exit_code=1)


def test_a_cut_name_of_an_app_is_not_read():
    assert [] == settings(HEAD + "always_on_vpn_app=com.exam")


def test_a_name_that_stands_twice_is_not_read():
    assert [] == settings(HEAD + ALWAYS + "always_on_vpn_app=com.example.forged\n")


def test_a_name_that_is_none_is_an_error():
    with pytest.raises(ParseError, match="always_on_vpn_app"):
        settings(HEAD + "always_on_vpn_app=not a name\n")
