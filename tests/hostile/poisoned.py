"""A recorded iPhone whose every chosen name holds escapes and markup, and lists that are traps."""

from __future__ import annotations

import json
import plistlib
import shutil
from pathlib import Path
from typing import Any

from scanner.artifacts.ios.apps import ATTRIBUTES
from scanner.formats.plists import plist_of
from scanner.simulate import find_phone
from tests.hostile.iphones import TAMPERED

MARK = "alert(7352)"
HOSTILE = f"\x1b[2J\x1b]0;owned\x07<img src=x onerror={MARK}>'\"&\u202e\u2066\r\n{{{{7*7}}}}"
MARKUP = f"<img src=x onerror={MARK}>'\"&\u202e\u2066"  # what a property list in XML can hold
WORDS = {  # that steer how an answer is read, and are not chosen by anybody
    "Acknowledged",
    "Complete",
    "RequestSuccessful",
    "Success",
    "folder",
    "System",
    "User",
    "DiskImage",
}
CHOSEN_KEYS = {"LookupResult", "ProfileManifest", "ProfileMetadata"}
_SPOKEN_BY = ("ProductVersion",)  # by this source and simulator know how to speak
_NAME = "\x1b[2J<img src=x onerror=alert(7352)>\u202e"  # of a file


def write(folder: Path) -> Path:
    """Write the phone below a folder, and return where it is."""
    path = folder / "poisoned"
    shutil.copytree(find_phone(TAMPERED), path)
    for each in path.glob("calls/*.plist"):
        said = plist_of(each.read_bytes())
        if each.name == "apps.plist":  # what is not asked for is not answered
            apps = said["LookupResult"].items()
            said["LookupResult"] = {
                app: {name: facts[name] for name in ATTRIBUTES if name in facts}
                for app, facts in apps
            }
        each.write_bytes(plistlib.dumps(poisoned(said, HOSTILE), fmt=plistlib.FMT_BINARY))
    for each in path.glob("values/*.plist"):
        value = plist_of(each.read_bytes())
        kept = {name: value[name] for name in _SPOKEN_BY if name in value}
        each.write_bytes(plistlib.dumps(poisoned(value, MARKUP) | kept))
    _lines(path / "log.jsonl", ("process", "sender", "message", "subsystem"))
    _lines(path / "packets.jsonl", ("interface",))
    about = json.loads((path / "phone.json").read_text("utf-8"))
    for name, at in list(about["crash_times"].items()):
        new = f"{name.removesuffix('.ips')}{_NAME}.ips"
        (path / "crash" / name).rename(path / "crash" / new)
        about["crash_times"][new] = about["crash_times"].pop(name, at)
    (path / "phone.json").write_text(json.dumps(about), "utf-8")
    return path


def poisoned(value: Any, added: str, *, inside: str = "") -> Any:
    """Add a text to every text of a property list that somebody chooses."""
    if isinstance(value, dict):
        return {
            key + (added if inside in CHOSEN_KEYS else ""): poisoned(each, added, inside=key)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [poisoned(each, added) for each in value]
    return value + added if isinstance(value, str) and value not in WORDS else value


def mistyped(value: Any) -> Any:
    """Return a property list in which every value is of another type, but for words that steer."""
    if isinstance(value, dict):
        return {key: mistyped(each) for key, each in value.items()}
    if isinstance(value, list):
        return {str(at): mistyped(each) for at, each in enumerate(value)}
    if isinstance(value, str):
        return value if value in WORDS else [value]
    return str(value)


def _lines(path: Path, keys: tuple[str, ...]) -> None:
    records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    changed = [{**record, **{key: record[key] + HOSTILE for key in keys}} for record in records]
    path.write_text("".join(json.dumps(each) + "\n" for each in changed), "utf-8")


def _binary(objects: bytes, offsets: list[int]) -> bytes:
    """Write a binary property list by hand: what plistlib would not."""
    table = bytes(offsets)
    start = len(b"bplist00" + objects)
    trailer = bytes((0, 0, 0, 0, 0, 0, 1, 1)) + b"".join(
        number.to_bytes(8) for number in (len(offsets), 0, start)
    )
    return b"bplist00" + objects + table + trailer


def _doubling(levels: int) -> bytes:
    """A list of two of a list of two ...: 2 ** levels values in a few bytes."""
    objects = b"".join(bytes((0xA2, at + 1, at + 1)) for at in range(levels)) + b"\x09"
    return _binary(objects, [8 + 3 * at for at in range(levels + 1)])


_LAUGHS = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10 if at else "ha"}">' for at in range(10))
TRAPS: dict[str, bytes] = {
    "no list": b"\xff" * 5000,
    "deep": b'<?xml version="1.0"?><plist version="1.0">' + b"<array>" * 200_000,
    "deep and whole": b"<plist>" + b"<array>" * 200_000 + b"</array>" * 200_000 + b"</plist>",
    "laughs": f"<!DOCTYPE plist [{_LAUGHS}]><plist><string>&l9;</string></plist>".encode(),
    "a file of ours": b'<!DOCTYPE plist [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    b"<plist><dict><key>Status</key><string>&f;</string></dict></plist>",
    "holds itself": _binary(b"\xa1\x00", [8]),
    "doubling": _doubling(30),
    "a text": plistlib.dumps("x" * 100_000),
    "a number": plistlib.dumps(2**63),
    "a list": plistlib.dumps([[], {}, True, b"", 1.5]),
    "wrong types": plistlib.dumps(
        {
            "Status": ["Complete"],
            "Value": "text",
            "LookupResult": ["com.example"],
            "OrderedIdentifiers": {"a": 1},
            "ProfileMetadata": [1],
            "ProfileManifest": "x",
            "CloudConfiguration": [True],
            "Payload": "x",
            "Diagnostics": [1],
            "EntryList": {"a": []},
            "DeveloperModeStatus": "on",
            "PairedDevicesArray": 7,
        }
    ),
}
