"""Speed of Sigma rules: 500 made rules over 500 made apps.

An evaluation is one rule asked about one entity, by `inspect` as a scan calls it: with the tally of
each rule, its check and its findings. Nothing is asserted: figures depend on the machine.
"""

from __future__ import annotations

import json
import random
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scanner.detect import RulePack, ScanFacts, inspect, load
from scanner.model.artifact import Artifact, Stated
from scanner.model.entities import App
from scanner.snapshot import Snapshot

RULES = 500
APPS = 500
RUNS = 7
_SEED = 16
_STORES = ("com.android.vending", "com.example.store", "com.example.market", None, "com.example.a")
_VENDORS = tuple(f"com.example.{name}" for name in ("bank", "chat", "maps", "game", "sync", "tool"))
_PERMISSIONS = tuple(
    f"android.permission.{name}"
    for name in (
        "CAMERA", "INTERNET", "READ_CALL_LOG", "READ_CONTACTS", "READ_SMS", "RECEIVE_SMS",
        "RECORD_AUDIO", "REQUEST_INSTALL_PACKAGES", "SEND_SMS", "VIBRATE", "WAKE_LOCK",
    )
)  # fmt: skip


class Speed:
    """Figures of one machine; each the median of several runs."""

    def __init__(self, *, rules: int = RULES, apps: int = APPS, runs: int = RUNS) -> None:
        self.pack, self.snapshot = made_pack(rules), made_device(apps)
        self.evaluations, self._runs = rules * apps, runs

    def evaluate(self) -> float:
        """Return the evaluations a second and core of the conditions alone."""
        entities = list(self.snapshot.every(App))
        conditions: list[Callable[[Any], Any]] = [
            rule.evaluate for rule in self.pack.rules if hasattr(rule, "evaluate")
        ]

        def run() -> None:
            for condition in conditions:
                for entity in entities:
                    condition(entity)

        return self._rate(run)

    def inspect(self) -> float:
        """Return the evaluations a second and core of a whole examination by rules."""
        states = (Stated(App),)
        stated = Artifact(name="made", title="", platform="android", states=states, readings=())

        def run() -> None:
            for _ in inspect(
                self.snapshot,
                self.pack,
                platform="android",
                gaps=(),
                statements=(stated,),
                facts=ScanFacts(),
            ):
                pass

        return self._rate(run)

    def _rate(self, run: Callable[[], None]) -> float:
        run()  # joins the entities
        seconds = []
        for _ in range(self._runs):
            started = time.process_time()
            run()
            seconds.append(time.process_time() - started)
        return self.evaluations / statistics.median(seconds)


def made_pack(count: int) -> RulePack:
    """Load rules that are made for this purpose, each of two to four selections."""
    chosen = random.Random(_SEED)  # noqa: S311  # the same rules each time
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            path = Path(folder, f"{number:04}.yml")
            path.write_text(json.dumps(_rule(number, chosen)), "utf-8")
        return load([Path(folder)], shipped=False)


def _rule(number: int, chosen: random.Random) -> dict[str, Any]:
    selections: dict[str, Callable[[], Any]] = {
        "permissions_requested|contains|all": lambda: [
            name.rpartition(".")[2] for name in chosen.sample(_PERMISSIONS, 2)
        ],
        "installer": lambda: chosen.choice((None, [one for one in _STORES[:3] if one])),
        "target_sdk|lt": lambda: chosen.randint(22, 30),
        "package|startswith": lambda: chosen.sample(_VENDORS, 2),
        "debuggable": lambda: True,
        "test_only": lambda: True,
        "hidden": lambda: True,
        "path|startswith": lambda: chosen.choice(("/data/local/", "/system/priv-app/")),
        "version_name|contains": lambda: chosen.choice(("-debug", "beta")),
        "signer": lambda: [f"{chosen.randrange(60):08x}" for _ in range(20)],
        "package|re": lambda: rf"\.app\d*{chosen.randrange(10)}$",
    }
    names = chosen.sample(sorted(selections), chosen.randint(2, 4))
    detection: dict[str, Any] = {"s": {name: selections[name]() for name in names}}
    detection["condition"] = "s"
    if chosen.random() < 0.5:  # noqa: PLR2004
        detection |= {"own": {"system": True}, "condition": "s and not own"}
    return {
        "title": f"Made rule {number}",
        "id": str(uuid.UUID(int=number)),
        "status": "test",
        "level": "low",
        "class": "compromise",
        "confidence": "medium",
        "description": "It measures speed.",
        "logsource": {"product": "android", "category": "app"},
        "detection": detection,
        "falsepositives": ["Everything."],
        "tests": {"match": [{}], "no_match": [{}]},
    }


def made_device(count: int) -> Snapshot:
    """Return the state of a device with apps that are made for this purpose."""
    chosen = random.Random(_SEED + 1)  # noqa: S311  # the same apps each time
    snapshot = Snapshot("android", now=datetime(2026, 11, 21, tzinfo=UTC))
    for number in range(count):
        app = App(
            user=0,
            package=f"{chosen.choice(_VENDORS)}.app{number}",
            installed=True,
            system=chosen.random() < 0.4,  # noqa: PLR2004
            debuggable=chosen.random() < 0.05,  # noqa: PLR2004
            test_only=chosen.random() < 0.03,  # noqa: PLR2004
            hidden=chosen.random() < 0.1,  # noqa: PLR2004
            path=chosen.choice(("/data/app/", "/system/app/", "/data/local/")) + f"a{number}",
            version_name=f"{number % 9}.1" + chosen.choice(("", "-debug")),
            target_sdk=chosen.randint(19, 36),
            installer=chosen.choice(_STORES),
            signer=f"{chosen.randrange(40):08x}",
            permissions_requested=tuple(chosen.sample(_PERMISSIONS, chosen.randint(1, 9))),
        )
        snapshot.add(app, evidence="made", provenance="os_claimed", rank=0)
    return snapshot


def main() -> None:
    """Print both figures."""
    speed = Speed()
    print(f"{len(speed.pack.rules)} Sigma rules over {APPS} apps, median of {RUNS} runs")
    print(f"  conditions alone                {speed.evaluate() / 1e6:7.2f} M evaluations/s")
    print(f"  with checks and findings        {speed.inspect() / 1e6:7.2f} M evaluations/s")


if __name__ == "__main__":
    main()
