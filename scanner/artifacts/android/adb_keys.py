"""Computers that may debug the device, from `dumpsys adb`.

AdbDebuggingManager.dump (Android 10 and later; 8 and 9 have no service `adb`):

- `user_keys=` and the lines below it: the file adb_keys, one key and the computer's name a line;
- `keystore=`: `<adbKey key="..." lastConnection="milliseconds" />` in XML: 10, 11, and some of 13
  and later. 12 and later may print binary XML as if it were text, which destroys the times: the
  keys are read and when they were last used is not stated. A key that expired (7 days without a
  connection) is in neither place.

Times are of the device's clock. The names that computers gave to themselves, networks (`adb_wifi`)
and `last_key_received` are not read. The layouts of 13 and later are from AOSP and one emulator,
not confirmed on hardware.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import UNSET, Struct, UnsetType, field

from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.adb_key import fingerprint
from scanner.formats.lines import text_lines
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import AdbKey
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Dumpsys

_KEYS = 1000
_LATEST = 253_402_300_799_000  # milliseconds of the last moment that a datetime can hold
_FIELD = re.compile(r"\s*([a-z_]{3,30})=")
_XML = re.compile(r'<adbKey\b[^<>]*?\bkey="([^"<>]{1,16384})"([^<>]*)>')
_TIME = re.compile(r'\blastConnection="(\d{1,15})"')
_BINARY_KEY = re.compile(r"[A-Za-z0-9+/]{24,16384}={0,2}")


class _Text(Struct):
    """What was read of the answer."""

    listed: list[str] = field(default_factory=list)  # lines of adb_keys
    listed_whole: bool = False  # something follows them
    store: list[str] = field(default_factory=list)  # lines of the key store
    store_whole: bool = False


def parse(file: EvidenceFile) -> Iterator[AdbKey]:
    """Yield each key once, with its last connection where that can be read."""
    text = _read(file)
    store = "\n".join(text.store)
    binary = store.lstrip().startswith("ABX")
    times: dict[str, datetime | None | UnsetType] = {}
    for number, line in enumerate(text.listed, start=1):
        key = fingerprint(line)
        if key is not None:
            # A key store that was read to its end and does not hold the key: never connected.
            times[key] = None if text.store_whole and not binary else UNSET
        elif text.listed_whole or number < len(text.listed):
            raise ParseError("a public key in user_keys expected")
    if binary:
        for word in _BINARY_KEY.findall(store):
            if (key := fingerprint(word)) is not None:
                times.setdefault(key, UNSET)
    else:
        times |= _stored(store)
    if len(times) > _KEYS:
        raise ParseError(f"at most {_KEYS} keys expected")
    for key, time in times.items():
        yield AdbKey(fingerprint=key, last_connected_at=time)


def _read(file: EvidenceFile) -> _Text:
    text, part, heard = _Text(), "", False
    for line in text_lines(answer(file)):
        match = _FIELD.match(line)
        name = match[1] if match else ""
        heard = heard or name == "debugging_manager"
        if name or line.strip() == "}":
            text.listed_whole = text.listed_whole or part == "user_keys"
            text.store_whole = text.store_whole or part == "keystore"
            part = name
        if not heard:
            continue
        value = line.partition("=")[2] if name else line
        if part == "user_keys" and value.strip():
            text.listed.append(value.strip())
        elif part == "keystore":
            text.store.append(value)
    if not heard:
        raise ParseError("'debugging_manager={' expected")
    return text


def _stored(text: str) -> dict[str, datetime | None]:
    times: dict[str, datetime | None] = {}
    for line, rest in _XML.findall(text):
        key = fingerprint(line)
        if key is None:
            raise ParseError("a public key in the key store expected")
        match = _TIME.search(rest)
        milliseconds = int(match[1]) if match else 0
        if not 0 < milliseconds <= _LATEST:
            times[key] = None
            continue
        times[key] = datetime.fromtimestamp(milliseconds / 1000, tz=UTC)
    return times


ADB_KEYS = Artifact(
    name="android.adb_keys",
    title="Computers that may debug the device",
    platform="android",
    states=(Stated(AdbKey, ("fingerprint", "last_connected_at")),),
    readings=(Reading(Dumpsys(service="adb"), parse),),
)
