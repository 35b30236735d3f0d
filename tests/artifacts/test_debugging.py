"""USB and the debugging service."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from scanner.artifacts.android.debugging import (
    parse_adb,
    parse_settings,
    parse_settings_dump,
    parse_usb,
)
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import Debugging

from .evidence import evidence
from .test_adb_keys import FOOT, HEAD, LISTED, row, xml

EIGHT = """\
USB Manager State:
  USB Device State:
    mCurrentFunctions: mtp,adb
    mCurrentFunctionsApplied: true
    mConnected: true
    mConfigured: false
    mHostConnected: false
    Kernel state: CONFIGURED
  USB Debugging State:
    Connected to adbd: true
    Last key received: null
    User keys:
  QAAAAN8tUN somebody@laptop
    System keys:
  USB Host State:
  USB Port State:
    port0: port=UsbPort{id=port0, supportedModes=dual}, status=UsbPortStatus{connected=true, \
currentMode=ufp, currentPowerRole=sink, currentDataRole=device, supportedRoleCombinations=[x]}
"""
NINE = """\
USB MANAGER STATE (dumpsys usb):
{
  device_manager={
    handler={
      current_functions=[
        MTP
        RNDIS
      ]
      current_functions_applied=true
      connected=true
      configured=true
      kernel_state=CONFIGURED
    }
    debugging_manager={
      connected_to_adb=false
      user_keys=QAAAAFtt1R0tBVvVNK somebody@laptop
    }
  }
  host_manager={
    devices=[
      {
        name=/dev/bus/usb/001/005
        manufacturer_name=connected=false
      }
    ]
  }
  port_manager={
    usb_ports={
      port={
        id=port0
      }
      status={
        connected=true
        data_role=host
        role_combinations=[
          {
            data_role=device
          }
          {
            data_role=none
          }
        ]
      }
    }
  }
}
"""


def usb(data):
    return list(parse_usb(evidence(data, "dumpsys", "usb")))


def adb(data):
    return list(parse_adb(evidence(data, "dumpsys", "adb")))


def test_android_8():
    assert [
        Debugging(
            connected=True,
            usb_connected=True,
            usb_configured=False,
            usb_functions=("mtp", "adb"),
            usb_role="device",
        )
    ] == usb(EIGHT)


def test_android_9_and_later():
    assert [
        Debugging(
            connected=False,
            usb_connected=True,
            usb_configured=True,
            usb_functions=("mtp", "rndis"),
            usb_role="host",
        )
    ] == usb(NINE)


def test_one_function_and_none():
    listed = NINE[NINE.index("      current_functions=[") : NINE.index("      current_functions_a")]

    assert ("mtp",) == usb(NINE.replace(listed, "      current_functions=MTP\n"))[0].usb_functions
    assert usb(NINE.replace(listed, ""))[0].usb_functions is None
    assert usb(EIGHT.replace("mtp,adb", "none"))[0].usb_functions is None


def test_a_port_without_a_role_and_ports_that_differ():
    second = EIGHT.splitlines()[-1].replace("port0", "port1").replace("=device,", "=host,")

    assert usb(NINE.replace("data_role=host", "data_role=none"))[0].usb_role is None
    assert usb(EIGHT + second + "\n")[0].usb_role is UNSET
    assert usb(EIGHT[: EIGHT.index("    port0")])[0].usb_role is UNSET


@pytest.mark.parametrize(
    "data",
    [
        "",
        "hello\n",
        NINE[: NINE.index("      configured")],
        NINE[:-2],
        NINE.replace("connected=true\n      configured", "connected=1\n      configured"),
        NINE.replace("      configured=true\n", "      configured=true\n      configured=false\n"),
        NINE.replace("MTP", "M T P").replace("      current_functions=[", "      a=["),
        EIGHT.replace("mtp,adb", "mtp;adb"),
        EIGHT.replace("    Last key", "    Connected to adbd: false\n    Last key"),
        EIGHT[: EIGHT.index("    mConnected")],
    ],
)
def test_other_output_of_usb_is_an_error(data):
    broken = data.replace("      a=[", "      handler={")
    with pytest.raises(ParseError):
        usb(broken)


def test_the_debugging_service():
    found = adb(HEAD + LISTED + xml(row(0)) + FOOT)

    assert Debugging(connected=True) == found[0]
    assert [one.key_count for one in found[1:]] == [LISTED.count("QAAAA")]


def test_wireless_where_the_service_says_it():
    wifi = ["", *(f"    adb_wifi={{\n      enabled={one}\n    }}\n" for one in ("false", "true"))]

    assert [UNSET, False, True] == [
        adb(HEAD + LISTED + xml(row(0)) + one + FOOT)[0].wireless for one in wifi
    ]


@pytest.mark.parametrize(
    "data",
    [
        "",
        "hello\n",
        HEAD,
        HEAD.replace("    connected_to_adb=true\n", "") + FOOT,
        HEAD + "    connected_to_adb=false\n" + FOOT,
    ],
)
def test_other_output_of_the_service_is_an_error(data):
    with pytest.raises(ParseError):
        adb(data)


def test_a_version_without_the_service():
    with pytest.raises(NotAvailable):
        adb("Can't find service: adb\n")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("adb_wifi_enabled=1\n", [Debugging(wireless=True)]),
        ("adb_wifi_enabled=0\n", [Debugging(wireless=False)]),
        ("adb_enabled=1\n", [Debugging(wireless=False)]),
        ("adb_enabled=1\nx=1", []),
        ("adb_wifi_enabled=1\nadb_wifi_enabled=0\n", []),
    ],
)
def test_wireless_as_the_setting_says(data, found):
    assert found == list(parse_settings(evidence(data, "settings", "list", "global")))


def test_wireless_in_a_recording():
    title = "GLOBAL SETTINGS (user 0)\n"
    data = title + "_id:1 name:adb_wifi_enabled pkg:android value:1\nSECURE SETTINGS (user 0)\n"

    assert [Debugging(wireless=True)] == list(parse_settings_dump(evidence(data)))
