"""A fleet of 3,500 cases, compared: how long, in how much memory, and how well.

Nothing here is asserted: figures depend on the machine. The phones are simulated and their cases
are real ones, written to the disk. Each comparison runs in a process of its own; its memory is the
largest sum over all of its processes at a moment, shared pages once (PSS), asked twenty times a
second. The sides take turns. CASES, RUNS and SEEDS in the environment make it smaller.
"""

from __future__ import annotations

import hashlib
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from scanner.simulate.fleet import Fleet, write_cases
from scanner.simulate.fleet.evaluation import drift, planting, pushed

CASES = int(os.environ.get("CASES", "3500"))
RUNS = int(os.environ.get("RUNS", "3"))
SEEDS = tuple(map(int, os.environ.get("SEEDS", "1,2,3").split(",")))
JOBS = 2
SECONDS, MEGABYTES, RATIO, FALSE = 60, 1000, 0.8, 2.0  # the goals
_PAUSE = 0.05  # seconds between two looks at the memory
_SCRIPT = """
import sys
from pathlib import Path
import msgspec
from scanner.pipeline.fleet import compare_fleet
if __name__ == "__main__":
    report = compare_fleet([Path(sys.argv[1])], jobs=int(sys.argv[3]), dask=sys.argv[4] or None)
    Path(sys.argv[2]).write_bytes(msgspec.json.encode(report))
"""


def main() -> None:
    """Print all figures."""
    print(f"{platform.platform()}, Python {platform.python_version()}, median of {RUNS} runs\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["SCANNER_HOME"] = str(folder / "home")
        write(folder / "cases")
        compare(folder)
    worth()


def write(folder: Path) -> None:
    """Write the cases of a fleet with ten planted phones."""
    began = time.perf_counter()
    size = 0
    for path in write_cases(folder, Fleet(CASES, planted=10).at(7)):
        size += sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    seconds = time.perf_counter() - began
    print(f"{CASES} cases of {size / CASES / 1000:.0f} kB written in {seconds:.0f} s")


def compare(folder: Path) -> None:
    """Compare the cases with a pool of processes and with Dask, in turns."""
    sides = {"pool": "", "dask": "local"}
    runs: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    reports: set[str] = set()
    for _ in range(RUNS):
        for name, address in sides.items():
            seconds, peak, digest = run(folder, address)
            runs[name].append((seconds, peak))
            reports.add(digest)
    middle = {
        name: tuple(map(statistics.median, zip(*each, strict=True))) for name, each in runs.items()
    }
    print(f"compared on {JOBS} processes (goals: {SECONDS} s, {MEGABYTES} MB)")
    for name, (seconds, peak) in middle.items():
        print(f"  {name:5} {seconds:7.1f} s, {peak:6.0f} MB at most")
    ratio = middle["pool"][0] / middle["dask"][0]
    print(f"  speed of Dask beside the pool {ratio:.2f} (goal {RATIO})")
    print(f"  reports are {'the same, byte for byte' if len(reports) == 1 else 'NOT the same'}\n")


def run(folder: Path, address: str) -> tuple[float, float, str]:
    """Compare once; return seconds, the largest memory in MB and the report's digest."""
    script, output = folder / "compare.py", folder / "report.json"
    script.write_text(_SCRIPT)
    argv = [sys.executable, str(script), str(folder / "cases"), str(output), str(JOBS), address]
    began = time.perf_counter()
    process = subprocess.Popen(argv)
    peaks = [0.0]
    watcher = threading.Thread(target=watch, args=(process, peaks))
    watcher.start()
    status = process.wait()
    seconds = time.perf_counter() - began
    watcher.join()
    if status:
        raise SystemExit(f"compare: status {status}")
    return seconds, max(peaks), hashlib.sha256(output.read_bytes()).hexdigest()


def watch(process: subprocess.Popen[bytes], peaks: list[float]) -> None:
    """Note the memory of a process and all below it, until it ends."""
    while process.poll() is None:
        peaks.append(sum(map(memory, tree(process.pid))))
        time.sleep(_PAUSE)


def tree(pid: int) -> Iterator[int]:
    """Yield a process and all that it started, as far as they run."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
        threads = [path.name for path in Path(f"/proc/{pid}/task").iterdir()]
        for thread in threads:
            if thread != str(pid):
                children += Path(f"/proc/{pid}/task/{thread}/children").read_text("ascii").split()
    except OSError:
        return
    for child in children:
        yield from tree(int(child))


def memory(pid: int) -> float:
    """Return the memory of a process in MB, its part of what it shares; 0 where it is gone."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1000


def worth() -> None:
    """Print what the comparison finds: `docs/fleet.md` tells how fleets are simulated."""
    print(f"fleets of {CASES} phones: lines of planted ones; AUC; average precision; naive")
    for seed in SEEDS:
        for count in (1, 3, 10):
            each = planting(seed, count, size=CASES)
            ranks = " ".join(map(str, each.worth.ranks))
            figures = f"{each.worth.auc:.4f} {each.worth.average_precision:.2f}"
            naive = f"{each.naive.auc:.2f} {each.naive.average_precision:.3f}"
            print(f"  seed {seed}, {count:2} planted: {ranks:32} {figures} (naive {naive})")
    for seed in SEEDS:
        weekly = drift(seed, size=CASES)
        print(
            f"  seed {seed}, none planted: {weekly.per_thousand:.2f} of 1000 phones a week are "
            f"called deviant (goal {FALSE:g})"
        )
    for seed in SEEDS:
        push = pushed(seed, size=CASES)
        print(
            f"  seed {seed}, uniform push: {push.by_reference} of {push.of} facts by the "
            f"reference, {push.by_window} by the window without one"
        )


if __name__ == "__main__":
    main()
