"""Tombstones: what `crash_dump` writes of a crash of native code, as text and as protobuf.

Source: platform/system/core debuggerd (tombstone_proto_to_text.cpp, tombstone.proto; text only
before Android 12). The head of a text:

    *** *** *** *** *** *** *** *** *** *** *** *** *** *** *** ***
    Build fingerprint: '...'
    Timestamp: 2026-11-20 10:00:00.123456789+0100       (from Android 10)
    Process uptime: 5s                                  (from Android 12)
    pid: 1, tid: 2, name: thread  >>> process <<<
    uid: 10123                                          (from Android 10)
    signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x0

Only these lines are read, and only up to the signal; registers, memory, logs, open files, messages
and arguments are personal. In protobuf a number that is zero is not written; a file that the
debugger wrote on request (`----- pid 1 at ...`) or could not write is no crash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec import UNSET, Struct, UnsetType

from scanner.errors import ParseError
from scanner.formats.protobuf import fields

RULE = "*** *** ***"
TEXT_LIMIT = 255
_HEAD_LINES = 200
_TIME = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([+-]\d{4})\Z")
_SIGNAL = re.compile(r"signal -?\d{1,10} \(([^ (),]{1,64})\), code -?\d{1,10} \(([^ (),]{1,64})")
_UPTIME = re.compile(r"Process uptime: (\d{1,12})s")
_UID = re.compile(r"uid: (\d{1,10})\Z")
_TEXTS = {2: "build", 4: "at", 8: "label", 9: "command"}  # fields of Tombstone
_NUMBERS = {7: "uid", 20: "uptime"}
_INNER = 10  # the field that holds the signal
_TEXTS_OF_SIGNAL = {2: "signal", 4: "code"}
_ABSENT: dict[int, dict[str, str | int]] = {  # what a field that is not there says
    7: {"uid": 0},
    8: {"label": ""},
    10: {"signal": "", "code": ""},
    20: {"uptime": 0},
}


class Tombstone(Struct, kw_only=True):
    """The head of a tombstone."""

    build: str | None | UnsetType = UNSET
    at: datetime | None | UnsetType = UNSET
    uptime: int | UnsetType = UNSET  # seconds
    command: str | UnsetType = UNSET  # the first word of the command line
    uid: int | UnsetType = UNSET
    label: str | None | UnsetType = UNSET
    signal: str | None | UnsetType = UNSET
    code: str | None | UnsetType = UNSET


def is_no_crash(line: str) -> bool:
    """Whether a first line says that the file is a trace on request, or a failure to write."""
    return line.startswith(("----- pid ", "crash_dump failed to dump process"))


def read_text(lines: Iterable[str]) -> Tombstone:
    """Read the head; ParseError where it has no process, or no signal that the crash came with."""
    found = Tombstone()
    for number, line in enumerate(lines, start=1):
        if line.startswith("signal "):
            if match := _SIGNAL.match(line):
                found.signal, found.code = match[1], match[2]
                break
            raise ParseError("'signal <number> (<name>), code ...' expected", line=number)
        if number > _HEAD_LINES or line.startswith(("backtrace:", "memory near", "--- ---")):
            break
        _take(found, line)
    if found.command is UNSET:
        raise ParseError("'pid: ..., tid: ..., name: ... >>> <process> <<<' expected")
    return found


def _take(found: Tombstone, line: str) -> None:
    if line.startswith("Build fingerprint: '"):
        found.build = line[len("Build fingerprint: '") :].removesuffix("'")[:TEXT_LIMIT] or None
    elif line.startswith("Timestamp: "):
        found.at = _time(line[len("Timestamp: ") :])
    elif match := _UPTIME.match(line):
        found.uptime = int(match[1])
    elif match := _UID.match(line):
        found.uid = int(match[1])
    elif line.startswith("pid: ") and line.endswith(" <<<"):
        found.command = _word(line.rpartition("  >>> ")[2].removesuffix(" <<<"))


def read_protobuf(data: bytes) -> Tombstone:
    """Read a message of tombstone.proto; ParseError where it is none.

    Fields stand in the order of their numbers, so one that is not there is stated as none, or as
    zero, only where a later one is: a file that was cut between two fields looks whole.
    """
    found: dict[str, str | int] = {}
    last = 0
    for number, value in fields(data):
        last = max(last, number)
        if stated := _stated(number, value):
            found = stated | found  # of the command line the first word
    if not {"build", "at"} <= found.keys():
        raise ParseError("a tombstone with a build and a time expected")
    for number, absent in _ABSENT.items():
        found = absent | found if number < last else found
    texts = {name: text or None for name, text in found.items() if isinstance(text, str)}
    numbers = {name: number for name, number in found.items() if isinstance(number, int)}
    return _tombstone(texts, numbers)


def _stated(number: int, value: int | bytes) -> dict[str, str | int]:
    if isinstance(value, int):
        return {_NUMBERS[number]: value & 0xFFFFFFFF} if number in _NUMBERS else {}
    if number == _INNER:
        return {
            _TEXTS_OF_SIGNAL[inner]: _text(text)
            for inner, text in fields(value)
            if inner in _TEXTS_OF_SIGNAL and isinstance(text, bytes)
        }
    return {_TEXTS[number]: _text(value)} if number in _TEXTS else {}


def _tombstone(texts: dict[str, str | None], numbers: dict[str, int]) -> Tombstone:
    return Tombstone(
        build=texts["build"],
        at=_time(texts["at"] or ""),
        command=_word(texts.get("command") or ""),
        uid=numbers.get("uid", UNSET),
        uptime=numbers.get("uptime", UNSET),
        label=texts.get("label", UNSET),
        signal=texts.get("signal", UNSET),
        code=texts.get("code", UNSET),
    )


def _text(value: bytes) -> str:
    text = value[: TEXT_LIMIT * 4].decode("utf-8", "replace")[:TEXT_LIMIT]
    return text.rstrip("\0")  # the kernel ends a label with one


def _word(command: str) -> str | UnsetType:
    """Return the first word: whatever follows it are arguments."""
    words = command.split(maxsplit=1)
    return words[0][:TEXT_LIMIT] if words else UNSET


def _time(text: str) -> datetime | None:
    match = _TIME.match(text.strip())
    if match is None:
        return None
    moment, fraction, zone = match.groups()
    microseconds = f"{fraction or '0':0<6}"[:6]
    try:
        time = datetime.strptime(f"{moment}.{microseconds}{zone}", "%Y-%m-%d %H:%M:%S.%f%z")
        return time.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
