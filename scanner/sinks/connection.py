"""Connections that end in time, whatever the other side does.

A time-out of a socket bounds each wait for bytes, not their sum: one byte a second passes it for
ever. So a deadline cuts the connection itself.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from contextlib import suppress
from typing import Self

from scanner.formats.text import safe_text

_ADDRESSES = 8  # of one name that are tried
_LEAST = 0.001  # seconds; zero would mean "do not block"
_REASON = 120  # characters


class Deadline:
    """Cuts the connections it watches when the time is over; a context."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.over = False
        self._ends = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._watched: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for each in self._watched:
                each.close()
            self._watched.clear()

    def watch(self, connection: socket.socket) -> None:
        """Cut this connection, too. A copy is held: TLS takes the original away."""
        with self._lock:
            family, kind = connection.family, connection.type
            copy = socket.fromfd(connection.fileno(), family, kind)
            self._watched.append(copy)
            if self.over:
                _shut(copy)

    def left(self, most: float) -> float:
        """Return the seconds for one step. TimeoutError where none are left."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return max(min(left, most), _LEAST)

    def _cut(self) -> None:
        with self._lock:
            self.over = True
            for each in self._watched:
                _shut(each)


def connected(host: str, port: int, deadline: Deadline, wait: float) -> socket.socket:
    """Open a TCP connection; `wait` seconds for each of the host's addresses. OSError."""
    failure: OSError = OSError("the name has no address")
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for family, kind, protocol, _, address in found[:_ADDRESSES]:
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(deadline.left(wait))
            connection.connect(address)
            deadline.watch(connection)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure


def secured(
    connection: socket.socket, host: str, context: ssl.SSLContext, seconds: float
) -> ssl.SSLSocket:
    """Speak TLS on a connection, with a certificate checked for `host`. OSError."""
    connection.settimeout(seconds)
    try:
        return context.wrap_socket(connection, server_hostname=host)
    except (OSError, ValueError):
        connection.close()
        raise


def is_this_computer(host: str) -> bool:
    """Tell whether a host is this computer itself, where nobody stands on the way."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def why(error: Exception, deadline: Deadline) -> str:
    """Say in words that hold no secret why a connection failed."""
    if deadline.over:
        return f"took longer than {deadline.seconds:g} seconds"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate does not hold: {safe_text(error.verify_message, _REASON)}"
    if isinstance(error, ssl.SSLError):
        return f"TLS fails: {safe_text(error.reason or 'no reason given', _REASON)}"
    if isinstance(error, TimeoutError):
        return "does not answer in time"
    if isinstance(error, OSError):
        return safe_text(error.strerror or str(error) or "closes the connection", _REASON)
    return "does not answer as it should"  # whatever it said: its words are not ours


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
