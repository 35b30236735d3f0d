"""An iPhone is only read from: what reached it in the deepest scan, held against a list.

The list is written here on its own, from what Apple's services are known to do with each message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from scanner.pipeline import Options, scan
from scanner.simulate.ios import Usbmuxd
from scanner.simulate.ios.tunnel import Tunneld
from scanner.sources.ios.tunnel import ADDRESS_VARIABLE
from tests.pipeline.iphones import INCLUDED, OfIPhone
from tests.simulate.ios.developer_phones import developer_phone

# What of a message tells what it does; whatever else a message holds must not be in it.
VALUES = {"Request", "Label", "Domain", "Key"}
LOCKDOWND: dict[str, set[str]] = {
    "QueryType": {"Request", "Label"},
    "GetValue": VALUES,
    "StartSession": {"Request", "Label", "HostID", "SystemBUID"},
    "StopSession": {"Request", "Label", "SessionID"},
    "StartService": {"Request", "Label", "Service"},
}
CALLS: dict[str, list[dict[str, Any]]] = {
    "com.apple.mobile.installation_proxy": [{"Command": "Lookup"}],
    "com.apple.mobile.MCInstall": [
        {"RequestType": "GetProfileList"},
        {"RequestType": "GetCloudConfiguration"},
    ],
    "com.apple.misagent": [{"MessageType": "CopyAll", "ProfileType": "Provisioning"}],
    "com.apple.mobile.diagnostics_relay": [
        {"Request": "IORegistry", "CurrentPlane": "IODeviceTree", "EntryName": "chosen"}
    ],
    "com.apple.os_trace_relay": [{"Request": "PidList"}, {"Request": "StartActivity", "Pid": -1}],
    "com.apple.springboardservices": [{"command": "getIconState", "formatVersion": "2"}],
    "com.apple.mobile.mobile_image_mounter": [
        {"Command": "CopyDevices"},
        {"Command": "QueryDeveloperModeStatus"},
    ],
    "com.apple.companion_proxy": [{"Command": "GetDeviceRegistry"}],
    "com.apple.mobileactivationd": [{"Command": "GetActivationStateRequest"}],
    "com.apple.crashreportcopymobile": [
        {"Operation": name}
        for name in ("READ_DIR", "GET_FILE_INFO", "FILE_OPEN", "READ", "FILE_CLOSE")
    ],
    "com.apple.pcapd": [{}],  # it is told nothing: it speaks
}
# What more a message may hold: how an answer is to look.
BESIDE = {"ClientOptions", "MessageFilter", "StreamFlags", "Path"}
LISTING = {"ApplicationType", "ReturnAttributes", "ShowLaunchProhibitedApps", "ShowPlaceholders"}
MUX = {"ListDevices", "ReadPairRecord", "ReadBUID", "Connect"}
DEVELOPER = {
    "_notifyOfPublishedCapabilities:",
    "_requestChannelWithCode:identifier:",
    "runningProcesses",
    "startMonitoring",
    "stopMonitoring",
}


def more_than_reading(calls: Iterable[tuple[str, dict[str, Any]]]) -> list[str]:
    """List what reached the phone and does not stand above."""
    return [f"{service} {message}" for service, message in calls if not is_known(service, message)]


def is_known(service: str, message: dict[str, Any]) -> bool:
    if service == "lockdownd":
        known = LOCKDOWND.get(message["Request"], set())
        started = message.get("Service")
        return message.keys() <= known and (started is None or started in CALLS)
    if not LISTING.issuperset(message.get("ClientOptions", {})):
        return False
    return any(
        message.keys() - BESIDE == call.keys() and message.items() >= call.items()
        for call in CALLS.get(service, [])
    )


def test_the_deepest_scan_only_reads(deep: OfIPhone):
    assert [] == more_than_reading(deep.calls)
    assert MUX >= set(deep.of_mux)


def test_the_deepest_scan_asks_for_all_that_stands_here(deep: OfIPhone):
    asked = {
        (service, str(sorted(call.items())))
        for service, message in deep.calls
        for call in CALLS.get(service, [])
        if message.items() >= call.items()
    }

    listed = {(service, str(sorted(call.items()))) for service in CALLS for call in CALLS[service]}
    assert listed == asked


def test_a_file_is_opened_to_be_read_only(deep: OfIPhone):
    opened = [
        message["Path"]
        for service, message in deep.calls
        if service == "com.apple.crashreportcopymobile" and message["Operation"] == "FILE_OPEN"
    ]

    assert opened
    assert [] == [path for path in opened if not path.endswith((".ips", ".tar.gz"))]


@pytest.mark.parametrize(
    "call",
    [
        ("lockdownd", {"Request": "Pair"}),
        ("lockdownd", {"Request": "SetValue", "Domain": "com.apple.mobile.wireless_lockdown"}),
        ("lockdownd", {"Request": "GetValue", "Value": True}),
        ("lockdownd", {"Request": "StartService", "Service": "com.apple.crashreportmover"}),
        ("lockdownd", {"Request": "StartService", "Service": "com.apple.mobilebackup2"}),
        ("com.apple.mobile.installation_proxy", {"Command": "Uninstall"}),
        ("com.apple.crashreportcopymobile", {"Operation": "REMOVE_PATH", "Path": "/x"}),
        ("com.apple.mobile.mobile_image_mounter", {"Command": "MountImage"}),
        ("com.apple.mobile.diagnostics_relay", {"Request": "Restart"}),
    ],
)
def test_what_would_change_a_phone_does_not_stand_here(call: tuple[str, dict[str, Any]]):
    assert [f"{call[0]} {call[1]}"] == more_than_reading([call])


def test_developer_services_are_only_read_from(
    tmp_path: Path, options: Callable[..., Options], monkeypatch: pytest.MonkeyPatch
):
    phone = developer_phone(tmp_path / "phone", "18.5")
    with Tunneld([phone]) as tunneld, Usbmuxd([phone]) as mux:
        monkeypatch.setenv(ADDRESS_VARIABLE, "{}:{}".format(*tunneld.address))
        chosen = options(usbmux=mux.address, profile="deep", include=INCLUDED)
        report = scan(f"ios:{phone.udid}", options=chosen).report

    of_developers = {m["selector"] for _, m in phone.calls if "selector" in m}
    others = [(s, m) for s, m in phone.calls if "selector" not in m and s != "remoted"]
    assert of_developers == DEVELOPER
    assert [] == more_than_reading(others)
    assert {"ios.running_processes", "ios.connections"} <= set(report.coverage.artifacts_read)
    assert 3 == report.coverage.entities["socket"]
