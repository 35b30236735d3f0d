"""A week of 20 phones that come and go, in minutes: `python -m bench.watch`.

The phones are simulated, behind a real adb server; the clock is driven, so that only the work takes
time. Printed are phones that came and were not scanned, findings that were told twice, and the
memory of the watch after each day. Nothing is asserted: what matters is asserted in the tests.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from scanner.detect import RulePack, load
from scanner.model.data import data_folder
from scanner.model.watch import WatchEvent
from scanner.pipeline import AdbServer as Where
from scanner.pipeline import Options
from scanner.simulate import AdbServer, Phone, SimulatedPhone
from scanner.watch import DrivenClock, Pace, Settings, Watch

HOUR, DAY = 3600.0, 86400.0
FEATURES = ("shell_v2", "cmd", "stat_v2", "ls_v2", "sendrecv_v2")


def main() -> None:
    """Run the week and print what became of it."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--phones", type=int, default=20)
    words.add_argument("--days", type=int, default=7)
    words.add_argument("--interval", type=float, default=6.0, help="hours")
    words.add_argument("--rules", action="store_true", help="all shipped rules, not a few")
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        root = Path(folder)
        for name in ("SCANNER_HOME", "XDG_RUNTIME_DIR"):
            os.environ[name] = str(root / name)
            (root / name).mkdir(mode=0o700)
        server = stack.enter_context(AdbServer())
        phones = [stack.enter_context(_phone(root, each)) for each in range(chosen.phones)]
        _run(root, server, phones, chosen)


def _run(
    root: Path, server: AdbServer, phones: list[SimulatedPhone], chosen: argparse.Namespace
) -> None:
    script: list[tuple[float, Callable[[], bool]]] = []
    for number, phone in enumerate(phones):
        for day in range(chosen.days):
            at = day * DAY + 8 * HOUR + number * 300
            script.append((at, partial(_plug, server, phone)))
            script.append((at + 10 * HOUR, partial(_unplug, server, phone)))
    clock = DrivenClock(datetime(2026, 11, 1, tzinfo=UTC), script)
    settings = Settings(
        targets=[f"android:{phone.address}" for phone in phones],
        pace=Pace(interval=chosen.interval * HOUR, deep_every=0, silence=2 * DAY),
        heartbeat=HOUR,
        scan=Options(adb=Where(host=server.host, port=server.port)),
        rules=load() if chosen.rules else _few(),
        indicators=(),
        formats=("json",),
        store=root / "watch.db",
        cases=root / "cases",
    )
    watching = Watch(settings, clock=clock)
    clock.then(chosen.days * DAY, watching.stop)
    began, memory, told = time.monotonic(), [_resident()], list[WatchEvent]()
    for event in watching.events():
        told.append(event)
        if event.event == "heartbeat" and event.at.hour == 0:
            memory.append(_resident())
    memory.append(_resident())
    _report(told, len(script) // 2, memory, time.monotonic() - began)
    print(f"store {(root / 'watch.db').stat().st_size / 2**20:.1f} MiB,"
          f" cases {len(list((root / 'cases').iterdir()))}")  # fmt: skip


def _report(told: list[WatchEvent], plugged: int, memory: list[float], seconds: float) -> None:
    kinds = Counter(event.event for event in told)
    scans = Counter(event.trigger for event in told if event.event == "scanned")
    found = Counter((event.device, event.fingerprint) for event in told if event.event == "finding")
    print(f"{kinds['scanned']} scans in {seconds:.0f} s, of these {dict(scans)}")
    print(f"events: {dict(kinds)}")
    print(f"plugged in {plugged} times, told {kinds['attached']}, missed attaches"
          f" {plugged - kinds['attached']}, not scanned {plugged - scans['attached']}")  # fmt: skip
    print(f"findings {len(found)}, told twice {sum(count - 1 for count in found.values())},"
          f" ids that came twice {len(told) - len({event.id for event in told})}")  # fmt: skip
    print("resident MiB at the start, each midnight and the end:",
          " ".join(f"{each:.0f}" for each in memory))  # fmt: skip


def _plug(server: AdbServer, phone: SimulatedPhone) -> bool:
    server.connect(phone.address)
    return True


def _unplug(server: AdbServer, phone: SimulatedPhone) -> bool:
    server.disconnect(phone.address)
    return True


def _phone(root: Path, number: int) -> SimulatedPhone:
    folder = root / f"phone{number}"
    (folder / "answers").mkdir(parents=True)
    answers = {
        "getprop": f"[ro.serialno]: [BENCH{number:03}]\n[ro.build.version.release]: [16]\n",
        "settings list global": f"adb_enabled=1\nhttp_proxy=192.0.2.{number + 1}:8080\n",
    }
    listed = []
    for index, (line, text) in enumerate(answers.items()):
        (folder / "answers" / str(index)).write_text(text)
        listed.append({"argv": line.split(), "stdout": f"answers/{index}"})
    about = {"title": "bench", "serial": f"BENCH{number:03}", "product": "bench", "model": "Bench",
             "device": "bench", "features": FEATURES, "answers": listed}  # fmt: skip
    (folder / "phone.json").write_text(json.dumps(about))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return SimulatedPhone(Phone.load(folder), port=port)


def _few() -> RulePack:
    """Return the shipped rules on settings."""
    return load([data_folder("rules") / "sigma" / "android" / "setting"], shipped=False)


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    main()
