"""Connections that are waited on without end, and can be ended from another thread."""

from __future__ import annotations

import socket
import threading
import time
from typing import Self

WITHIN = 5.0  # seconds for a connection, for an answer, and for the rest of what has begun
_AT_LEAST = 0.001  # seconds; none would mean not to wait for the system either
_CHUNK = 64 * 1024
_KEEP_ALIVE = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3))  # seconds, probes


class Ending:
    """Ends every wait of the threads that share it."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()

    @property
    def is_set(self) -> bool:
        return self._over.is_set()

    def wait(self, seconds: float) -> None:
        """Wait, at most until the end."""
        self._over.wait(seconds)

    def end(self) -> None:
        """Let every wait end, and break every connection."""
        with self._lock:
            self._over.set()
            for connection in self._open:
                _shut(connection)

    def keep(self, connection: socket.socket) -> None:
        """Break a connection at the end, or now where it has come."""
        with self._lock:
            self._open.add(connection)
            if self._over.is_set():
                _shut(connection)

    def forget(self, connection: socket.socket) -> None:
        """Let a connection be closed by who has it."""
        with self._lock:
            self._open.discard(connection)


class Wire:
    """One connection to a server. OSError where it breaks; TimeoutError where a wait is over.

    That a server on this computer ended is seen at once, since its socket is closed then. One on
    another computer that vanishes without a word is found out by TCP's probes, in a minute.
    """

    def __init__(self, where: tuple[str, int] | str, ending: Ending) -> None:
        """Connect to (host, port), or to the path of a socket."""
        self._ending, self._buffer = ending, bytearray()
        if isinstance(where, str):
            self._socket = _by_path(where)
        else:
            self._socket = socket.create_connection(where, WITHIN)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for name, value in _KEEP_ALIVE:
                if hasattr(socket, name):
                    self._socket.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        ending.keep(self._socket)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._ending.forget(self._socket)
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.settimeout(WITHIN)
        self._socket.sendall(data)

    def wait(self, until: float | None) -> bool:
        """Wait until something comes; False where nothing did until then (monotonic).

        What has come already is found also where the time is over.
        """
        try:
            if not self._buffer:
                self._fill(None if until is None else max(until, time.monotonic() + _AT_LEAST))
        except TimeoutError:
            return False
        return True

    def exact(self, size: int, until: float) -> bytes:
        """Return so many bytes. TimeoutError where they are not there until then (monotonic)."""
        while len(self._buffer) < size:
            self._fill(until)
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def _fill(self, until: float | None) -> None:
        left = None if until is None else until - time.monotonic()
        if left is not None and left <= 0:
            raise TimeoutError("nothing came in time")
        self._socket.settimeout(left)
        data = self._socket.recv(_CHUNK)
        if not data:
            raise ConnectionResetError("the other end closed the connection")
        self._buffer += data


def soon() -> float:
    """Return the time, on the monotonic clock, at which an answer is overdue."""
    return time.monotonic() + WITHIN


def _by_path(path: str) -> socket.socket:
    if not hasattr(socket, "AF_UNIX"):
        raise FileNotFoundError("this computer has no sockets with a path")
    pipe = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        pipe.settimeout(WITHIN)
        pipe.connect(path)
    except BaseException:
        pipe.close()
        raise
    return pipe


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:  # it was broken already
        return
