"""A recorded iPhone: a folder with `phone.json`, property lists and streams.

phone.json   who the phone is and what it answers; every path in it is relative to the folder
values/      what lockdownd states, a dictionary for each domain
calls/       replies of services, sent as they stand
log.jsonl    records of the system log: `LogRecord` by line
packets.jsonl  frames of the network interfaces: `Packet` by line
crash/       the area of the crash reports

What is a property list on the wire is stored as one, in XML, so that a change can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct, structs

from scanner.errors import ParseError, UsageError
from scanner.formats.plists import Map, plist_of
from scanner.simulate.phone import stated

OS_TRACE = "com.apple.os_trace_relay"
PCAPD = "com.apple.pcapd"
CRASH_REPORTS = "com.apple.crashreportcopymobile"
INSTRUMENTS = "com.apple.instruments.remoteserver.DVTSecureSocketProxy"

_UDID = re.compile(r"[0-9A-Za-z-]{1,64}")
_NEEDED = ("ProductType", "ProductVersion")
_INSTRUMENTS_BY_TUNNEL = 17  # since this version lockdownd does not offer them

T = TypeVar("T")


class Call(Struct, frozen=True, forbid_unknown_fields=True):
    """A message to a service, and what it answers.

    `message` is what a request must hold; several replies are given in turn, and the last stays.
    """

    service: str
    message: dict[str, Any]
    replies: tuple[str, ...]

    def answers(self, service: str, message: Map) -> bool:
        return service == self.service and holds(message, self.message)


class LogRecord(Struct, frozen=True, kw_only=True):
    """A record of the system log: `process` and `sender` are paths, a UUID is text."""

    pid: int
    process: str
    process_uuid: str | None = None
    sender: str
    sender_uuid: str | None = None
    message: str = ""
    subsystem: str = ""
    category: str = ""
    level: int = 0


class Packet(Struct, frozen=True, kw_only=True):
    """A frame on an interface, with the process that it belongs to."""

    interface: str
    pid: int
    process: str
    effective_pid: int = 0
    effective_process: str = ""
    outgoing: bool = False
    frame: bytes
    link: Literal["ethernet", "raw"] = "ethernet"


class Instruments(Struct, frozen=True, forbid_unknown_fields=True):
    """What the developer services state, where a developer image is mounted."""

    processes: str | None = None
    network: str | None = None


class IPhone(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A recorded iPhone."""

    platform: Literal["ios"]
    title: str
    udid: str
    connections: tuple[Literal["USB", "Network"], ...] = ("USB",)
    public: tuple[str, ...] = ()  # of the values without a domain: told to unpaired computers
    values: dict[str, str]
    calls: tuple[Call, ...] = ()
    log: str | None = None
    packets: str | None = None
    crash_reports: str | None = None
    crash_times: dict[str, datetime] = {}
    instruments: Instruments | None = None
    clock_offset: float = 0.0  # seconds that the phone's clock is ahead
    folder: Path = Path()

    @classmethod
    def load(cls, path: Path) -> IPhone:
        """Read a recorded iPhone. UsageError names what is wrong with the folder."""
        phone = structs.replace(stated(path, cls), folder=path.resolve())
        phone.check()
        return phone

    @property
    def crash_folder(self) -> Path | None:
        """The folder that stands for the area of the crash reports."""
        return None if self.crash_reports is None else self.folder / self.crash_reports

    def domain(self, name: str) -> Map | None:
        """Return the values of a domain, or None where the phone knows none of that name."""
        return None if name not in self.values else plist_of(self.read(self.values[name]))

    def read(self, name: str) -> bytes:
        """Return a file of the folder."""
        return (self.folder / name).read_bytes()

    def log_records(self) -> tuple[LogRecord, ...]:
        """Return the records of the system log."""
        return tuple(self._lines("log", self.log, LogRecord))

    def frames(self) -> tuple[Packet, ...]:
        """Return the frames of the network interfaces."""
        return tuple(self._lines("packets", self.packets, Packet))

    def offers(self, service: str) -> bool:
        """Whether lockdownd starts a service of that name."""
        there: dict[str, object] = {
            OS_TRACE: self.log,
            PCAPD: self.packets,
            CRASH_REPORTS: self.crash_reports,
            INSTRUMENTS: self._instruments_by_lockdown(),
        }
        return bool(there.get(service)) or any(call.service == service for call in self.calls)

    def check(self) -> None:
        """UsageError where a file is absent, outside of the folder or not what it should be."""
        if _UDID.fullmatch(self.udid) is None:
            raise self._wrong("udid", "letters, digits and dashes expected")
        if not self.connections:
            raise self._wrong("connections", "none")
        for name in self.values:
            self._check_values(name)
        for call in self.calls:
            self._check_call(call)
        files = self.instruments or Instruments()
        for file in (self.log, self.packets, files.processes, files.network):
            if file is not None:
                self._inside(file)
        if self.crash_reports is not None and not self._inside(self.crash_reports).is_dir():
            raise self._wrong("crash_reports", "not a folder")
        self.log_records()
        self.frames()

    def _check_values(self, name: str) -> None:
        where = f"values of {name!r}"
        values = self._plist(where, self.values[name])
        if not isinstance(values, dict):
            raise self._wrong(where, "a dictionary expected")
        missing = [key for key in _NEEDED if not name and key not in values]
        if missing:
            raise self._wrong(where, f"no {', '.join(missing)}")

    def _check_call(self, call: Call) -> None:
        where = f"call {call.service} {call.message!r}"
        if not call.replies:
            raise self._wrong(where, "no reply")
        if [other for other in self.calls if other == call] != [call]:
            raise self._wrong(where, "recorded twice")
        for reply in call.replies:
            self._plist(where, reply)

    def _plist(self, where: str, name: str) -> Any:
        try:
            return plist_of(self._inside(name).read_bytes())
        except (OSError, ParseError) as error:
            raise self._wrong(where, f"{name}: {error}") from error

    def _lines(self, where: str, name: str | None, type: type[T]) -> Iterator[T]:
        if name is None:
            return
        for number, line in enumerate(self.read(name).splitlines(), start=1):
            try:
                yield msgspec.json.decode(line, type=type)
            except msgspec.MsgspecError as error:
                raise self._wrong(where, f"line {number}: {error}") from error

    def _inside(self, name: str) -> Path:
        path = self.folder / name
        if not path.resolve().is_relative_to(self.folder):
            raise self._wrong(name, "outside of the phone's folder")
        if not path.exists():
            raise self._wrong(name, "does not exist")
        return path

    def _instruments_by_lockdown(self) -> bool:
        if self.instruments is None:
            return False
        version = str((self.domain("") or {}).get("ProductVersion", ""))
        major = version.partition(".")[0]
        return major.isdecimal() and int(major) < _INSTRUMENTS_BY_TUNNEL

    def _wrong(self, where: str, what: str) -> UsageError:
        return UsageError(f"{self.folder / 'phone.json'}: {where}: {what}")


def holds(message: Any, wanted: Any) -> bool:
    """Whether a message holds all that is wanted of it, at every level."""
    if isinstance(wanted, dict):
        return isinstance(message, dict) and all(
            key in message and holds(message[key], value) for key, value in wanted.items()
        )
    return bool(message == wanted)
