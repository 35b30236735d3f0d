"""`scanner devices --watch`: a real process, and phones that come and go."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from scanner.simulate import AdbServer, Phone, SimulatedPhone
from scanner.simulate.ios import SimulatedIPhone, Usbmuxd
from tests.simulate.ios.recordings import UDID, small_iphone

WAIT = 30.0  # seconds


class Watching:
    """A process that watches, and what it has printed."""

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scanner", "devices", "--watch", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "NO_COLOR": "1"},
        )
        assert self.process.stdout is not None
        self._ready = selectors.DefaultSelector()
        self._ready.register(self.process.stdout, selectors.EVENT_READ)
        self.text = ""

    def until(self, words: str, lines: int = 1) -> None:
        """Wait until there are so many lines, and the last of them holds some words."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + WAIT
        while self.text.count("\n") < lines or words not in self.text.splitlines()[-1]:
            assert time.monotonic() < deadline, self.text
            if self._ready.select(timeout=1.0):
                self.text += os.read(self.process.stdout.fileno(), 65536).decode()

    def stop(self) -> tuple[int, str]:
        """Press Ctrl-C; return the exit status and what stood on standard error."""
        self.process.send_signal(signal.SIGINT)
        _, errors = self.process.communicate(timeout=WAIT)
        return self.process.returncode, errors.decode()

    def close(self) -> None:
        self._ready.close()
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def watch(adb_server: AdbServer) -> Iterator[Callable[..., Watching]]:
    """Watch with the adb server of the tests: `watch("--json", "--usbmux", address)`."""
    with ExitStack() as running:

        def start(*words: str) -> Watching:
            watching = Watching("--adb-port", str(adb_server.port), *words)
            running.callback(watching.close)
            return watching

        yield start


def test_phones_as_they_come_and_go(
    watch: Callable[..., Watching],
    tmp_path: Path,
    adb_server: AdbServer,
    record_phone: Callable[..., Phone],
    simulate: Callable[..., SimulatedPhone],
) -> None:
    android = simulate(record_phone(), shell="host")
    iphone = SimulatedIPhone(small_iphone(tmp_path), trust="unpaired")
    with Usbmuxd([]) as mux:
        watching = watch("--usbmux", mux.address)
        watching.until(f"attached  android:{android.address}  tcp  device  Test_Phone testphone")
        mux.plug(iphone, "USB")
        watching.until(f"attached  ios:{UDID}  usb  device")
        mux.unplug(iphone)
        watching.until(f"detached  ios:{UDID}  usb  detached")
        adb_server.disconnect(android.address)
        watching.until(f"detached  android:{android.address}")

    status, errors = watching.stop()
    assert 130 == status
    assert "no longer watching" in errors
    assert "Traceback" not in errors


def test_lines_of_json_and_a_server_that_is_missing(
    watch: Callable[..., Watching],
    tmp_path: Path,
    record_phone: Callable[..., Phone],
    simulate: Callable[..., SimulatedPhone],
) -> None:
    phone = simulate(record_phone(), shell="host", auth="unauthorized", reaches="unauthorized")
    path = tmp_path / "usbmuxd"
    watching = watch("--json", "--usbmux", str(path))
    watching.until("}", lines=2)
    status, _ = watching.stop()

    lines = {line["kind"]: line for line in map(json.loads, watching.text.splitlines())}
    assert 130 == status
    assert phone.address == lines["attached"]["phone"]["serial"]
    assert "unauthorized" == lines["attached"]["phone"]["state"]
    assert "dialog" in lines["attached"]["phone"]["obstacle"]["remedy"]
    assert "usbmux" == lines["trouble"]["server"]
    assert "usbmuxd does not run" in lines["trouble"]["trouble"]["message"]


def test_what_stands_in_the_way_and_what_is_missing_in_words(
    watch: Callable[..., Watching],
    tmp_path: Path,
    record_phone: Callable[..., Phone],
    simulate: Callable[..., SimulatedPhone],
) -> None:
    simulate(record_phone(), shell="host", auth="unauthorized", reaches="unauthorized")
    watching = watch("--usbmux", str(tmp_path / "usbmuxd"))
    watching.until("  Unlock the phone, allow debugging from this computer in its dialog")
    time.sleep(0.5)
    status, errors = watching.stop()

    assert 130 == status
    assert "usbmuxd does not run, so no iPhone can be reached." in errors


def test_an_address_that_is_none(watch: Callable[..., Watching]) -> None:
    watching = watch("--usbmux", "nowhere:port")
    _, errors = watching.process.communicate(timeout=WAIT)

    assert 2 == watching.process.returncode
    assert b"HOST:PORT" in errors
