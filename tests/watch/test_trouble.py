"""A watch in trouble: a full disk, a kill in the middle, sinks that do not answer."""

from __future__ import annotations

import http.server
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import msgspec
from msgspec import structs

from scanner.model.watch import WatchEvent
from scanner.simulate import SimulatedPhone
from scanner.sinks import Undelivered, webhook_of
from scanner.watch import DrivenClock, Watch
from scanner.watch.phones import name_of
from scanner.watch.store.opening import opened
from scanner.watch.store.store import Store
from tests.watch.conftest import HOUR, PROXY, START, Changing, Stage, kinds, run

Plugged = Callable[..., tuple[SimulatedPhone, Changing]]


def test_what_is_damaged_is_set_aside_and_said(stage: Stage):
    settings = stage.settings("android:NOTTHERE")
    settings.path.write_bytes(b"no database\n" * 400)

    told = run(settings, [(1, lambda: False)], until=60)

    assert ["started", "trouble", "stopped"] == kinds(told)
    assert "damaged" in str(told[1].detail)


def test_a_full_disk_is_told_and_the_watch_goes_on(stage: Stage, plugged: Plugged):
    """Another program holds the database at its size: what SQLite then says is a full disk."""
    phone, _ = plugged("FULL1", http_proxy="192.0.2.1:8080")
    settings = structs.replace(stage.settings(f"android:{phone.address}"), deepen_at=None)
    clock = DrivenClock(START, [(10, lambda: stage.connect(phone))])
    watching = Watch(settings, clock=clock)
    clock.then(0.9 * HOUR, watching.stop)
    told = []
    for event in watching.events():
        told.append(event)
        if event.event == "started":
            _limit(watching, 1)
        if event.event == "trouble" and "room to keep" in str(event.detail):
            _limit(watching, 1_000_000)

    assert [
        "started", "attached", "trouble", "scanned", "finding", "trouble", "stopped"
    ] == kinds(told)  # fmt: skip
    assert "can be written again" in str(told[5].detail)
    kept = Store(settings.path)
    assert [event.id for event in told if event.id != told[2].id] == [
        event.id for event in kept.events(0)
    ]


def test_events_reach_a_webhook_once_and_in_order(stage: Stage, plugged: Plugged, tmp_path: Path):
    phone, _ = plugged("HOOK1", http_proxy="192.0.2.1:8080")
    stage.connect(phone)
    secret = tmp_path / "secret"
    secret.write_text("a secret of the tests, long enough")
    with _Receiver() as receiver:
        settings = structs.replace(stage.settings(f"android:{phone.address}"), deepen_at=None)

        told = run(
            settings, [], until=60,
            sinks=lambda origin: [
                webhook_of(receiver.url, secret_file=secret, origin=origin)
            ],
        )  # fmt: skip

    assert [event.id for event in told if event.event != "heartbeat"] == receiver.ids


def test_what_no_sink_took_is_told_and_stays_owed(stage: Stage):
    gone = _Refusing()

    told = run(stage.settings("android:NOTTHERE"), [(1, lambda: False)], until=60, sinks=[gone])

    assert ["started", "stopped"] == kinds(told)
    store = Store(stage.settings().path)
    assert 2 == store.outbox.owed(gone.key)


def test_a_sink_that_refuses_everything_does_not_fill_the_others(stage: Stage):
    """Each event that it refuses five times is dropped; once an hour it is told how many."""
    refusing, taking = _Refusing(refused=True), _Taking()
    script = [(120.0 * beat + 1, refusing.tried_again) for beat in range(1, 75)]

    told = run(
        stage.settings("android:NOTTHERE", heartbeat=120.0), script, until=2.5 * HOUR,
        sinks=[refusing, taking],
    )  # fmt: skip

    said = [event for event in told if event.event == "undelivered"]
    assert 3 == len(said)
    assert 3 < said[-1].counts["dropped"]
    assert 3 == taking.kinds.count("undelivered")


