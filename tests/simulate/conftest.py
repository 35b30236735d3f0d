"""Ways in to a simulated phone, from plain sockets to the adb of the command line."""

from __future__ import annotations

import shlex
import socket
import struct
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import NamedTuple

import adbutils
import pytest

from scanner.simulate import AdbServer, SimulatedPhone

Adb = Callable[..., "subprocess.CompletedProcess[bytes]"]
Device = Callable[[SimulatedPhone], adbutils.AdbDevice]


@pytest.fixture
def simulate(simulate: Callable[..., SimulatedPhone]) -> Callable[..., SimulatedPhone]:
    """Start a phone with the host's shell, the quicker one, unless the test asks for another."""
    return lambda phone, **options: simulate(phone, **{"shell": "host", **options})


@pytest.fixture
def adb(adb_server: AdbServer) -> Adb:
    """Run the real `adb` on a phone: `adb(phone, "shell", "id")`."""

    def run(phone: SimulatedPhone, *words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [adb_server.program, "-s", phone.address, *words],
            env=adb_server.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            check=False,
        )

    return run


@pytest.fixture
def device(adb_server: AdbServer) -> Device:
    """Reach a phone through adbutils."""
    return lambda phone: adb_server.client.device(serial=phone.address)


@pytest.fixture
def dial(adb_server: AdbServer) -> Iterator[Callable[[SimulatedPhone, str], socket.socket]]:
    """Open a service of a phone; ConnectionRefusedError holds the server's words."""
    with ExitStack() as opened:

        def open_service(phone: SimulatedPhone, name: str) -> socket.socket:
            address = (adb_server.host, adb_server.port)
            connection = opened.enter_context(socket.create_connection(address, timeout=20))
            for command in (f"host:transport:{phone.address}".encode(), name.encode()):
                connection.sendall(b"%04x" % len(command) + command)
                answer = b""
                while len(answer) < 4 and (data := connection.recv(4 - len(answer))):
                    answer += data
                if answer != b"OKAY":
                    with connection.makefile("rb") as rest:
                        raise ConnectionRefusedError(answer + rest.read())
            return connection

        yield open_service


@pytest.fixture
def service(dial: Callable[[SimulatedPhone, str], socket.socket]) -> Callable[..., bytes]:
    """Return every byte of a service until its end, or until there are enough."""

    def read(phone: SimulatedPhone, name: str, *, limit: int = 64 * 1024 * 1024) -> bytes:
        answer = bytearray()
        with dial(phone, name) as connection:
            while len(answer) < limit and (data := connection.recv(1 << 20)):
                answer += data
        return bytes(answer)

    return read


class Ended(NamedTuple):
    """How a command ended."""

    stdout: str
    stderr: str
    code: int | None


@pytest.fixture
def run(service: Callable[..., bytes]) -> Callable[..., Ended]:
    """Run a command of a phone by shell v2: a line, or words to be quoted."""

    def run_words(phone: SimulatedPhone, command: str | tuple[str, ...]) -> Ended:
        line = command if isinstance(command, str) else shlex.join(command)
        answer = service(phone, f"shell,v2,raw:{line}")
        frames = {1: b"", 2: b"", 3: b""}
        while answer:
            kind, length = struct.unpack_from("<BI", answer)
            frames[kind] += answer[5 : 5 + length]
            answer = answer[5 + length :]
        return Ended(frames[1].decode(), frames[2].decode(), frames[3][0])

    return run_words
