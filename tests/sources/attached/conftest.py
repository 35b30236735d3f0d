"""Following phones in a thread, and servers that say what a test has them say."""

from __future__ import annotations

import plistlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from scanner.sources.attached import Attachment, Backoff, follow

QUICK = Backoff(first=0.02, longest=0.1)


class Followed:
    """Keeps what is told, and waits for it."""

    def __init__(self, **options: Any) -> None:
        self.stop = threading.Event()
        self._changed = threading.Condition()
        self._events: list[Attachment] = []
        options = {"stop": self.stop, "backoff": QUICK, "settle": 0.3, **options}
        self._phones = follow(**options)
        self._thread = threading.Thread(target=self._take)
        self._thread.start()

    @property
    def events(self) -> list[Attachment]:
        with self._changed:
            return list(self._events)

    def told(self) -> list[tuple[str, str | None, str | None]]:
        """What was told: kind, target and state."""
        return [(event.kind, event.target, event.state) for event in self.events]

    def until(self, met: Callable[[list[Attachment]], object], seconds: float = 15) -> None:
        """Wait until what was told, or what the condition looks at beside, meets a condition."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not met(self._events):
                assert time.monotonic() < deadline, self._events
                self._changed.wait(0.02)

    def count(self, kind: str, number: int) -> None:
        """Wait until something was told so often."""
        self.until(lambda events: sum(event.kind == kind for event in events) >= number)

    def end(self) -> None:
        self.stop.set()
        self._thread.join(5)
        assert not self._thread.is_alive()

    def _take(self) -> None:
        for event in self._phones:
            with self._changed:
                self._events.append(event)
                self._changed.notify_all()


@pytest.fixture
def following() -> Iterator[Callable[..., Followed]]:
    """Follow: `following(servers=("adb",), ...)`; ended after the test."""
    with ExitStack() as running:

        def start(**options: Any) -> Followed:
            followed = Followed(**options)
            running.callback(followed.end)
            return followed

        yield start


Talk = Callable[[socket.socket, bytes], object]


@contextmanager
def posing(talk: Talk) -> Iterator[int]:
    """Listen at a port. `talk(connection, first bytes received)` says what is answered."""
    over = threading.Event()
    held: list[socket.socket] = []

    def serve(connection: socket.socket) -> None:
        with connection:
            try:
                if asked := connection.recv(4096):
                    talk(connection, asked)
            except OSError:
                return

    def accept(listener: socket.socket) -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            held.append(connection)
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        for connection in held:
            connection.close()
        thread.join(5)


def adb_list(text: str) -> bytes:
    """Return a list of phones as the adb server frames it."""
    data = text.encode()
    return b"%04x" % len(data) + data


def as_adb(pushed: Callable[[socket.socket], object], *, refuses: bytes = b"") -> Talk:
    """Answer as an adb server: its version, and to whoever follows its phones OKAY and more."""

    def talk(connection: socket.socket, asked: bytes) -> None:
        service = asked[4:]
        if service == b"host:version":
            connection.sendall(b"OKAY00040029")
        elif service == refuses:
            connection.sendall(b"FAIL0014unknown host service")
        elif service.startswith(b"host:track-devices"):
            connection.sendall(b"OKAY")
            pushed(connection)
            connection.recv(1)

    return talk


def mux_packet(message: object) -> bytes:
    """Return a message as usbmuxd frames it; bytes are framed as they are."""
    data = message if isinstance(message, bytes) else plistlib.dumps(message)
    return struct.pack("<IIII", 16 + len(data), 1, 8, 0) + data


def as_usbmuxd(listed: object, pushed: bytes, *, result: object = 0) -> Talk:
    """Answer as a usbmuxd: what is there, and to whoever listens a result and more."""

    def talk(connection: socket.socket, asked: bytes) -> None:
        kind = plistlib.loads(asked[16:])["MessageType"]
        if kind == "Listen":
            answer = mux_packet({"MessageType": "Result", "Number": result}) + pushed
        else:
            answer = mux_packet(listed)
        connection.sendall(answer)
        connection.recv(1)

    return talk
