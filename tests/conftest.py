"""What many tests need: a private adb server, and simulated phones behind it."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from scanner.case.pseudonym import installation_key
from scanner.simulate import AdbServer, Phone, SimulatedPhone

FEATURES = ("shell_v2", "cmd", "stat_v2", "ls_v2", "sendrecv_v2")


@pytest.fixture(scope="session")
def adb_server() -> Iterator[AdbServer]:
    """A real adb server of this test process' own."""
    with AdbServer() as server:
        yield server


@pytest.fixture
def record_phone(tmp_path: Path) -> Callable[..., Phone]:
    """Write a recorded phone: `record_phone({"getprop": b"..."}, files={"sdcard/x": b"..."})`.

    Keys of `answers` are the words with spaces between, or a tuple of words; a value is the
    standard output, or (output, standard error, exit code).
    """

    def record(
        answers: Mapping[str | tuple[str, ...], bytes | tuple[bytes, str, int]] | None = None,
        *,
        files: Mapping[str, bytes] | None = None,
        features: tuple[str, ...] = FEATURES,
        serial: str = "TESTSERIAL01",
    ) -> Phone:
        folder = tmp_path / f"phone-{serial}"
        (folder / "answers").mkdir(parents=True)
        (folder / "files").mkdir()
        listed = []
        for number, (words, answer) in enumerate((answers or {}).items()):
            output, errors, code = answer if isinstance(answer, tuple) else (answer, "", 0)
            name = f"answers/{number}"
            (folder / name).write_bytes(output)
            argv = list(words) if isinstance(words, tuple) else words.split(" ")
            listed.append({"argv": argv, "stdout": name, "stderr": errors, "exit_code": code})
        for name, content in (files or {}).items():
            path = folder / "files" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        about = {
            "title": "A phone of the tests",
            "serial": serial,
            "product": "testphone",
            "model": "Test Phone",
            "device": "test",
            "features": features,
            "answers": listed,
        }
        (folder / "phone.json").write_text(json.dumps(about))
        return Phone.load(folder)

    return record


@pytest.fixture
def simulate(adb_server: AdbServer) -> Iterator[Callable[..., SimulatedPhone]]:
    """Start a simulated phone and connect it: `simulate(phone, faults=Faults(...))`.

    `reaches` is the state to wait for, `connect=False` leaves it unconnected; everything else goes
    to SimulatedPhone. Phones are stopped after the test.
    """
    with ExitStack() as running:

        def start(
            phone: Phone, *, connect: bool = True, reaches: str = "device", **options: Any
        ) -> SimulatedPhone:
            simulated = running.enter_context(SimulatedPhone(phone, **options))
            if connect:
                # First out: a server that still wants the phone would try to reach it again.
                running.callback(adb_server.disconnect, simulated.address)
                adb_server.connect(simulated.address, reaches)
            return simulated

        yield start


def pytest_collection_finish() -> None:
    """Let no search for garbage look through thousands of tests each time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture
def warm_home(tmp_path: Path) -> Path:
    """A folder for an installation of its own, which knows the rules that others compiled."""
    shared, own = Path(os.environ["SCANNER_HOME"]), tmp_path / "home"
    (shared / "cache").mkdir(parents=True, exist_ok=True)
    installation_key(shared)
    own.mkdir()
    os.link(shared / "installation.key", own / "installation.key")
    (own / "cache").symlink_to(shared / "cache")
    return own


@pytest.fixture(scope="session", autouse=True)
def _home_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The installation key and the locks of the tests are not those of the person who runs them."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SCANNER_HOME", str(tmp_path_factory.mktemp("home")))
        environment.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        yield
