"""A recorded iPhone with a developer image mounted, written where a test wants it."""

from __future__ import annotations

import json
import plistlib
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pymobiledevice3.lockdown import create_using_usbmux

from scanner.simulate.ios import IosFaults, IPhone, SimulatedIPhone

UDID = "00008110-000A1B2C3D4E5F61"
PROCESSES: tuple[dict[str, Any], ...] = (
    {
        "pid": 0,
        "name": "kernel_task",
        "path": None,
        "started": "2026-11-01T10:00:00+00:00",
        "application": False,
    },
    {
        "pid": 99,
        "name": "example",
        "path": "/private/var/containers/Bundle/Application/E/Example.app/Example",
        "started": "2026-11-01T10:11:12.500000+00:00",
        "application": True,
    },
    {
        "pid": 100,
        "name": "other \N{SNOWMAN}",
        "path": "/usr/libexec/other",
        "started": None,
        "application": False,
    },
)
CONNECTIONS: tuple[dict[str, Any], ...] = (
    {
        "protocol": "tcp",
        "local_address": "192.0.2.1",
        "local_port": 50000,
        "remote_address": "198.51.100.7",
        "remote_port": 443,
        "pid": 99,
        "interface": "en0",
    },
    {
        "protocol": "udp6",
        "local_address": "::",
        "local_port": 5353,
        "remote_address": None,
        "remote_port": None,
        "pid": 100,
        "interface": "utun2",
    },
    {
        "protocol": "tcp6",
        "local_address": "2001:db8::1",
        "local_port": 50001,
        "remote_address": "2001:db8::2",
        "remote_port": 22,
        "pid": 99,
        "interface": "en0",
    },
)


def developer_phone(
    folder: Path,
    version: str = "16.7.2",
    *,
    mounted: bool = True,
    udid: str = UDID,
    faults: IosFaults | None = None,
) -> SimulatedIPhone:
    """Return a phone of a version of iOS, recorded in a folder."""
    values = {"ProductType": "iPhone14,5", "ProductVersion": version, "UniqueDeviceID": udid}
    about: dict[str, Any] = {
        "platform": "ios",
        "title": "An iPhone of a developer",
        "udid": udid,
        "public": ["ProductType", "ProductVersion", "UniqueDeviceID"],
        "values": {"": "values.plist"},
    }
    if mounted:
        about["instruments"] = {"processes": "processes.json", "network": "network.json"}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "values.plist").write_bytes(plistlib.dumps(values))
    (folder / "processes.json").write_text(json.dumps(PROCESSES), encoding="utf-8")
    (folder / "network.json").write_text(json.dumps(CONNECTIONS), encoding="utf-8")
    (folder / "phone.json").write_text(json.dumps(about), encoding="utf-8")
    return SimulatedIPhone(IPhone.load(folder), faults=faults)


@asynccontextmanager
async def session(phone: SimulatedIPhone, address: str, folder: Path):
    """Open a session of the unmodified library with a phone."""
    lockdown = await create_using_usbmux(
        serial=phone.udid,
        autopair=False,
        usbmux_address=address,
        pairing_records_cache_folder=folder,
    )
    try:
        yield lockdown
    finally:
        await lockdown.close()
