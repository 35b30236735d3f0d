"""A small recorded iPhone, written where a test wants it."""

from __future__ import annotations

import base64
import json
import plistlib
import struct
from pathlib import Path
from typing import Any

from scanner.simulate.ios import IPhone

UDID = "00008110-000A1B2C3D4E5F60"
VALUES: dict[str, Any] = {
    "ActivationState": "Activated",
    "BuildVersion": "22F76",
    "DeviceClass": "iPhone",
    "DeviceName": "Example",
    "HardwareModel": "D17AP",
    "PasswordProtected": True,
    "ProductType": "iPhone14,5",
    "ProductVersion": "18.5",
    "UniqueChipID": 0xA1B2C3D4E5F60,
    "WiFiAddress": "02:00:00:00:00:01",
}
PUBLIC = (
    "DeviceClass",
    "DeviceName",
    "ProductType",
    "ProductVersion",
    "UniqueDeviceID",
    "WiFiAddress",
)
AMFI = {"DeveloperModeStatus": False}
APPS = {
    "LookupResult": {
        "com.example.notes": {
            "CFBundleIdentifier": "com.example.notes",
            "ApplicationType": "User",
            "Entitlements": {"get-task-allow": True},
        },
        "com.example.maps": {
            "CFBundleIdentifier": "com.example.maps",
            "ApplicationType": "User",
        },
    },
    "Status": "Complete",
}
PROFILES = {
    "OrderedIdentifiers": ["com.example.dns"],
    "ProfileManifest": {"com.example.dns": {"Description": "DNS", "IsActive": True}},
    "ProfileMetadata": {"com.example.dns": {"PayloadDisplayName": "DNS", "PayloadVersion": 1}},
    "Status": "Acknowledged",
}
CLOUD = {"CloudConfiguration": {"IsSupervised": False}, "Status": "Acknowledged"}
PROVISIONING = {
    "MessageType": "CopyAll",
    "Payload": [b"\x30\x03abc" + plistlib.dumps({"Name": "Example"})],
    "Status": 0,
}
CHOSEN = {"Diagnostics": {"IORegistry": {"name": "chosen"}}, "Status": "Success"}
PIDS = tuple(
    {"Payload": {str(pid): {"ProcessName": f"example{pid}"}}, "Status": "RequestSuccessful"}
    for pid in (1, 2, 3)
)
ICONS = [[{"bundleIdentifier": "com.example.notes"}], [{"webClipURL": "https://example.com"}]]
IMAGES: dict[str, Any] = {"EntryList": [], "Status": "Complete"}
DEVELOPER_MODE = {"DeveloperModeStatus": False, "Status": "Complete"}
COMPANIONS = {"PairedDevicesArray": ["00008006-0000000000000001"]}
ACTIVATION = {"Value": "Activated"}

LOG = tuple(
    {
        "pid": pid,
        "process": f"/usr/libexec/example{pid}",
        "process_uuid": f"00000000-0000-0000-0000-00000000000{pid}",
        "sender": "/System/Library/Example.framework/Example",
        "sender_uuid": "0A0B0C0D-0000-0000-0000-0000000000FF",
        "message": f"message {pid} \N{SNOWMAN}",
        "subsystem": "com.example.sub",
        "category": "example",
        "level": 1,
    }
    for pid in range(1, 4)
)
ETHERNET = bytes(12) + b"\x08\x00" + struct.pack(">B19x", 0x45) + b"payload"
RAW = struct.pack(">B39x", 0x60) + b"payload"
PACKETS = (
    {
        "interface": "en0",
        "pid": 77,
        "process": "mDNSResponder",
        "effective_pid": 78,
        "effective_process": "a name longer than the kernel keeps",
        "outgoing": True,
        "frame": base64.b64encode(ETHERNET).decode(),
        "link": "ethernet",
    },
    {
        "interface": "utun3",
        "pid": 79,
        "process": "example",
        "frame": base64.b64encode(RAW).decode(),
        "link": "raw",
    },
)
REPORTS = {
    "Example-2026-11-01-101112.ips": b'{"bug_type":"309","name":"Example"}\n{}\n',
    "Retired/Panic.ips": b'{"bug_type":"210"}\n' + bytes(9_000_000),
    "DiagnosticLogs/sysdiagnose/sysdiagnose_2026.tar.gz": b"\x1f\x8b archive",
}
TIMES = {"Example-2026-11-01-101112.ips": "2026-11-01T10:11:12Z"}

