"""The adb server's list of phones, sent whole each time that something in it changes.

After `host:track-devices-l` and its OKAY: four hexadecimal digits and as many bytes, the lines of
`adb devices -l` (AOSP `docs/dev/services.md`). `transport_id` counts the connections to phones. A
server older than that service knows `host:track-devices`, whose lines are SERIAL and state.
"""

from __future__ import annotations

import contextlib
import string
import time
from collections.abc import Iterator
from typing import Literal

from scanner.errors import DeviceError
from scanner.model.source import Attached
from scanner.sources.android.discovery import obstacle
from scanner.sources.android.server import Server, find_server
from scanner.sources.attached.attachment import ServerName
from scanner.sources.attached.roster import Seen, View
from scanner.sources.attached.wire import Ending, Wire, soon

_SERVICES = (b"host:track-devices-l", b"host:track-devices")
_COURTESY = 10.0  # seconds in which whoever ended a server may start it again
_HEXADECIMAL = frozenset(string.hexdigits.encode())
_SERIAL_LIMIT = 200  # characters
_ANOTHER = "Run `adb devices` and see what it says."


class Adb:
    """The adb server at one address; the one of the environment where none is given."""

    name: ServerName = "adb"

    def __init__(
        self,
        host: str | None,
        port: int | None,
        ending: Ending,
        *,
        courtesy: float = _COURTESY,
    ) -> None:
        self._host, self._port, self._ending = host, port, ending
        self._courtesy = courtesy
        self._server: Server | None = None
        self._missing_since: float | None = None

    def open(self) -> Wire:
        """Ask for the list and all that follow it; where no server runs one is started.

        Where one has gone that is only done after a while. DeviceError or OSError where none
        answers.
        """
        for service in _SERVICES:
            if (wire := self._asked(service)) is not None:
                return wire
        raise DeviceError("The adb server does not tell which phones it has.", remedy=_ANOTHER)

    def first(self, wire: Wire) -> View:
        """Return the first list, which the server sends at once."""
        return self.read(wire)

    def look(self) -> View:
        """Ask for the list beside. DeviceError, or OSError where the connection breaks."""
        if (wire := self._asked(b"host:devices-l")) is None:
            raise self.odd()
        with wire:
            return self.read(wire)

    def read(self, wire: Wire) -> View:
        """Return the next list. DeviceError, or OSError where the connection breaks."""
        until = soon()
        digits = wire.exact(4, until)
        if not _HEXADECIMAL.issuperset(digits):
            raise self.odd()
        text = wire.exact(int(digits, 16), until).decode("utf-8", "replace")
        return _view(text)

    def gone(self) -> DeviceError:
        """Return the error for a server that ended."""
        return DeviceError(
            "The adb server does not answer any more.",
            remedy="Run `adb start-server`; it is tried again.",
        )

    def odd(self) -> DeviceError:
        """Return the error for what says something else than an adb server does."""
        return DeviceError("The adb server does not keep to its protocol.", remedy=_ANOTHER)

    def _asked(self, service: bytes) -> Wire | None:
        """Ask for a service; None where the server does not know it."""
        with contextlib.ExitStack() as opened:
            wire = opened.enter_context(self._connect(self._find()))
            wire.send(b"%04x" % len(service) + service)
            said = wire.exact(4, soon())
            if said == b"OKAY":
                opened.pop_all()
                return wire
        if said != b"FAIL":
            raise self.odd()
        return None

    def _find(self) -> Server:
        if self._server is None:
            self._server = find_server(self._host, self._port)
        return self._server

    def _connect(self, server: Server) -> Wire:
        try:
            wire = Wire((server.host, server.port), self._ending)
        except OSError as error:
            now = time.monotonic()
            self._missing_since = self._missing_since or now
            if now - self._missing_since >= self._courtesy:
                self._server = self._missing_since = None
            raise self.gone() from error
        self._missing_since = None
        return wire


def _view(text: str) -> View:
    """Read a list. Of phones with one serial the first that can be asked stands for all."""
    found: dict[str, Seen] = {}
    for _, seen in sorted(_seen(text), key=lambda one: one[0]):
        target, known = seen.phone.target, found.get(seen.phone.target)
        if known is None or (known.phone.state != "device" and seen.phone.state == "device"):
            found[target] = seen
    return found


def _seen(text: str) -> Iterator[tuple[int, Seen]]:
    """Read lines `SERIAL STATE usb:1-2 product:... model:... device:... transport_id:N`."""
    for line in text.splitlines():
        serial, state, *words = (*line.split(), "", "")
        if not serial or len(serial) > _SERIAL_LIMIT:
            continue
        tags = {name: value for name, there, value in (w.partition(":") for w in words) if there}
        if state == "no":  # "no permissions (user ...)" is the one state with blanks
            state = "no permissions"
        connection = tags.get("transport_id", "")
        phone = Attached(
            serial=serial,
            state=state,
            transport=_transport(serial, tags),
            product=tags.get("product"),
            model=tags.get("model"),
            obstacle=obstacle(serial, state),
        )
        known = connection.isascii() and connection.isdecimal() and len(connection) < 20  # noqa: PLR2004 - the digits of 64 bits
        yield int(connection) if known else 0, Seen(phone=phone, connection=connection)


def _transport(serial: str, tags: dict[str, str]) -> Literal["usb", "tcp"]:
    remote = ":" in serial or serial.startswith("emulator-") or "._adb" in serial
    return "usb" if "usb" in tags or not remote else "tcp"