def test_a_kill_and_a_restart_lose_nothing_and_repeat_nothing(stage: Stage, plugged: Plugged):
    phone, _ = plugged("KILLED1", http_proxy="192.0.2.1:8080")
    stage.connect(phone)
    settings = stage.settings(f"android:{phone.address}")
    lines: list[str] = []
    for tries in range(2):
        child = _child(stage, phone)
        assert child.stdout is not None
        wanted = "finding" if tries == 0 else "attached"
        while wanted not in (line := child.stdout.readline()):
            lines.append(line)
        lines.append(line)
        os.kill(child.pid, signal.SIGKILL)  # in the middle of what follows
        lines += [line for line in child.stdout if line.endswith("\n")]
        child.stdout.close()
        child.wait()

    last = run(settings, [], until=2 * HOUR)

    told = [msgspec.json.decode(line, type=WatchEvent) for line in lines] + last
    once = {event.id: event for event in told}
    # What was told in the very moment of the kill may come again: the same, with the same id.
    assert all(once[event.id] == event for event in told)
    assert 1 == kinds([*once.values()]).count("finding")
    assert 0 == sum(
        count for (count,) in Store(settings.path).rows(
            "SELECT count(*) FROM cases WHERE why = 'begun'"
        )
    )  # fmt: skip


def test_what_a_kill_left_of_a_phone_that_was_never_scanned_goes(stage: Stage, plugged: Plugged):
    """Its case bears the pseudonym of an address, and the phone behind that has another one."""
    phone, _ = plugged("KILLED2")
    stage.connect(phone)
    settings = stage.settings(f"android:{phone.address}")
    left = stage.folder / "cases" / "begun"
    left.mkdir(parents=True)
    store, _ = opened(settings.path, START)
    noted = (str(left), name_of(settings.targets[0]), START.isoformat(), "begun")
    store.write(lambda: store.change("INSERT INTO cases VALUES (?, ?, ?, ?)", *noted))
    store.close()

    run(settings, [], until=60)

    assert not left.exists()
    assert 1 == len(stage.cases)


def _child(stage: Stage, phone: SimulatedPhone) -> subprocess.Popen[str]:
    rules = stage.folder / "rules"
    if not rules.exists():
        rules.mkdir()
        (rules / "a-proxy-is-set.yml").write_text(PROXY)
    program = (
        "import sys, msgspec\n"
        "from pathlib import Path\n"
        "from scanner.detect import load\n"
        "from scanner.pipeline import AdbServer, Options\n"
        "from scanner.watch import Pace, Settings, watch\n"
        "target, host, port, folder = sys.argv[1:]\n"
        "folder = Path(folder)\n"
        "settings = Settings(targets=[target], rules=load([folder / 'rules'], shipped=False),\n"
        "    indicators=(), formats=('json',), store=folder / 'watch.db', cases=folder / 'cases',\n"
        "    deepen_at=None, scan=Options(adb=AdbServer(host=host, port=int(port))))\n"
        "for event in watch(settings):\n"
        "    print(msgspec.json.encode(event).decode(), flush=True)\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", program, f"android:{phone.address}", stage.server.host,
         str(stage.server.port), str(stage.folder)],
        stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip


def _limit(watching: Watch, pages: int) -> None:
    """Set how many pages the store may have."""
    list(watching.store.rows(f"PRAGMA max_page_count={pages}"))


class _Refusing:
    """A sink that takes nothing."""

    key, name = "refusing:1", "a sink of the tests"

    def __init__(self, *, refused: bool = False) -> None:
        self._refused = refused
        self._tried = threading.Event()

    def tried_again(self) -> bool:
        """Wait until it was tried once more; no message follows from that."""
        assert self._tried.wait(30)
        self._tried.clear()
        return False

    def wants(self, event: WatchEvent) -> bool:
        return True

    def send(self, event: WatchEvent, now: object) -> None:
        self._tried.set()
        raise Undelivered("nobody is there", refused=self._refused)

    def close(self) -> None: ...


class _Taking:
    """A sink that takes all."""

    key, name = "taking:1", "another sink of the tests"

    def __init__(self) -> None:
        self.kinds: list[str] = []

    def wants(self, event: WatchEvent) -> bool:
        return True

    def send(self, event: WatchEvent, now: object) -> None:
        self.kinds.append(event.event)

    def close(self) -> None: ...


class _Receiver:
    """A webhook's receiver on this computer."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        ids = self.ids

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                document: dict[str, Any] = json.loads(body)
                ids.append(document.get("id") or document["data"]["id"])
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/events"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
