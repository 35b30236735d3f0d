"""The adb server: where it listens, and how one is started where none runs.

A server that runs is the user's: it is never killed or restarted.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import NamedTuple

import adbutils

from scanner.errors import DeviceError

ANSWER_WITHIN = 5.0  # seconds for any answer of the server itself
_START_WITHIN = 20.0
_USUAL_PORT = 5037
_LEAST_VERSION = 41  # the first that knows `host:tport`, which our transport asks for
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class Server(NamedTuple):
    """A running adb server."""

    host: str
    port: int
    started: bool  # by us, a moment ago: it may not have seen its devices yet

    @property
    def client(self) -> adbutils.AdbClient:
        """A client of it. DeviceError where it has gone: adbutils would start another one."""
        if not _listens(self.host, self.port):
            raise DeviceError(
                f"The adb server at {self.host}:{self.port} does not answer any more.",
                remedy="Run `adb start-server`, and try again.",
            )
        return adbutils.AdbClient(self.host, self.port, socket_timeout=ANSWER_WITHIN)

    def ask(self, question: str) -> str:
        """Put one question to the server through adbutils. adbutils.AdbError, OSError, ValueError.

        The socket is closed here: adbutils would wait ten milliseconds for each.
        """
        connection = self.client.make_connection()
        try:
            connection.send_command(question)
            connection.check_okay()
            return str(connection.read_string_block())
        finally:
            connection.conn.close()


def find_server(host: str | None = None, port: int | None = None) -> Server:
    """Find the adb server, and start one where none runs. DeviceError where that fails."""
    usual_host, usual_port = _address()
    host, port = host or usual_host, port or usual_port
    started = not _listens(host, port)
    if started:
        _start(host, port)
    server = Server(host, port, started)
    _check_version(server)
    return server


def _address() -> tuple[str, int]:
    """Read the environment as adb does: ADB_SERVER_SOCKET before HOST and PORT."""
    spec = os.environ.get("ADB_SERVER_SOCKET", "")
    if spec.startswith("tcp:"):
        host, _, number = spec.removeprefix("tcp:").rpartition(":")
    else:
        host = os.environ.get("ANDROID_ADB_SERVER_HOST", "")
        number = os.environ.get("ANDROID_ADB_SERVER_PORT", str(_USUAL_PORT))
    if not (number.isascii() and number.isdigit() and 0 < int(number) <= 0xFFFF):  # noqa: PLR2004
        raise DeviceError(
            "The environment gives no valid port for the adb server.",
            remedy="Correct or unset ADB_SERVER_SOCKET and ANDROID_ADB_SERVER_PORT.",
        )
    return host or "127.0.0.1", int(number)


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=ANSWER_WITHIN).close()
    except OSError:
        return False
    return True


def _start(host: str, port: int) -> None:
    if host not in _LOCAL:
        raise DeviceError(
            f"No adb server answers at {host}:{port}.",
            remedy="Start it on that computer with `adb -a start-server`, or leave the host out.",
        )
    try:
        # The daemon inherits our descriptors: a pipe would never end, its words are no results.
        subprocess.run(
            [_adb_program(), "-L", f"tcp:{port}", "start-server"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_START_WITHIN,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _no_server(port) from error
    if not _listens(host, port):
        raise _no_server(port)


def _no_server(port: int) -> DeviceError:
    return DeviceError(
        f"The adb server could not be started on port {port}.",
        remedy="Run `adb start-server` and see what it says.",
    )


def _adb_program() -> str:
    """Find adb: ADBUTILS_ADB_PATH, an absolute entry of PATH, or the one adbutils brings along.

    A relative entry of PATH would let whoever wrote the current folder choose what runs.
    """
    if named := os.environ.get("ADBUTILS_ADB_PATH"):
        return named
    search = os.pathsep.join(entry for entry in os.get_exec_path() if Path(entry).is_absolute())
    bundled = Path(adbutils.__file__).parent / "binaries" / "adb"
    return shutil.which("adb", path=search) or str(bundled)


def _check_version(server: Server) -> None:
    try:
        version = int(server.ask("host:version"), 16)
    except (adbutils.AdbError, OSError, ValueError) as error:
        raise DeviceError(
            f"What listens at {server.host}:{server.port} does not answer as an adb server does.",
            remedy="Run `adb devices` and see what it says, or name another port.",
        ) from error
    if version < _LEAST_VERSION:
        raise DeviceError(
            f"The adb server at {server.host}:{server.port} is too old: "
            f"its version is 1.0.{version}, at least 1.0.{_LEAST_VERSION} is needed.",
            remedy="Update Android's platform tools, run `adb kill-server`, and try again.",
        )
