"""The full inspection of apps: against apkid, with one process and with two, and its memory.

`make bench` runs it after tier 0 (`bench/apps.py`), on the same files. All sides are commands of
their own, start and end included, and take turns; the median counts. Ours loads all shipped rules
and as many made ones beside them that it runs more than apkid does. How two processes compare with
one is measured on a folder of apps that is large enough for its start to matter little, beside what
two processes of plain hashing gain at that moment: on a busy machine that is less than twice.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct
from yara import made_pack

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fixtures.building import fleet
from scanner.model.requests import MiB

RUNS = int(os.environ.get("RUNS", "3"))
RULES = 500  # of bytes, made; apkid 3.2 has 490
APPS, SIZE = 150, 3 * MiB  # of the folder
LARGE, CODE = 200 * MiB, 60 * MiB  # of the largest app, and of its code
_APKID = Path(".venv-apkid/bin/apkid").absolute()
_HASH = (
    "import hashlib\ndata = bytes(1 << 24)\n"
    "for _ in range(60):\n    hashlib.sha256(data).digest()\n    data.count(b'x')"
)


class Taken(Struct, frozen=True, kw_only=True):
    """What one command took, with all processes that it started."""

    wall: float  # seconds
    cpu: float
    memory: float  # MiB of the largest process

    def __str__(self) -> str:
        return f"{self.wall:6.2f} s, processor {self.cpu:6.2f} s"


Side = Callable[[], Taken]


def run(*command: str) -> Taken:
    """Run a command to its end."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Taken(
        wall=time.monotonic() - began,
        cpu=used.ru_utime + used.ru_stime,
        memory=used.ru_maxrss / 1024,
    )


def medians(sides: Sequence[Side], runs: int = RUNS) -> list[Taken]:
    """Let the sides take turns; return the median of each."""
    found: list[list[Taken]] = [[] for _ in sides]
    for _ in range(runs):
        for side, taken in zip(sides, found, strict=True):
            taken.append(side())
    return [
        Taken(
            wall=statistics.median(one.wall for one in taken),
            cpu=statistics.median(one.cpu for one in taken),
            memory=max(one.memory for one in taken),
        )
        for taken in found
    ]


class Scans:
    """Scans of this computer's files, each into a case of its own, which is removed."""

    def __init__(self, folder: Path) -> None:
        self._case, self._rules = folder / "case", folder / "rules"
        self._rules.mkdir()
        made_pack(self._rules, RULES)

    def scan(self, path: Path, jobs: int) -> Taken:
        """Scan a file or folder."""
        rules = ("--rules", str(self._rules))
        command = (sys.executable, "-m", "scanner", "scan", str(path), "-q", "--json", *rules)
        taken = run(*command, "--jobs", str(jobs), "-o", str(self._case))
        if not self._case.exists():
            raise SystemExit(f"{path.name} could not be scanned")
        shutil.rmtree(self._case)
        return taken


def apkid(paths: Sequence[Path]) -> Taken:
    """Run apkid on each file by itself; its processes are started one after the other."""
    each = [run(str(_APKID), "-j", str(path)) for path in paths]
    return Taken(
        wall=sum(one.wall for one in each),
        cpu=sum(one.cpu for one in each),
        memory=max(one.memory for one in each),
    )


def two_beside(first: Side) -> float:
    """Return how many times the throughput of one process two have, doing the same."""
    alone = first().wall
    began = time.monotonic()
    pair = [subprocess.Popen([sys.executable, "-c", _HASH]) for _ in range(2)]
    for process in pair:
        process.wait()
    return 2 * alone / (time.monotonic() - began)


def many(folder: Path) -> int:
    """Write a folder of apps; return their bytes."""
    made = fleet.write(folder.with_name("phone"), apps=APPS, size=SIZE)
    folder.mkdir()
    for number, path in enumerate(sorted((made.folder / "files").rglob("*.apk"))):
        path.rename(folder / f"{number:03}-{path.name}")
    shutil.rmtree(made.folder)
    return sum(path.stat().st_size for path in folder.iterdir())


def against_apkid(scans: Scans, paths: Sequence[Path], folder: Path) -> None:
    """Print the figures of both, on the same files."""
    folder.mkdir()
    for number, path in enumerate(paths):
        shutil.copyfile(path, folder / f"{number:03}-{path.name}")
    copies = sorted(folder.iterdir())
    sides: list[Side] = [lambda: scans.scan(folder, 1), lambda: scans.scan(folder, 2)]
    if _APKID.exists():
        sides += [lambda: run(str(_APKID), "-j", str(folder)), lambda: apkid(copies)]
    ours, two, *theirs = medians(sides)
    print(f"full inspection of {len(copies)} apps, with all rules, and {RULES} made ones of bytes")
    print(f"  one process               {ours}, memory {ours.memory:4.0f} MiB")
    print(f"  two processes             {two}")
    for name, side in zip(("apkid, one process", "apkid, a process each"), theirs, strict=False):
        said = f"{side}, memory {side.memory:4.0f} MiB"
        shares = f"{ours.wall / side.wall:.2f} of its time, {ours.cpu / side.cpu:.2f} of processor"
        print(f"  {name:25} {said}; ours takes {shares}")
    if not theirs:
        print("  apkid is not installed")


def by_two(scans: Scans, folder: Path) -> None:
    """Print what a second process gains."""
    size = many(folder)
    one, two = medians([lambda: scans.scan(folder, 1), lambda: scans.scan(folder, 2)])
    gain = two_beside(lambda: run(sys.executable, "-c", _HASH))
    print(f"a folder of {len(list(folder.iterdir()))} apps, {size / MiB:.0f} MiB")
    print(f"  one process               {one}, {size / MiB / one.wall:5.1f} MiB/s")
    print(f"  two processes             {two}, {size / MiB / two.wall:5.1f} MiB/s")
    print(f"  throughput {one.wall / two.wall:.2f} times, plain hashing {gain:.2f} times")


def by_memory(scans: Scans, path: Path) -> None:
    """Print what the largest app takes."""
    fleet.write_large(path, size=LARGE, code=CODE)
    taken = scans.scan(path, 1)
    size, code = path.stat().st_size / MiB, CODE / MiB
    print(f"an app of {size:.0f} MiB with {code:.0f} MiB of code")
    print(f"  one process               {taken}, memory {taken.memory:.0f} MiB")


def compare(paths: Sequence[Path]) -> None:
    """Print all figures; the apps are those that tier 0 was measured on."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        os.environ["SCANNER_HOME"] = str(place / "home")
        scans = Scans(place)
        scans.scan(paths[-1], 1)  # compiles the rules, which are kept
        against_apkid(scans, paths, place / "apps")
        by_two(scans, place / "many")
        by_memory(scans, place / "large.apk")
