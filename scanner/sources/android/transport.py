"""Our transport: one connection to the adb server, switched to one stream of one device.

adbutils makes the connection. From there on it is ours, since adbutils reads in quadratic time,
knows no absolute deadline and cuts what it sends. Requests are `%04x` and the text; answers OKAY,
or FAIL with `%04x` and a text (AOSP `docs/dev/overview.md`, `services.md`).
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import adbutils

from scanner.errors import DeviceError, DeviceLost
from scanner.formats.text import safe_text
from scanner.sources.android.server import ANSWER_WITHIN, Server

CHUNK = 256 * 1024
_LONGEST = 0xFFFF


class StreamRefused(DeviceLost):
    """The device answers, but closed a stream as soon as it was asked for."""


class Channel:
    """A connection on which every wait, to send or to receive, ends at `deadline` (monotonic)."""

    def __init__(self, connection: socket.socket, deadline: float | None = None) -> None:
        self._connection, self.deadline = connection, deadline

    def request(self, service: str, serial: str) -> None:
        """Ask for a service; DeviceError or DeviceLost where it is refused."""
        data = service.encode("utf-8", "surrogateescape")
        if len(data) > _LONGEST:
            raise DeviceError(
                f"A request to the adb server is too long: {len(data)} bytes.",
                remedy=f"Ask for less: it takes {_LONGEST} bytes.",
            )
        self.send(b"%04x" % len(data) + data)
        status = self.exact(4)
        if status == b"FAIL":
            raise refusal(self.block(), serial)
        if status != b"OKAY":
            raise DeviceError(
                "The adb server does not keep to its protocol.",
                remedy="Run `adb devices` and see what it says.",
            )

    def block(self) -> str:
        """Receive a text after its length in four hexadecimal digits."""
        digits = self.exact(4)
        try:
            size = int(digits, 16)
        except ValueError as error:
            raise ConnectionError("a length that is none") from error
        return self.exact(max(size, 0)).decode("utf-8", "replace")

    def send(self, data: bytes) -> None:
        """Send all of it. TimeoutError at the deadline, ConnectionError if the other end left."""
        self._arm()
        try:
            self._connection.sendall(data)
        except TimeoutError:
            raise
        except OSError as error:
            raise ConnectionError("the connection ended") from error

    def receive(self, limit: int = CHUNK) -> bytes:
        """Receive what there is; empty at the end. TimeoutError at the deadline."""
        self._arm()
        try:
            return self._connection.recv(limit)
        except TimeoutError:
            raise
        except OSError:
            return b""

    def exact(self, size: int) -> bytes:
        """Receive exactly `size` bytes; ConnectionError where the stream ends before."""
        data = bytearray()
        while len(data) < size:
            piece = self.receive(min(size - len(data), CHUNK))
            if not piece:
                raise ConnectionError("the connection ended")
            data += piece
        return bytes(data)

    def abort(self) -> None:
        """End all waiting, from any thread."""
        try:
            self._connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def close(self) -> None:
        self._connection.close()

    def _arm(self) -> None:
        left = None if self.deadline is None else self.deadline - time.monotonic()
        if left is not None and left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)


def connect(server: Server, deadline: float | None = None) -> Channel:
    """Connect to the server. DeviceError where it does not answer any more."""
    try:
        connection = server.client.make_connection().conn
    except (adbutils.AdbError, OSError) as error:
        raise DeviceError(
            f"The adb server at {server.host}:{server.port} does not answer any more.",
            remedy="Run `adb start-server`, and try again.",
        ) from error
    return Channel(connection, deadline)


def open_stream(
    server: Server,
    serial: str,
    service: str,
    deadline: float | None = None,
    on_request: Callable[[], None] | None = None,
) -> Channel:
    """Open a stream of a device: `shell,v2,raw:COMMAND`, `exec:COMMAND` or `sync:`.

    `on_request` is called just before the device is asked. DeviceLost where it is gone or refuses
    or the server is silent, DeviceError for all else, TimeoutError at the deadline.
    """
    limit = time.monotonic() + ANSWER_WITHIN
    channel = connect(server, limit if deadline is None else min(deadline, limit))
    try:
        channel.request(f"host:tport:serial:{serial}", serial)
        channel.exact(8)  # the transport's id: of no use to us
        if on_request is not None:
            on_request()
        channel.request(service, serial)
    except TimeoutError as error:
        channel.close()
        if deadline is not None and time.monotonic() >= deadline:
            raise
        raise DeviceLost(
            f"The phone {safe_text(serial)} opens no stream within {ANSWER_WITHIN:.0f} seconds.",
            remedy="Unlock the phone, plug it in again, and start again.",
        ) from error
    except ConnectionError as error:
        channel.close()
        raise DeviceLost(
            f"The adb server closed the connection to {safe_text(serial)}.",
            remedy="Look whether the server still runs (`adb devices`), and try again.",
        ) from error
    except BaseException:
        channel.close()
        raise
    channel.deadline = deadline
    return channel


def ask_server(server: Server, request: str, serial: str) -> str:
    """Put one question to the server and return its text."""
    channel = connect(server, time.monotonic() + ANSWER_WITHIN)
    try:
        channel.request(request, serial)
        return channel.block()
    except (ConnectionError, TimeoutError) as error:
        raise DeviceLost(
            f"The adb server does not answer for {safe_text(serial)}.",
            remedy="Plug the phone in again, and try again.",
        ) from error
    finally:
        channel.close()


def refusal(text: str, serial: str) -> DeviceError:
    """Turn the server's FAIL into an error that says what to do."""
    name = safe_text(serial)
    if text.startswith("device unauthorized"):
        return DeviceError(
            f"The phone {name} has not authorised this computer.",
            remedy="Unlock the phone, allow debugging in its dialog, and try again.",
        )
    if "not found" in text:
        return DeviceLost(
            f"The phone {name} is not attached any more.",
            remedy="Plug it in again, unlock it, and start again.",
        )
    if "offline" in text:
        return DeviceLost(
            f"The phone {name} does not answer (offline).",
            remedy="Unlock the phone, plug it in again, and start again.",
        )
    if text.startswith("closed"):
        return StreamRefused(
            f"The phone {name} refuses what is asked of it; it may be locked.",
            remedy="Unlock the phone, keep it unlocked during the examination, and start again.",
        )
    return DeviceError(
        f"The adb server refused for {name}: {safe_text(text)}.",
        remedy="Run `adb devices` and see what it says.",
    )
