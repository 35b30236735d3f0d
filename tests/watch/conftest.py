"""A small phone that changes between scans, two rules about it, and a watch over it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from scanner.detect import RulePack, load
from scanner.model.watch import WatchEvent
from scanner.pipeline import AdbServer as Where
from scanner.pipeline import Options
from scanner.simulate import AdbServer, Phone, SimulatedPhone
from scanner.watch import DrivenClock, Pace, Settings, Watch

START = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = 3600.0
PROXY = """
title: A proxy is set
id: 6a3b9d1e-52c4-4e0f-9a3d-0c1c5a7b2f10
status: test
level: high
class: compromise
confidence: high
description: Traffic goes another way.
logsource: {product: android, category: setting}
detection:
  selection: {name: http_proxy, value|contains: ':'}
  condition: selection
falsepositives: [Its owner did so.]
tests:
  match: [{name: http_proxy, value: '192.0.2.1:8080'}]
  no_match: [{name: http_proxy, value: none}]
"""
CHANGED = """
title: Debugging was switched on since the baseline
id: 0f1b0c55-8d3a-4a53-9c2e-1a6f4e7d9b21
status: test
level: medium
class: posture
confidence: high
description: A setting is another one.
logsource: {product: android, category: change}
detection:
  selection: {entity: setting, change: modified, names: adb_enabled, new: '1'}
  condition: selection
falsepositives: [Its owner did so.]
tests:
  match:
    - {entity: setting, field: value, change: modified, names: [adb_enabled], new: '1'}
  no_match:
    - {entity: setting, field: value, change: modified, names: [adb_enabled], new: '0'}
"""


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> RulePack:
    folder = tmp_path_factory.mktemp("rules")
    (folder / "a-proxy-is-set.yml").write_text(PROXY)
    (folder / "debugging-was-switched-on-since-the-baseline.yml").write_text(CHANGED)
    return load([folder], shipped=False)


class Changing(Struct, frozen=True):
    """A recorded phone whose settings a test writes."""

    phone: Phone

    def set(self, **settings: str) -> None:
        text = "".join(f"{name}={value}\n" for name, value in settings.items())
        (self.phone.folder / "answers" / "1").write_text(text)


@pytest.fixture
def changing(record_phone: Callable[..., Phone]) -> Callable[..., Changing]:
    """Record a phone: `changing("SERIAL1", adb_enabled="0")`."""

    def make(serial: str = "WATCHED01", **settings: str) -> Changing:
        properties = f"[ro.serialno]: [{serial}]\n[ro.build.version.release]: [16]\n"
        answers: Mapping[str, bytes] = {
            "getprop": properties.encode(),
            "settings list global": b"",
            "settings --user 0 list secure": b"android_id=0\n",
            "settings --user 0 list system": b"font_scale=1.0\n",
            "pm list users": b"Users:\n\tUserInfo{0:Owner:4c13} running\n",
        }
        made = Changing(record_phone(answers, serial=serial))
        made.set(**(settings or {"adb_enabled": "0"}))
        return made

    return make


class Stage(Struct, frozen=True):
    """Where a watch runs: its adb server, its store and its cases."""

    server: AdbServer
    folder: Path
    pack: RulePack

    def settings(self, *targets: str, **chosen: Any) -> Settings:
        where = Where(host=self.server.host, port=self.server.port)
        chosen.setdefault("pace", Pace(interval=HOUR, deep_every=0))
        chosen.setdefault("heartbeat", 0.0)
        return Settings(
            targets=targets,
            scan=chosen.pop("scan", Options(adb=where)),
            rules=self.pack,
            indicators=(),
            formats=("json",),
            store=self.folder / "watch.db",
            cases=self.folder / "cases",
            **chosen,
        )

    def connect(self, *phones: SimulatedPhone) -> bool:
        for phone in phones:
            self.server.connect(phone.address)
        return True

    def disconnect(self, *phones: SimulatedPhone) -> bool:
        for phone in phones:
            self.server.disconnect(phone.address)
        return True

    def swap(self, phone: SimulatedPhone, of: Changing, **settings: str) -> bool:
        """Let a phone that is away have other settings when it comes back."""
        phone.__exit__()
        of.set(**settings)
        phone.__enter__()
        return False

    @property
    def cases(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "cases").iterdir())


@pytest.fixture
def stage(adb_server: AdbServer, tmp_path: Path, pack: RulePack) -> Stage:
    return Stage(adb_server, tmp_path, pack)


Script = list[tuple[float, Callable[[], bool]]]


def run(
    settings: Settings,
    script: Script,
    *,
    until: float,
    start: datetime = START,
    during: Callable[[WatchEvent, DrivenClock], None] = lambda *_: None,
    **options: Any,
) -> list[WatchEvent]:
    """Run a watch through a script, to its end after `until` seconds; return what it told."""
    watching: list[Watch] = []

    def stop() -> bool:
        watching[0].stop()
        return True

    told: list[WatchEvent] = []
    if not script:  # the phones are there before it begins
        script = [(1.0, lambda: "attached" not in kinds(told))]
    clock = DrivenClock(start, [*script, (until, stop)])
    watching.append(Watch(settings, clock=clock, **options))
    for event in watching[0].events():
        told.append(event)
        during(event, clock)
    return told


def kinds(events: list[WatchEvent], *but: str) -> list[str]:
    return [event.event for event in events if event.event not in but]


@pytest.fixture
def plugged(
    simulate: Callable[..., SimulatedPhone],
    changing: Callable[..., Changing],
    adb_server: AdbServer,
) -> Iterator[Callable[..., tuple[SimulatedPhone, Changing]]]:
    """A phone that is not connected yet: `phone, of = plugged("SERIAL1", adb_enabled="0")`."""
    made: list[SimulatedPhone] = []

    def make(serial: str = "WATCHED01", **settings: str) -> tuple[SimulatedPhone, Changing]:
        of = changing(serial, **settings)
        with socket.socket() as probe:  # so that it has the same address when it comes back
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        made.append(simulate(of.phone, connect=False, port=port))
        return made[-1], of

    yield make
    for phone in made:
        adb_server.disconnect(phone.address)
