"""What usbmuxd tells those who listen: an iPhone came, went, or was paired.

A message is a header of 16 bytes, the smallest byte first (the length of all, the version 1, the
kind 8, a number that a reply repeats), and a property list. After `Listen` and its result come
`Attached` for each phone that is there, then `Attached`, `Detached` and `Paired` as they happen,
each with the number of one connection to a phone, which it has for the cable and for the network.
"""

from __future__ import annotations

import contextlib
import plistlib
import struct
from collections.abc import Iterator

from msgspec import Struct

from scanner.errors import DeviceError, ParseError
from scanner.formats.plists import Map, plist_of
from scanner.model.requests import MiB
from scanner.model.source import Attached, Obstacle
from scanner.sources.attached.attachment import ServerName
from scanner.sources.attached.roster import Seen, View
from scanner.sources.attached.wire import Ending, Wire, soon
from scanner.sources.ios import mux

_HEADER = struct.Struct("<IIII")
_VERSION, _PLIST = 1, 8
_LONGEST = 4 * MiB
_WAYS = 1024  # connections to phones that are kept at once
_NAME_LIMIT = 64  # characters
_CLIENT = {"ClientVersionString": "scanner", "ProgName": "scanner", "kLibUSBMuxVersion": 3}
_NO_PHONE = Obstacle(
    "A device calls itself by a name that no iPhone has.",
    "Unplug it, and do not trust what it is.",
)


class _Way(Struct, frozen=True):
    """A connection to a phone."""

    name: str
    by_network: bool

    @property
    def phone(self) -> str:
        """What tells its phone from others: some versions of usbmuxd leave the dash out."""
        return self.name.replace("-", "").upper()


class Usbmux:
    """usbmuxd at one address."""

    name: ServerName = "usbmux"

    def __init__(self, address: str, ending: Ending) -> None:
        host, colon, port = address.rpartition(":")
        unbracketed = host.removeprefix("[").removesuffix("]")
        self._where = (unbracketed, int(port)) if colon else address
        self._ending = ending
        self._ways: dict[int, _Way] = {}
        self._pairings: dict[str, int] = {}

    def open(self) -> Wire:
        """Listen. DeviceError or OSError where that fails."""
        with contextlib.ExitStack() as opened:
            wire = opened.enter_context(self._connect())
            wire.send(_packet({"MessageType": "Listen", **_CLIENT}))
            said = self._receive(wire)
            if (said.get("MessageType"), said.get("Number")) != ("Result", 0):
                raise self.odd()
            opened.pop_all()
            return wire

    def first(self, _: Wire) -> View:
        """Return the phones that are there. DeviceError or OSError.

        Nothing tells a listener where the messages of phones that are there already end, and none
        comes for those that went while nobody listened.
        """
        return self.look()

    def look(self) -> View:
        """Ask for the phones beside. DeviceError or OSError."""
        with self._connect() as beside:
            beside.send(_packet({"MessageType": "ListDevices", **_CLIENT}))
            listed = self._receive(beside).get("DeviceList")
        if not isinstance(listed, list):
            raise self.odd()
        self._ways, self._pairings = {}, {}
        for one in listed:
            self._take(one if isinstance(one, dict) else {})
        return self._view()

    def read(self, wire: Wire) -> View:
        """Return the phones after the next message. DeviceError or OSError where none comes."""
        self._take(self._receive(wire))
        return self._view()

    def gone(self) -> DeviceError:
        """Return the error for a usbmuxd that ended."""
        return DeviceError(
            "usbmuxd does not answer any more.", remedy="Start usbmuxd; it is tried again."
        )

    def odd(self) -> DeviceError:
        """Return the error for what says something else than usbmuxd does."""
        return DeviceError(
            "usbmuxd does not keep to its protocol.",
            remedy="Start usbmuxd again, and plug in again.",
        )

    def _connect(self) -> Wire:
        try:
            return Wire(self._where, self._ending)
        except (OSError, ValueError) as error:  # a name or a path may be none that there can be
            raise mux.none_running() from error

    def _receive(self, wire: Wire) -> Map:
        until = soon()
        length, version, kind, _ = _HEADER.unpack(wire.exact(_HEADER.size, until))
        if (version, kind) != (_VERSION, _PLIST) or not _HEADER.size < length <= _LONGEST:
            raise self.odd()
        try:
            message = plist_of(wire.exact(length - _HEADER.size, until))
        except ParseError as error:
            raise self.odd() from error
        return message if isinstance(message, dict) else {}

    def _take(self, message: Map) -> None:
        """Note what a message says; one of another form, or of another kind, says nothing."""
        number = message.get("DeviceID")
        if not isinstance(number, int):
            return
        match message.get("MessageType"):
            case "Attached" if len(self._ways) < _WAYS or number in self._ways:
                if (way := _way(message.get("Properties"))) is not None:
                    self._ways[number] = way
            case "Detached":
                self._leave(number)
            case "Paired" if number in self._ways:
                phone = self._ways[number].phone
                self._pairings[phone] = self._pairings.get(phone, 0) + 1

    def _leave(self, number: int) -> None:
        way = self._ways.pop(number, None)
        if way is not None and all(way.phone != other.phone for other in self._ways.values()):
            self._pairings.pop(way.phone, None)

    def _view(self) -> View:
        return {seen.phone.target: seen for seen in self._seen()}

    def _seen(self) -> Iterator[Seen]:
        phones: dict[str, _Way] = {}
        for way in self._ways.values():
            known = phones.setdefault(way.phone, way)
            if known.by_network and not way.by_network:
                phones[way.phone] = _Way(known.name, by_network=False)
        for key, way in phones.items():
            named = mux.is_udid(way.name)
            phone = Attached(
                platform="ios",
                serial=way.name,
                state="device" if named else "refused",
                transport="network" if way.by_network else "usb",
                obstacle=None if named else _NO_PHONE,
            )
            yield Seen(phone=phone, pairings=self._pairings.get(key, 0))


def _way(properties: object) -> _Way | None:
    name = properties.get("SerialNumber") if isinstance(properties, dict) else None
    if not isinstance(properties, dict) or not isinstance(name, str) or not name:
        return None
    return _Way(name[:_NAME_LIMIT], properties.get("ConnectionType") == "Network")


def _packet(message: Map) -> bytes:
    data = plistlib.dumps(message)
    return _HEADER.pack(_HEADER.size + len(data), _VERSION, _PLIST, 1) + data
