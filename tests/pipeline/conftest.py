"""Scans of the shipped demo phones, each made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from scanner.model.events import Event
from scanner.pipeline import AdbServer as Where
from scanner.pipeline import Options, Scanned, scan
from scanner.simulate import AdbServer, Phone, SimulatedPhone, find_phone
from scanner.simulate.ios import IosFaults, Usbmuxd
from tests.pipeline.iphones import (
    INCLUDED,
    IOS_TAMPERED,
    OfIPhone,
    Plug,
    Plugged,
    ScannedIPhone,
    simulated,
)
from tests.pipeline.recordings import State, record, state

CURRENT, OLD, TAMPERED = "android-16-clean", "android-8-clean", "android-14-tampered"
PHONES = (CURRENT, OLD, TAMPERED)


@pytest.fixture
def options(adb_server: AdbServer, tmp_path: Path) -> Callable[..., Options]:
    """Options for a new case, with the adb server of the tests."""
    numbers = iter(range(1000))

    def make(**chosen: object) -> Options:
        where = Where(host=adb_server.host, port=adb_server.port)
        chosen.setdefault("output", tmp_path / f"case-{next(numbers)}")
        return Options(adb=where, **chosen)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def scanned(
    adb_server: AdbServer, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Scanned]:
    """The scan of a demo phone, made when it is first asked for."""
    made: dict[str, Scanned] = {}
    where = Where(host=adb_server.host, port=adb_server.port)

    def get(name: str) -> Scanned:
        if name not in made:
            folder = tmp_path_factory.mktemp("scanned") / "case"
            with SimulatedPhone(Phone.load(find_phone(name))) as phone:
                adb_server.connect(phone.address)
                made[name] = scan(
                    f"android:{phone.address}", options=Options(output=folder, adb=where)
                )
                adb_server.disconnect(phone.address)
        return made[name]

    return get


class Recorded(Struct, frozen=True):
    """A recording of a demo phone, and what its scan gave."""

    path: Path
    before: State
    done: Scanned
    events: tuple[Event, ...]


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], Recorded]:
    """The scan of a demo phone's recording, made when it is first asked for."""
    known: dict[tuple[str, str], Recorded] = {}

    def get(name: str, form: str) -> Recorded:
        if (name, form) not in known:
            folder, events = tmp_path_factory.mktemp("recorded"), list[Event]()
            path = record(name, form, folder / "given")
            before = state(path)
            options = Options(output=folder / "case", on_event=events.append)
            done = scan(str(path), options=options)
            known[name, form] = Recorded(path, before, done, tuple(events))
        return known[name, form]

    return get


@pytest.fixture
def plug() -> Iterator[Plug]:
    """Plug a shipped iPhone in: `plug(CLEAN, faults=IosFaults(...))`; unplugged after the test."""
    with ExitStack() as running:

        def start(name: str, **options: Any) -> Plugged:
            phone = simulated(name, **options)
            return Plugged(phone, running.enter_context(Usbmuxd([phone])))

        yield start


@pytest.fixture(scope="session")
def scanned_iphone(tmp_path_factory: pytest.TempPathFactory) -> ScannedIPhone:
    """The quick scan of a shipped iPhone, made when it is first asked for."""
    made: dict[str, OfIPhone] = {}

    def get(name: str) -> OfIPhone:
        if name not in made:
            made[name] = _of_iphone(name, tmp_path_factory.mktemp("iphone") / "case")
        return made[name]

    return get


@pytest.fixture(scope="session")
def deep(tmp_path_factory: pytest.TempPathFactory) -> OfIPhone:
    """The deepest scan of the tampered iPhone, with all that is collected on request only.

    The connection of its packets ends early: the whole stream takes 20 s.
    """
    folder = tmp_path_factory.mktemp("deep") / "case"
    faults = IosFaults(drop_after={"com.apple.pcapd": 4_000})
    return _of_iphone(IOS_TAMPERED, folder, faults, profile="deep", include=INCLUDED)


def _of_iphone(name: str, folder: Path, faults: IosFaults | None = None, **chosen: Any) -> OfIPhone:
    phone, events = simulated(name, faults=faults), list[Event]()
    with Usbmuxd([phone]) as mux:
        options = Options(output=folder, usbmux=mux.address, on_event=events.append, **chosen)
        done = scan(f"ios:{phone.udid}", options=options)
    return OfIPhone(done, tuple(events), tuple(phone.calls), mux.requests)