CALLS: tuple[tuple[str, dict[str, Any], tuple[Any, ...]], ...] = (
    ("com.apple.mobile.installation_proxy", {"Command": "Lookup"}, (APPS,)),
    ("com.apple.mobile.MCInstall", {"RequestType": "GetProfileList"}, (PROFILES,)),
    ("com.apple.mobile.MCInstall", {"RequestType": "GetCloudConfiguration"}, (CLOUD,)),
    ("com.apple.misagent", {"MessageType": "CopyAll"}, (PROVISIONING,)),
    (
        "com.apple.mobile.diagnostics_relay",
        {"Request": "IORegistry", "EntryName": "chosen"},
        (CHOSEN,),
    ),
    ("com.apple.os_trace_relay", {"Request": "PidList"}, PIDS),
    ("com.apple.springboardservices", {"command": "getIconState"}, (ICONS,)),
    ("com.apple.mobile.mobile_image_mounter", {"Command": "CopyDevices"}, (IMAGES,)),
    (
        "com.apple.mobile.mobile_image_mounter",
        {"Command": "QueryDeveloperModeStatus"},
        (DEVELOPER_MODE,),
    ),
    ("com.apple.companion_proxy", {"Command": "GetDeviceRegistry"}, (COMPANIONS,)),
    (
        "com.apple.mobileactivationd",
        {"Command": "GetActivationStateRequest"},
        (ACTIVATION,),
    ),
)


def about(udid: str = UDID) -> dict[str, Any]:
    """Return what phone.json of the small iPhone says, to be changed and written."""
    return {
        "platform": "ios",
        "title": "An iPhone of the tests",
        "udid": udid,
        "connections": ["USB", "Network"],
        "public": PUBLIC,
        "values": {
            "": "values/default.plist",
            "com.apple.security.mac.amfi": "values/amfi.plist",
        },
        "calls": [
            {
                "service": service,
                "message": message,
                "replies": [f"calls/{number}-{turn}.plist" for turn in range(len(replies))],
            }
            for number, (service, message, replies) in enumerate(CALLS)
        ],
        "log": "log.jsonl",
        "packets": "packets.jsonl",
        "crash_reports": "crash",
        "crash_times": TIMES,
        "clock_offset": 60.0,
    }


def record(folder: Path, *, udid: str = UDID, values: dict[str, Any] | None = None) -> Path:
    """Write the small iPhone into a folder of its own; return that folder."""
    phone = folder / udid
    files = {
        "phone.json": json.dumps(about(udid)).encode(),
        "values/default.plist": plistlib.dumps({**VALUES, **(values or {})}),
        "values/amfi.plist": plistlib.dumps(AMFI),
        "log.jsonl": "".join(json.dumps(line) + "\n" for line in LOG).encode(),
        "packets.jsonl": "".join(json.dumps(line) + "\n" for line in PACKETS).encode(),
    }
    for number, (_, _, replies) in enumerate(CALLS):
        for turn, reply in enumerate(replies):
            files[f"calls/{number}-{turn}.plist"] = plistlib.dumps(reply)
    for name, content in REPORTS.items():
        files[f"crash/{name}"] = content
    for name, content in files.items():
        path = phone / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(content.rstrip(b"\0"))  # zeros at the end take no room on the disk
            file.truncate(len(content))
    return phone


def small_iphone(folder: Path, **options: Any) -> IPhone:
    """Return the small iPhone, recorded in a folder."""
    return IPhone.load(record(folder, **options))
