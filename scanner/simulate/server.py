"""A private, real adb server."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Self

import adbutils

from scanner.errors import DeviceError, UsageError

_HOST = "127.0.0.1"
_USUAL_PORT = 5037
_PATIENCE = 20.0  # seconds for the server to listen, or for a phone to reach a state
_BETWEEN = 0.005


class AdbServer:
    """Runs an adb server of our own: its port, key and home; no USB, emulators or discovery.

    It ends with the context, and at the latest with the interpreter; no other server is touched.
    `program` is the adb to run, else the one on PATH or in adbutils; `environment` adds to its own.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        program: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        if port == _USUAL_PORT:
            raise UsageError(f"port {port} is that of the user's own adb server")
        self.host = _HOST
        self.port = port or _free_port()
        self.program = program or _adb()
        self._more = environment or {}

    def __enter__(self) -> Self:
        self._home = tempfile.TemporaryDirectory(prefix="scanner-adb-")
        self._launch()
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._home.cleanup()

    def kill(self) -> None:
        """End the server: its port is closed, its home and key stay."""
        self._end()

    def restart(self) -> None:
        """Start it again at the same port, killing it first where it runs; its phones are gone."""
        self.kill()
        self._launch()

    @property
    def environment(self) -> dict[str, str]:
        """What makes an `adb` of the command line speak to this server."""
        home = self._home.name
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": home,
            "TMPDIR": home,
            "ANDROID_USER_HOME": f"{home}/.android",
            "ANDROID_ADB_SERVER_PORT": str(self.port),
            "ADB_MDNS": "0",
            "ADB_MDNS_OPENSCREEN": "0",
            "ADB_USB": "0",
            "ADB_EMU": "0",
            **self._more,
        }

    @property
    def keys(self) -> Path:
        """The server's public key."""
        return Path(self._home.name) / ".android" / "adbkey.pub"

    @property
    def client(self) -> adbutils.AdbClient:
        return adbutils.AdbClient(host=self.host, port=self.port)

    def connect(self, address: str, state: str = "device", seconds: float = _PATIENCE) -> None:
        """Connect a phone and wait until it reaches a state. DeviceError where it does not."""
        deadline = time.monotonic() + seconds
        # The server's own answer is not waited for: it takes ten seconds for an offline phone.
        with self._ask(f"host:connect:{address}"):
            while (found := self.state(address)) != state:
                if time.monotonic() > deadline:
                    raise DeviceError(f"{address} is {found or 'not there'}, not {state}")
                time.sleep(_BETWEEN)

    def disconnect(self, address: str) -> None:
        with self._ask(f"host:disconnect:{address}") as answer:
            answer.read()

    def state(self, address: str) -> str | None:
        """The state in which the server sees a phone; None where it sees none."""
        with self._ask("host:devices") as answer:
            lines = answer.read()[8:].decode().splitlines()  # after OKAY and the length
        return dict(line.split("\t") for line in lines).get(address)

    @contextlib.contextmanager
    def _ask(self, service: str) -> Iterator[BinaryIO]:
        with (
            socket.create_connection((self.host, self.port), _PATIENCE) as connection,
            connection.makefile("rb") as answer,
        ):
            connection.sendall(f"{len(service):04x}{service}".encode())
            yield answer

    def _launch(self) -> None:
        command = [self.program, "-L", f"tcp:{self.port}", "nodaemon", "server"]
        with (Path(self._home.name) / "server.log").open("wb") as log:
            self._process = subprocess.Popen(
                command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us: the server must outlive the clean-up
            )
        self._end = weakref.finalize(self, _end, self._process)
        self._await_listening()

    def _await_listening(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not (self._listens() and self._has_key()):
            if self._process.poll() is not None or time.monotonic() > deadline:
                log = (Path(self._home.name) / "server.log").read_text(errors="replace").strip()
                self.__exit__()
                raise UsageError(f"{self.program} did not start a server: {log[-500:]}")
            time.sleep(_BETWEEN)

    def _has_key(self) -> bool:
        # The server makes the file first and fills it then.
        return self.keys.exists() and self.keys.stat().st_size > 0

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((self.host, self.port)) == 0


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _adb() -> str:
    found = shutil.which("adb")
    if found is None:
        bundled = Path(adbutils.__file__).parent / "binaries" / "adb"
        found = str(bundled) if bundled.exists() else None
    if found is None:
        raise UsageError("adb is not installed", remedy="Install adb and put it on PATH.")
    return found
