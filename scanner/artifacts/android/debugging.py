"""What USB and the debugging service do, from `dumpsys usb`, `dumpsys adb` and the settings.

UsbService.dump:

- 8: `USB Device State:` with `    mCurrentFunctions: mtp,adb`, `mConnected: true`, `mConfigured:`,
  `USB Debugging State:` with `Connected to adbd: true`, and under `USB Port State:` lines
  `    port0: port=..., status=UsbPortStatus{connected=true, ... currentDataRole=device, ...}`.
- 9 and later: `device_manager={ handler={ current_functions=..., connected=true, configured=true`,
  a list in brackets where there are several functions, none where there is none (only charging);
  9 has `debugging_manager={ connected_to_adb=true` beside it; `port_manager={ usb_ports={
  status={ data_role=device`.

AdbDebuggingManager.dump (`dumpsys adb`, 10 and later): `debugging_manager={ connected_to_adb=true`,
and on some builds `adb_wifi={ enabled=false`. The keys count as android.adb_keys reads them.

`connected` is whether the debugging daemon is connected to the system: debugging runs. Strings of
USB devices and names of computers stand in both texts: a value that stands twice is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from scanner.artifacts.android import adb_keys, settings
from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.dual_dump import values
from scanner.formats.lines import Line, ended_outline
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Debugging, Setting, Statement
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Command, Dumpsys, ServiceDump

_FUNCTIONS = 32
_ROLES = {"host", "device"}
_OLD, _NEW, _ADB = "USB Manager State:", "USB MANAGER STATE", "ADB MANAGER STATE"
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}")
_OLD_FIELDS = {
    "mConnected": "usb_connected",
    "mConfigured": "usb_configured",
    "Connected to adbd": "connected",
}
_OLD_PORT = re.compile(
    r"port\d{1,3}: port=.{1,400}, status=UsbPortStatus\{connected=(?:true|false)"
    r", .{1,200}\bcurrentDataRole=([a-z-]{1,20}),"
)
_HANDLER = ("device_manager", "handler")
_NEW_FIELDS = {
    (*_HANDLER, "connected"): "usb_connected",
    (*_HANDLER, "configured"): "usb_configured",
    ("device_manager", "debugging_manager", "connected_to_adb"): "connected",
}
_ADB_FIELDS = {
    ("debugging_manager", "connected_to_adb"): "connected",
    ("debugging_manager", "adb_wifi", "enabled"): "wireless",
}


def parse_usb(file: EvidenceFile) -> Iterator[Debugging]:
    """Yield the state of USB."""
    lines = ended_outline(answer(file))
    for line in lines:
        if line.text == _OLD:
            yield from _old(lines)
            return
        if line.text.startswith(_NEW):
            yield from _new(lines)
            return
    raise ParseError(f"'{_NEW}' expected")


def _old(lines: Iterator[Line]) -> Iterator[Debugging]:
    known: dict[str, Any] = {}
    roles: set[str] = set()
    for line in lines:
        name, _, text = line.text.partition(": ")
        if name in _OLD_FIELDS:
            _state(known, _OLD_FIELDS[name], _truth(text, line.number), line.number)
        elif name == "mCurrentFunctions":
            functions = tuple(word for word in text.split(",") if word not in {"none", "null", ""})
            if not all(map(_WORD.fullmatch, functions[:_FUNCTIONS])):
                raise ParseError("names of USB functions expected", line=line.number)
            _state(known, "usb_functions", functions[:_FUNCTIONS] or None, line.number)
        elif match := _OLD_PORT.match(line.text):
            roles.add(match[1] if match[1] in _ROLES else "")
    if "usb_connected" not in known:
        raise ParseError("'mConnected: ' expected")
    yield Debugging(**known, **_role(roles))


def _new(lines: Iterator[Line]) -> Iterator[Debugging]:
    known: dict[str, Any] = {}
    functions: list[str] = []
    roles: set[str] = set()
    left = False  # the handler was read to its end
    for path, value, number in values(lines):
        left = left or ("usb_connected" in known and path[:2] != _HANDLER)
        if path in _NEW_FIELDS:
            _state(known, _NEW_FIELDS[path], _truth(value, number), number)
        elif path == (*_HANDLER, "current_functions"):
            functions.append(_function(value, number, len(functions)))
        elif path[0] == "port_manager" and path[-2:] == ("status", "data_role"):
            roles.add(value if value in _ROLES else "")
    if "usb_connected" not in known:
        raise ParseError("'connected=' of the device's own USB expected")
    if left:
        known["usb_functions"] = tuple(functions) or None
    yield Debugging(**known, **_role(roles))


def parse_adb(file: EvidenceFile) -> Iterator[Debugging]:
    """Yield the state of the debugging service, then how many computers it knows."""
    lines = ended_outline(answer(file))
    if not any(line.text.startswith(_ADB) for line in lines):
        raise ParseError(f"'{_ADB}' expected")
    known: dict[str, Any] = {}
    for path, value, number in values(lines):
        if path in _ADB_FIELDS:
            _state(known, _ADB_FIELDS[path], _truth(value, number), number)
    if "connected" not in known:
        raise ParseError("'connected_to_adb=' expected")
    yield Debugging(**known)
    yield Debugging(key_count=sum(1 for _ in adb_keys.parse(file)))


def parse_settings(file: EvidenceFile) -> Iterator[Debugging]:
    """Yield whether debugging over Wi-Fi is on; a setting that was never set is off."""
    yield from _wireless(settings.parse(file))


def parse_settings_dump(file: EvidenceFile) -> Iterator[Debugging]:
    """Yield the same from what a recording holds of all settings."""
    yield from _wireless(settings.parse_dump(file))


def _wireless(stated: Iterable[Statement]) -> Iterator[Debugging]:
    for one in stated:
        if isinstance(one, Setting) and one.name == "adb_wifi_enabled":
            yield Debugging(wireless=one.value == "1")


def _truth(text: str, number: int) -> bool:
    if text not in {"true", "false"}:
        raise ParseError("true or false expected", line=number)
    return text == "true"


def _state(known: dict[str, Any], name: str, value: object, number: int) -> None:
    if name in known:
        raise ParseError("each value once expected", line=number)
    known[name] = value


def _function(text: str, number: int, before: int) -> str:
    if not _WORD.fullmatch(text) or before >= _FUNCTIONS:
        raise ParseError("names of USB functions expected", line=number)
    return text.lower()


def _role(roles: set[str]) -> dict[str, Any]:
    """Return the role of the ports, where all of them that have one agree."""
    taken = roles & _ROLES
    if len(taken) > 1 or not roles:
        return {}
    return {"usb_role": next(iter(taken), None)}


DEBUGGING = Artifact(
    name="android.debugging",
    title="USB and debugging state",
    platform="android",
    states=(Stated(Debugging),),
    readings=(
        Reading(Dumpsys(service="usb"), parse_usb, ("usb",)),
        Reading(Dumpsys(service="adb"), parse_adb, ("wireless",)),
        Reading(Command(argv=("settings", "list", "global")), parse_settings, ("wireless",)),
        Reading(ServiceDump(service="settings"), parse_settings_dump, ("wireless",)),
    ),
)
