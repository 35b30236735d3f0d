"""Large recordings: time and memory of a scan, beside MVT over the same bugreport.

The bugreport is made by `make_inputs.py` of the folder that SCANNER_PEERS names; without it, or
without MVT, our half is measured and what is missing is said.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).resolve().parents[1]
RUNS = 3
INDICATORS = 10_000
SIZES = (10, 25, 50, 100)  # MB
_RULE = "-" * 79
_PACKAGE = """\
  Package [com.example.app{n}] (1a2b3c):
    userId={uid}
    pkg=Package{{1a2b3c com.example.app{n}}}
    codePath=/data/app/com.example.app{n}-1
    versionCode={n} minSdk=24 targetSdk=34
    versionName=1.{n}
    flags=[ HAS_CODE ALLOW_CLEAR_USER_DATA ]
    firstInstallTime=2026-01-02 03:04:05
    lastUpdateTime=2026-02-03 04:05:06
    installerPackageName=com.android.vending
    install permissions:
      android.permission.INTERNET: granted=true
    User 0: ceDataInode=1 installed=true hidden=false suspended=false stopped=false enabled=0
      runtime permissions:
        android.permission.CAMERA: granted=true, flags=[ USER_SET ]
"""


class Cost(Struct, frozen=True):
    """What one run of a command took."""

    seconds: float
    mebibytes: float  # peak of all its processes together


def main() -> None:
    """Print all figures."""
    with tempfile.TemporaryDirectory() as folder:
        beside_mvt(Path(folder))
        linear(Path(folder))
        beyond_the_plane(Path(folder))


def beside_mvt(folder: Path) -> None:
    """Compare a scan of a 96 MB bugreport with MVT over the same, without and with indicators."""
    peers = Path(os.environ.get("SCANNER_PEERS", ROOT.parent / "shared" / "bench-mvt"))
    maker = peers / "make_inputs.py"
    if not maker.exists():
        print(f"  not measured: no {maker}; set SCANNER_PEERS\n")
        return
    environment = os.environ | {"BENCH_DIR": str(folder)}
    subprocess.run(
        [sys.executable, maker, "bug"], env=environment, stdout=subprocess.DEVNULL, check=True
    )
    report = folder / "in" / "bug"
    print("Bugreport of 96 MB, without indicators")
    compare(report, folder / "none", ())
    feed = indicators(folder / "mix.stix2", INDICATORS)
    print(f"Bugreport of 96 MB, with {INDICATORS:,} indicators")
    compare(report, folder / "some", (feed,))


def indicators(path: Path, count: int) -> Path:
    """Write a STIX bundle: of ten, six domains, an app, a process, a digest and a path."""
    kinds = (
        *(("domain-name:value", "c2-{n}.example.net"),) * 6,
        ("app:id", "com.example.tracker{n}"),
        ("process:name", "trackerd{n}"),
        ("file:hashes.sha256", "{n:064x}"),
        ("file:path", "/data/local/tmp/.tracker{n}"),
    )
    written = []
    for number in range(count):
        key, value = kinds[number % len(kinds)]
        written.append(
            {
                "type": "indicator",
                "spec_version": "2.1",
                "id": f"indicator--{number:08x}-0000-4000-8000-000000000000",
                "created": "2026-01-01T00:00:00Z",
                "modified": "2026-01-01T00:00:00Z",
                "valid_from": "2026-01-01T00:00:00Z",
                "pattern_type": "stix",
                "pattern": f"[{key}='{value.format(n=number)}']",
            }
        )
    bundle = {"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000"}
    path.write_text(json.dumps(bundle | {"objects": written}))
    return path


def compare(report: Path, folder: Path, feeds: Sequence[Path]) -> None:
    """Scan a bugreport, and let MVT check it against the same indicators."""
    folder.mkdir()
    program = Path(os.environ.get("MVT_BIN", ROOT / ".venv-mvt" / "bin")) / "mvt-android"
    ours, theirs, modules = [], [], {}
    for number in range(RUNS):
        ours.append(scan(report, folder / f"ours-{number}", feeds))
        if program.exists():
            cost, modules = run_mvt(program, report, folder / f"mvt-{number}", feeds)
            theirs.append(cost)
    mine = _median(ours)
    print(f"  scanner scan              {mine.seconds:6.2f} s, {mine.mebibytes:4.0f} MiB")
    if not theirs:
        print(f"  MVT not measured: no {program}; make bench installs it\n")
        return
    other = _median(theirs)
    ratio = other.seconds / mine.seconds
    print(
        f"  mvt-android               {other.seconds:6.2f} s, {other.mebibytes:4.0f} MiB,"
        f" ratio {ratio:.1f}"
    )
    slowest = sorted(modules.items(), key=lambda pair: -pair[1])[:5]
    print(
        "    of which " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in slowest) + "\n"
    )


def run_mvt(
    program: Path, report: Path, output: Path, feeds: Sequence[Path] = ()
) -> tuple[Cost, dict[str, float]]:
    """Run MVT without a network; return its cost and the seconds of each of its modules."""
    named = [word for feed in feeds for word in ("-i", str(feed))]
    words = ["--disable-update-check", "--disable-indicator-update-check", "check-bugreport"]
    environment = os.environ | {
        "HOME": str(output.parent),
        "MVT_NETWORK_ACCESS_ALLOWED": "False",
        "MVT_DATA_FOLDER": str(output.parent / "mvt-data"),
        "MVT_CONFIG_FOLDER": str(output.parent / "mvt-config"),
    }
    cost = measured([str(program), *words, "-o", str(output), *named, str(report)], environment)
    return cost, _modules((output / "command.log").read_text("utf-8", "replace"))


def _modules(log: str) -> dict[str, float]:
    """Return the seconds between the lines that announce each module."""
    found: list[tuple[str, datetime]] = []
    for line in log.splitlines():
        if stamp := re.match(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d),(\d{3}) - ", line):
            moment = datetime.fromisoformat(f"{stamp[1]}.{stamp[2]}")
            module = re.search(r"Running module (\w+)", line)
            found.append((module[1] if module else "", moment))
    starts = [number for number, (name, _) in enumerate(found) if name]
    return {
        found[one][0]: (found[following][1] - found[one][1]).total_seconds()
        for one, following in zip(starts, [*starts[1:], len(found) - 1], strict=True)
    }


def linear(folder: Path) -> None:
    """Show how the cost grows with the size."""
    print("Bugreports of growing size")
    for size in SIZES:
        report = large(folder / f"large-{size}", size)
        cost = _median([scan(report, folder / f"out-{size}-{run}") for run in range(RUNS)])
        each = cost.seconds / size * 1000
        print(
            f"  {size:4} MB   {cost.seconds:6.2f} s, {each:4.0f} ms/MB, {cost.mebibytes:4.0f} MiB"
        )
    print()


def beyond_the_plane(folder: Path) -> None:
    """Show the memory of a scan of a section of 60 MB beyond the Basic Multilingual Plane."""
    report = large(folder / "emoji", 10, extra="\N{GRINNING FACE}\N{SNAKE}" * 40, extra_size=60)
    cost = _median([scan(report, folder / f"emoji-{run}") for run in range(RUNS)])
    print(
        "A section of 60 MB of text beyond the Basic Multilingual Plane\n"
        f"  scanner scan              {cost.seconds:6.2f} s, {cost.mebibytes:4.0f} MiB"
    )


def large(folder: Path, megabytes: int, *, extra: str = "", extra_size: int = 0) -> Path:
    """Write a bugreport of about that size: apps, a log, and `extra` as a part of a section."""
    folder.mkdir()
    (folder / "main_entry.txt").write_text("dumpstate.txt")
    with (folder / "dumpstate.txt").open("w", encoding="utf-8") as text:
        text.write(f"{'=' * 56}\n== dumpstate: 2026-11-20 10:00:00\n{'=' * 56}\n\n")
        text.write("------ SYSTEM PROPERTIES (getprop) ------\n")
        text.write("[ro.build.version.release]: [16]\n[ro.build.version.sdk]: [36]\n\n")
        text.write(f"------ DUMPSYS (/system/bin/dumpsys) ------\n{_RULE}\n")
        text.write("DUMP OF SERVICE package:\nPackages:\n")
        for number in range(megabytes * 20):
            text.write(_PACKAGE.format(n=number, uid=10_000 + number % 9_000))
        if extra:
            text.write("Package Changes:\n")
            line = f"  {extra}\n"
            for _ in range(extra_size * 1_000_000 // len(line.encode())):
                text.write(line)
        text.write("Shared users:\n\n")
        ending = "ending at: 2026-11-20 10:00:01"
        text.write(f"--------- 0.1s was the duration of dumpsys package, {ending}\n{_RULE}\n")
        text.write("------ SYSTEM LOG (logcat -v threadtime -d *:v) ------\n")
        line = "11-20 10:00:00.000  1000  1000 I Filler  : a line of the log, as long as most are\n"
        for _ in range((megabytes * 1_000_000 - megabytes * 20 * len(_PACKAGE)) // len(line)):
            text.write(line)
        text.write(f"{'=' * 56}\n== dumpstate: done (id 1)\n{'=' * 56}\n")
        text.write("------ 10.0s was the duration of 'DUMPSTATE' ------\n")
    return folder


def scan(report: Path, case: Path, feeds: Sequence[Path] = ()) -> Cost:
    """Scan a recording with the command, as a person would."""
    named = [word for feed in feeds for word in ("--indicators", str(feed))]
    words = ["scan", str(report), "-q", "-o", str(case), *named]
    return measured([sys.executable, "-m", "scanner", *words], dict(os.environ))


def measured(argv: Sequence[str], environment: dict[str, str]) -> Cost:
    """Run a command; return its time, and the peak memory of all its processes together."""
    began = time.perf_counter()
    process = subprocess.Popen(
        argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    watch = _Watch(process.pid)
    process.wait()
    seconds = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(f"{argv[0]} ended with {process.returncode}")
    return Cost(seconds, watch.end())


class _Watch:
    """Looks at the resident memory of a process and its children, fifty times a second."""

    def __init__(self, pid: int) -> None:
        self._pid, self._peak, self._ended = pid, 0, threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def end(self) -> float:
        self._ended.set()
        self._thread.join()
        return self._peak / 1024

    def _look(self) -> None:
        while not self._ended.wait(0.02):
            self._peak = max(self._peak, self._kibibytes(self._pid))

    def _kibibytes(self, pid: int) -> int:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            return 0
        resident = re.search(r"VmRSS:\s+(\d+)", status)
        below = sum(self._kibibytes(int(child)) for child in children)
        return (int(resident[1]) if resident else 0) + below


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        statistics.median(cost.seconds for cost in costs),
        statistics.median(cost.mebibytes for cost in costs),
    )


if __name__ == "__main__":
    main()
