"""Recordings of an iPhone: time, processor time and memory of a scan, beside MVT over the same.

Four inputs, made by the scripts of the folder that SCANNER_PEERS names, of the backup in the folder
that SCANNER_CORPUS names: a list of 204,000 files with 50,000 messages, without indicators and with
10,000; 50,000 visits of pages, of which every tenth leads on; a forged number of a row that opens a
gap of a thousand million. Content is opted in. Both sides take turns; medians of RUNS (3) count.

MVT enumerates that gap, so it is stopped after LIMIT seconds there. What is missing is said.

The homes of both exist, as from the second use on: the first scan ever checks all rules, which is
not counted here and takes about a second.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).resolve().parents[1]
RUNS = int(os.environ.get("RUNS", "3"))
LIMIT = 60.0  # seconds that MVT gets for what it does not end
_OWN = "scanner scan"
VISITS, REDIRECTS, GAP, INDICATORS = 50_000, 5_000, 10**9, 10_000


class Cost(Struct, frozen=True):
    """What one run of a command took, with all its processes."""

    wall: float  # seconds; so is the next
    processor: float
    mebibytes: float  # peak of the largest process


def main() -> None:
    """Print all figures."""
    peers = Path(os.environ.get("SCANNER_PEERS", ROOT.parent / "shared" / "bench-mvt"))
    corpus = Path(os.environ.get("SCANNER_CORPUS", ROOT.parent / "shared" / "corpus"))
    if not (peers / "make_inputs.py").exists() or not (corpus / "mvt").is_dir():
        print(f"  not measured: no {peers} or no {corpus}; set SCANNER_PEERS and SCANNER_CORPUS")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = os.environ | {"BENCH_DIR": name, "MVT_ARTIFACTS": str(corpus / "mvt")}

        def make(script: str, *words: object) -> None:
            argv = [sys.executable, "-B", str(peers / script), *map(str, words)]
            subprocess.run(argv, env=environment, stdout=subprocess.DEVNULL, check=True)

        make("make_inputs.py", "ios")
        make("gen_mixp.py", INDICATORS)
        make("make_safari.py", VISITS, REDIRECTS, folder / "visits")
        make("dos_datausage.py", GAP, folder / "gap")
        large = folder / "in" / "ios"
        ours(corpus / "mvt" / "ios_backup", folder / "first", None, folder / "home")
        feed = folder / "stix" / f"mixp_{INDICATORS}.stix2"
        compare("204,000 files, 50,000 messages, no indicators", large, folder)
        compare(f"the same with {INDICATORS:,} indicators", large, folder, feed)
        compare(f"{VISITS:,} visits of pages", folder / "visits", folder)
        compare(f"a forged gap of {GAP:,} rows", folder / "gap", folder, limit=LIMIT)


def compare(
    title: str, backup: Path, folder: Path, feed: Path | None = None, limit: float | None = None
) -> None:
    """Scan a backup, let MVT check it, in turns; print both and the ratios."""
    print(title)
    sides: dict[str, Callable[[Path], Cost]] = {
        _OWN: lambda out: ours(backup, out, feed, folder / "home")
    }
    program = Path(os.environ.get("MVT_BIN", ROOT / ".venv-mvt" / "bin")) / "mvt-ios"
    if program.exists():
        sides["mvt-ios"] = lambda out: mvt(program, backup, out, feed, limit)
    taken: dict[str, list[Cost]] = {name: [] for name in sides}
    for _ in range(RUNS):
        for name, run in sides.items():
            with tempfile.TemporaryDirectory(dir=folder) as output:
                taken[name].append(run(Path(output)))
    mine = median(taken[_OWN])
    for name, costs in taken.items():
        cost = median(costs)
        stopped = limit is not None and cost.wall >= limit
        ratio = f", ratio {cost.wall / mine.wall:.1f}"
        ratio += f", of processor {cost.processor / mine.processor:.1f}"
        print(
            f"  {name:14}{cost.wall:7.2f} s, processor {cost.processor:7.2f} s,"
            f" {cost.mebibytes:4.0f} MiB{ratio if name != _OWN else ''}"
            f"{' (stopped)' if stopped else ''}"
        )
    if len(sides) == 1:
        print(f"  MVT not measured: no {program}; make bench installs it")


def ours(backup: Path, output: Path, feed: Path | None, home: Path) -> Cost:
    """Scan with the command, as a person would."""
    words = ["scan", str(backup), "-q", "--include-content", "-o", str(output / "case")]
    words += ["--indicators", str(feed)] if feed else []
    environment = os.environ | {"SCANNER_HOME": str(home)}
    return measured([sys.executable, "-m", "scanner", *words], environment)


def mvt(program: Path, backup: Path, output: Path, feed: Path | None, limit: float | None) -> Cost:
    """Let MVT check a backup, without a network."""
    words = ["--disable-update-check", "--disable-indicator-update-check", "check-backup"]
    words += ["-i", str(feed)] if feed else []
    environment = os.environ | {
        "HOME": str(output),
        "MVT_NETWORK_ACCESS_ALLOWED": "False",
        "MVT_DATA_FOLDER": str(output / "mvt-data"),
        "MVT_CONFIG_FOLDER": str(output / "mvt-config"),
    }
    argv = [str(program), *words, "-o", str(output / "out"), str(backup)]
    return measured(argv, environment, limit)


def measured(
    argv: Sequence[str], environment: Mapping[str, str], limit: float | None = None
) -> Cost:
    """Run a command, at most for some seconds; return what it and all its children took."""
    began = time.perf_counter()
    process = subprocess.Popen(
        argv, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    stop = threading.Timer(limit or 0, process.kill)
    if limit is not None:
        stop.start()
    _, status, used = os.wait4(process.pid, 0)
    stop.cancel()
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode > 0:
        raise SystemExit(f"{argv[0]} ended with {process.returncode}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def median(costs: Sequence[Cost]) -> Cost:
    """Return the median of each figure."""
    return Cost(
        statistics.median(cost.wall for cost in costs),
        statistics.median(cost.processor for cost in costs),
        statistics.median(cost.mebibytes for cost in costs),
    )


if __name__ == "__main__":
    main()
